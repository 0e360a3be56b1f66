#include <filesystem>

#include <fmt/format.h>

#include "driver/init.h"
#include "tools/cli/commands.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  const std::string folder = context.positional().empty() ? "." : context.positional()[0];
  const auto names = driver::InitProject(folder, context.language());
  if (!names.ok()) return context.Fail(names.error());
  const bool here = std::filesystem::path(folder).lexically_normal() == ".";
  for (const std::string& name : *names)
    context.console().Result(here ? name + "\n" : fmt::format("{}/{}\n", folder, name));
  context.console().Info(
      fmt::format(fmt::runtime(context.Say("next: {}saiten check && saiten test; README.md goes on from there",
                                           "次は: {}saiten check && saiten test。続きはREADME.mdにあります")),
                  here ? "" : fmt::format("cd {} && ", folder)));
  return Exit::kOk;
}

}  // namespace

Command InitCommand() {
  return {.name = "init",
          .arguments = "[DIR]",
          .summary = {"a project that works, to change", "そのまま動くプロジェクトを作る"},
          .examples = {{"saiten init my_rules",
                        {"a CRM, scores, a test and a few records", "CRMの定義、スコア、テスト、少量のデータ"}}},
          .max_arguments = 1,
          .run = Run};
}

}  // namespace saiten::cli
