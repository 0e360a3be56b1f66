#pragma once

#include <vector>

#include "vm/jit/range.h"

// Conditions on a related record alone (`company.employees >= 1000`): worked out once for each record that may be
// related, in the order of their table, and kept as bits. Those of a hundred thousand companies are 12 KB, which stay
// in the nearest cache, where the companies' columns would not. Internal to vm/jit.
namespace saiten::jit {

// What is kept of one condition.
struct RelatedTest {
  ir::ValueId relation;  // of the kernel's own record: whose bits are wanted
  ir::ValueId test;      // unknown if the relation is
};

// By ValueId of the root block: the relation whose record alone decides it, if valid. A condition that is part of a
// larger one is not named, except where it is needed for itself.
std::vector<ir::ValueId> RelatedTests(const ir::Kernel& kernel, const std::vector<Range>& ranges,
                                      const std::vector<bool>& uniform);

// Takes out the tests of relations of which so many columns are tested so often that reading those for each record and
// comparing there costs less than reading so many bits.
void KeepFewTests(const ir::Kernel& kernel, std::vector<ir::ValueId>& relations);

}  // namespace saiten::jit
