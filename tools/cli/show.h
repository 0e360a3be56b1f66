#pragma once

#include <memory>
#include <optional>

#include "driver/report.h"
#include "tools/cli/command.h"

namespace saiten::cli {

// Where a command's own diagnostics go: they are the result of `check` and beside the result of all others.
enum class Stream { kResult, kSide };

// Shows what the compilation found in every `--output` format, with a summary line on stderr.
Status ShowDiagnostics(Context& context, const driver::Compiled& compiled, Stream stream);

// The same of some of it.
Status ShowFindings(Context& context, const driver::Compiled& compiled, const driver::Visible& visible, Stream stream);

// What a command says of the project before it does anything: warnings of its settings, files that were not read.
void TellAboutProject(Context& context, const driver::Project& project);

// Compiles the project and shows warnings of its settings. Null if files or settings could not be read; `*exit` is then
// how the command ends.
std::unique_ptr<driver::Compiled> CompileProject(Context& context, bool paths_are_arguments, driver::CompileTo to,
                                                 Exit* exit);

// How a command ends that found nothing else: with findings after errors, with --strict after warnings too.
Exit ExitAfter(const Context& context, const driver::Compiled& compiled);

// For commands that do something with a project: compiles it, shows what is wrong with it and, unless it was asked for,
// only the number of warnings. Null where it cannot be read or has errors; `*exit` is how the command ends, if nothing
// else happens.
std::unique_ptr<driver::Compiled> CompileOrExplain(Context& context, bool paths_are_arguments, driver::CompileTo to,
                                                   Exit* exit);

// Says that code was wanted and could not be made (driver::Executed::without_code); nothing if there was no need.
void TellWithoutCode(Context& context, const std::optional<Error>& why);

}  // namespace saiten::cli
