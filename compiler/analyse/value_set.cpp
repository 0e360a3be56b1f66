#include "compiler/analyse/value_set.h"

#include <algorithm>
#include <limits>

namespace saiten::analyse {
namespace {

constexpr int64_t kLow = std::numeric_limits<int64_t>::min();
constexpr int64_t kHigh = std::numeric_limits<int64_t>::max();

}  // namespace

ValueSet ValueSet::Unknown() {
  ValueSet set;
  set.unknown_ = true;
  return set;
}

ValueSet ValueSet::Range(int64_t low, int64_t high) {
  ValueSet set;
  if (low <= high) set.intervals_.push_back({low, high});
  return set;
}

ValueSet ValueSet::AllKnown() { return Range(kLow, kHigh); }

void ValueSet::Add(Interval interval) {
  // Intervals come in the order of their low ends.
  if (!intervals_.empty()) {
    Interval& last = intervals_.back();
    if (last.high == kHigh || interval.low <= last.high + 1) {
      last.high = std::max(last.high, interval.high);
      return;
    }
  }
  intervals_.push_back(interval);
}

bool ValueSet::Contains(int64_t value) const {
  return std::ranges::any_of(intervals_, [&](const Interval& i) { return i.low <= value && value <= i.high; });
}

bool ValueSet::ContainsAll(const ValueSet& other) const { return other.Minus(*this).empty(); }

ValueSet ValueSet::Known() const { return With(false); }

ValueSet ValueSet::With(bool unknown) const {
  ValueSet set = *this;
  set.unknown_ = unknown;
  return set;
}

ValueSet ValueSet::Union(const ValueSet& other) const {
  std::vector<Interval> all = intervals_;
  all.insert(all.end(), other.intervals_.begin(), other.intervals_.end());
  std::ranges::sort(all, {}, &Interval::low);
  ValueSet set;
  set.unknown_ = unknown_ || other.unknown_;
  for (const Interval& interval : all) set.Add(interval);
  return set;
}

ValueSet ValueSet::Intersect(const ValueSet& other) const {
  ValueSet set;
  set.unknown_ = unknown_ && other.unknown_;
  size_t a = 0;
  size_t b = 0;
  while (a < intervals_.size() && b < other.intervals_.size()) {
    const Interval& x = intervals_[a];
    const Interval& y = other.intervals_[b];
    const Interval both{std::max(x.low, y.low), std::min(x.high, y.high)};
    if (both.low <= both.high) set.Add(both);
    if (x.high < y.high) {
      ++a;
    } else {
      ++b;
    }
  }
  return set;
}

ValueSet ValueSet::Minus(const ValueSet& other) const {
  ValueSet set;
  set.unknown_ = unknown_ && !other.unknown_;
  for (const Interval& interval : intervals_) {
    int64_t low = interval.low;
    bool open = true;
    for (const Interval& hole : other.intervals_) {
      if (hole.high < low) continue;
      if (hole.low > interval.high) break;
      if (hole.low > low) set.Add({low, hole.low - 1});
      if (hole.high >= interval.high) {
        open = false;
        break;
      }
      low = hole.high + 1;
    }
    if (open) set.Add({low, interval.high});
  }
  return set;
}

std::optional<int64_t> ValueSet::Sample() const {
  std::optional<int64_t> best;
  for (const Interval& interval : intervals_) {
    const int64_t near = std::clamp<int64_t>(0, interval.low, interval.high);
    // No value to show at the far ends: they stand for "without bound".
    if (near == kLow || near == kHigh) continue;
    if (!best || (near < 0 ? -near : near) < (*best < 0 ? -*best : *best)) best = near;
  }
  return best;
}

}  // namespace saiten::analyse
