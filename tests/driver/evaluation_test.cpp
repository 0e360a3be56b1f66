#include "driver/evaluation.h"

#include <gtest/gtest.h>

namespace saiten::driver {
namespace {

const std::vector<BandBound> kBands = {{"cold", "", std::nullopt}, {"warm", "", 30'000}, {"hot", "", 50'000}};

// acc A12: the open deals are already left out.
std::vector<Scored> A12() {
  return {{72'000, true}, {65'000, true},  {58'000, false}, {55'000, true},  {51'000, false}, {50'000, false},
          {48'000, true}, {45'000, false}, {33'000, false}, {30'000, false}, {12'000, false}, {5'000, true}};
}

// req S3-9 S3-31 S3-35 S3-43
TEST(Evaluation, A12) {
  const Quality q = Measure(A12(), kBands);
  EXPECT_EQ(q.n, 12u);
  EXPECT_EQ(q.positives, 5u);
  EXPECT_NEAR(q.base_rate().value(), 0.417, 0.0005);
  ASSERT_EQ(q.bands.size(), 3u);
  EXPECT_EQ(q.bands[0].n, 6u);
  EXPECT_EQ(q.bands[0].positives, 3u);
  EXPECT_EQ(q.bands[1].n, 4u);
  EXPECT_EQ(q.bands[1].positives, 1u);
  EXPECT_EQ(q.bands[2].n, 2u);
  EXPECT_EQ(q.bands[2].positives, 1u);
  EXPECT_FALSE(q.monotone);
  ASSERT_EQ(q.bounds.size(), 2u);
  EXPECT_DOUBLE_EQ(q.precision(q.bounds[0]).value(), 0.5);
  EXPECT_DOUBLE_EQ(q.recall(q.bounds[0]).value(), 0.6);
  EXPECT_DOUBLE_EQ(q.lift(q.bounds[0]).value(), 1.2);
  EXPECT_EQ(q.bounds[1].n, 10u);
  EXPECT_EQ(q.bounds[1].positives, 4u);
  EXPECT_EQ(q.ordered_pairs_doubled, 48u);
  EXPECT_DOUBLE_EQ(q.auc().value(), 24.0 / 35.0);
}

TEST(Evaluation, OtherThresholdsOfA12) {
  const Quality q = Measure(A12(), {{"low", "", std::nullopt}, {"mid", "", 45'000}, {"high", "", 55'000}});
  EXPECT_EQ(q.bounds[0].n, 4u);
  EXPECT_EQ(q.bounds[0].positives, 3u);
  EXPECT_EQ(q.bounds[1].n, 8u);
  EXPECT_EQ(q.bounds[1].positives, 4u);
}

TEST(Evaluation, TiesCountHalf) {
  EXPECT_DOUBLE_EQ(Measure({{1, true}, {1, false}}, {}).auc().value(), 0.5);
  EXPECT_DOUBLE_EQ(Measure({{2, true}, {1, false}}, {}).auc().value(), 1.0);
  EXPECT_DOUBLE_EQ(Measure({{0, true}, {1, false}}, {}).auc().value(), 0.0);
}

TEST(Evaluation, NothingToCompareWith) {
  EXPECT_FALSE(Measure({}, kBands).auc().has_value());
  EXPECT_FALSE(Measure({{1, true}}, kBands).auc().has_value());
  EXPECT_TRUE(Measure({}, kBands).monotone);
  EXPECT_FALSE(Measure({}, kBands).base_rate().has_value());
  EXPECT_FALSE(Measure({}, kBands).bands[0].rate().has_value());
  const Quality none = Measure({{1, false}}, kBands);
  EXPECT_FALSE(none.recall(none.bounds[0]).has_value());
  EXPECT_EQ(none.bands.back().rate(), 0.0);
  EXPECT_FALSE(none.lift(none.bounds[0]).has_value());
  EXPECT_FALSE(none.lift_of_best_tenth.has_value());
}

TEST(Evaluation, TheBestTenthSharesItsLastPlaces) {
  // 20 records, two places: one record alone at the top, the second place shared by three of which one is positive.
  std::vector<Scored> records(20);
  records[0] = {100, true};
  records[1] = {90, true};
  records[2] = {90, false};
  records[3] = {90, false};
  const Quality q = Measure(records, {});
  EXPECT_NEAR(q.lift_of_best_tenth.value(), (1 + 1.0 / 3) / 2 / (2.0 / 20), 1e-12);
}

}  // namespace
}  // namespace saiten::driver
