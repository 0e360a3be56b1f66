#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/files.h"

// Golden files: what a program printed once, read by a person, and has to print again.
namespace saiten::test {

// True if the golden files are to be written anew (SAITEN_UPDATE_GOLDEN=1) instead of compared.
inline bool UpdateGolden() {
  const char* update = std::getenv("SAITEN_UPDATE_GOLDEN");
  return update && *update && std::string(update) != "0";
}

// Compares `actual` with the file at `path` below the project, or writes it there.
inline void ExpectGolden(const std::string& path, const std::string& actual) {
  const std::filesystem::path full = std::filesystem::path(SAITEN_SOURCE_DIR) / path;
  if (UpdateGolden()) {
    std::filesystem::create_directories(full.parent_path());
    WriteFile(full, actual);
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(full)) << path << " is missing; SAITEN_UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(ReadFile(full), actual) << path << " differs; read the difference, then SAITEN_UPDATE_GOLDEN=1";
}

}  // namespace saiten::test
