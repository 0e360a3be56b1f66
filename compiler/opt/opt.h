#pragma once

#include "compiler/ir/ir.h"

// IR to better IR. Every pass leaves a program that ir::Verify accepts and whose results are the same to the bit; traps
// of values that nothing needs may go. Passes renumber values.
namespace saiten::opt {

// Gives every kernel whose outputs depend on the clock one more output, Kernel::next_change. Before Optimise, once.
void AddNextChange(ir::Program& program);

// All passes, in the order that does most. The literals gain texts that a fold makes, so it is done before the run.
void Optimise(ir::Program& program);

// What one result column does not need goes. Columns keep their numbers; of the others nobody writes.
void KeepOnly(ir::Program& program, ObjectId object, uint32_t result);

// Values of constants become constants, operations that change nothing go: `x and true`, a limit that the range of its
// argument keeps anyway, `else` behind what is always known, the sum of one number over a list.
void Simplify(ir::Program& program, ir::Kernel& kernel);

// What a block computes without its element is computed once, outside; only operations that cannot trap.
void Hoist(ir::Kernel& kernel);

// Equal computations are done once, lists with equal filters included.
void ShareCommon(ir::Kernel& kernel);

// Tests and functions of one text and constants become one kLift each, which an engine may work out once for each text
// of the column instead of once for each row.
void LiftTexts(const ir::Program& program, ir::Kernel& kernel);

// What no output needs goes, and values are numbered in the order in which they run.
void DropDead(ir::Kernel& kernel);

}  // namespace saiten::opt
