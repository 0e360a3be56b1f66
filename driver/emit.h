#pragma once

#include <string>

#include "base/result.h"
#include "driver/compile.h"

namespace saiten::driver {

// What can be printed of a project.
enum class EmitKind { kAst, kIr, kLlvm, kAsm };

// A stage of the compilation as text. `compiled` must be free of errors; its program is optimised in place unless
// `optimise` is false.
Result<std::string> Emit(Compiled& compiled, EmitKind kind, bool optimise);

}  // namespace saiten::driver
