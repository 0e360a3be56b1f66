#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "driver/compile.h"
#include "driver/explain.h"
#include "driver/lint.h"
#include "tests/support/golden.h"

// Every code has a page, no page is stale, and the examples of the pages do what the pages say.
namespace saiten::driver {
namespace {

namespace fs = std::filesystem;

fs::path Folder() { return fs::path(SAITEN_SOURCE_DIR) / "docs/errors"; }

// The blocks of a page by what stands behind their ```: "rules", "rules fixed alone".
std::map<std::string, std::string> Blocks(const std::string& page) {
  std::map<std::string, std::string> blocks;
  std::istringstream in(page);
  std::string* inside = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```"))
      inside = inside ? nullptr : &blocks[line.substr(3)];
    else if (inside)
      *inside += line + "\n";
  }
  return blocks;
}

const std::string& Schema() {
  static const std::string schema = Blocks(test::ReadFile(Folder() / "README.md"))["rules schema"];
  return schema;
}

// The codes that the example gives, each once; what is said about the schema's own file does not count.
std::set<std::string> CodesOf(const std::string& rules, bool alone, bool lint) {
  SourceSet sources;
  const FileId example = sources.Add("example.rules", rules);
  if (!alone) sources.Add("schema.rules", Schema());
  const auto compiled = CompileSources({}, std::move(sources));
  std::set<std::string> codes;
  if (lint) {
    EXPECT_TRUE(Lint(*compiled, {.as_of = "2026-01-01"}).ok());
  }
  for (const diag::Diagnostic& diagnostic : compiled->sink.all()) {
    if (diagnostic.at.file != example) continue;
    const std::string_view id = diag::InfoOf(diagnostic.code).id;
    // What is not built yet is said beside the mistake, until it is.
    if (id == "E4901") continue;
    // Only where it is asked for.
    if (id == "L1003") continue;
    codes.emplace(id);
  }
  return codes;
}

std::string Joined(const std::set<std::string>& codes) {
  std::string out;
  for (const std::string& code : codes) out += code + " ";
  return out;
}

TEST(ErrorPages, TheSchemaOfTheExamplesIsClean) {
  SourceSet sources;
  sources.Add("schema.rules", Schema());
  const auto compiled = CompileSources({}, std::move(sources));
  EXPECT_FALSE(compiled->sink.has_errors());
}

class ErrorPage : public ::testing::TestWithParam<std::string> {};

TEST_P(ErrorPage, IsThereAndTrue) {
  const std::string& id = GetParam();
  const fs::path path = Folder() / (id + ".md");
  ASSERT_TRUE(fs::exists(path)) << "write docs/errors/" << id << ".md";
  const std::string page = test::ReadFile(path);
  EXPECT_EQ(page.substr(0, page.find('\n')), HeadingOf(id)) << "the first line of docs/errors/" << id << ".md";
  EXPECT_NE(page.find("\n## 日本語\n"), std::string::npos) << id << " has no Japanese part";
  const auto blocks = Blocks(page);
  const bool has_example = blocks.contains("rules") || blocks.contains("rules alone") || blocks.contains("lint");
  EXPECT_NE(has_example, page.find("<!-- no example: ") != std::string::npos)
      << id << " needs an example, or the reason why it has none";
  // Its own example would be left out by the line above.
  if (id == "E4901") return;
  for (const auto& [kind, rules] : blocks) {
    const bool alone = kind.ends_with("alone");
    const std::set<std::string> codes = CodesOf(rules, alone, kind.starts_with("lint"));
    if (kind.starts_with("rules fixed") || kind == "lint fixed") {
      EXPECT_EQ(Joined(codes), "") << "the fixed example of " << id << ":\n" << rules;
    } else if (kind.starts_with("rules") || kind == "lint") {
      EXPECT_EQ(Joined(codes), id + " ") << "the example of " << id << ":\n" << rules;
    }
  }
}

std::vector<std::string> Ids() {
  std::vector<std::string> ids;
  for (const CodePage& page : AllPages(Language::kEnglish)) ids.push_back(page.id);
  return ids;
}
INSTANTIATE_TEST_SUITE_P(All, ErrorPage, ::testing::ValuesIn(Ids()), [](const auto& info) { return info.param; });

TEST(ErrorPages, NoneIsStale) {
  for (const auto& entry : fs::directory_iterator(Folder())) {
    const std::string name = entry.path().stem().string();
    if (name == "README") continue;
    EXPECT_TRUE(PageOf(name, Language::kEnglish).has_value()) << entry.path() << " belongs to no code";
  }
}

}  // namespace
}  // namespace saiten::driver
