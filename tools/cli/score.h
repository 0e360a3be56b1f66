#pragma once

#include "driver/compile.h"
#include "driver/run.h"
#include "tools/cli/command.h"

namespace saiten::cli {

// The flags that `run` and `runs retry` share.
std::vector<OptionSpec> ScoreOptions();

// Scores as these flags say, and `options` beside them, and says what came out. `exit`: how the compilation ends.
Exit Score(Context& context, driver::Compiled& compiled, driver::RunOptions options, Exit exit);

}  // namespace saiten::cli
