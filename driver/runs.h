#pragma once

#include "driver/compile.h"
#include "driver/project.h"
#include "store/runs/runs.h"

namespace saiten::driver {

// The runs of the database that `db` or the settings name, oldest first.
Result<std::vector<store::RunRecord>> ListRuns(const ProjectOptions& options, const std::string& db);

// Everything that is kept of one run.
struct RunDetails {
  std::string db;
  store::RunRecord record;
  store::RunSummary summary;
  store::DataErrors errors;
};

// Run `run` of that database; 0: the last, -1: the one before the last that is in the list. kUsage: no such run, with
// those there are.
Result<RunDetails> DetailsOf(const ProjectOptions& options, const std::string& db, int64_t run);

// How a run is done again: with its time and its rules.
struct RunAgain {
  bool resume = false;  // it did not end: RunOptions::resume
  std::string as_of;    // for DataOptions::as_of, where it did
};

// Run `run` of the database; 0: the one that did not end if there is one, else the last. kUsage: no such run.
// kRefused: it was made with other rules.
Result<RunAgain> FindAgain(const Compiled& compiled, const std::string& db, int64_t run);

}  // namespace saiten::driver
