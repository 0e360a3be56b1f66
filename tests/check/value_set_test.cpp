#include "compiler/analyse/value_set.h"

#include <limits>

#include <gtest/gtest.h>

#include "compiler/analyse/box.h"

namespace saiten::analyse {
namespace {

constexpr int64_t kLow = std::numeric_limits<int64_t>::min();
constexpr int64_t kHigh = std::numeric_limits<int64_t>::max();

TEST(ValueSet, NeighboursMelt) {
  const ValueSet set = ValueSet::Range(1, 4).Union(ValueSet::Range(5, 9));
  EXPECT_EQ(set, ValueSet::Range(1, 9));
  EXPECT_EQ(ValueSet::Range(6, 9).Union(ValueSet::Range(1, 4)).intervals().size(), 2u);
}

TEST(ValueSet, EndsOfTheNumbers) {
  const ValueSet all = ValueSet::AllKnown();
  EXPECT_EQ(all.Minus(ValueSet::Point(kHigh)), ValueSet::Range(kLow, kHigh - 1));
  EXPECT_EQ(all.Minus(ValueSet::Point(kLow)), ValueSet::Range(kLow + 1, kHigh));
  EXPECT_TRUE(all.Minus(all).empty());
  EXPECT_EQ(ValueSet::Range(kHigh - 1, kHigh).Union(ValueSet::Point(kHigh)), ValueSet::Range(kHigh - 1, kHigh));
}

TEST(ValueSet, UnknownIsAValueOfItsOwn) {
  const ValueSet domain = ValueSet::Range(0, 1).With(true);
  EXPECT_FALSE(domain.Known().ContainsAll(domain));
  EXPECT_EQ(domain.Minus(ValueSet::AllKnown()), ValueSet::Unknown());
  EXPECT_TRUE(domain.Intersect(ValueSet::Unknown()).has_unknown());
}

TEST(ValueSet, MinusCutsHoles) {
  const ValueSet set = ValueSet::Range(0, 9).Minus(ValueSet::Point(3)).Minus(ValueSet::Range(7, 20));
  ASSERT_EQ(set.intervals().size(), 2u);
  EXPECT_EQ(set.intervals()[0], (Interval{0, 2}));
  EXPECT_EQ(set.intervals()[1], (Interval{4, 6}));
}

// Against sets of single numbers, for every pair of sets over a small range.
TEST(ValueSet, AgreesWithSetsOfSingleNumbers) {
  auto of = [](uint32_t bits) {
    ValueSet set;
    for (int i = 0; i < 5; ++i) {
      if (bits >> i & 1) set = set.Union(ValueSet::Point(i));
    }
    return set.With(bits >> 5 & 1);
  };
  for (uint32_t a = 0; a < 64; ++a) {
    for (uint32_t b = 0; b < 64; ++b) {
      EXPECT_EQ(of(a).Union(of(b)), of(a | b));
      EXPECT_EQ(of(a).Intersect(of(b)), of(a & b));
      EXPECT_EQ(of(a).Minus(of(b)), of(a & ~b));
      EXPECT_EQ(of(a).ContainsAll(of(b)), (a & b) == b);
    }
  }
}

TEST(ValueSet, SampleIsTheValueNearestToZero) {
  EXPECT_EQ(ValueSet::Range(500, 900).Sample(), 500);
  EXPECT_EQ(ValueSet::Range(kLow, -5).Sample(), -5);
  EXPECT_EQ(ValueSet::AllKnown().Sample(), 0);
  EXPECT_EQ(ValueSet::Unknown().Sample(), std::nullopt);
}

TEST(Box, DifferenceCoversExactlyTheRest) {
  const Box a = {ValueSet::Range(0, 9), ValueSet::Range(0, 9)};
  const Box b = {ValueSet::Range(3, 5), ValueSet::Range(4, 20)};
  const Region rest = Minus(a, b);
  for (int64_t x = 0; x < 10; ++x) {
    for (int64_t y = 0; y < 10; ++y) {
      int holds = 0;
      for (const Box& box : rest) holds += box[0].Contains(x) && box[1].Contains(y);
      EXPECT_EQ(holds, b[0].Contains(x) && b[1].Contains(y) ? 0 : 1) << x << " " << y;
    }
  }
}

TEST(Box, CoversOverAllSubjectsTogether) {
  const ValueSet all = ValueSet::Range(0, 1);
  const Region rows = {{ValueSet::Point(0), all}, {ValueSet::Point(1), ValueSet::Point(0)}};
  EXPECT_FALSE(Covers(rows, {{all, all}}));
  Region more = rows;
  more.push_back({all, ValueSet::Point(1)});
  EXPECT_TRUE(Covers(more, {{all, all}}));
}

}  // namespace
}  // namespace saiten::analyse
