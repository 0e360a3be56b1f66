#include <string>
#include <vector>

#include "base/interrupt.h"
#include "tools/cli/cli.h"

int main(int argc, char** argv) {
  saiten::HandleSignals();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(saiten::cli::RunCli(words));
}
