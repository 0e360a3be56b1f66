#pragma once

#include <optional>
#include <vector>

#include "vm/jit/range.h"

// What can be said of one instruction of a kernel, with the ranges of its values: how its code is made, and whether it
// may cut a number. Internal to vm/jit.
namespace saiten::jit {

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

}  // namespace saiten::jit
