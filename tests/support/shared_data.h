#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace saiten::test {

// Path of a file of the real data beside the project (`../shared/data`), e.g. "cdnow/cdnow_master.csv.gz".
inline std::string SharedDataPath(const std::string& name) {
  return std::string(SAITEN_SOURCE_DIR) + "/../shared/data/" + name;
}

}  // namespace saiten::test

// First line of a test that reads the real data file NAME: skips the test where the folder is absent. `./dev test`
// counts these tests by the property recorded here, and fails where one was skipped although the folder is there.
#define SAITEN_NEEDS_SHARED_DATA(name)                                       \
  testing::Test::RecordProperty("shared_data", name);                        \
  if (!std::filesystem::is_regular_file(saiten::test::SharedDataPath(name))) \
  GTEST_SKIP() << "real data absent: ../shared/data/" << name
