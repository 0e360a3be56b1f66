#pragma once

#include <vector>

#include "vm/jit/range.h"
#include "vm/jit/related.h"

// In which loops over the rows of a block a kernel is computed: values that need branches, calls (aggregates, text,
// calendars) or reads from places that another column says (tables of texts, related records) first, each few in a loop
// of their own that writes them into arrays; then everything else in one loop without branches, which LLVM turns into
// vector code. Vector code that reads from many places takes an instruction a row and LLVM long to make.
namespace saiten::jit {

// Tests of one text, worked out for every text of its column: a byte a text, a bit a test, 0 where it is unknown.
struct TestBits {
  static constexpr size_t kMost = 8;
  ir::ValueId text;
  // Whether the table stands in registers where it is needed; else its bytes are left in an array by a loop of its own.
  bool in_registers = false;
  std::vector<ir::ValueId> tests;  // Op::kLift, from bit 0 on
};

// One loop over the rows of a block.
struct Step {
  bool vector = false;
  // Lists whose events it counts up to each row (counts.h), all by the same code; it then does nothing else.
  std::vector<ir::ValueId> counted;
  // Places in Plan::tests whose bytes it leaves in arrays.
  std::vector<size_t> tests;
  // What it leaves in arrays for later steps.
  std::vector<ir::ValueId> stored;
  // What it computes only for its traps.
  std::vector<ir::ValueId> watched;
  // Which outputs of the kernel it writes.
  std::vector<size_t> outputs;
};

// The loops of a kernel in the order in which they run.
struct Plan {
  std::vector<Step> steps;
  std::vector<bool> uniform;  // by ValueId
  // By ValueId of a count: the list whose ranks it is the difference of, if valid.
  std::vector<ir::ValueId> counted;
  // By ValueId of such a list: which code counts it, from 0 on (CountingKey).
  std::vector<size_t> counting;
  // By ValueId of such a list: which array its ranks stand in; and how many there are.
  std::vector<size_t> ranks;
  size_t rank_arrays = 0;
  std::vector<RelatedTest> related;
  // By ValueId: the place in `related`, or -1.
  std::vector<int> related_place;
  std::vector<TestBits> tests;
};

// What the processor can do.
struct PlanOptions {
  bool wide_masks = false;         // events are counted for all rows of a block at once, related records are bits
  std::vector<bool> in_registers;  // by ValueId of a text: its tests stand in registers
};

Plan PlanOf(const ir::Kernel& kernel, const std::vector<Range>& ranges, const PlanOptions& options);

}  // namespace saiten::jit
