#include "runtime/column.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/column_values.h"

namespace saiten::rt {
namespace {

// Sizes beside and far above the one from which memory comes straight from the system.
constexpr size_t kSizes[] = {0, 1, 63, 524'287, 524'288, 524'289, 3'000'001};

TEST(Column, ZerosAreZeroAndCanBeWrittenToTheirEnds) {
  for (const size_t size : kSizes) {
    Column column = Column::Zeros(Width::k4, size);
    ASSERT_EQ(column.size(), size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(column.data()) % 64, 0U) << size;
    for (const size_t row : {size_t{0}, size / 2, size - 1}) {
      if (row >= size) continue;
      column.Set(row, column.Raw(row) - 7);
      EXPECT_EQ(column.Raw(row) % 7, 0) << row;
      EXPECT_LT(column.Raw(row), 0) << row;
    }
  }
}

TEST(Column, UnknownsAreUnknown) {
  for (const size_t size : kSizes) {
    const Column column = Column::Unknowns(Width::k4, size);
    size_t known = 0;
    for (size_t row = 0; row < size; ++row) known += column.Known(row) ? 1 : 0;
    EXPECT_EQ(known, 0U) << size;
  }
}

TEST(Column, BitsAreNeverUnknown) {
  Column column = Column::Unknowns(Width::kBit, 77);
  EXPECT_EQ(column.bytes(), 24U);  // two words and the one behind
  for (const size_t row : {0, 7, 8, 63, 64, 76}) column.Set(row, 1);
  column.Set(8, 0);
  size_t members = 0;
  for (size_t row = 0; row < column.size(); ++row) {
    EXPECT_TRUE(column.Known(row)) << row;
    members += static_cast<size_t>(column.Raw(row));
  }
  EXPECT_EQ(members, 5U);
  EXPECT_EQ(column.Raw(76), 1);
  EXPECT_EQ(column.Raw(8), 0);
}

TEST(Column, UnitsAreGivenBack) {
  Column column = Column::Unknowns(Width::k1, 4, 1'000);
  column.Set(0, 127'000);
  column.Set(1, -127'000);
  column.Set(2, 0);
  EXPECT_EQ(column.Raw(0), 127'000);
  EXPECT_EQ(column.Raw(1), -127'000);
  EXPECT_TRUE(column.Known(2));
  EXPECT_FALSE(column.Known(3));
  column.SetUnknown(2);
  EXPECT_FALSE(column.Known(2));
  EXPECT_EQ(column.Raw(2), column.unknown());
  EXPECT_EQ(column.bytes(), 4U);
}

// A column of each way to store, with every third row unknown where that can be.
std::vector<Column> Samples(size_t size) {
  std::vector<Column> columns;
  for (const auto& [width, unit] : {std::pair{Width::kBit, 1},
                                    {Width::k1, 1},
                                    {Width::k1, 1'000},
                                    {Width::k2, 1'000},
                                    {Width::k4, 1},
                                    {Width::k8, 1}}) {
    Column column = Column::Unknowns(width, size, unit);
    for (size_t row = 0; row < size; ++row) {
      if (width == Width::kBit) {
        column.Set(row, row * row % 5 < 2 ? 1 : 0);
      } else if (row % 3 != 0) {
        column.Set(row, (static_cast<int64_t>(row * 37 % 200) - 100) * unit);
      }
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

TEST(Column, RowsAreCopiedFromAndToAnyPlace) {
  for (const Column& from : Samples(200)) {
    for (const size_t begin : {0, 3, 8, 77}) {
      for (const size_t at : {0, 5, 64, 70}) {
        for (const size_t count : {0, 1, 6, 8, 63, 120}) {
          Column to = Column::Unknowns(from.width(), 200, from.unit());
          for (size_t row = 0; row < to.size(); ++row) to.Set(row, from.unit());
          CopyRows(from, begin, count, to, at);
          for (size_t row = 0; row < to.size(); ++row) {
            const bool copied = row >= at && row < at + count;
            ASSERT_EQ(to.Raw(row), copied ? from.Raw(begin + row - at) : from.unit())
                << static_cast<int>(from.width()) << " " << begin << " " << at << " " << count << " " << row;
          }
        }
      }
    }
  }
}

TEST(Column, SomeRowsAreTakenAndPutBack) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < 200; row += 1 + row % 7) rows.push_back(row);
  for (const Column& column : Samples(200)) {
    const Column some = Gather(column, rows);
    Column back = Column::Unknowns(column.width(), 200, column.unit());
    Scatter(some, rows, back);
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(some.Raw(i), column.Raw(rows[i]));
      ASSERT_EQ(back.Raw(rows[i]), column.Raw(rows[i]));
    }
  }
}

TEST(Column, EveryValueIsVisitedAndCounted) {
  for (const Column& column : Samples(151)) {
    size_t row = 0;
    ForEachValue(column, [&](int64_t value) { ASSERT_EQ(value, column.Raw(row++)); });
    ASSERT_EQ(row, column.size());
    for (const int64_t value : {int64_t{0}, int64_t{1}, int64_t{2}, int64_t{7}, 63 * column.unit(), column.unknown()}) {
      size_t n = 0;
      for (size_t i = 0; i < column.size(); ++i) n += column.Raw(i) == value ? 1 : 0;
      EXPECT_EQ(CountOf(column, value), n) << static_cast<int>(column.width()) << " " << value;
    }
  }
}

}  // namespace
}  // namespace saiten::rt
