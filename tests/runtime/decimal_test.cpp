#include "runtime/decimal.h"

#include <gtest/gtest.h>

#include <random>

namespace saiten::rt {
namespace {

constexpr int64_t kBoundary[] = {kNumberMin,
                                 kNumberMin + 1,
                                 -4'294'967'297,
                                 -4'294'967'296,
                                 -1'000'000'007,
                                 -10,
                                 -3,
                                 -2,
                                 -1,
                                 0,
                                 1,
                                 2,
                                 3,
                                 10,
                                 999,
                                 1'000'000'007,
                                 4'294'967'295,
                                 4'294'967'296,
                                 kNumberMax / 10,
                                 kNumberMax / 2,
                                 kNumberMax - 1,
                                 kNumberMax};

// The definition, without fast paths.
int64_t Expect(Int128 exact, bool* saturated) {
  if (exact > kNumberMax || exact < kNumberMin) *saturated = true;
  return exact > kNumberMax ? kNumberMax : (exact < kNumberMin ? kNumberMin : static_cast<int64_t>(exact));
}
Int128 Nearest(Int128 n, Int128 d) {
  const bool negative = (n < 0) != (d < 0);
  n = n < 0 ? -n : n;
  d = d < 0 ? -d : d;
  const Int128 size = (2 * n + d) / (2 * d);
  return negative ? -size : size;
}

TEST(Decimal, AddSubMulAtEveryPairOfBoundaries) {
  for (int64_t a : kBoundary) {
    for (int64_t b : kBoundary) {
      bool expected = false;
      bool got = false;
      EXPECT_EQ(Add(a, b, &got), Expect(Int128{a} + b, &expected));
      EXPECT_EQ(got, expected) << a << " + " << b;
      expected = got = false;
      EXPECT_EQ(Sub(a, b, &got), Expect(Int128{a} - b, &expected));
      EXPECT_EQ(got, expected) << a << " - " << b;
      expected = got = false;
      EXPECT_EQ(Mul(a, b, &got), Expect(Int128{a} * b, &expected));
      EXPECT_EQ(got, expected) << a << " * " << b;
    }
  }
}

TEST(Decimal, TheUnknownSentinelIsNeverProduced) {
  bool saturated = false;
  EXPECT_EQ(Add(kNumberMin, -1, &saturated), kNumberMin);
  EXPECT_TRUE(saturated);
  saturated = false;
  EXPECT_EQ(Mul(int64_t{1} << 62, -2, &saturated), kNumberMin);
  EXPECT_TRUE(saturated);
}

TEST(Decimal, TheFlagIsNeverReset) {
  bool saturated = true;
  EXPECT_EQ(Add(1, 2, &saturated), 3);
  EXPECT_TRUE(saturated);
}

TEST(Decimal, DivRoundGoesHalfAwayFromZero) {
  EXPECT_EQ(static_cast<int64_t>(DivRound(5, 2)), 3);
  EXPECT_EQ(static_cast<int64_t>(DivRound(-5, 2)), -3);
  EXPECT_EQ(static_cast<int64_t>(DivRound(5, -2)), -3);
  EXPECT_EQ(static_cast<int64_t>(DivRound(-5, -2)), 3);
  EXPECT_EQ(static_cast<int64_t>(DivRound(1, 3)), 0);
  EXPECT_EQ(static_cast<int64_t>(DivRound(-1, 2)), -1);
  EXPECT_EQ(static_cast<int64_t>(DivRound(kNumberMax, 2)), 4'611'686'018'427'387'904);
  EXPECT_EQ(static_cast<int64_t>(DivRound(kNumberMax, kNumberMax)), 1);
  EXPECT_EQ(static_cast<int64_t>(DivRound(kNumberMax - 1, kNumberMin)), -1);
}

TEST(Decimal, MulDivRoundEqualsItsDefinition) {
  for (int64_t a : kBoundary) {
    for (int64_t b : kBoundary) {
      for (int64_t c : kBoundary) {
        bool got = false;
        bool expected = false;
        const int64_t value = MulDivRound(a, b, c, &got);
        if (c == 0) {
          EXPECT_EQ(value, 0);
          continue;
        }
        // 2 * a * b may leave 128 bits; the largest operands are covered by quotient and rest instead.
        if (Abs(a) > kNumberMax / 4 && Abs(b) > kNumberMax / 4) continue;
        EXPECT_EQ(value, Expect(Nearest(Int128{a} * b, c), &expected)) << a << "*" << b << "/" << c;
        EXPECT_EQ(got, expected);
      }
    }
  }
  bool saturated = false;
  EXPECT_EQ(MulDivRound(kNumberMax, kNumberMax, kNumberMax, &saturated), kNumberMax);
  EXPECT_EQ(MulDivRound(kNumberMin, kNumberMax, kNumberMax, &saturated), kNumberMin);
  EXPECT_FALSE(saturated);
}

TEST(Decimal, RescaleRoundsAndSaturates) {
  bool saturated = false;
  EXPECT_EQ(Rescale(1234567, 6, 3, &saturated), 1235);
  EXPECT_EQ(Rescale(-1234500, 6, 3, &saturated), -1235);
  EXPECT_EQ(Rescale(-1234499, 6, 3, &saturated), -1234);
  EXPECT_EQ(Rescale(7, 0, 9, &saturated), 7'000'000'000);
  EXPECT_EQ(Rescale(kNumberMax, 9, 0, &saturated), 9'223'372'037);
  EXPECT_FALSE(saturated);
  EXPECT_EQ(Rescale(kNumberMax / 100, 0, 3, &saturated), kNumberMax);
  EXPECT_TRUE(saturated);
}

TEST(Decimal, ScalesOfResults) {
  EXPECT_EQ(AddScale(2, 6), 6);
  EXPECT_EQ(MulScale(2, 3), 5);
  EXPECT_EQ(MulScale(6, 6), 9);
  bool saturated = false;
  EXPECT_EQ(AddDecimal(150, 2, 5, 0, &saturated), 650);             // 1.50 + 5 = 6.50
  EXPECT_EQ(SubDecimal(150, 2, 1'000'000, 6, &saturated), 500000);  // 1.50 - 1.000000
  EXPECT_EQ(MulDecimal(250, 3, 3, 0, &saturated), 750);             // 25% of 3
  EXPECT_EQ(MulDecimal(500'001, 6, 500'001, 6, &saturated), 250'001'000);
  EXPECT_EQ(MulDecimal(1, 6, 500, 6, &saturated), 1);  // 0.0000000005 rounds up at the ninth decimal
  EXPECT_FALSE(saturated);
}

TEST(Decimal, DivisionGivesSixDecimals) {
  bool saturated = false;
  EXPECT_EQ(DivDecimal(1, 0, 3, 0, &saturated), 333'333);
  EXPECT_EQ(DivDecimal(2, 0, 3, 0, &saturated), 666'667);
  EXPECT_EQ(DivDecimal(-2, 0, 3, 0, &saturated), -666'667);
  EXPECT_EQ(DivDecimal(10, 0, 250, 3, &saturated), 40'000'000);        // 10 / 0.250
  EXPECT_EQ(DivDecimal(1'000'000'000, 9, 2, 0, &saturated), 500'000);  // 1.000000000 / 2
  EXPECT_EQ(DivDecimal(1, 9, 1, 0, &saturated), 0);
  EXPECT_EQ(DivDecimal(5'000'000, 0, 1'000, 0, &saturated), 5'000'000'000);
  EXPECT_EQ(DivDecimal(1, 0, 0, 0, &saturated), 0);
  EXPECT_FALSE(saturated);
  EXPECT_EQ(DivDecimal(kNumberMax, 0, 1, 9, &saturated), kNumberMax);
  EXPECT_TRUE(saturated);
}

TEST(Decimal, DivAndModAreFloored) {
  for (int64_t a : kBoundary) {
    for (int64_t b : kBoundary) {
      if (b == 0) {
        EXPECT_EQ(FloorDiv(a, b), 0);
        EXPECT_EQ(FloorMod(a, b), 0);
        continue;
      }
      EXPECT_EQ(Int128{b} * FloorDiv(a, b) + FloorMod(a, b) == a, true);
      if (b > 0) {
        EXPECT_TRUE(FloorMod(a, b) >= 0 && FloorMod(a, b) < b);
      } else {
        EXPECT_TRUE(FloorMod(a, b) <= 0 && FloorMod(a, b) > b);
      }
    }
  }
  EXPECT_EQ(FloorDiv(-7, 2), -4);
  EXPECT_EQ(FloorMod(-7, 2), 1);
}

TEST(Decimal, ComparesAcrossScalesExactly) {
  EXPECT_EQ(CompareDecimal(50, 0, 49'999, 3), 1);  // 49.999 is not hot (sem SC7)
  EXPECT_EQ(CompareDecimal(50, 0, 50'000, 3), 0);
  EXPECT_EQ(CompareDecimal(kNumberMax, 0, kNumberMax, 9), 1);
  EXPECT_EQ(CompareDecimal(kNumberMin, 0, kNumberMin, 9), -1);
}

TEST(Decimal, RoundToDigits) {
  bool saturated = false;
  EXPECT_EQ(RoundTo(12'345, 3, 2, &saturated), 12'350);
  EXPECT_EQ(RoundTo(-12'345, 3, 2, &saturated), -12'350);
  EXPECT_EQ(RoundTo(12'345, 3, 7, &saturated), 12'345);
  EXPECT_FALSE(saturated);
  EXPECT_EQ(RoundTo(kNumberMax, 3, 0, &saturated), kNumberMax);
  EXPECT_TRUE(saturated);
}

TEST(Decimal, RandomOperandsAgreeWithTheDefinition) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = static_cast<int64_t>(random()) >> (random() % 63);
    const auto b = static_cast<int64_t>(random()) >> (random() % 63);
    const auto c = static_cast<int64_t>(random()) >> (random() % 63);
    if (c == 0 || a == INT64_MIN || b == INT64_MIN || c == INT64_MIN) continue;
    if (Abs(a) > kNumberMax / 4 && Abs(b) > kNumberMax / 4) continue;
    bool got = false;
    bool expected = false;
    ASSERT_EQ(MulDivRound(a, b, c, &got), Expect(Nearest(Int128{a} * b, c), &expected)) << a << " " << b << " " << c;
    ASSERT_EQ(got, expected);
  }
}

}  // namespace
}  // namespace saiten::rt
