#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "tests/lower/rules_run.h"

// Large programs: nothing on the way from text to results may be quadratic.
namespace saiten::test {
namespace {

constexpr const char* kSizeSchema = R"(
object contact from "contacts" { id: int key  a: int?  b: int  name: text? }
event ping of contact from "pings" { tag: text?  n: int? }
)";

double SecondsToRun(int rules) {
  std::string text = kSizeSchema;
  text += "let base for contact = (a else 0) + b\n";
  for (int i = 0; i < rules / 10; ++i) {
    const std::string before = i == 0 ? "base" : "step" + std::to_string(i - 1);
    text += "let step" + std::to_string(i) + " for contact = " + before + " + " + before + "\n";
  }
  text += "score big for contact min -1000 max 1000 {\n";
  for (int i = 0; i < rules; ++i) {
    const std::string n = std::to_string(i);
    if (i % 3 == 0) text += "  +1 when b == " + n + " and base < " + n + "\n";
    if (i % 3 == 1) text += "  +2 per ping where tag == \"t" + n + "\" in last 30 days at most 3\n";
    if (i % 3 == 2) text += "  -1 when name contains \"n" + n + "\" or count(ping where n > " + n + ") >= 2\n";
  }
  text += "}\n";
  // Time of the processor: a busy machine must not fail this.
  const std::clock_t begin = std::clock();
  RulesRun run(text, "2026-06-30T09:00Z");
  run.Records("contact", "id a b name\n1 1 0 n2\n2 - 3 -\n");
  run.Events("ping", "contact time tag n\n1 2026-06-29 t1 1\n1 2026-06-29 t1 5\n2 2026-06-29 t4 9\n");
  run.Run();
  EXPECT_EQ(run.Get("big").size(), 2u);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Size, LargeProgramsTakeTimeInProportion) {
  const double small = SecondsToRun(300);
  const double large = SecondsToRun(1'200);
  // Four times the rules; quadratic would be sixteen times. Half a second is for noise.
  EXPECT_LT(large, 9 * small + 0.5) << "300 rules " << small << " s, 1200 rules " << large << " s";
}

// Each `let` uses the one before it twice: without remembering what was lowered that would be 2^60 copies. (Of fns the
// checker refuses more than 100,000 uses, E2025: with other arguments each would be a copy.)
TEST(Size, LetsThatDoubleAreLoweredOnce) {
  std::string text = kSizeSchema;
  text += "let x0 for contact = b\n";
  for (int i = 1; i <= 60; ++i) {
    const std::string before = "x" + std::to_string(i - 1);
    text += "let x" + std::to_string(i) + " for contact = max(" + before + ", 1) + " + before + "\n";
  }
  text += "fn f0(x: int) = x + 1\n";
  for (int i = 1; i <= 15; ++i) {
    const std::string before = "f" + std::to_string(i - 1);
    text += "fn f" + std::to_string(i) + "(x: int) = " + before + "(x) - " + before + "(x) + x\n";
  }
  text += "segment positive for contact where x60 > 0\nsegment same for contact where f15(b) == b\n";
  RulesRun run(text, "2026-06-30T09:00Z");
  run.Records("contact", "id b\n1 1\n2 -2\n");
  run.Run();
  EXPECT_EQ(run.Get("positive"), (std::vector<std::string>{"true", "true"}));
  EXPECT_EQ(run.Get("same"), (std::vector<std::string>{"true", "true"}));
  EXPECT_LT(run.lowered().program.kernels[0].insts.size(), 1'000u);
}

// A long chain must not end in an overflow of the stack.
TEST(Size, LongChains) {
  std::string text = kSizeSchema;
  text += "let x0 for contact = b\nscore s0 for contact = b\n";
  for (int i = 1; i <= 1'000; ++i) {
    const std::string now = std::to_string(i);
    const std::string before = std::to_string(i - 1);
    text += "let x" + now + " for contact = x" + before + " + 1\n";
    text += "score s" + now + " for contact = s" + before + " + 1\n";
  }
  text += "segment all for contact where x1000 == 1001 and s1000 == 1001\n";
  RulesRun run(text, "2026-06-30T09:00Z");
  run.Records("contact", "id b\n1 1\n");
  run.Run();
  EXPECT_EQ(run.Get("all"), (std::vector<std::string>{"true"}));
}

}  // namespace
}  // namespace saiten::test
