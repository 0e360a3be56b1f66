#pragma once

#include <string>

#include "base/result.h"
#include "compiler/ir/ir.h"
#include "runtime/results.h"
#include "tests/parity/world.h"
#include "vm/jit/jit.h"
#include "vm/trap.h"

namespace saiten::parity {

// What a run left: every result column and every trap.
struct Outcome {
  rt::Results results;
  vm::TrapLog traps;
};

Result<Outcome> RunInterpreter(const ir::Program& program, const World& world, int64_t now = kNow);
Result<Outcome> RunJit(const ir::Program& program, const World& world, const jit::Options& options = {});

// The first place at which the outcomes differ, in words; empty if they are the same to the bit.
std::string FirstDifference(const ir::Program& program, const Outcome& interpreter, const Outcome& jit);

// The result column for values of this type, wide enough for any.
ir::ResultColumn ColumnFor(Type type);

}  // namespace saiten::parity
