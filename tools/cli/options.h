#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tools/cli/command.h"

namespace saiten::cli {

// Which command a command line means, and what is left for it.
struct Split {
  const Command* command = nullptr;  // null: none was named
  std::vector<std::string> rest;     // everything but the command's own words
  std::string unknown;               // the word that names no command, if one does
  bool help = false;                 // -h, --help or the word help
  bool version = false;
};
Split SplitCommand(const std::vector<std::string>& words);

// A flag that stands without a command: one of those every command has.
bool IsGlobalOption(const std::string& written);
Error NoSuchGlobalOption(const std::string& written);

// Reads flags, environment and arguments of a command. What is wrong is a kUsage error with the nearest right spelling.
Result<Arguments> ParseArguments(const Command& command, const std::vector<std::string>& words);

// The flags that decide how errors of the command line itself are shown, read before anything is checked.
Console::Options EarlyOptions(const std::vector<std::string>& words);

// `SAITEN_DRY_RUN` for `dry-run`.
std::string EnvironmentName(std::string_view option);

}  // namespace saiten::cli
