#pragma once

#include "base/result.h"
#include "driver/compile.h"
#include "driver/loaded.h"

namespace saiten::driver {

// Lays over the data what workflows have set (sem O1a), where the source itself has not changed since: for commands
// that only look, as the run does it for itself. Nothing where no workflow has ever run.
Status LayOver(const Compiled& compiled, const ir::Program& program, Loaded& loaded);

}  // namespace saiten::driver
