#include "driver/schema.h"

#include "driver/loaded.h"

namespace saiten::driver {

Result<std::string> PullSchema(const ProjectOptions& options, const std::string& db, const std::string& zone) {
  if (!zone.empty()) SAITEN_RETURN_IF_ERROR(rt::Zone::Find(zone));
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(options));
  SAITEN_ASSIGN_OR_RETURN(const std::string path, DatabaseOf(loaded.config, db));
  return store::PullSchema(path, {.zone = zone});
}

Result<std::vector<store::SchemaFinding>> CheckSchema(const Compiled& compiled, const std::string& db,
                                                      std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(path, DatabaseOf(compiled.project.config.config, db));
  store::CheckOptions options;
  SAITEN_ASSIGN_OR_RETURN(options.zone, ZoneOf(compiled));
  return store::CheckSchema(path, compiled.checked.catalog, options);
}

}  // namespace saiten::driver
