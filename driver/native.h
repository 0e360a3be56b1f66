#pragma once

#include <string>

#include "base/result.h"
#include "driver/execute.h"

// The JIT, reached through one table of functions, so that only a process that makes code has LLVM in it.
namespace saiten::driver {

struct NativeApi {
  // Compiles and runs all kernels; fills results and traps; `incremental`: which rows, null: all. kRefused where LLVM
  // cannot.
  Status (*run)(const vm::RunContext& context, const ExecuteOptions& options, Incremental* incremental, Executed& out);
  // The program as LLVM IR or as assembly, for data as it usually looks.
  Result<std::string> (*emit)(const ir::Program& program, bool assembly);
  // The processor as LLVM sees it, and LLVM's version.
  Result<std::string> (*description)();
};

// kRefused if it cannot be loaded.
Result<const NativeApi*> LoadNative();

}  // namespace saiten::driver
