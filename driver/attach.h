#pragma once

#include <optional>
#include <string>

#include "driver/compile.h"
#include "store/changes/attach.h"

namespace saiten::driver {

// Puts the log of changes into the database that `db` or the settings name; `path` becomes that database.
Result<store::AttachReport> Attach(const Compiled& compiled, const std::string& db, std::string& path);
// Takes it away; needs no rules. The number of tables that were logged; nullopt if there was no log.
Result<std::optional<size_t>> Detach(const ProjectOptions& options, const std::string& db, std::string& path);

}  // namespace saiten::driver
