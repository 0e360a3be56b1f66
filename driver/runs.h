#pragma once

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

}  // namespace saiten::driver
