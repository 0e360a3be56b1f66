#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/column.h"

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

// Which values of a kernel are whole numbers although their type has digits behind the point; by ValueId. Unknown ones
// do not count. `ranges` are the kernel's.
std::vector<bool> WholeValues(const Program& program, const Kernel& kernel, const std::vector<Range>& ranges);

// Sets `min`, `max` and `unit` of all result columns, in the order of the kernels.
void SetResultRanges(Program& program);

// How the values of a result are stored, divided by its unit: both engines and whoever makes columns agree through it.
rt::Width WidthOf(const ResultColumn& column);

}  // namespace saiten::ir
