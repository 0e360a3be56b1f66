#include "runtime/decay.h"

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/decimal.h"

namespace saiten::rt {
namespace {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
constexpr int64_t kQuarter = 250'000'000;  // 25%
constexpr int64_t kAges[] = {0, 29, 30, 59, 60, 89, 90, 119, 120};

TEST(Decay, WorkedExampleLinear) {  // acc A13
  constexpr int64_t kExpected[] = {20'000, 20'000, 15'000, 15'000, 10'000, 10'000, 5'000, 5'000, 0};
  for (size_t i = 0; i < std::size(kAges); ++i) {
    EXPECT_EQ(DecayLinear(20'000, kQuarter, kAges[i] / 30), kExpected[i]) << kAges[i];
  }
}

TEST(Decay, WorkedExampleCompound) {  // acc A13
  constexpr int64_t kExpected[] = {20'000, 20'000, 15'000, 15'000, 11'250, 11'250, 8'438, 8'438, 6'329};
  for (size_t i = 0; i < std::size(kAges); ++i) {
    EXPECT_EQ(DecayCompound(20'000, kQuarter, kAges[i] / 30), kExpected[i]) << kAges[i];
  }
}

TEST(Decay, WorkedExampleHalfLife) {  // acc A13
  constexpr int64_t kExpected[] = {20'000, 10'234, 10'000, 5'117, 5'000, 2'558, 2'500, 1'279, 1'250};
  for (size_t i = 0; i < std::size(kAges); ++i) {
    EXPECT_EQ(DecayHalfLife(20'000, kAges[i] * kDay, 30 * kDay), kExpected[i]) << kAges[i];
  }
}

TEST(Decay, RootsAreTheRoundedPowers) {
  for (int i = 1; i <= 32; ++i) {
    const long double exact = 4294967296.0L * std::exp2l(-std::exp2l(-static_cast<long double>(i)));
    EXPECT_EQ(kHalfLifeRoot[static_cast<size_t>(i - 1)], static_cast<uint32_t>(std::llroundl(exact))) << i;
  }
}

// SC4's sentence, word by word, with 128-bit integers throughout.
int64_t HalfLifeByDefinition(int64_t p, int64_t a, int64_t h) {
  const int64_t k = a / h;
  if (k > 62) return 0;
  const UInt128 f = (static_cast<UInt128>(a % h) << 32) / static_cast<UInt128>(h);
  UInt128 r = UInt128{1} << 32;
  for (int i = 1; i <= 32; ++i) {
    if ((f >> (32 - i) & 1) != 0) r = (r * kHalfLifeRoot[static_cast<size_t>(i - 1)] + (UInt128{1} << 31)) >> 32;
  }
  const UInt128 size = (static_cast<UInt128>(Abs(p)) * r + (UInt128{1} << (31 + k))) >> (32 + k);
  return p < 0 ? -static_cast<int64_t>(size) : static_cast<int64_t>(size);
}

TEST(Decay, HalfLifeIsItsIntegerDefinition) {
  for (int64_t points : {kNumberMin, int64_t{-20'000}, int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{999}, kNumberMax}) {
    for (int64_t half : {int64_t{1}, int64_t{7}, int64_t{1} << 31, (int64_t{1} << 32) + 1, 30 * kDay, kNumberMax}) {
      for (int64_t age :
           {int64_t{0}, int64_t{1}, half / 3, half - 1, half, half / 2 + half / 4, 62 * (half / 64), kNumberMax}) {
        if (age < 0) continue;
        EXPECT_EQ(DecayHalfLife(points, age, half), HalfLifeByDefinition(points, age, half))
            << points << " " << age << " " << half;
      }
    }
  }
  EXPECT_EQ(DecayHalfLife(kNumberMax, 62, 1), 2);
  EXPECT_EQ(DecayHalfLife(kNumberMax, 63, 1), 0);
}

TEST(Decay, CompoundIsItsLoop) {
  for (int64_t rate : {int64_t{1}, int64_t{333'333}, int64_t{1'000'000}, kQuarter, int64_t{500'000'000},
                       int64_t{999'999'999}, kRateOne}) {
    for (int64_t points : {int64_t{1}, int64_t{2}, int64_t{3}, int64_t{20'000}, int64_t{-20'000}, int64_t{1'234'567}}) {
      int64_t size = Abs(points);
      for (int64_t step = 0; step <= 3'000; ++step) {
        ASSERT_EQ(DecayCompound(points, rate, step), points < 0 ? -size : size) << rate << " " << points << " " << step;
        const int64_t after = static_cast<int64_t>(DivRound(Int128{size} * (kRateOne - rate), kRateOne));
        size = size == 0 ? 0 : std::min(after, size - 1);
      }
    }
  }
}

TEST(Decay, EachCompoundStepTakesAtLeastOneMilliPointAndEnds) {
  EXPECT_EQ(DecayCompound(3, 1, 2), 1);
  EXPECT_EQ(DecayCompound(3, 1, 3), 0);
  EXPECT_EQ(DecayCompound(1'000'000'000, 1, kNumberMax), 0);
  EXPECT_EQ(DecayCompound(kNumberMin, kQuarter, kNumberMax), 0);
  EXPECT_EQ(DecayCompound(20'000, kQuarter, -1), 20'000);
}

TEST(Decay, LinearReachesZeroAndStays) {
  EXPECT_EQ(DecayLinear(-20'000, kQuarter, 3), -5'000);
  EXPECT_EQ(DecayLinear(20'000, kQuarter, 5), 0);
  EXPECT_EQ(DecayLinear(20'000, kQuarter, kNumberMax), 0);
  EXPECT_EQ(DecayLinear(20'000, 333'333'333, 3), 0);
  EXPECT_EQ(DecayLinear(20'000, kRateOne * 2, 1), 0);
  EXPECT_EQ(DecayLinear(kNumberMax, 1, 0), kNumberMax);
  EXPECT_EQ(DecayLinear(5, 500'000'000, 1), 3);  // half away from zero
}

}  // namespace
}  // namespace saiten::rt
