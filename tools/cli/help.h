#pragma once

#include <string>

#include "tools/cli/command.h"

namespace saiten::cli {

// `saiten --help`: what it is, the commands, how it ends.
std::string GeneralHelp(driver::Language language);
// `saiten run --help`: usage, flags, examples.
std::string HelpOf(const Command& command, driver::Language language);
// What to say to a word that names no command.
Error NoSuchCommand(const std::string& word);

}  // namespace saiten::cli
