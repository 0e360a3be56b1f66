#pragma once

#include "tools/cli/command.h"

namespace saiten::cli {

// There are two programs made of the same parts. `saiten` has no LLVM in it, so that `check` and the like start at once
// (loading libLLVM takes longer than checking a file); `saiten-native` beside it makes machine code. A command that may
// want code calls this first: in `saiten` the other program takes over and this never comes back, unless it is not
// there; then the interpreter does the work. In `saiten-native` it does nothing.
void HandOver(const Context& context);

// The command line of this process, for HandOver.
void RememberCommandLine(char** argv);

}  // namespace saiten::cli
