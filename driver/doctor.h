#pragma once

#include <string>
#include <utility>
#include <vector>

#include "driver/project.h"
#include "driver/words.h"

namespace saiten::driver {

// What this program is made of, as found on this machine: name and version of each part.
struct Versions {
  std::string saiten;
  std::vector<std::pair<std::string, std::string>> parts;
};
Versions VersionsOfParts();

// One thing that `saiten doctor` looked at.
struct Finding {
  bool well = true;
  std::string part;  // "SQLite", "database"
  std::string text;
  std::string hint;
};

// Versions, time-zone data, machine code, settings, project and database. The database is only read.
std::vector<Finding> Examine(const ProjectOptions& options, const std::string& db, Language language);

}  // namespace saiten::driver
