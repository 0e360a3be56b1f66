#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/ir.h"

namespace saiten::ir {

// The values that an instruction can have where it is known, in the units of its type; of a list: of its length.
struct Range {
  int64_t min = 0;
  int64_t max = 0;
  bool empty() const { return min > max; }  // never known
  friend bool operator==(const Range&, const Range&) = default;
};

// The values that a type leaves open: members of an enum, 0 and 1, all numbers.
Range RangeOfType(const Catalog& catalog, Type type);

// What every value of a kernel can be, by ValueId: from types, constants, limits and the ranges of the results that it
// loads. Never too narrow.
std::vector<Range> RangesOf(const Program& program, const Kernel& kernel);

// Sets `min` and `max` of all result columns, in the order of the kernels.
void SetResultRanges(Program& program);

}  // namespace saiten::ir
