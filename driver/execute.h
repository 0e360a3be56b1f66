#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "driver/incremental.h"
#include "runtime/results.h"
#include "vm/run_context.h"
#include "vm/trap.h"

// Runs a program over its data with one of the engines, on all cores.
namespace saiten::driver {

// kAuto: the interpreter begins at once; where there are rows enough, code is made beside it and does the rest as soon
// as it is there. The results are the same whenever that is.
enum class Engine { kAuto, kInterp, kJit };

struct ExecuteOptions {
  Engine engine = Engine::kAuto;
  size_t threads = 0;                           // 0: all cores
  std::function<void(uint64_t done)> progress;  // records done so far, from any thread
  // The run before: only what may differ from it is evaluated, with the same results. Its results are taken over. Null:
  // everything is evaluated.
  PreviousRun* previous = nullptr;
  // Only the results of these records; not together with `previous`. Null: of all.
  const Part* part = nullptr;
  bool code_cache = true;  // use and fill the user's cache of made code
  // For tests: of each kernel the rows before this one are interpreted and the others run as code, which is waited for.
  std::optional<size_t> switch_at;
};

struct Executed {
  rt::Results results;
  Differences differences;               // from the run before; empty where there was none
  vm::TrapLog traps;                     // in the order of kernels and rows, whatever the threads did; of the part
  std::vector<EvaluatedRows> evaluated;  // by object; without a run before, all are as if changed
  Engine engine = Engine::kInterp;       // kJit if code did any of it
  uint64_t interpreted_rows = 0;         // rows of all kernels
  uint64_t native_rows = 0;
  // kAuto wanted code for this much work, and why it was not to be had; the results are the same, later.
  std::optional<Error> without_code;
};

// kRefused if the JIT is asked for and not there.
Result<Executed> Execute(const vm::RunContext& context, const ExecuteOptions& options);

// Whether there is enough to compute that kAuto makes code; `share`: which part of the records is evaluated.
bool WorthCode(const vm::RunContext& context, size_t threads, double share = 1);

}  // namespace saiten::driver
