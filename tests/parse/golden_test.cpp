#include <algorithm>
#include <filesystem>
#include <functional>

#include <gtest/gtest.h>

#include "compiler/ast/print.h"
#include "compiler/parse/inspect.h"
#include "compiler/parse/parse.h"
#include "tests/parse/golden_diagnostics.h"
#include "tests/support/golden.h"

namespace saiten {
namespace {

namespace fs = std::filesystem;

struct Parsed {
  diag::Sink sink;
  std::unique_ptr<ast::File> file;
};

Parsed ParseText(const std::string& text) {
  Parsed parsed;
  const SourceFile source("golden.rules", text);
  parsed.file = Parse(source, FileId(0), parsed.sink);
  return parsed;
}

std::string Apply(std::string text, std::vector<diag::Edit> edits) {
  std::ranges::sort(edits, std::greater<>(), [](const diag::Edit& edit) { return edit.at.span.begin; });
  for (const diag::Edit& edit : edits) text.replace(edit.at.span.begin, edit.at.span.size(), edit.replacement);
  return text;
}

// A safe fix settles its matter: the message is gone from the line.
void ExpectFixesWork(const std::string& text, const Parsed& parsed) {
  const SourceFile before("before.rules", text);
  for (const diag::Diagnostic& d : parsed.sink.all()) {
    for (const diag::Fix& fix : d.fixes) {
      EXPECT_FALSE(fix.edits.empty());
      if (fix.safety != diag::FixSafety::kSafe) continue;
      const std::string fixed = Apply(text, fix.edits);
      const SourceFile after("after.rules", fixed);
      const Parsed again = ParseText(fixed);
      for (const diag::Diagnostic& left : again.sink.all()) {
        const bool same = left.code == d.code && left.args == d.args &&
                          after.LineOf(left.at.span.begin) == before.LineOf(d.at.span.begin);
        EXPECT_FALSE(same) << diag::Message(d, diag::Language::kEnglish) << "\nleft after: " << fix.title.en << "\n"
                           << fixed;
      }
    }
  }
}

// Every message of a file, at its place, and no other; beside it the tree, where a `.ast` file exists.
class GoldenFile : public testing::Test {
 public:
  explicit GoldenFile(std::string path) : path_(std::move(path)) {}
  void TestBody() override {
    const std::string given = test::ReadFile(fs::path(SAITEN_SOURCE_DIR) / path_);
    const std::string text = test::WithoutExpectations(given);
    const Parsed parsed = ParseText(text);
    test::ExpectGolden(path_, test::WithExpectations(text, parsed.sink.all()));
    for (const diag::Diagnostic& d : parsed.sink.all()) {
      EXPECT_FALSE(diag::Message(d, diag::Language::kEnglish).empty());
      EXPECT_FALSE(diag::Message(d, diag::Language::kJapanese).empty());
    }
    ExpectFixesWork(text, parsed);
    if (fs::exists(fs::path(SAITEN_SOURCE_DIR) / (path_ + ".ast"))) {
      test::ExpectGolden(path_ + ".ast", ast::Print(*parsed.file));
    }
  }

 private:
  std::string path_;
};

// A file of the examples: nothing to say about it, and its tree as it was read by a person.
class ExampleFile : public testing::Test {
 public:
  explicit ExampleFile(std::string path) : path_(std::move(path)) {}
  void TestBody() override {
    const Parsed parsed = ParseText(test::ReadFile(fs::path(SAITEN_SOURCE_DIR) / path_));
    for (const diag::Diagnostic& d : parsed.sink.all()) {
      ADD_FAILURE() << path_ << ": byte " << d.at.span.begin << ": " << diag::Message(d, diag::Language::kEnglish);
    }
    const SourceFile source(path_, test::ReadFile(fs::path(SAITEN_SOURCE_DIR) / path_));
    for (const std::string& found : parse::AmbiguitiesIn(source)) ADD_FAILURE() << path_ << ": " << found;
    // The templates hold tests of their own, which show how they were read; their trees are read by nobody.
    if (path_.starts_with("examples/automation/")) return;
    // With its folder: two example projects may hold a file of the same name.
    const fs::path path(path_);
    const std::string name = path.parent_path().filename().string() + "_" + path.filename().string();
    test::ExpectGolden("tests/parse/trees/" + name + ".ast", ast::Print(*parsed.file));
  }

 private:
  std::string path_;
};

template <typename Test>
void RegisterFolder(const char* suite, const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SAITEN_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == ".rules") {
      paths.push_back(fs::relative(entry.path(), SAITEN_SOURCE_DIR).string());
    }
  }
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    std::string name = fs::relative(fs::path(path).replace_extension(), folder).string();
    std::ranges::replace(name, '/', '_');
    testing::RegisterTest(suite, name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [path]() -> testing::Test* { return new Test(path); });
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterFolder<GoldenFile>("ParseGolden", "tests/parse/golden");
  RegisterFolder<ExampleFile>("ParseExample", "examples");
  RegisterFolder<ExampleFile>("ParseLanguage", "tests/parse/language");
  return true;
}();

}  // namespace
}  // namespace saiten
