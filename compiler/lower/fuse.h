#pragma once

#include <vector>

#include "compiler/lower/lowerer.h"

namespace saiten::lower {

// Joins kernels of one declaration each, given so that each stands behind what it reads, into as few as possible: those
// of one object that need no result of another record from each other. Results that a kernel reads of its own record
// become plain values. Moves the kernels into `program` and adjusts the items' traces, in the order given.
void Fuse(std::vector<Item>& items, ir::Program& program);

}  // namespace saiten::lower
