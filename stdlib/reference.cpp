#include "stdlib/reference.h"

#include <fmt/format.h>

#include <iterator>

#include "stdlib/modules.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

namespace {

// A phrase in both languages.
struct Words {
  std::string_view en;
  std::string_view ja;
  std::string_view In(bool japanese) const { return japanese ? ja : en; }
};

Words NameOf(ParamKind kind) {
  switch (kind) {
    case ParamKind::kText:
      return {"text", "文字列"};
    case ParamKind::kTextList:
      return {"text, or texts in `[ ]`", "文字列、または `[ ]` 内の文字列"};
    case ParamKind::kInt:
      return {"whole number", "整数"};
    case ParamKind::kNumber:
      return {"number", "数"};
    case ParamKind::kDate:
      return {"date", "日付"};
    case ParamKind::kInstant:
      return {"time", "日時"};
    case ParamKind::kDateOrInstant:
      return {"date or time", "日付または日時"};
    case ParamKind::kMoney:
      return {"money", "金額"};
    case ParamKind::kSet:
      return {"set", "集合"};
    case ParamKind::kMembers:
      return {"members of the set, in `[ ]` if several, or a set", "集合の要素(複数は `[ ]` 内)、または集合"};
    case ParamKind::kUnit:
      return {"`second` to `year`", "`second`〜`year`"};
    case ParamKind::kCalendar:
      return {"calendar", "カレンダー"};
  }
  return {};
}

Words NameOf(ResultRule rule) {
  switch (rule) {
    case ResultRule::kText:
      return {"text", "文字列"};
    case ResultRule::kInt:
      return {"whole number", "整数"};
    case ResultRule::kBool:
      return {"true or false", "真偽"};
    case ResultRule::kDate:
      return {"date", "日付"};
    case ResultRule::kInstant:
      return {"time", "日時"};
    case ResultRule::kClock:
      return {"time of day", "時刻"};
    case ResultRule::kSameAsFirst:
      return {"as the first argument", "第 1 引数と同じ型"};
    case ResultRule::kWidestNumber:
      return {"number with the most decimals among the arguments", "引数のうち小数桁数が最大の数"};
    case ResultRule::kMoneyAmount:
      return {"number with the decimals of the currency", "通貨の小数桁数をもつ数"};
  }
  return {};
}

struct Topic {
  std::string_view name;
  Words heading;
};
constexpr Topic kTopics[] = {
    {"text", {"Text", "文字列"}}, {"number", {"Numbers", "数"}}, {"date", {"Dates and times", "日付と日時"}},
    {"money", {"Money", "金額"}}, {"set", {"Sets", "集合"}},
};

void AppendFunction(std::string* page, const FunctionRecord& record, bool japanese) {
  auto out = std::back_inserter(*page);
  fmt::format_to(out, "### `{}`\n\n{}\n\n", SignatureOf(record), japanese ? record.doc_ja : record.doc_en);
  for (const ParamInfo& param : record.params) {
    fmt::format_to(out, "- `{}`: {}", param.name, NameOf(param.kind).In(japanese));
    if (param.optional) *page += japanese ? "(省略可)" : " (may be left out)";
    if (param.repeated) *page += japanese ? "(1 個以上)" : " (one or more)";
    page->push_back('\n');
  }
  fmt::format_to(out, "- {} {}", japanese ? "結果:" : "gives", NameOf(record.result).In(japanese));
  if (record.may_be_unknown) *page += japanese ? "、不明のことがある" : ", may be unknown";
  fmt::format_to(out, "\n\n    {}\n\n", record.example);
}

// The comment that a module begins with, without its slashes.
std::string DocsOf(const Module& module) {
  std::string docs;
  std::string_view rest = module.text;
  while (rest.starts_with("//")) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(rest.starts_with("///") ? 3 : 2, end);
    line = line.substr(0, line.find('\n'));
    if (line.starts_with(' ')) line.remove_prefix(1);
    docs.append(line).push_back('\n');
    rest.remove_prefix(end + 1);
  }
  return docs;
}

}  // namespace

std::string SignatureOf(const FunctionRecord& record) {
  std::string text(record.name);
  text.push_back('(');
  for (const ParamInfo& param : record.params) {
    if (&param != record.params.data()) text += ", ";
    text += param.optional ? fmt::format("[{}]", param.name) : std::string(param.name);
    if (param.repeated) text += ", ...";
  }
  return text + ")";
}

std::string ReferencePage(bool japanese) {
  std::string page =
      japanese ? "# 標準ライブラリ\n\n"
                 "このページは関数の定義から生成される。例はすべて真であり、テストで確かめている。\n"
                 "引数が不明なら結果も不明になる。\n"
               : "# The standard library\n\n"
                 "This page is made from the functions' own records. Every example is true, and a test sees to it.\n"
                 "An unknown argument makes the result unknown.\n";
  for (const Topic& topic : kTopics) {
    page += fmt::format("\n## {}\n\n", topic.heading.In(japanese));
    for (const FunctionRecord& record : Records().all()) {
      if (record.topic == topic.name) AppendFunction(&page, record, japanese);
    }
    page.pop_back();
  }
  page += japanese ? "\n## モジュール\n\n`use std.lifecycle` のように読み込む。\n"
                   : "\n## Modules\n\nA module is brought in by a line such as `use std.lifecycle`.\n";
  for (const Module& module : Modules()) page += fmt::format("\n### `{}`\n\n{}", module.name, DocsOf(module));
  return page;
}

}  // namespace saiten::stdlib
