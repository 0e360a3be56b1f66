#include "driver/proportion.h"

#include <algorithm>
#include <cmath>

namespace saiten::driver {
namespace {

constexpr double kZ = 1.959963984540054;  // of 95 %
constexpr uint64_t kExact = 10'000;

double LogChoose(uint64_t n, uint64_t k) {
  return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
         std::lgamma(static_cast<double>(n - k) + 1);
}

double Fisher(Share a, Share b) {
  const uint64_t n = a.n + b.n;
  const uint64_t k = a.k + b.k;
  const double all = LogChoose(n, k);
  const auto log_of = [&](uint64_t in_a) { return LogChoose(a.n, in_a) + LogChoose(b.n, k - in_a) - all; };
  const double seen = log_of(a.k);
  double p = 0;
  for (uint64_t in_a = k > b.n ? k - b.n : 0; in_a <= std::min(k, a.n); ++in_a) {
    const double log = log_of(in_a);
    if (log <= seen + 1e-7) p += std::exp(log);  // as probable or less, rounding apart
  }
  return std::min(p, 1.0);
}

}  // namespace

std::optional<double> Share::value() const {
  if (n == 0) return std::nullopt;
  return static_cast<double>(k) / static_cast<double>(n);
}

Interval Wilson(Share share) {
  const double n = static_cast<double>(share.n);
  const double p = *share.value();
  const double middle = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double whole = 1 + kZ * kZ / n;
  return {.low = share.k == 0 ? 0 : (middle - half) / whole, .high = share.k == share.n ? 1 : (middle + half) / whole};
}

Interval Newcombe(Share a, Share b) {
  const Interval of_a = Wilson(a);
  const Interval of_b = Wilson(b);
  const double p = *a.value();
  const double q = *b.value();
  return {.low = p - q - std::hypot(p - of_a.low, of_b.high - q),
          .high = p - q + std::hypot(of_a.high - p, q - of_b.low)};
}

double PValue(Share a, Share b) {
  if (a.n == 0 || b.n == 0) return 1;
  if (a.n + b.n <= kExact) return Fisher(a, b);
  const double pooled = static_cast<double>(a.k + b.k) / static_cast<double>(a.n + b.n);
  const double deviation =
      std::sqrt(pooled * (1 - pooled) * (1 / static_cast<double>(a.n) + 1 / static_cast<double>(b.n)));
  if (deviation == 0) return 1;
  return std::erfc(std::abs(*a.value() - *b.value()) / deviation / std::sqrt(2));
}

}  // namespace saiten::driver
