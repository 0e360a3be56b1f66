#pragma once

#include "driver/project.h"
#include "tools/cli/command.h"

namespace saiten::cli {

// The project that the global flags and, where the command takes them, its PATHs mean.
inline driver::ProjectOptions ProjectOptionsOf(const Context& context, bool paths_are_arguments = false) {
  driver::ProjectOptions options;
  if (paths_are_arguments) options.paths = context.positional();
  options.settings = context.Values("config");
  options.isolated = context.Flag("isolated");
  return options;
}

}  // namespace saiten::cli
