#include "runtime/decay.h"

#include <algorithm>

#include "base/check.h"
#include "runtime/decimal.h"

namespace saiten::rt {

namespace {

// More steps than any decay in use has before it reaches 0.
constexpr int64_t kManySteps = 500;

}  // namespace

int64_t DecayLinear(int64_t points, int64_t rate, int64_t steps) {
  if (rate <= 0 || steps <= 0) return points;
  if (steps > kRateOne / rate) return 0;
  bool never = false;
  return MulDivRound(points, kRateOne - rate * steps, kRateOne, &never);
}

int64_t DecayCompound(int64_t points, int64_t rate, int64_t steps) {
  rate = std::clamp<int64_t>(rate, 0, kRateOne);
  bool never = false;
  int64_t size = Abs(points);
  int64_t left = std::max<int64_t>(steps, 0);
  while (left > 0 && size > 0) {
    const int64_t loss = std::max<int64_t>(1, size - MulDivRound(size, kRateOne - rate, kRateOne, &never));
    // Every size above (loss - 1/2) / rate loses as much, so those steps are one subtraction: a tiny rate over a long
    // age must not become a long loop. For a few steps the loop is the faster way.
    int64_t alike = 1;
    if (loss == 1) {
      alike = size;
    } else if (left > kManySteps) {
      const auto lowest = static_cast<int64_t>((Int128{2} * loss - 1) * kRateOne / (Int128{2} * rate)) + 1;
      alike = size >= lowest ? (size - lowest) / loss + 1 : 1;
    }
    const int64_t taken = std::min(alike, left);
    size -= taken * loss;
    left -= taken;
  }
  return points < 0 ? -size : size;
}

int64_t DecayHalfLife(int64_t points, int64_t age, int64_t half_life) {
  SAITEN_CHECK(half_life > 0);
  if (age <= 0) return points;
  const int64_t halvings = age / half_life;
  if (halvings > 62) return 0;
  const auto rest = static_cast<uint64_t>(age % half_life);
  const auto span = static_cast<uint64_t>(half_life);
  const uint64_t fraction =
      (rest >> 32) == 0 ? (rest << 32) / span : static_cast<uint64_t>((UInt128{rest} << 32) / span);
  uint64_t factor = uint64_t{1} << 32;
  for (size_t i = 0; i < kHalfLifeRoot.size(); ++i) {
    if ((fraction >> (31 - i) & 1) != 0) factor = (factor * kHalfLifeRoot[i] + (uint64_t{1} << 31)) >> 32;
  }
  const UInt128 scaled = UInt128{static_cast<uint64_t>(Abs(points))} * factor;
  const auto size = static_cast<int64_t>((scaled + (UInt128{1} << (31 + halvings))) >> (32 + halvings));
  return points < 0 ? -size : size;
}

}  // namespace saiten::rt
