#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

#include "tools/cli/cli.h"
#include "tools/cli/hand_over.h"

namespace {

// Stops at once. Nothing is half written: results and imports are one transaction each, which the database takes back,
// and files are written beside their place and moved there. Only calls that are allowed in a signal handler.
extern "C" void StopAtOnce(int signal) {
  static const char message[] = "\nsaiten: interrupted; nothing was changed\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
  _exit(128 + signal);
}

}  // namespace

int main(int argc, char** argv) {
  saiten::cli::RememberCommandLine(argv);
  std::signal(SIGINT, StopAtOnce);
  std::signal(SIGTERM, StopAtOnce);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(saiten::cli::RunCli(words));
}
