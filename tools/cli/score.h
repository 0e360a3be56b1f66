#pragma once

#include <cstdint>
#include <optional>

#include "driver/compile.h"
#include "driver/run.h"
#include "tools/cli/command.h"

namespace saiten::cli {

// The flags that `run` and `runs retry` share.
std::vector<OptionSpec> ScoreOptions();

// Scores as these flags say, and `options` beside them, and says what came out. `exit`: how the compilation ends.
// `due`, if given: when time alone may make something else of it, if ever.
Exit Score(Context& context, driver::Compiled& compiled, driver::RunOptions options, Exit exit,
           std::optional<int64_t>* due = nullptr);

}  // namespace saiten::cli
