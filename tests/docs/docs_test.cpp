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

// The sample of the front page: nothing to say about it, beside a schema that has what it names.
TEST(Readme, SampleIsClean) {
  const std::string rules = RulesBlocks(std::string(SAITEN_SOURCE_DIR) + "/README.md");
  ASSERT_NE(rules, "");
  TempDir dir;
  std::ofstream(dir / "page.rules") << rules;
  std::ofstream(dir / "schema.rules") << R"(timezone "Asia/Tokyo"
enum Industry { IT  Finance  Healthcare  Retail }
enum Title ordered { Staff  Director  Executive }
object contact from "contacts" { id: int key  industry: Industry?  employees: int?  title: Title? }
event email_open of contact from "opens" { email: text? }
event webinar_attended of contact from "webinars"
event page_view of contact from "views" { path: text? }
event sales_contact of contact from "calls"
event activity of contact = email_open, page_view
)";
  const ProcessResult check = RunProcess({SaitenPath(), "--lang", "en", "check", dir.path()});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  EXPECT_EQ(check.out.find("warning"), std::string::npos) << check.out;
  EXPECT_EQ(check.err.find("warning"), std::string::npos) << check.err;
}

INSTANTIATE_TEST_SUITE_P(Pages, Docs, testing::Values("docs/language.md", "docs/automation.md"), [](const auto& info) {
  const std::string path = info.param;
  return path.substr(5, path.size() - 8);
});

// The lines of commands that a page shows, indented, as they stand there.
std::string CommandsOf(const std::string& page) {
  std::istringstream in(ReadFile(std::string(SAITEN_SOURCE_DIR) + "/" + page));
  std::string commands;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("    saiten ")) commands += line + "\n";
  }
  return commands;
}

// What the pages tell people to type works, in the order in which they tell it.
TEST(Commands, RunAsWritten) {
  for (const char* start : {"docs/getting-started.md", "docs/getting-started.ja.md"}) {
    SCOPED_TRACE(start);
    TempDir dir;
    const std::string folder = SaitenPath().substr(0, SaitenPath().rfind('/'));
    std::string script = "set -e\ncd '" + dir.path() + "'\nPATH='" + folder + "':\"$PATH\"\nset -v\n";
    for (const std::string& page : {std::string(start), std::string("docs/attach.md"), std::string("docs/runs.md")}) {
      const std::string commands = CommandsOf(page);
      ASSERT_NE(commands, "") << page;
      script += commands + "test ! -e crm.db || cp crm.db copy.db\n";
    }
    const ProcessResult done = RunProcess({"/bin/bash", "-c", script});
    EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
  }
}

}  // namespace
}  // namespace saiten::test
