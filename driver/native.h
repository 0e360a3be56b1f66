#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "driver/execute.h"

// The JIT, reached through one table of functions, so that only a process that makes code has LLVM in it. There are two
// definitions of LoadNative: that of the command looks for the JIT as a library beside the program and loads it when it
// is first asked for (driver/native/load.cpp); tests and the benchmark have it in them (driver/native/linked.cpp).
namespace saiten::driver {

// One kernel's code over one run's data; threads may run different rows at the same time.
class NativeKernel {
 public:
  virtual ~NativeKernel() = default;
  // `thread` says which of the threads that Prepare was told of is calling.
  virtual void Run(size_t thread, size_t begin, size_t end, vm::TrapLog& traps) = 0;
};

// Machine code of all kernels of a program.
class NativeCode {
 public:
  virtual ~NativeCode() = default;
  // Results of kernels before this one must be complete. Traps of values that are the same for all records are not
  // told.
  virtual Result<std::unique_ptr<NativeKernel>> Prepare(const vm::RunContext& context, size_t kernel,
                                                        rt::Results& results, size_t threads) const = 0;
};

struct NativeOptions {
  size_t threads = 0;                       // that may make code
  std::string cache;                        // folder of made code; empty: none
  const std::atomic<bool>* stop = nullptr;  // once true, compile soon gives up
};

struct NativeApi {
  const char* version;  // of Saiten, and which build of it; first in all versions
  // For the widths of the data's columns. kRefused where LLVM cannot, or when stopped.
  Result<std::unique_ptr<NativeCode>> (*compile)(const vm::RunContext& context, const NativeOptions& options);
  // The program as LLVM IR or as assembly, for data as it usually looks.
  Result<std::string> (*emit)(const ir::Program& program, bool assembly);
  // The processor as LLVM sees it, and LLVM's version.
  Result<std::string> (*description)();
  // Where code is kept between processes.
  std::string (*cache_folder)();
};

// kRefused if it cannot be loaded. From any thread; loads once.
Result<const NativeApi*> LoadNative();

// The library has one function by this name, of this type. What it gives is of use only to a program of the same build:
// each reads the other's types as they lie in memory.
inline constexpr char kNativeEntry[] = "saiten_native_api";
using NativeEntry = const NativeApi*();

}  // namespace saiten::driver
