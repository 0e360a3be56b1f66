#include "compiler/analyse/reach.h"

#include <algorithm>
#include <numeric>

#include "runtime/decimal.h"

namespace saiten::analyse {
namespace {

using rt::kNumberMax;
using rt::kNumberMin;

// More values than these are no longer told apart.
constexpr size_t kMaxValues = 1000;

bool Endless(int64_t value) { return value <= kNumberMin || value >= kNumberMax; }

int64_t Plus(int64_t a, int64_t b) {
  // An end without bound stays one: the sum of the lowest values is without bound if one of them is.
  if (Endless(a)) return a;
  if (Endless(b)) return b;
  bool saturated = false;
  return rt::Add(a, b, &saturated);
}

int64_t Times(int64_t a, int64_t b) {
  bool saturated = false;
  return rt::Mul(a, b, &saturated);
}

}  // namespace

Reach Reach::Between(int64_t low, int64_t high, int64_t step) {
  Reach reach;
  reach.low_ = low;
  reach.high_ = high;
  reach.step_ = low == high ? (low < 0 ? -low : low) : step;
  if (low == high && !Endless(low)) reach.exact_ = std::vector<int64_t>{low};
  return reach;
}

Reach Reach::Anything() { return Between(kNumberMin, kNumberMax); }
Reach Reach::Exactly(int64_t value) { return Between(value, value); }

Reach Reach::Multiples(int64_t p, int64_t count) {
  const int64_t size = p < 0 ? -p : p;
  if (p == 0) return Exactly(0);
  if (count < 0) return p > 0 ? Between(0, kNumberMax, size) : Between(kNumberMin, 0, size);
  const int64_t last = Times(p, count);
  Reach reach = Between(std::min<int64_t>(0, last), std::max<int64_t>(0, last), size);
  if (count < static_cast<int64_t>(kMaxValues) && !Endless(last)) {
    std::vector<int64_t> values;
    for (int64_t i = 0; i <= count; ++i) values.push_back(p * i);
    reach.Keep(std::move(values));
  }
  return reach;
}

void Reach::Keep(std::vector<int64_t> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  exact_.reset();
  if (values.size() <= kMaxValues && !values.empty()) exact_ = std::move(values);
}

bool Reach::bounded_below() const { return !Endless(low_); }
bool Reach::bounded_above() const { return !Endless(high_); }

bool Reach::Meets(int64_t low, int64_t high) const {
  if (exact_) {
    auto at = std::ranges::lower_bound(*exact_, low);
    return at != exact_->end() && *at <= high;
  }
  const int64_t from = std::max(low, low_);
  const int64_t to = std::min(high, high_);
  if (from > to) return false;
  if (Endless(from) || Endless(to)) return true;
  const int64_t first = -rt::FloorDiv(-from, step());
  return first * step() <= to;
}

Reach Reach::operator+(const Reach& other) const {
  Reach sum;
  sum.low_ = Plus(low_, other.low_);
  sum.high_ = Plus(high_, other.high_);
  sum.step_ = std::gcd(step_, other.step_);
  if (exact_ && other.exact_ && exact_->size() * other.exact_->size() <= kMaxValues * 100) {
    std::vector<int64_t> values;
    for (int64_t a : *exact_) {
      for (int64_t b : *other.exact_) values.push_back(Plus(a, b));
    }
    sum.Keep(std::move(values));
  }
  return sum;
}

Reach Reach::operator-() const {
  Reach negative = *this;
  negative.low_ = -high_;
  negative.high_ = -low_;
  if (exact_) {
    for (int64_t& value : *negative.exact_) value = -value;
    std::ranges::reverse(*negative.exact_);
  }
  return negative;
}

Reach Reach::operator*(const Reach& other) const {
  if (exact_ && other.exact_ && exact_->size() * other.exact_->size() <= kMaxValues * 10) {
    std::vector<int64_t> values;
    for (int64_t a : *exact_) {
      for (int64_t b : *other.exact_) values.push_back(Times(a, b));
    }
    const auto [low, high] = std::ranges::minmax(values);
    Reach product = Between(low, high, Times(step(), other.step()));
    product.Keep(std::move(values));
    return product;
  }
  const int64_t ends[] = {Times(low_, other.low_), Times(low_, other.high_), Times(high_, other.low_),
                          Times(high_, other.high_)};
  const int64_t step = Times(this->step(), other.step());
  return Between(std::ranges::min(ends), std::ranges::max(ends), Endless(step) ? 1 : step);
}

Reach Reach::Or(const Reach& other) const {
  Reach either;
  either.low_ = std::min(low_, other.low_);
  either.high_ = std::max(high_, other.high_);
  either.step_ = std::gcd(step_, other.step_);
  if (exact_ && other.exact_) {
    std::vector<int64_t> values = *exact_;
    values.insert(values.end(), other.exact_->begin(), other.exact_->end());
    either.Keep(std::move(values));
  }
  return either;
}

Reach Reach::Min(const Reach& other) const {
  Reach lesser;
  lesser.low_ = std::min(low_, other.low_);
  lesser.high_ = std::min(high_, other.high_);
  // Whatever comes out is a value of one of the two, and one that lies above the other is not.
  lesser.step_ = other.low_ >= high_ ? step_ : low_ >= other.high_ ? other.step_ : std::gcd(step_, other.step_);
  if (exact_ && other.exact_) {
    std::vector<int64_t> values;
    for (int64_t a : *exact_) {
      if (a <= other.high_) values.push_back(a);
    }
    for (int64_t b : *other.exact_) {
      if (b <= high_) values.push_back(b);
    }
    lesser.Keep(std::move(values));
  }
  return lesser;
}

Reach Reach::Max(const Reach& other) const { return -((-*this).Min(-other)); }

Reach Reach::Abs() const {
  if (low_ >= 0) return *this;
  if (high_ <= 0) return -*this;
  return AtLeast(0).Or((-*this).AtLeast(0));
}

Reach Reach::Map(const std::function<int64_t(int64_t)>& rising) const {
  Reach mapped = Between(Endless(low_) ? low_ : rising(low_), Endless(high_) ? high_ : rising(high_));
  if (exact_) {
    std::vector<int64_t> values;
    for (int64_t value : *exact_) values.push_back(rising(value));
    mapped.step_ = 0;
    for (int64_t value : values) mapped.step_ = std::gcd(mapped.step_, value);
    mapped.Keep(std::move(values));
  }
  return mapped;
}

Reach Reach::Rescale(int from_scale, int to_scale) const {
  if (from_scale == to_scale) return *this;
  if (to_scale > from_scale) return *this * Exactly(rt::Pow10(to_scale - from_scale));
  const int64_t divisor = rt::Pow10(from_scale - to_scale);
  return Map([divisor](int64_t value) { return static_cast<int64_t>(rt::DivRound(value, divisor)); });
}

ValueSet Reach::InSteps() const {
  if (!exact_) {
    return ValueSet::Range(Endless(low_) ? ValueSet::AllKnown().intervals()[0].low : -rt::FloorDiv(-low_, step()),
                           Endless(high_) ? ValueSet::AllKnown().intervals()[0].high : rt::FloorDiv(high_, step()));
  }
  ValueSet set;
  // Neighbours are joined first, so that the union is taken once a run.
  for (size_t i = 0; i < exact_->size();) {
    size_t j = i;
    while (j + 1 < exact_->size() && (*exact_)[j + 1] - (*exact_)[j] == step()) ++j;
    set = set.Union(ValueSet::Range((*exact_)[i] / step(), (*exact_)[j] / step()));
    i = j + 1;
  }
  return set;
}

}  // namespace saiten::analyse
