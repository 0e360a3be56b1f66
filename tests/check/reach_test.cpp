#include "compiler/analyse/reach.h"

#include <gtest/gtest.h>

#include "runtime/decimal.h"

namespace saiten::analyse {
namespace {

Reach Row(std::initializer_list<int64_t> points) {
  Reach reach = Reach::Exactly(0);
  for (int64_t p : points) reach = reach.Or(Reach::Exactly(p));
  return reach;
}

// The attribute score of acceptance A1: only multiples of 5 from 0 to 50.
TEST(Reach, SumOfRulesKeepsEveryTotal) {
  const Reach fit = (Row({15'000}) + Row({15'000, 5'000}) + Row({20'000, 15'000, 10'000})).AtMost(50'000);
  EXPECT_EQ(fit.low(), 0);
  EXPECT_EQ(fit.high(), 50'000);
  EXPECT_EQ(fit.step(), 5'000);
  ASSERT_NE(fit.values(), nullptr);
  EXPECT_EQ(fit.values()->size(), 11u);
  EXPECT_FALSE(fit.Meets(46'000, 49'999));
  EXPECT_FALSE(fit.Meets(50'001, rt::kNumberMax));
  EXPECT_TRUE(fit.Meets(50'000, 60'000));
}

TEST(Reach, EventsHaveNoEnd) {
  const Reach opens = Reach::Multiples(1'000, -1);
  EXPECT_FALSE(opens.bounded_above());
  EXPECT_EQ(opens.step(), 1'000);
  EXPECT_FALSE(opens.Meets(49'001, 49'999));
  const Reach sum = opens + Row({-100'000});
  EXPECT_EQ(sum.low(), -100'000);
  EXPECT_EQ(sum.AtLeast(0).low(), 0);
  EXPECT_EQ(sum.AtMost(30'500).step(), 500);
}

TEST(Reach, ManyValuesBecomeBoundsAndAStep) {
  Reach sum = Reach::Exactly(0);
  for (int i = 0; i < 11; ++i) sum = sum + Row({int64_t{3} << i});
  EXPECT_EQ(sum.values(), nullptr);
  EXPECT_EQ(sum.high(), 3 * ((int64_t{1} << 11) - 1));
  EXPECT_EQ(sum.step(), 3);
}

TEST(Reach, Arithmetic) {
  const Reach a = Reach::Between(-2, 5);
  EXPECT_EQ((a * Reach::Exactly(-3)).low(), -15);
  EXPECT_EQ((a * Reach::Exactly(-3)).high(), 6);
  EXPECT_EQ((-a).low(), -5);
  EXPECT_EQ(a.Abs().low(), 0);
  EXPECT_EQ(a.Abs().high(), 5);
  EXPECT_EQ(a.Min(Reach::Between(0, 3)).high(), 3);
  EXPECT_EQ(a.Min(Reach::Between(0, 3)).low(), -2);
  EXPECT_EQ(a.Max(Reach::Between(0, 3)).low(), 0);
  EXPECT_EQ(Reach::Exactly(1'250).Rescale(3, 0).low(), 1);
  EXPECT_EQ(Reach::Exactly(7).Rescale(0, 3).low(), 7'000);
  EXPECT_FALSE((Reach::Multiples(1, -1) * Reach::Exactly(2)).bounded_above());
}

// Bounds hold for what is really computed, on all small cases.
TEST(Reach, ContainsEveryResult) {
  for (int64_t a_low = -3; a_low <= 3; ++a_low) {
    for (int64_t a_high = a_low; a_high <= 3; ++a_high) {
      for (int64_t b_low = -3; b_low <= 3; ++b_low) {
        for (int64_t b_high = b_low; b_high <= 3; ++b_high) {
          const Reach a = Reach::Between(a_low, a_high);
          const Reach b = Reach::Between(b_low, b_high);
          for (int64_t x = a_low; x <= a_high; ++x) {
            EXPECT_TRUE(a.Abs().Meets(x < 0 ? -x : x, x < 0 ? -x : x));
            for (int64_t y = b_low; y <= b_high; ++y) {
              EXPECT_TRUE((a + b).Meets(x + y, x + y));
              EXPECT_TRUE((a * b).Meets(x * y, x * y));
              EXPECT_TRUE(a.Min(b).Meets(std::min(x, y), std::min(x, y)));
              EXPECT_TRUE(a.Max(b).Meets(std::max(x, y), std::max(x, y)));
            }
          }
        }
      }
    }
  }
}

TEST(Reach, StepsOfASubject) {
  EXPECT_EQ(Reach::Multiples(5, 3).InSteps(), ValueSet::Range(0, 3));
  const ValueSet holes = Row({10, 40}).InSteps();
  EXPECT_EQ(holes, ValueSet::Range(0, 1).Union(ValueSet::Point(4)));
  EXPECT_EQ(Reach::Between(0, 99, 10).InSteps(), ValueSet::Range(0, 9));
}

}  // namespace
}  // namespace saiten::analyse
