#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "driver/incremental.h"
#include "runtime/results.h"
#include "vm/run_context.h"
#include "vm/trap.h"

// Runs a program over its data with one of the engines, on all cores.
namespace saiten::driver {

// kAuto: the interpreter where code would take longer to make than the rows take to interpret.
enum class Engine { kAuto, kInterp, kJit };

struct ExecuteOptions {
  Engine engine = Engine::kAuto;
  size_t threads = 0;                           // 0: all cores
  std::function<void(uint64_t done)> progress;  // records done so far, from any thread
  // The run before: only what may differ from it is evaluated, with the same results. Null: everything is.
  const PreviousRun* previous = nullptr;
};

struct Executed {
  rt::Results results;
  vm::TrapLog traps;                 // in the order of kernels and rows, whatever the threads did
  Engine engine = Engine::kInterp;   // the one that ran
  std::vector<EvaluatedRows> evaluated;  // by object; without a run before, all are as if changed
};

// kUsage if the JIT is asked for and not there.
Result<Executed> Execute(const vm::RunContext& context, const ExecuteOptions& options);

// Which engine kAuto means for this program and data, of which this share is evaluated.
Engine ChooseEngine(const vm::RunContext& context, double share = 1);

}  // namespace saiten::driver
