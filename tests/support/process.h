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

// A new empty folder under the build's, removed with what is in it when the object goes.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace saiten::test
