#pragma once

#include "compiler/ir/ir.h"
#include "compiler/lower/lower.h"

namespace saiten::driver {

// Whether a result depends on the clock, itself or through other results.
bool LooksAtClock(const ir::Program& program, lower::ResultRef result);

}  // namespace saiten::driver
