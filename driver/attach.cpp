#include "driver/attach.h"

#include "driver/loaded.h"
#include "driver/tick.h"

namespace saiten::driver {

Result<store::AttachReport> Attach(const Compiled& compiled, const std::string& db, std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(path, DatabaseOf(compiled.project.config.config, db));
  return store::AttachLog(path, compiled.checked.catalog, store::Connection::kDefaultBusyMs,
                          /*values=*/GoesThroughTime(compiled.checked));
}

Result<std::optional<size_t>> Detach(const ProjectOptions& options, const std::string& db, std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  SAITEN_ASSIGN_OR_RETURN(path, DatabaseOf(loaded.config, db));
  return store::DetachLog(path);
}

}  // namespace saiten::driver
