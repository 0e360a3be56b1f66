#pragma once

#include <memory>
#include <string>
#include <vector>

#include "driver/loaded.h"
#include "store/run_record.h"
#include "store/run_summary.h"

// The main job: score everything, write the results in one transaction.
namespace saiten::driver {

struct RunOptions {
  DataOptions data;
  Engine engine = Engine::kAuto;
  size_t threads = 0;
  bool dry_run = false;    // do everything but write
  bool code_cache = true;  // keep made code for the next process
};

// A number that was held at its limit (R9001), by place in the rules.
struct TrapSummary {
  Location at;
  std::string first_key;  // of the first record it happened to; empty: the same for all
  std::string object;
  uint64_t kept = 0;  // among the traps that were kept
};

struct RunReport {
  std::unique_ptr<Loaded> loaded;
  store::RunRecord record;  // with the seconds of each phase
  store::RunSummary summary;
  std::vector<TrapSummary> traps;
  bool written = false;
  // Rows of all kernels that each engine did.
  uint64_t interpreted_rows = 0;
  uint64_t native_rows = 0;
};

// `compiled` must be free of errors; its program is optimised in place.
Result<RunReport> Run(Compiled& compiled, const RunOptions& options);

}  // namespace saiten::driver
