#include "driver/runs.h"

#include "driver/loaded.h"

namespace saiten::driver {

Result<std::vector<store::RunRecord>> ListRuns(const ProjectOptions& options, const std::string& db) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  SAITEN_ASSIGN_OR_RETURN(const std::string path, DatabaseOf(loaded.config, db));
  return store::ListRuns(path);
}

}  // namespace saiten::driver
