#pragma once

#include <optional>
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
  std::vector<RelatedTest> related;
  // By ValueId: the place in `related`, or -1.
  std::vector<int> related_place;
  std::vector<TestBits> tests;
};

// Whether the operation is worked out in place without branch or call and reads only at the row's own place, so that
// its loop can become vector code.
bool IsVector(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges);

// Whether an arithmetic operation is worked out in place, in 64 bits.
bool IsInlined(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges);

// Whether it compares the start or end of a row's date with an instant that is the same for all records: then dates are
// compared, of which vectors are made (Uniform::day).
bool IsDayCompare(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges,
                  const std::vector<bool>& uniform);

// Whether the operation itself may cut a number (R9001), its blocks aside.
bool MayTrap(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges);

// Whether anything in the block, or in blocks inside, may.
bool BlockMayTrap(const ir::Kernel& kernel, ir::BlockId block, const std::vector<Range>& ranges);

// Whether an Op::kLift is read from a table by dictionary code; else its block is worked out for each text.
bool HasTable(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges);

// Whether it is one of TestBits: a test that is unknown only where the text is.
bool IsTest(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges);

// The width of that table.
rt::Width LiftWidth(const ir::Kernel& kernel, const ir::Inst& inst, const std::vector<Range>& ranges);

// The pool that holds all texts that this value can be; nullopt where that is not one pool of data.
std::optional<uint32_t> PoolOf(const ir::Kernel& kernel, ir::ValueId text);

// Values of enclosing blocks that a block uses, also inside its inner blocks; each once.
std::vector<ir::ValueId> OuterValues(const ir::Kernel& kernel, ir::BlockId block);

// What the processor can do.
struct PlanOptions {
  bool wide_masks = false;         // events are counted for all rows of a block at once, related records are bits
  std::vector<bool> in_registers;  // by ValueId of a text: its tests stand in registers
};

Plan PlanOf(const ir::Kernel& kernel, const std::vector<Range>& ranges, const PlanOptions& options);

}  // namespace saiten::jit
