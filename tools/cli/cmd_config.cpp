#include <fmt/format.h>

#include "driver/project.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  auto loaded = driver::FindConfig(ProjectOptionsOf(context));
  if (!loaded.ok()) return context.Fail(loaded.error());
  for (const driver::ConfigWarning& warning : loaded->warnings)
    context.console().Warn(context.Say(warning.en, warning.ja));
  for (const auto& [key, value] : driver::Show(loaded->config, context.language())) {
    std::string line = fmt::format("{} = {}", key, value);
    if (context.Flag("origin")) {
      auto found = loaded->config.origins.find(key);
      std::string origin(context.Say("default", "既定値"));
      if (found != loaded->config.origins.end())
        origin = found->second.file.empty() ? "--config" : fmt::format("{}:{}", found->second.file, found->second.line);
      line += fmt::format("    # {}", origin);
    }
    context.console().Result(line + "\n");
  }
  return Exit::kOk;
}

}  // namespace

Command ConfigShowCommand() {
  return {.name = "config show",
          .summary = {"every setting as it is in force here", "ここで有効な設定の一覧"},
          .options = {{.name = "origin", .help = {"also where each comes from", "設定の出どころも表示"}}},
          .examples = {{"saiten config show --origin", {"which file says what", "どのファイルの設定か"}}},
          .run = Run};
}

}  // namespace saiten::cli
