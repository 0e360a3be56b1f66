#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/data_errors.h"
#include "store/runs/run_record.h"
#include "store/runs/run_summary.h"

namespace saiten::store {

// All runs whose results were written to the database, oldest first; none if nothing ever ran there.
Result<std::vector<RunRecord>> ListRuns(const std::string& path);

// Number and token of the last of them; 0 and empty if nothing ever ran there.
Result<std::pair<int64_t, std::string>> LastRunOf(const std::string& path);

// The rules' clock of the last of them; nothing if nothing ever ran there.
Result<std::optional<int64_t>> ClockOfLastRun(const std::string& path);

// The summary of one run; empty for a run of a version that kept none. Errors: as ListRuns.
Result<RunSummary> SummaryOf(const std::string& path, int64_t run);

// The version of SQLite in use ("3.40.1").
std::string SqliteVersion();

// The data errors of one run: exact counts, and the first examples of each group.
Result<DataErrors> DataErrorsOf(const std::string& path, int64_t run);

}  // namespace saiten::store
