#pragma once

#include <string>
#include <vector>

#include "tools/cli/exit_code.h"

namespace saiten::cli {

// The whole command: reads `words` (argv without the program's name), speaks, and says how it ended.
Exit RunCli(const std::vector<std::string>& words);

}  // namespace saiten::cli
