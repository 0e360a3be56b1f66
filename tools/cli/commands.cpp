#include "tools/cli/commands.h"

#include <algorithm>

namespace saiten::cli {
namespace {

// A command of the design that this version does not have yet: named, so that it can say so.
Command Later(std::string_view name, Text summary) { return {.name = name, .summary = std::move(summary)}; }

std::vector<Command> MakeCommands() {
  std::vector<Command> all;
  all.push_back(InitCommand());
  all.push_back(CheckCommand());
  all.push_back(LintCommand());
  all.push_back(FmtCommand());
  all.push_back(TestCommand());
  all.push_back(ImportCommand());
  all.push_back(RunCommand());
  all.push_back(WhyCommand());
  all.push_back(EvaluateCommand());
  all.push_back(SimulateCommand());
  all.push_back(WorkflowListCommand());
  all.push_back(WorkflowShowCommand());
  all.push_back(WorkflowTargetsCommand());
  all.push_back(WorkflowGraphCommand());
  all.push_back(GraphCommand());
  all.push_back(RunsListCommand());
  all.push_back(RunsShowCommand());
  all.push_back(RunsCompareCommand());
  all.push_back(RunsMergeCommand());
  all.push_back(RunsRetryCommand());
  all.push_back(RunsPruneCommand());
  all.push_back(ReportCommand());
  all.push_back(WorkflowOffCommand());
  all.push_back(WorkflowPauseCommand());
  all.push_back(WorkflowResumeCommand());
  all.push_back(WorkflowEnrolCommand());
  all.push_back(OutboxSendCommand());
  all.push_back(OutboxListCommand());
  all.push_back(WorkflowMergeCommand());
  all.push_back(SchemaPullCommand());
  all.push_back(SchemaCheckCommand());
  all.push_back(AttachCommand());
  all.push_back(DetachCommand());
  all.push_back(EmitCommand());
  all.push_back(DoctorCommand());
  all.push_back(ExplainCommand());
  all.push_back(ConfigShowCommand());
  all.push_back(CompletionCommand());

  all.push_back(Later("diff", {"what a change of the rules does to real data", "ルールの変更が実データに与える影響"}));
  all.push_back(Later("repl", {"expressions one by one", "式を1つずつ試す"}));
  all.push_back(Later("lsp", {"the language server", "言語サーバー"}));
  all.push_back(Later("dap", {"the debugger", "デバッガー"}));
  all.push_back(Later("bench", {"measurements", "性能測定"}));
  return all;
}

}  // namespace

const std::vector<Command>& AllCommands() {
  static const std::vector<Command> all = MakeCommands();
  return all;
}

const std::vector<OptionSpec>& GlobalOptions() {
  static const std::vector<OptionSpec> options = {
      {.name = "directory", .letter = 'C', .value = "DIR", .help = {"go there first", "先にそのフォルダーに移る"}},
      {.name = "lang", .value = "LANG", .help = {"language of messages", "メッセージの言語"}, .choices = {"en", "ja"}},
      {.name = "config",
       .value = "FILE|KEY=VAL",
       .help = {"this saiten.toml, or one setting", "saiten.tomlのパス、または設定を1つ"},
       .repeated = true},
      {.name = "isolated", .help = {"read no saiten.toml", "saiten.tomlを読まない"}},
      {.name = "output",
       .value = "FORMAT[:FILE]",
       .help = {"how diagnostics are shown (docs/outputs.md): full, concise, json, json-lines, sarif, junit, github, "
                "gitlab, "
                "markdown; may be repeated",
                "診断の表示形式: full、concise、json、json-lines、sarif、junit、github、gitlab、markdown(複数指定可)"},
       .repeated = true},
      {.name = "color",
       .value = "WHEN",
       .help = {"colours (also NO_COLOR)", "色(NO_COLORも有効)"},
       .choices = {"auto", "always", "never"}},
      {.name = "strict", .help = {"warnings end with 1 too", "警告でも終了コードを1にする"}},
      {.name = "quiet", .letter = 'q', .help = {"results and failures only", "結果と失敗だけを表示"}},
      {.name = "verbose", .letter = 'v', .help = {"say more", "詳しく表示"}},
      {.name = "no-progress", .help = {"no progress lines", "進み具合を表示しない"}},
      {.name = "log-format",
       .value = "FORMAT",
       .help = {"how stderr speaks", "標準エラーの形式"},
       .choices = {"text", "json"}},
      {.name = "threads", .value = "N", .help = {"cores to use (default: all)", "使うコア数(既定: すべて)"}},
      {.name = "version", .help = {"the version; with --json what it was built from", "バージョン(--jsonで構成も)"}},
      {.name = "help", .letter = 'h', .help = {"this text", "この説明"}},
  };
  return options;
}

OptionSpec DbOption() {
  return {.name = "db",
          .value = "FILE",
          .help = {"SQLite database (else [data] of saiten.toml)", "SQLiteデータベース(省略時はsaiten.tomlの[data])"}};
}

const Command* FindCommand(std::string_view name) {
  auto found = std::ranges::find(AllCommands(), name, &Command::name);
  return found == AllCommands().end() ? nullptr : &*found;
}

}  // namespace saiten::cli
