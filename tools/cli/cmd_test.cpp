#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "driver/files.h"
#include "driver/format.h"
#include "driver/junit.h"
#include "driver/testing.h"
#include "tools/cli/commands.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using driver::ReportFormat;
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

// `why`: with the reason trees.
std::string Failures(const driver::Compiled& compiled, const TestResult& result, bool color, std::string_view word,
                     bool why) {
  std::string out = fmt::format("{} {}\n", diag::Paint(word, diag::Ink::kError, color), result.title);
  for (const driver::TestFailure& failure : result.failures) {
    const SourceFile& file = compiled.sources[failure.at.file];
    const LineColumn at = file.LineColumnOf(failure.at.span.begin);
    out += fmt::format("  {}:{}:{}: {}\n", file.path(), at.line, at.column, failure.message);
    if (why && !failure.why.empty()) out += Indented(failure.why);
  }
  return out;
}

size_t FailedOf(const std::vector<TestResult>& results) {
  return static_cast<size_t>(std::ranges::count(results, TestResult::Outcome::kFailed, &TestResult::outcome));
}

std::string TextOf(const Context& context, const driver::Compiled& compiled, const std::vector<TestResult>& results,
                   bool color, bool why) {
  std::string out;
  for (const TestResult& result : results) {
    if (result.outcome == TestResult::Outcome::kFailed) {
      out += Failures(compiled, result, color, context.Say("FAILED", "失敗"), why);
    } else if (context.console().verbose()) {
      out += fmt::format("{} {}\n", context.Say("passed", "成功"), result.title);
    }
  }
  const size_t failed = FailedOf(results);
  return out + fmt::format(fmt::runtime(context.Say("{} passed, {} failed\n", "成功{}、失敗{}\n")),
                           results.size() - failed, failed);
}

Json PlaceOf(const driver::Compiled& compiled, Location at) {
  const SourceFile& file = compiled.sources[at.file];
  const LineColumn begin = file.LineColumnOf(at.span.begin);
  return {{"file", file.path()}, {"line", begin.line}, {"column", begin.column}};
}

Json JsonOf(const driver::Compiled& compiled, const std::vector<TestResult>& results) {
  Json tests = Json::array();
  for (const TestResult& result : results) {
    Json failures = Json::array();
    for (const driver::TestFailure& failure : result.failures) {
      failures.push_back({{"at", PlaceOf(compiled, failure.at)}, {"message", failure.message}, {"why", failure.why}});
    }
    tests.push_back({{"title", result.title},
                     {"at", PlaceOf(compiled, result.at)},
                     {"passed", result.outcome == TestResult::Outcome::kPassed},
                     {"failures", std::move(failures)}});
  }
  const size_t failed = FailedOf(results);
  return {
      {"format_version", "1.0"}, {"passed", results.size() - failed}, {"failed", failed}, {"tests", std::move(tests)}};
}

// What no reader of that format expects of tests is refused before they run.
Status CheckOutputs(const std::vector<OutputSpec>& outputs) {
  for (const OutputSpec& output : outputs) {
    switch (output.format) {
      case ReportFormat::kFull:
      case ReportFormat::kConcise:
      case ReportFormat::kJson:
      case ReportFormat::kJUnit:
        break;
      case ReportFormat::kJsonLines:
      case ReportFormat::kSarif:
      case ReportFormat::kGithub:
      case ReportFormat::kGitlab:
      case ReportFormat::kMarkdown:
        return driver::Fail(ErrorKind::kUsage,
                            {fmt::format("`saiten test` does not write `{}`", driver::NameOf(output.format)),
                             fmt::format("`saiten test`の結果は`{}`では出力できません", driver::NameOf(output.format))},
                            {"full, concise, json and junit; `saiten check` writes the others",
                             "full、concise、json、junitが使えます。ほかの形式は`saiten check`で出力できます"});
    }
  }
  return {};
}

Status Show(const Context& context, const driver::Compiled& compiled, const std::vector<TestResult>& results,
            const std::vector<OutputSpec>& outputs) {
  for (const OutputSpec& output : outputs) {
    const bool color = output.file.empty() && context.console().color_out();
    std::string text;
    if (output.format == ReportFormat::kJson) {
      text = JsonPage(JsonOf(compiled, results));
    } else if (output.format == ReportFormat::kJUnit) {
      text = driver::JUnitOfTests(compiled, results);
    } else {
      text = TextOf(context, compiled, results, color, output.format == ReportFormat::kFull);
    }
    if (output.file.empty()) {
      context.console().Result(text);
    } else {
      SAITEN_RETURN_IF_ERROR(driver::WriteFile(output.file, text));
    }
  }
  return {};
}

Exit Run(Context& context) {
  const auto outputs = context.Outputs();
  if (!outputs.ok()) return context.Fail(outputs.error());
  if (const Status can = CheckOutputs(*outputs); !can.ok()) return context.Fail(can.error());
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, true, driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  driver::TestOptions options{.filter = context.Value("filter").value_or(""),
                              .fail_fast = context.Flag("fail-fast"),
                              .language = context.language()};
  const auto results = driver::RunTests(*compiled, options);
  if (!results.ok()) return context.Fail(results.error());
  if (results->empty()) {
    context.console().Info(
        context.Say(options.filter.empty() ? "the rules hold no tests" : "no test has such a title",
                    options.filter.empty() ? "ルールにテストがありません" : "該当するテストがありません"));
  }
  if (const Status shown = Show(context, *compiled, *results, *outputs); !shown.ok()) {
    return context.Fail(shown.error());
  }
  return FailedOf(*results) > 0 ? Exit::kFindings : exit;
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
                   {"saiten test --filter hot -v", {"some, also those that pass", "一部を、成功も含めて表示"}},
                   {"saiten test --output full --output junit:tests.xml",
                    {"on the screen, and for the server that runs them", "画面に表示し、CI用のファイルにも出力"}}},
      .max_arguments = 100'000,
      .own_outputs = true,
      .run = Run};
}

}  // namespace saiten::cli
