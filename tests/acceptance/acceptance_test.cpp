#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/database.h"
#include "tests/support/files.h"
#include "tests/support/process.h"

// The worked cases of the design's acceptance page. A folder is a case: case.rules, data.sql (the CRM's database),
// check.sql (what to look at afterwards), expected.txt (what it must say) and case.json (the clock and what the run
// must report). Every case runs through the command, on both engines.
namespace saiten::test {
namespace {

namespace fs = std::filesystem;

std::string Root() { return std::string(SAITEN_SOURCE_DIR) + "/tests/acceptance"; }

class AcceptanceCase : public testing::Test {
 public:
  AcceptanceCase(std::string name, std::string engine) : name_(std::move(name)), engine_(std::move(engine)) {}

  void TestBody() override {
    const std::string dir = Root() + "/" + name_;
    const auto spec = nlohmann::json::parse(ReadFile(dir + "/case.json"));
    TempDir temp;
    const std::string db = temp / "crm.db";
    RunSql(db, ReadFile(dir + "/data.sql"));

    const ProcessResult check = RunProcess({SaitenPath(), "--lang", "en", "--color", "never", "check", dir});
    EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
    for (const auto& code : spec["warnings"]) {
      EXPECT_NE((check.out + check.err).find("[" + code.get<std::string>() + "]"), std::string::npos)
          << "no warning " << code << " in\n"
          << check.out << check.err;
    }

    RunAndCompare(dir, db, spec["as_of"], ReadFile(dir + "/expected.txt"), spec["data_errors"]);
    // Once more over the snapshot that the first run has left.
    RunAndCompare(dir, db, spec["as_of"], ReadFile(dir + "/expected.txt"), spec["data_errors"], "snapshot");
    if (spec.contains("later")) {
      RunAndCompare(dir, db, spec["later"]["as_of"], spec["later"]["expected"], spec["data_errors"]);
    }
  }

 private:
  void RunAndCompare(const std::string& dir, const std::string& db, const std::string& as_of,
                     const std::string& expected, int data_errors, const std::string& source = "") {
    const ProcessResult run = RunProcess(
        {SaitenPath(), "--lang", "en", "-C", dir, "run", "--db", db, "--as-of", as_of, "--engine", engine_, "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_EQ(QuerySql(db, ReadFile(dir + "/check.sql")), expected);
    const auto report = nlohmann::json::parse(run.out, nullptr, false);
    ASSERT_FALSE(report.is_discarded()) << run.out;
    EXPECT_EQ(report["data_errors"].get<int>(), data_errors) << run.out;
    if (!source.empty()) {
      EXPECT_EQ(report["read_from"].get<std::string>(), source) << run.err;
    }
  }

  std::string name_;
  std::string engine_;
};

// A case of automation is a project whose own tests are the rows of the acceptance page: they hold, and none is left
// out.
class AutomationCase : public testing::Test {
 public:
  explicit AutomationCase(std::string dir) : dir_(std::move(dir)) {}

  void TestBody() override {
    const ProcessResult run = RunProcess({SaitenPath(), "--lang", "en", "--color", "never", "-C", dir_, "test"});
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_NE(run.out.find(" passed, 0 failed\n"), std::string::npos) << run.out;
    EXPECT_EQ(run.out.find("\n0 passed"), std::string::npos) << run.out;
  }

 private:
  std::string dir_;
};

// What `init --template` writes is a project with nothing to say about it, whose tests pass.
// req S1-155 S0-19
class TemplateCase : public testing::Test {
 public:
  TemplateCase(std::string name, std::string language) : name_(std::move(name)), language_(std::move(language)) {}

  void TestBody() override {
    TempDir temp;
    const std::string dir = temp / "project";
    const ProcessResult init = RunProcess({SaitenPath(), "--lang", language_, "init", "--template", name_, dir});
    ASSERT_EQ(init.exit_code, 0) << init.err;
    EXPECT_EQ(ReadFile(dir + "/README.md"), ReadFile(Folder(language_) + "/README.md"));

    const ProcessResult check =
        RunProcess({SaitenPath(), "--lang", "en", "--color", "never", "check", "--output", "concise", dir});
    EXPECT_EQ(check.exit_code, 0) << check.err;
    std::istringstream lines(check.out + check.err);
    for (std::string line; std::getline(lines, line);) {
      const bool said = line.find(": warning[") != std::string::npos || line.find(": error[") != std::string::npos;
      EXPECT_FALSE(said) << line;
    }
    const ProcessResult run = RunProcess({SaitenPath(), "--lang", "en", "--color", "never", "-C", dir, "test"});
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    // The same tests in both languages.
    EXPECT_EQ(Tests("en"), Tests("ja"));
    EXPECT_NE(run.out.find(std::to_string(Tests("en")) + " passed, 0 failed\n"), std::string::npos) << run.out;
  }

  static std::string Examples() { return std::string(SAITEN_SOURCE_DIR) + "/examples/automation"; }

 private:
  std::string Folder(const std::string& language) const { return Examples() + "/" + name_ + "/" + language; }

  int Tests(const std::string& language) const {
    std::istringstream lines(ReadFile(Folder(language) + "/tests.rules"));
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line.starts_with("test \"");
    return count;
  }

  std::string name_;
  std::string language_;
};

}  // namespace
}  // namespace saiten::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (const auto& entry : saiten::test::fs::directory_iterator(saiten::test::Root())) {
    const auto folder = entry.path().filename();
    if (!entry.is_directory() || folder == "automation" || folder == "complaints") continue;
    const std::string name = entry.path().filename();
    for (const std::string engine : {"interp", "jit"}) {
      testing::RegisterTest("Acceptance", (name + "_" + engine).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [=] { return new saiten::test::AcceptanceCase(name, engine); });
    }
  }
  for (const auto& [folder, suite] : {std::pair("/automation", "Automation"), std::pair("/complaints", "Complaints")}) {
    for (const auto& entry : saiten::test::fs::directory_iterator(saiten::test::Root() + folder)) {
      const std::string dir = entry.path();
      testing::RegisterTest(suite, entry.path().filename().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [=] { return new saiten::test::AutomationCase(dir); });
    }
  }
  for (const auto& entry : saiten::test::fs::directory_iterator(saiten::test::TemplateCase::Examples())) {
    const std::string name = entry.path().filename();
    for (const std::string language : {"en", "ja"}) {
      testing::RegisterTest("Templates", (name + "_" + language).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [=] { return new saiten::test::TemplateCase(name, language); });
    }
  }
  return RUN_ALL_TESTS();
}
