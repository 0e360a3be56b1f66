#include "driver/value_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace saiten::driver {
namespace {

std::vector<ValueCounts::Value> Plain(const rt::Column& column) {
  std::map<int64_t, uint64_t> counts;
  for (size_t row = 0; row < column.size(); ++row) ++counts[column.Raw(row)];
  std::vector<ValueCounts::Value> values;
  for (const auto& [raw, n] : counts) values.push_back({raw, n});
  return values;
}

TEST(ValueCounts, AreThoseOfEachRowWhateverItIsStoredAs) {
  for (const rt::Width width : {rt::Width::kBit, rt::Width::k1, rt::Width::k2}) {
    for (const size_t rows : {size_t{0}, size_t{1}, size_t{64}, size_t{1001}}) {
      const int64_t unit = width == rt::Width::kBit ? 1 : 1'000;
      rt::Column column = rt::Column::Unknowns(width, rows, unit);
      for (size_t row = 0; row < rows; ++row) {
        if (row % 3 != 0) column.Set(row, width == rt::Width::kBit ? 1 : (static_cast<int64_t>(row % 90) - 50) * unit);
      }
      const ValueCounts counts = ValueCounts::Of(column);
      ASSERT_TRUE(counts.complete());
      ASSERT_EQ(counts.values(), Plain(column)) << static_cast<int>(width) << " " << rows;
    }
  }
}

TEST(ValueCounts, AreThoseOfEachRow) {
  std::mt19937_64 random(7);
  for (const rt::Width width : {rt::Width::k1, rt::Width::k2, rt::Width::k4, rt::Width::k8}) {
    const int64_t most = -(rt::UnknownOf(width) + 1);
    for (const int64_t range : {int64_t{1}, int64_t{90}, std::min<int64_t>(most, 40'000), most}) {
      for (const size_t rows : {size_t{0}, size_t{1}, size_t{3}, size_t{1001}}) {
        rt::Column column = rt::Column::Unknowns(width, rows);
        for (size_t row = 0; row < rows; ++row) {
          const auto value = static_cast<int64_t>(random() >> 1) % range;
          if (random() % 7 != 0) column.Set(row, random() % 2 == 0 ? value : -value);
        }
        const ValueCounts counts = ValueCounts::Of(column);
        ASSERT_TRUE(counts.complete());
        ASSERT_EQ(counts.values(), Plain(column)) << rt::BytesOf(width) << " " << range << " " << rows;
      }
    }
  }
}

TEST(ValueCounts, FollowChanges) {
  std::mt19937_64 random(8);
  rt::Column column = rt::Column::Unknowns(rt::Width::k2, 300);
  ValueCounts counts = ValueCounts::Of(column);
  for (int step = 0; step < 5'000; ++step) {
    const size_t row = random() % column.size();
    const int64_t before = column.Raw(row);
    random() % 9 == 0 ? column.SetUnknown(row) : column.Set(row, static_cast<int64_t>(random() % 50) - 25);
    counts.Move(before, column.Raw(row));
  }
  EXPECT_EQ(counts, ValueCounts::Of(column));
}

// Where nearly every row has a number of its own nothing is kept: whoever needs it looks at the rows.
TEST(ValueCounts, OfTooManyDifferentNumbersThereAreNone) {
  for (const int64_t step : {int64_t{1}, int64_t{1'000'000}}) {
    rt::Column column = rt::Column::Unknowns(rt::Width::k8, ValueCounts::kMost + 1);
    for (size_t row = 0; row < column.size(); ++row) column.Set(row, static_cast<int64_t>(row) * step);
    EXPECT_FALSE(ValueCounts::Of(column).complete());
    column.Set(0, step);
    ValueCounts counts = ValueCounts::Of(column);
    EXPECT_TRUE(counts.complete());
    counts.Move(step, -1);
    EXPECT_FALSE(counts.complete()) << "one more than can be kept apart";
  }
}

// What is kept beside a database may be of other rows, or damaged: that costs a count and nothing else.
TEST(ValueCounts, AreGivenUpWhereTheyAreOfOtherRows) {
  rt::Column column = rt::Column::Unknowns(rt::Width::k2, 10);
  for (size_t row = 0; row < column.size(); ++row) column.Set(row, static_cast<int64_t>(row % 3));
  for (const int64_t never : {-1, 3}) {
    ValueCounts counts = ValueCounts::Of(column);
    counts.Move(never, 1);
    EXPECT_FALSE(counts.complete()) << never;
    counts.Move(1, 2);
    EXPECT_FALSE(counts.complete()) << never;
  }
}

TEST(ValueCounts, AreMadeWhereTheyAreMissing) {
  rt::Results results;
  auto& columns = results.columns.emplace_back();
  for (int64_t i = 0; i < 3; ++i) {
    columns.push_back(rt::Column::Unknowns(rt::Width::k4, 100));
    for (size_t row = 0; row < 100; ++row) columns.back().Set(row, static_cast<int64_t>(row) % (i + 2));
  }
  const ir::Program program;
  const ResultCounts all = CountResults(program, results, 2);
  ResultCounts counts = all;
  counts[0][1] = ValueCounts();
  counts[0][2].Move(-5, 1);
  CountMissing(program, results, 2, counts);
  EXPECT_EQ(counts, all);
}

}  // namespace
}  // namespace saiten::driver
