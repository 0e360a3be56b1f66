#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/loaded.h"
#include "driver/shard.h"
#include "driver/tick.h"
#include "store/runs/run_note.h"
#include "store/runs/run_record.h"
#include "store/runs/run_summary.h"

// The main job: score everything, write the results in one transaction.
namespace saiten::driver {

struct RunOptions {
  DataOptions data;
  Engine engine = Engine::kAuto;
  size_t threads = 0;
  bool dry_run = false;    // do everything but write
  bool code_cache = true;  // keep made code for the next process
  bool full = false;       // evaluate everything, also what cannot differ from the run before
  bool resume = false;     // go on with the run that did not end: its as-of and engine
  // Only this part of the records is scored, into the database `results` (made if missing); `data.db` is only read.
  std::optional<Shard> shard;
  std::string results;
};

// A number that was held at its limit (R9001), by place in the rules.
struct TrapSummary {
  Location at;
  std::string first_key;  // of the first record it happened to; empty: the same for all
  std::string object;
  int64_t row = -1;  // of that record; -1: the same for all
};

struct RunReport {
  std::optional<store::RunNote> cut_short;  // the run before did not end, and this one does not go on with it
  std::unique_ptr<Loaded> loaded;
  std::optional<TickReport> tick;      // of projects with automation
  std::unique_ptr<LoadedWorld> world;  // holds what `loaded` shows then
  store::RunRecord record;             // with the seconds of each phase
  store::RunSummary summary;
  std::vector<TrapSummary> traps;
  bool written = false;
  std::vector<EvaluatedRows> evaluated;  // by object of the catalog
  // The earliest instant at which time alone may change a result (sem T5); nothing if none does, or nobody asked.
  std::optional<int64_t> next_change;
  Text everything_because;  // why all records were evaluated; empty: they were not, or it is a first run
  std::string results_in;   // the database that they were written to
  // Rows of all kernels that each engine did.
  uint64_t interpreted_rows = 0;
  uint64_t native_rows = 0;
  std::optional<Error> without_code;  // Executed::without_code
};

// `compiled` must be free of errors; its program is optimised in place. While it works, a note lies beside the database
// (store::RunNote); it stays where the process is killed, and after failures of the system that may pass. kBusy:
// another run is at work there. kUsage: nothing to go on with. kRefused: the rules are not those that it began with.
Result<RunReport> Run(Compiled& compiled, const RunOptions& options);

}  // namespace saiten::driver
