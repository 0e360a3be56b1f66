#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/database.h"
#include "tests/support/files.h"
#include "tests/support/process.h"

// The rules that the documentation shows compile, and the tests in them pass: all blocks of a page are one project.
namespace saiten::test {
namespace {

std::string RulesBlocks(const std::string& page) {
  std::istringstream in(ReadFile(page));
  std::string rules;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```"))
      inside = line == "```rules";
    else if (inside)
      rules += line + "\n";
  }
  return rules;
}

class Docs : public testing::TestWithParam<const char*> {};

TEST_P(Docs, RulesCompileAndTheirTestsPass) {
  const std::string rules = RulesBlocks(std::string(SAITEN_SOURCE_DIR) + "/" + GetParam());
  ASSERT_NE(rules, "");
  TempDir dir;
  std::ofstream(dir / "page.rules") << rules;
  const ProcessResult check = RunProcess({SaitenPath(), "--lang", "en", "check", dir.path()});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  const ProcessResult test = RunProcess({SaitenPath(), "--lang", "en", "-C", dir.path(), "test"});
  EXPECT_EQ(test.exit_code, 0) << test.out << test.err;
}

INSTANTIATE_TEST_SUITE_P(Pages, Docs, testing::Values("docs/language.md"),
                         [](const auto&) { return std::string("language"); });

}  // namespace
}  // namespace saiten::test
