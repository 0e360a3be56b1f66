#pragma once

#include <cstdint>
#include <vector>

#include "runtime/column.h"

namespace saiten::rt {

// What a run computed: columns[object][result], in the order of the program's result columns. Made before the run, so
// that any number of threads may fill different rows.
struct Results {
  std::vector<std::vector<Column>> columns;
};

// Where a column differs from what it held before.
struct ChangedCells {
  std::vector<uint32_t> rows;   // rising
  std::vector<int64_t> before;  // as Column::Raw gave it then

  bool empty() const { return rows.empty(); }
};

}  // namespace saiten::rt
