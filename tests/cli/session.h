#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

// A conversation with the command, kept as a golden file (tests/cli/golden/NAME.txt). It holds the files it needs, the
// command lines, and what each of them printed:
//
//   ## file score.rules          the lines below are the file
//   ## copy examples/bank        a folder of the project, copied
//   ## run check --lang ja       arguments of `saiten`; `## run NO_COLOR=1 check` sets variables
//   ## sh sqlite3 crm.db "..."   any other command
//   ## stdout / ## stderr / ## exit 1    what came out (written by SAITEN_UPDATE_GOLDEN=1)
//
// Lines `# ...` before the first `##` say what the session is about.
namespace saiten::test {

struct Step {
  std::string kind;  // run, sh
  std::string line;  // the rest of its heading
  std::string standard_out;
  std::string standard_error;
  int exit_code = 0;
};

struct Session {
  std::string about;
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> copies;
  std::vector<Step> steps;  // in order; files are all written first
};

Session ReadSession(const std::filesystem::path& path);
std::string WriteSession(const Session& session);

// Runs every step in a new folder and gives the session as it went.
Session RunSession(const Session& session);

}  // namespace saiten::test
