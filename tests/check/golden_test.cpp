#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "compiler/analyse/analyse.h"
#include "compiler/check/check.h"
#include "compiler/diag/render.h"
#include "compiler/parse/parse.h"
#include "stdlib/modules.h"
#include "stdlib/records.h"
#include "tests/parse/golden_diagnostics.h"
#include "tests/support/golden.h"

// Every message of the check and the analyses: the file says under its lines what is expected, and a file without
// expectations must be clean. A first line `// schema: NAME` adds tests/check/schema/NAME.rules to the project. Where a
// `.out` file stands beside it, it holds all messages as users see them, in both languages.
namespace saiten {
namespace {

namespace fs = std::filesystem;

struct Checked {
  SourceSet sources;
  std::vector<diag::Diagnostic> diagnostics;  // of the first file
};

void AddModules(const ast::File& file, SourceSet& sources, std::vector<std::unique_ptr<ast::File>>& files,
                std::set<std::string>& taken, diag::Sink& sink) {
  for (const ast::Decl* decl : file.decls) {
    auto* use = ast::As<ast::UseDecl>(decl);
    if (!use) continue;
    std::string path;
    for (const ast::Name& part : use->path) path += (path.empty() ? "" : ".") + std::string(part.text);
    const stdlib::Module* module = stdlib::FindModule(path);
    if (!module) sink.Report(diag::Code::kUnknownModule, {file.id, decl->span}, {path});
    if (!module || !taken.insert(path).second) continue;
    const FileId id = sources.Add("<" + path + ">", std::string(module->text));
    files.push_back(Parse(sources[id], id, sink));
    AddModules(*files.back(), sources, files, taken, sink);
  }
}

Checked CheckText(const std::string& name, const std::string& text) {
  Checked checked;
  diag::Sink sink;
  const FileId main = checked.sources.Add(name, text);
  constexpr std::string_view kSchema = "// schema: ";
  if (text.starts_with(kSchema)) {
    const std::string schema = text.substr(kSchema.size(), text.find('\n') - kSchema.size());
    const std::string path = "tests/check/schema/" + schema + ".rules";
    const std::string content = test::ReadFile(fs::path(SAITEN_SOURCE_DIR) / path);
    EXPECT_FALSE(content.empty()) << path;
    checked.sources.Add(schema + ".rules", content);
  }
  const size_t own = checked.sources.size();
  std::vector<std::unique_ptr<ast::File>> files;
  for (size_t i = 0; i < own; ++i) files.push_back(Parse(checked.sources[FileId(i)], FileId(i), sink));
  std::set<std::string> taken;
  for (size_t i = 0; i < own; ++i) {
    const ast::File& file = *files[i];
    AddModules(file, checked.sources, files, taken, sink);
  }
  const check::CheckedProgram program = check::Check(std::move(files), checked.sources, stdlib::Records(), {}, sink);
  analyse::Analyse(program, checked.sources, sink);
  sink.Sort();
  for (const diag::Diagnostic& d : sink.all()) {
    if (d.at.file == main) checked.diagnostics.push_back(d);
    // Of the schema only warnings may come: declarations that this file does not use.
    const bool error = diag::InfoOf(d.code).severity == diag::Severity::kError;
    if (d.at.file != main && error) ADD_FAILURE() << diag::RenderConcise(d, checked.sources, {});
  }
  return checked;
}

// req S0-55
class GoldenFile : public testing::Test {
 public:
  explicit GoldenFile(std::string path) : path_(std::move(path)) {}
  void TestBody() override {
    const std::string given = test::ReadFile(fs::path(SAITEN_SOURCE_DIR) / path_);
    const std::string text = test::WithoutExpectations(given);
    const Checked checked = CheckText(fs::path(path_).filename().string(), text);
    test::ExpectGolden(path_, test::WithExpectations(text, checked.diagnostics));
    const std::string out = fs::path(path_).replace_extension(".out").string();
    if (!fs::exists(fs::path(SAITEN_SOURCE_DIR) / out)) return;
    std::string shown;
    for (const diag::Language language : {diag::Language::kEnglish, diag::Language::kJapanese}) {
      shown += diag::RenderAllFull(checked.diagnostics, checked.sources, {.language = language}) + "\n";
    }
    test::ExpectGolden(out, shown);
  }

 private:
  std::string path_;
};

const bool kRegistered = [] {
  for (const auto& entry : fs::directory_iterator(fs::path(SAITEN_SOURCE_DIR) / "tests/check/golden")) {
    if (entry.path().extension() != ".rules") continue;
    const std::string path = "tests/check/golden/" + entry.path().filename().string();
    testing::RegisterTest("CheckGolden", entry.path().stem().string().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [path]() -> testing::Test* { return new GoldenFile(path); });
  }
  return true;
}();

}  // namespace
}  // namespace saiten
