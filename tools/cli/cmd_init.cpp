#include <filesystem>

#include <fmt/format.h>

#include "driver/init.h"
#include "tools/cli/commands.h"

namespace saiten::cli {
namespace {

constexpr std::string_view kList = "list";

// The words that `--template` takes.
std::vector<std::string_view> TemplateNames() {
  std::vector<std::string_view> names;
  for (const driver::ProjectTemplate& one : driver::ProjectTemplates(driver::Language::kEnglish)) {
    names.push_back(one.name);
  }
  names.push_back(kList);
  return names;
}

Exit ListTemplates(Context& context) {
  for (const driver::ProjectTemplate& one : driver::ProjectTemplates(context.language())) {
    context.console().Result(fmt::format("{:<18} {}\n", one.name, one.summary));
  }
  return Exit::kOk;
}

Exit Run(Context& context) {
  const std::string wanted = context.Value("template").value_or("");
  if (wanted == kList) return ListTemplates(context);
  const std::string folder = context.positional().empty() ? "." : context.positional()[0];
  const auto names = driver::InitProject(folder, context.language(), wanted);
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
  return {
      .name = "init",
      .arguments = "[DIR]",
      .summary = {"a project that works, to change", "そのまま動くプロジェクトを作る"},
      .details = {"With --template the project is one for a common need of automation (nurturing, onboarding, "
                  "webinars ...), with its messages, workflow and tests; --lang ja writes it in Japanese.",
                  "--templateを付けると、リード育成・オンボーディング・ウェビナーなど、よくある自動化のプロジェクトを"
                  "メール・ワークフロー・テスト付きで作ります。--langで言語を選べます。"},
      .options = {{.name = "template",
                   .value = "NAME",
                   .help = {"what to start from; `list` shows them", "元にするテンプレート。`list`で一覧を表示"},
                   .choices = TemplateNames()}},
      .examples = {{"saiten init my_rules",
                    {"a CRM, scores, a test and a few records", "CRMの定義、スコア、テスト、少量のデータ"}},
                   {"saiten init --template list", {"the templates, one a line", "テンプレートの一覧"}},
                   {"saiten init --template nurture my_rules",
                    {"lead nurturing with its tests", "リード育成とそのテスト"}}},
      .max_arguments = 1,
      .run = Run};
}

}  // namespace saiten::cli
