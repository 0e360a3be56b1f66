#pragma once

#include <string>
#include <vector>

#include "driver/compile.h"
#include "store/schema/schema.h"

namespace saiten::driver {

// Rules text for the database that `db` or the settings name. The project need not have any rules. `zone` is that of
// times that name none; may be empty; kUsage where there is no such zone.
Result<std::string> PullSchema(const ProjectOptions& options, const std::string& db, const std::string& zone = {});

// Every difference between the rules and the database; `path` becomes the database that was looked at.
Result<std::vector<store::SchemaFinding>> CheckSchema(const Compiled& compiled, const std::string& db,
                                                      std::string& path);

}  // namespace saiten::driver
