#include <string>
#include <vector>

#include "base/cut_file.h"
#include "base/interrupt.h"
#include "tools/cli/cli.h"

int main(int argc, char** argv) {
  saiten::HandleSignals();
  saiten::HandleCutFiles();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(saiten::cli::RunCli(words));
}
