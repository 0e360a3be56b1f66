#pragma once

#include "compiler/lower/lower.h"
#include "driver/compile.h"

namespace saiten::driver {

// Says of each condition of automation which values it reads, as written in the rules (ir::Automation::seen), so that
// every decision can keep what it saw (sem O5). `lowered` is of `compiled`, not optimised.
void NameInputs(const Compiled& compiled, lower::LowerResult& lowered);

}  // namespace saiten::driver
