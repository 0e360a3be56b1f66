#pragma once

#include "tools/cli/command.h"

// One function a command, each in a file of its own.
namespace saiten::cli {

Command CheckCommand();
Command ExplainCommand();
Command CompletionCommand();
Command ConfigShowCommand();

}  // namespace saiten::cli
