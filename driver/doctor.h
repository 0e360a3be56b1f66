#pragma once

#include <string>
#include <utility>
#include <vector>

#include "driver/words.h"

namespace saiten::driver {

// What this program is made of, as found on this machine. `parts`: name and version, `-` where a part is missing.
struct Versions {
  std::string saiten;
  std::vector<std::pair<std::string, std::string>> parts;
};
Versions VersionsOfParts();

}  // namespace saiten::driver
