#include <fmt/format.h>

#include "driver/doctor.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  const auto findings =
      driver::Examine(ProjectOptionsOf(context), context.Value("db").value_or(""), context.language());
  bool sick = false;
  for (const driver::Finding& finding : findings) {
    sick |= !finding.well;
    context.console().Result(fmt::format("{} {:12} {}\n", finding.well ? "✓" : "✗", finding.part, finding.text));
    if (!finding.hint.empty())
      context.console().Result(fmt::format("  {:12} {}{}\n", "", context.Say("help: ", "ヒント: "), finding.hint));
  }
  return sick ? Exit::kFindings : Exit::kOk;
}

}  // namespace

Command DoctorCommand() {
  return {.name = "doctor",
          .summary = {"what this machine has, and whether it is well", "環境の診断"},
          .options = {DbOption()},
          .examples = {{"saiten doctor --db crm.db", {"also looks into the database", "データベースも診断"}}},
          .run = Run};
}

}  // namespace saiten::cli
