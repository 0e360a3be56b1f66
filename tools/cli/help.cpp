#include "tools/cli/help.h"

#include <fmt/format.h>

#include "driver/words.h"

namespace saiten::cli {
namespace {

using driver::In;
using driver::Language;

std::string Flag(const OptionSpec& option) {
  std::string flag =
      option.letter ? fmt::format("-{}, --{}", option.letter, option.name) : fmt::format("    --{}", option.name);
  if (!option.value.empty()) flag += fmt::format(" {}", option.value);
  return flag;
}

void AppendOptions(const std::vector<OptionSpec>& options, Language language, std::string& out) {
  for (const OptionSpec& option : options) {
    if (option.not_built) continue;
    std::string help(option.help.In(language));
    if (!option.choices.empty()) help += fmt::format(" ({})", fmt::join(option.choices, ", "));
    const std::string flag = Flag(option);
    if (flag.size() > 26)
      out += fmt::format("  {}\n  {:26}  {}\n", flag, "", help);
    else
      out += fmt::format("  {:26}  {}\n", flag, help);
  }
}

void AppendCommands(bool built, Language language, std::string& out) {
  for (const Command& command : AllCommands()) {
    if ((command.run != nullptr) == built)
      out += fmt::format("  {:16}  {}\n", command.name, command.summary.In(language));
  }
}

}  // namespace

std::string GeneralHelp(Language language) {
  std::string out(In(
      language,
      "saiten: rules for lead scores, segments and workflows, checked before they run.\n\n"
      "  saiten init mine && cd mine      a project that works\n"
      "  saiten check                     is it right? every mistake with its place and its fix\n"
      "  saiten test                      the tests written in the rules\n"
      "  saiten import contacts.csv --object contact --db crm.db\n"
      "  saiten run --db crm.db           score every record, work off the workflows; results: view saiten_scores ...\n"
      "  saiten outbox send --db crm.db   deliver what workflows wrote: mail and webhooks\n"
      "  saiten why contact 42 --db crm.db  where each point comes from\n\n"
      "Commands\n",
      "saiten: リードスコア、セグメント、ワークフローのルールを、実行する前に検査します。\n\n"
      "  saiten init mine && cd mine      そのまま動くプロジェクトを作る\n"
      "  saiten check                     ルールは正しいか。間違いは場所と直し方つきで表示\n"
      "  saiten test                      ルールに書いたテストを実行\n"
      "  saiten import contacts.csv --object contact --db crm.db\n"
      "  saiten run --db crm.db           全レコードを採点し、ワークフローを進める。結果はビュー(saiten_scoresなど)\n"
      "  saiten outbox send --db crm.db   ワークフローのメールとWebhookを送信\n"
      "  saiten why contact 42 --db crm.db  点数の内訳\n\n"
      "コマンド\n"));
  AppendCommands(true, language, out);
  out += In(language, "\nNot built yet\n", "\n未実装\n");
  AppendCommands(false, language, out);
  out += In(language, "\nFlags of every command (each also as a variable: SAITEN_LANG=ja)\n",
            "\n共通のオプション(環境変数でも指定可: SAITEN_LANG=ja)\n");
  AppendOptions(GlobalOptions(), language, out);
  out += In(language,
            "\nHow it ends\n"
            "  0 done   1 findings (errors in the rules, failed tests)   2 not done (usage, files, configuration)\n"
            "  4 partial (rows quarantined)   5 plan refused   75 database busy, try again   130, 143 interrupted\n\n"
            "`saiten COMMAND --help` has examples; `saiten explain E1001` explains a code.\n",
            "\n終了コード\n"
            "  0 完了   1 指摘あり(ルールのエラー、テストの失敗)   2 実行できず(使い方、ファイル、設定)\n"
            "  4 一部のみ(隔離された行あり)   5 計画を拒否   75 データベース使用中(再試行可)   130, 143 中断\n\n"
            "`saiten コマンド名 --help`に例があります。`saiten explain E1001`でコードの説明を表示します。\n");
  return out;
}

std::string HelpOf(const Command& command, Language language) {
  std::string out = fmt::format("saiten {}: {}\n\n", command.name, command.summary.In(language));
  out += fmt::format("  saiten {}{}{}\n", command.name, command.arguments.empty() ? "" : " ", command.arguments);
  if (!command.run) return out + std::string(In(language, "\nNot built yet.\n", "\n未実装です。\n"));
  if (!command.details.empty()) out += fmt::format("\n{}\n", command.details.In(language));
  if (!command.options.empty()) {
    out += In(language, "\nFlags\n", "\nオプション\n");
    AppendOptions(command.options, language, out);
  }
  if (!command.examples.empty()) {
    out += In(language, "\nExamples\n", "\n例\n");
    for (const Example& example : command.examples)
      out += fmt::format("  {}\n      {}\n", example.line, example.what.In(language));
  }
  out += In(language, "\n`saiten --help` lists the flags that every command takes.\n",
            "\n共通のオプションは`saiten --help`で表示します。\n");
  return out;
}

Error NoSuchCommand(const std::string& word) {
  std::vector<std::string_view> names;
  std::string below;  // the commands that begin with this word: `saiten schema`
  for (const Command& command : AllCommands()) {
    names.push_back(command.name);
    if (command.name.starts_with(word + " "))
      below += fmt::format("{}`saiten {}`", below.empty() ? "" : ", ", command.name);
  }
  if (!below.empty()) {
    return driver::Fail(ErrorKind::kUsage, {fmt::format("`saiten {}` needs one more word: {}", word, below),
                                            fmt::format("`saiten {}`にはもう1語必要です: {}", word, below)});
  }
  const std::string_view near = driver::Nearest(word, names);
  const Text hint{"`saiten --help` lists the commands", "`saiten --help`でコマンドの一覧を表示します"};
  if (near.empty())
    return driver::Fail(ErrorKind::kUsage,
                        {fmt::format("no command `{}`", word), fmt::format("`{}`というコマンドはありません", word)},
                        hint);
  return driver::Fail(ErrorKind::kUsage,
                      {fmt::format("no command `{}`; did you mean `saiten {}`?", word, near),
                       fmt::format("`{}`というコマンドはありません。`saiten {}`のことですか", word, near)},
                      hint);
}

}  // namespace saiten::cli
