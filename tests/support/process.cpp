#include "tests/support/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/files.h"

namespace saiten::test {

ProcessResult RunProcess(const std::vector<std::string>& args, const std::string& working_directory) {
  TempDir dir;
  const std::string out = dir / "out", err = dir / "err";
  std::vector<char*> argv;
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    // The developer's own cache stays as it is.
    setenv("XDG_CACHE_HOME", SAITEN_BINARY_DIR "/tests/cache", 1);
    if (!working_directory.empty() && chdir(working_directory.c_str()) != 0) _exit(127);
    execv(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), ReadFile(out), ReadFile(err)};
}

std::string SaitenPath() { return std::string(SAITEN_BINARY_DIR) + "/bin/saiten"; }

}  // namespace saiten::test
