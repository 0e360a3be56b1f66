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

// Compiles the project and shows what is wrong. Null after errors; `*exit` is then how the command ends. Warnings of
// the settings are shown too.
std::unique_ptr<driver::Compiled> CompileOrExplain(Context& context, bool paths_are_arguments, Stream stream,
                                                   Exit* exit);

// Says that code was wanted and could not be made (driver::Executed::without_code); nothing if there was no need.
void TellWithoutCode(Context& context, const std::optional<Error>& why);

}  // namespace saiten::cli
