#include <fmt/format.h>

#include "base/json.h"
#include "driver/explain.h"
#include "tools/cli/commands.h"

namespace saiten::cli {
namespace {

using driver::CodePage;

// The page without the signs that Markdown marks code with: code stands indented.
std::string ForTheScreen(std::string_view body, std::string_view instead) {
  std::string out;
  bool code = false;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.starts_with("```")) {
      code = !code;
      if (code && line.ends_with(" fixed")) out += fmt::format("{}\n\n", instead);
      continue;
    }
    if (code && !line.empty()) out += "    ";
    out += line;
    if (!body.empty()) out += '\n';
  }
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

Json JsonOf(const CodePage& page) {
  return {{"id", page.id}, {"severity", page.severity}, {"title", page.title}, {"page", page.body}};
}

Exit List(Context& context) {
  const auto pages = driver::AllPages(context.language());
  if (context.Flag("json")) {
    auto json = Json::array();
    for (const CodePage& page : pages) json.push_back(JsonOf(page));
    context.console().Result(JsonPage(json));
    return Exit::kOk;
  }
  for (const CodePage& page : pages)
    context.console().Result(fmt::format("{}  {}: {}\n", page.id, page.severity_word, page.title));
  return Exit::kOk;
}

Exit Run(Context& context) {
  if (context.positional().empty()) return List(context);
  const std::string& id = context.positional()[0];
  if (id.find(':') != std::string::npos || id.ends_with(".rules")) {
    return context.Fail(driver::Fail(ErrorKind::kUsage,
                                     {"not built yet: `saiten explain FILE:RULE` (plan and cost of a rule)",
                                      "未実装です: `saiten explain ファイル:ルール`(ルールの実行計画とコスト)"},
                                     {"`saiten emit --ir` prints what is computed, `saiten why` explains a result",
                                      "`saiten emit --ir`は計算の中身を、`saiten why`は結果の理由を表示します"}));
  }
  const auto page = driver::PageOf(id, context.language());
  if (!page) {
    const std::string near = driver::NearestCode(id);
    const Text hint = near.empty()
                          ? Text{"`saiten explain` lists all codes", "`saiten explain`ですべてのコードを表示します"}
                          : Text{fmt::format("did you mean `{}`? `saiten explain` lists all codes", near),
                                 fmt::format("`{}`のことですか。`saiten explain`ですべてのコードを表示します", near)};
    return context.Fail(driver::Fail(
        ErrorKind::kUsage, {fmt::format("no code `{}`", id), fmt::format("`{}`というコードはありません", id)}, hint));
  }
  if (context.Flag("json"))
    context.console().Result(JsonPage(JsonOf(*page)));
  else
    context.console().Result(fmt::format("{}[{}]: {}\n\n{}\n", page->severity_word, page->id, page->title,
                                         ForTheScreen(page->body, context.Say("instead:", "正しくは:"))));
  return Exit::kOk;
}

}  // namespace

Command ExplainCommand() {
  return {.name = "explain",
          .arguments = "[CODE]",
          .summary = {"what a code means, with an example and the way out", "コードの意味、例、直し方"},
          .details = {},
          .options = {{.name = "json", .help = {"for machines", "機械向けのJSON"}},
                      {.name = "memory", .help = {"memory bound of a rule", "ルールのメモリー上限"}, .not_built = true},
                      {.name = "plan", .help = {"plan of a rule", "ルールの実行計画"}, .not_built = true}},
          .examples = {{"saiten explain E1001", {"the page of this code", "このコードの説明"}},
                       {"saiten explain", {"all codes", "すべてのコード"}}},
          .max_arguments = 1,
          .run = Run};
}

}  // namespace saiten::cli
