#include "driver/doctor.h"

#include "runtime/normalize.h"
#include "runtime/zone.h"

namespace saiten::driver {

Versions VersionsOfParts() {
  Versions versions;
  versions.saiten = SAITEN_VERSION;
  versions.parts.emplace_back("unicode", rt::UnicodeVersion());
  versions.parts.emplace_back("tz_data", rt::ZoneDataVersion());
  versions.parts.emplace_back("compiler", __VERSION__);
  return versions;
}

}  // namespace saiten::driver
