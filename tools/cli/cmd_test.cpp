#include <fmt/format.h>

#include "driver/format.h"
#include "driver/testing.h"
#include "tools/cli/commands.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using driver::TestResult;

std::string Indented(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += "      " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

std::string Failures(const driver::Compiled& compiled, const TestResult& result, bool color, std::string_view word) {
  std::string out = fmt::format("{} {}\n", diag::Paint(word, diag::Ink::kError, color), result.title);
  for (const driver::TestFailure& failure : result.failures) {
    const SourceFile& file = compiled.sources[failure.at.file];
    const LineColumn at = file.LineColumnOf(failure.at.span.begin);
    out += fmt::format("  {}:{}:{}: {}\n", file.path(), at.line, at.column, failure.message);
    if (!failure.why.empty()) out += Indented(failure.why);
  }
  return out;
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, true, driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  driver::TestOptions options{.filter = context.Value("filter").value_or(""),
                              .fail_fast = context.Flag("fail-fast"),
                              .language = context.language()};
  const auto results = driver::RunTests(*compiled, options);
  if (!results.ok()) return context.Fail(results.error());
  size_t passed = 0, failed = 0;
  Console& console = context.console();
  for (const TestResult& result : *results) {
    switch (result.outcome) {
      case TestResult::Outcome::kPassed:
        ++passed;
        if (console.verbose()) console.Result(fmt::format("{} {}\n", context.Say("passed", "成功"), result.title));
        break;
      case TestResult::Outcome::kFailed:
        ++failed;
        console.Result(Failures(*compiled, result, console.color_out(), context.Say("FAILED", "失敗")));
        break;
    }
  }
  if (results->empty()) {
    console.Info(context.Say(options.filter.empty() ? "the rules hold no tests" : "no test has such a title",
                             options.filter.empty() ? "ルールにテストがありません" : "該当するテストがありません"));
  }
  console.Result(fmt::format(fmt::runtime(context.Say("{} passed, {} failed\n", "成功{}、失敗{}\n")), passed, failed));
  return failed > 0 ? Exit::kFindings : exit;
}

}  // namespace

Command TestCommand() {
  return {
      .name = "test",
      .arguments = "[PATH...]",
      .summary = {"run the tests that the rules hold", "ルールに書いたテストを実行"},
      .details =
          {"Each `test` and each row of `cases` has an empty world of its own. A failing `expect` shows the value and "
           "why.",
           "`test`と`cases`の各行は、それぞれ空の状態から始まります。`expect`が外れると、実際の値と理由を表示します。"},
      .options =
          {{.name = "filter",
            .value = "TEXT",
            .help = {"only tests whose title contains this", "題名にこの文字を含むテストだけ"}},
           {.name = "fail-fast", .help = {"stop at the first that fails", "最初の失敗で止める"}},
           {.name = "coverage", .help = {"which rules the tests reach", "テストが通るルールの割合"}, .not_built = true},
           {.name = "threshold", .value = "N", .help = {"least coverage", "必要なカバレッジ"}, .not_built = true},
           {.name = "update", .help = {"write the values found", "実際の値で書き換える"}, .not_built = true},
           {.name = "mutate", .help = {"do the tests notice a change?", "変更を検出できるか"}, .not_built = true}},
      .examples = {{"saiten test", {"all of them", "すべて"}},
                   {"saiten test --filter hot -v", {"some, also those that pass", "一部を、成功も含めて表示"}}},
      .max_arguments = 100'000,
      .run = Run};
}

}  // namespace saiten::cli
