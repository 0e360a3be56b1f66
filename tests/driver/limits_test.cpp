#include <gtest/gtest.h>

#include <ctime>
#include <functional>
#include <string>

#include "driver/compile.h"

// Files that a generator or a slip may write: thousands of declarations that build on each other, in a circle or not.
// `check` ends with its usual messages, and in time in proportion to the file.
namespace saiten::driver {
namespace {

constexpr const char* kSchema = "object contact from \"contacts\" { id: int key  a: int?  b: bool? }\n";

using Line = std::function<std::string(int)>;

std::unique_ptr<Compiled> CompileLines(int lines, const Line& line, const std::string& end = "") {
  std::string text = kSchema;
  for (int i = 0; i < lines; ++i) text += line(i) + "\n";
  SourceSet sources;
  sources.Add("many.rules", text + end + "\n");
  return CompileSources({}, std::move(sources));
}

std::string N(int i) { return std::to_string(i); }

size_t CountOf(const Compiled& compiled, diag::Code code) {
  size_t count = 0;
  for (const diag::Diagnostic& d : compiled.sink.all()) count += d.code == code ? 1 : 0;
  return count;
}

TEST(Limits, CirclesOfThousands) {
  const int n = 8'000;
  const auto next = [&](int i) { return N((i + 1) % n); };
  for (const Line& line :
       {Line([&](int i) { return "let e" + N(i) + " for contact = e" + next(i) + " + 1"; }),
        Line([&](int i) { return "let e" + N(i) + " = e" + next(i) + " + 1"; }),
        Line([&](int i) { return "fn e" + N(i) + "(c: contact) = e" + next(i) + "(c) + 1"; }),
        Line([&](int i) { return "score e" + N(i) + " for contact = e" + next(i) + " + 1"; }),
        Line([&](int i) { return "segment e" + N(i) + " for contact where in segment e" + next(i); })}) {
    const auto compiled = CompileLines(n, line);
    EXPECT_EQ(CountOf(*compiled, diag::Code::kCycle), 1u) << line(0);
  }
}

TEST(Limits, ChainsOfThousands) {
  const Line let = [](int i) { return "let e" + N(i) + " for contact = e" + N(i + 1) + " + 1"; };
  const Line constant = [](int i) { return "let e" + N(i) + " = e" + N(i + 1) + " + 1"; };
  const Line fn = [](int i) { return "fn e" + N(i) + "(c: contact) = e" + N(i + 1) + "(c) + 1"; };
  for (int n : {900, 20'000}) {
    const size_t wanted = n > 1'000 ? 1 : 0;
    const auto in_order = [&](const Line& line, const std::string& last) {
      const auto compiled = CompileLines(n, line, last);
      EXPECT_EQ(CountOf(*compiled, diag::Code::kUsedTooDeep) > 0, wanted > 0) << line(0);
      EXPECT_EQ(compiled->ok(), wanted == 0) << line(0);
    };
    in_order(let, "let e" + N(n) + " for contact = a else 0");
    in_order(constant, "let e" + N(n) + " = 1");
    in_order(fn, "fn e" + N(n) + "(c: contact) = c.a else 0");
  }
  const auto backwards = CompileLines(
      20'000, [](int i) { return "let e" + N(i + 1) + " for contact = e" + N(i) + " + 1"; }, "let e0 for contact = 1");
  EXPECT_GT(CountOf(*backwards, diag::Code::kUsedTooDeep), 0u);
}

TEST(Limits, FnsThatDouble) {
  const Line twice = [](int i) { return "fn f" + N(i + 1) + "(c: contact) = f" + N(i) + "(c) + f" + N(i) + "(c)"; };
  EXPECT_TRUE(CompileLines(12, twice, "fn f0(c: contact) = c.a else 0")->ok());
  EXPECT_EQ(CountOf(*CompileLines(40, twice, "fn f0(c: contact) = c.a else 0"), diag::Code::kUsedTooOften), 2u);
}

// Time of the processor: a busy machine must not fail this.
double SecondsFor(int lines, const Line& line, const std::string& end) {
  const std::clock_t begin = std::clock();
  CompileLines(lines, line, end);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Limits, TimeInProportion) {
  const auto check = [](std::string_view what, int small, const Line& line,
                        const std::function<std::string(int)>& end) {
    const double one = SecondsFor(small, line, end(small));
    const double four = SecondsFor(4 * small, line, end(4 * small));
    // Four times the lines; quadratic would be sixteen times. Half a second is for noise.
    EXPECT_LT(four, 9 * one + 0.5) << what << ": " << one << " s, four times as many " << four << " s";
  };
  const auto nothing = [](int) { return std::string(); };
  check("unknown names", 2'000, [](int i) { return "let e" + N(i) + " for contact = zzz" + N(i) + " + 1"; }, nothing);
  check(
      "chain of segments", 4'000,
      [](int i) {
        return i == 0 ? "segment e0 for contact where a > 1"
                      : "segment e" + N(i) + " for contact where in segment e" + N(i - 1);
      },
      nothing);
  check(
      "sum of scores", 300, [](int i) { return "score e" + N(i) + " for contact { +1 when a > " + N(i) + " }"; },
      [](int n) {
        std::string sum = "score t for contact = e0";
        for (int i = 1; i < n; ++i) sum += " + e" + N(i);
        return sum;
      });
  check(
      "ladder of a table", 60,
      [](int i) {
        return (i == 0 ? "table t for contact by (a, b) gives (x, y) {\n  (> " : "  (> ") + N(1000 - i) +
               ", true) => (" + N(i) + ", 1)";
      },
      [](int) { return std::string("  otherwise => (1, 2)\n}"); });
}

}  // namespace
}  // namespace saiten::driver
