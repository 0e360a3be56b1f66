#pragma once

#include <string>

#include "driver/compile.h"
#include "store/import/import.h"

// A file into the database, its target named as a user names it.
namespace saiten::driver {

struct ImportRequest {
  std::string file;
  std::string db;
  std::string object;  // exactly one of the three
  std::string event;
  std::string list;
  std::string delimiter;  // "," ";" "tab"; empty: told by the file
  store::ImportOptions options;
};

// kUsage for an unknown target, with the nearest name.
Result<store::ImportReport> Import(const Compiled& compiled, ImportRequest request, store::DataErrors& errors);

}  // namespace saiten::driver
