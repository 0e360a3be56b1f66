#include "runtime/column.h"

#include <gtest/gtest.h>

#include <cstdint>

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

}  // namespace
}  // namespace saiten::rt
