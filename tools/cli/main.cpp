#include <string>
#include <vector>

#include "base/interrupt.h"
#include "tools/cli/cli.h"
#include "tools/cli/hand_over.h"

int main(int argc, char** argv) {
  saiten::cli::RememberCommandLine(argv);
  saiten::HandleSignals();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(saiten::cli::RunCli(words));
}
