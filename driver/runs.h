#pragma once

#include "driver/project.h"
#include "store/runs.h"

namespace saiten::driver {

// The runs of the database that `db` or the settings name, oldest first.
Result<std::vector<store::RunRecord>> ListRuns(const ProjectOptions& options, const std::string& db);

}  // namespace saiten::driver
