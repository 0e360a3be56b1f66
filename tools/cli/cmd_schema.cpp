#include <filesystem>

#include <fmt/format.h>

#include "base/json.h"
#include "driver/files.h"
#include "driver/format.h"
#include "driver/schema.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

Exit RunPull(Context& context) {
  const auto out = context.Value("out");
  std::error_code error;
  if (out && !context.Flag("force") && std::filesystem::exists(*out, error)) {
    return context.Fail(driver::Fail(ErrorKind::kUsage,
                                     {fmt::format("{} is there already; nothing was written", *out),
                                      fmt::format("{}がすでにあります。何も書き込んでいません", *out)},
                                     {"write to another file and take over what you want, or replace it with `--force`",
                                      "別のファイルに書いて必要なところを写すか、`--force`で置き換えてください"}));
  }
  const auto text = driver::PullSchema(ProjectOptionsOf(context), context.Value("db").value_or(""),
                                       context.Value("timezone").value_or(""));
  if (!text.ok()) return context.Fail(text.error());
  if (!out) {
    context.console().Result(*text);
    return Exit::kOk;
  }
  if (const Status written = driver::WriteFile(*out, *text); !written.ok()) return context.Fail(written.error());
  context.console().Info(fmt::format(fmt::runtime(context.Say("{} written: a proposal, to be read and edited",
                                                              "{}を書きました。提案なので、読んで直してください")),
                                     *out));
  return Exit::kOk;
}

std::string Values(const store::SchemaFinding& finding) {
  std::string out;
  constexpr size_t kShown = 5;
  for (size_t i = 0; i < finding.values.size() && i < kShown; ++i) {
    out += fmt::format("{}\"{}\" {}", i ? ", " : "", diag::Printable(finding.values[i].first),
                       diag::WithThousands(finding.values[i].second));
  }
  if (finding.values.size() > kShown) out += ", ...";
  return out;
}

Exit RunCheck(Context& context) {
  Exit exit = Exit::kOk;
  const auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  std::string path;
  const auto findings = driver::CheckSchema(*compiled, context.Value("db").value_or(""), path);
  if (!findings.ok()) return context.Fail(findings.error());
  size_t differences = 0;
  auto json = Json::array();
  for (const store::SchemaFinding& finding : *findings) {
    differences += finding.is_error();
    std::string place;
    if (finding.at.file.valid()) {
      const SourceFile& file = compiled->sources[finding.at.file];
      const LineColumn at = file.LineColumnOf(finding.at.span.begin);
      place = fmt::format("{}:{}:{}", file.path(), at.line, at.column);
    }
    if (context.Flag("json")) {
      auto values = Json::object();
      for (const auto& [value, rows] : finding.values) values[value] = rows;
      json.push_back({{"subject", finding.subject},
                      {"message", finding.message.In(context.language())},
                      {"hint", finding.hint.In(context.language())},
                      {"place", place},
                      {"difference", finding.is_error()},
                      {"rows", finding.count},
                      {"values", std::move(values)}});
      continue;
    }
    if (!finding.is_error() && !context.console().verbose()) continue;
    const std::string_view word = finding.is_error() ? context.Say("difference", "相違") : context.Say("note", "参考");
    std::string line = fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", word,
                                   diag::Printable(finding.message.In(context.language())));
    if (const std::string values = Values(finding); !values.empty()) line += fmt::format(" ({})", values);
    context.console().Result(line + "\n");
    if (!finding.hint.empty())
      context.console().Result(
          fmt::format("  {} {}\n", context.Say("help:", "ヒント:"), finding.hint.In(context.language())));
  }
  if (context.Flag("json")) context.console().Result(JsonPage(json));
  context.console().Info(
      differences == 0 ? fmt::format(fmt::runtime(context.Say("the rules fit {}", "ルールは{}と合っています")), path)
                       : fmt::format(fmt::runtime(context.Say("{} difference(s) between the rules and {}",
                                                              "ルールと{1}の相違が{0}件あります")),
                                     differences, path));
  return differences > 0 ? Exit::kFindings : exit;
}

}  // namespace

Command SchemaPullCommand() {
  return {
      .name = "schema pull",
      .summary = {"rules text for the tables of a database", "データベースからスキーマのルールを作る"},
      .details =
          {"Objects, relations, enums from the values found, events. It is a proposal, with comments on what was seen.",
           "オブジェクト、関連、値から推定した列挙型、イベントを書き出します。見つかったことをコメントに残した提案です"
           "。"},
      .options = {DbOption(),
                  {.name = "out",
                   .value = "FILE",
                   .help = {"write it there instead of to the screen", "画面ではなくこのファイルに書く"}},
                  {.name = "force", .help = {"replace FILE if it is there", "FILEがあれば置き換える"}},
                  {.name = "timezone",
                   .value = "ZONE",
                   .help = {"of times that name none, such as Asia/Tokyo; without it UTC is written, to be corrected",
                            "時間帯のない日時をどの時間帯で読むか(Asia/Tokyoなど)。省くとUTCと書くので直すこと"}}},
      .examples = {{"saiten schema pull --db crm.db --timezone Asia/Tokyo --out crm.rules",
                    {"a first schema file", "最初のスキーマファイル"}}},
      .run = RunPull};
}

Command SchemaCheckCommand() {
  return {.name = "schema check",
          .summary = {"every difference between rules and database", "ルールとデータベースの相違"},
          .details = {"Missing tables and columns, values of another type or outside an enum with their counts. Ends "
                      "with 1 if there are any;\n"
                      "-v also lists columns that no rule names.",
                      "表や列の不足、型の違う値、列挙型にない値を件数つきで表示します。相違があれば1で終わります。-"
                      "vで、ルールにない列も表示します。"},
          .options = {DbOption(), {.name = "json", .help = {"for machines", "機械向けのJSON"}}},
          .examples = {{"saiten schema check --db crm.db", {"before a run", "実行の前に"}}},
          .run = RunCheck};
}

}  // namespace saiten::cli
