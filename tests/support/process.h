#pragma once

#include <string>
#include <vector>

namespace saiten::test {

// What a finished child process said.
struct ProcessResult {
  int exit_code = -1;  // 128 + signal if it was killed
  std::string out;
  std::string err;
};

// Runs a program and waits for it. `args[0]` is its path.
ProcessResult RunProcess(const std::vector<std::string>& args, const std::string& working_directory = "");

// The saiten command of this build.
std::string SaitenPath();

}  // namespace saiten::test
