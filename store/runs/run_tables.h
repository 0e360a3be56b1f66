#pragma once

#include "base/result.h"
#include "store/data_errors.h"
#include "store/runs/run_record.h"
#include "store/runs/run_summary.h"
#include "store/sqlite/sqlite.h"

// One run in the tables `saiten_run`, `saiten_run_...` and `saiten_data_error...`. Private to store/.
namespace saiten::store {

// The number that the next run gets.
Result<int64_t> NextRun(Connection& connection);
Status WriteRun(Connection& connection, const RunRecord& run);
Status WriteSummary(Connection& connection, int64_t run, const RunSummary& summary);
Status WriteDataErrors(Connection& connection, int64_t run, const DataErrors& errors);

}  // namespace saiten::store
