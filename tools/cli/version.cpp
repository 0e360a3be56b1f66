#include "tools/cli/version.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/doctor.h"

namespace saiten::cli {

std::string VersionText(bool json) {
  const driver::Versions versions = driver::VersionsOfParts();
  if (!json) return fmt::format("saiten {}\n", versions.saiten);
  nlohmann::ordered_json out = {{"format_version", "1.0"}, {"saiten", versions.saiten}};
  for (const auto& [name, version] : versions.parts) out[name] = version;
  return out.dump(2) + "\n";
}

}  // namespace saiten::cli
