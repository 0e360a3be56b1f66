#pragma once

#include <optional>
#include <string>

#include "base/words.h"
#include "driver/loaded.h"
#include "driver/run_state.h"

// Whether a run can build on the one before, and how.
namespace saiten::driver {

struct RunBefore {
  std::optional<RunState> state;        // what that run left, whatever it is good for; its results go into `previous`
  std::optional<PreviousRun> previous;  // there if only what may differ has to be evaluated
  bool in_place = false;                // the results before had the same rows at the same places
  bool same_rows = false;               // the records are the same in the same order
  Text why;                             // why everything is evaluated; empty for a first run
};

// What the last run left of this database and program (ReadRunState), in terms of the data as loaded now. `full`:
// everything was asked for. What is wrong with the state is said in `why`, never an error.
RunBefore FindRunBefore(const Loaded& loaded, Result<std::optional<RunState>> read, const std::string& program_hash,
                        bool full);

// What a run leaves for the next one.
struct NewRun {
  const Loaded& loaded;
  const Executed& executed;
  const ResultCounts& counts;  // of its results
  RunHead head;
  RunOutcome outcome;
};
Status KeepRun(NewRun run, const RunBefore& before);
// The same without the results, which the next run makes anew where it finds that something has changed.
Status KeepOutcome(NewRun run);
// Tells that this was not possible.
void WarnNotKept(const store::CacheOptions& cache, const Status& kept);

}  // namespace saiten::driver
