#include <fmt/format.h>

#include "driver/attach.h"
#include "driver/format.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

Exit RunAttach(Context& context) {
  Exit exit = Exit::kOk;
  const auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  std::string path;
  const auto report = driver::Attach(*compiled, context.Value("db").value_or(""), path);
  if (!report.ok()) return context.Fail(report.error());
  Console& console = context.console();
  size_t followed = 0;
  for (const store::AttachReport::Table& table : report->tables) {
    if (!table.cannot.empty()) {
      console.Warn(fmt::format(fmt::runtime(context.Say("{}; a run reads it anew whenever the file has changed",
                                                        "{}。ファイルが変わるたびに、すべて読み直します")),
                               diag::Printable(table.cannot.In(context.language()))));
      continue;
    }
    ++followed;
    console.Info(fmt::format("{}: {}", diag::Printable(table.name),
                             table.made ? context.Say("triggers made", "トリガーを作りました")
                                        : context.Say("triggers are there already", "トリガーはすでにあります")));
  }
  for (const std::string& name : report->missing) {
    console.Warn(fmt::format(fmt::runtime(context.Say("the database has no table `{}`: attach again when it is there",
                                                      "表`{}`がありません。作ったあとで、もう一度attachしてください")),
                             diag::Printable(name)));
  }
  console.Info(fmt::format(
      fmt::runtime(report->changed ? context.Say("changes of {} table(s) in {} are logged from now on",
                                                 "{1}の表{0}個の変更を、これから記録します")
                                   : context.Say("changes of {} table(s) in {} are logged already; nothing was changed",
                                                 "{1}の表{0}個の変更は、すでに記録されています。何も変えていません")),
      followed, path));
  return exit;
}

Exit RunDetach(Context& context) {
  std::string path;
  const auto tables = driver::Detach(ProjectOptionsOf(context), context.Value("db").value_or(""), path);
  if (!tables.ok()) return context.Fail(tables.error());
  context.console().Info(
      tables->has_value()
          ? fmt::format(fmt::runtime(context.Say("changes of {} table(s) in {} are no longer logged",
                                                 "{1}の表{0}個の変更の記録をやめました")),
                        **tables, path)
          : fmt::format(fmt::runtime(context.Say("{} has no log of changes", "{}に変更履歴はありません")), path));
  return Exit::kOk;
}

}  // namespace

Command AttachCommand() {
  return {
      .name = "attach",
      .summary = {"a change log in the database", "データベースに変更履歴を付ける"},
      .details = {"Makes the table `saiten_change` and triggers on every table that the rules name, so that a run "
                  "reads only the rows that were\n"
                  "touched since the run before. Nothing else of the database changes. Once is enough; do it again "
                  "when the rules name more tables\n"
                  "or a table was made anew. Other programs keep writing as they do, a little slower (docs/attach.md "
                  "says how much).",
                  "表`saiten_change`"
                  "と、ルールに書かれた表へのトリガーを作ります。次の実行からは、前の実行のあとで触れられた行だけを"
                  "読みます。ほかは何も変えません。\n"
                  "一度行えば十分です。ルールの表が増えたときや、表を作り直したときは、もう一度行ってください。ほかのプ"
                  "ログラムは"
                  "そのまま書き込めますが、少し遅くなります(docs/attach.md)。"},
      .options = {DbOption()},
      .examples = {{"saiten attach --db crm.db", {"follow changes from now on", "これからの変更を記録"}},
                   {"saiten detach --db crm.db", {"take it all away again", "すべて元に戻す"}}},
      .run = RunAttach};
}

Command DetachCommand() {
  return {.name = "detach",
          .summary = {"take the change log away", "変更履歴を外す"},
          .details =
              {"Drops the triggers and the table that `saiten attach` made. Runs then read everything anew "
               "whenever the file has changed.",
               "`saiten attach`が作ったトリガーと表を消します。そのあとは、ファイルが変わるたびにすべて読み直します。"},
          .options = {DbOption()},
          .examples = {{"saiten detach --db crm.db", {"no more triggers", "トリガーをなくす"}}},
          .run = RunDetach};
}

}  // namespace saiten::cli
