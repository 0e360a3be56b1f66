#include "tools/cli/version.h"

#include <fmt/format.h>

#include "base/json.h"
#include "driver/doctor.h"

namespace saiten::cli {

std::string VersionText(bool json) {
  const driver::Versions versions = driver::VersionsOfParts();
  if (!json) return fmt::format("saiten {}\n", versions.saiten);
  Json out = {{"format_version", "1.0"}, {"saiten", versions.saiten}};
  for (const auto& [name, version] : versions.parts) out[name] = version;
  return JsonPage(out);
}

}  // namespace saiten::cli
