#pragma once

#include <vector>

#include "runtime/column.h"

namespace saiten::rt {

// What a run computed: columns[object][result], in the order of the program's result columns. Made before the run, so
// that any number of threads may fill different rows.
struct Results {
  std::vector<std::vector<Column>> columns;
};

}  // namespace saiten::rt
