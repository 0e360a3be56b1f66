#include "compiler/format/format.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/ast/print.h"
#include "compiler/diag/text_width.h"
#include "compiler/parse/parse.h"
#include "tests/generate/generator.h"
#include "tests/support/golden.h"

namespace saiten {
namespace {

std::string FormatText(const std::string& text) { return format::Format(SourceFile("x.rules", text)).text; }

// What the text means and says: the tree, and its mistakes by their codes.
std::string MeaningOf(const std::string& text) {
  const SourceFile source("x.rules", text);
  diag::Sink sink;
  const auto file = Parse(source, FileId(0), sink);
  std::string meaning;
  for (const diag::Diagnostic& each : sink.all()) meaning += std::string(diag::InfoOf(each.code).id) + "\n";
  return meaning + ast::Print(*file);
}

std::vector<std::string> CommentsOf(const std::string& text) {
  const SourceFile source("x.rules", text);
  diag::Sink sink;
  const auto file = Parse(source, FileId(0), sink);
  std::vector<std::string> comments;
  for (const ast::Comment& comment : file->comments) {
    std::string own(source.Slice(comment.span));
    while (!own.empty() && own.back() == ' ') own.pop_back();
    comments.push_back(own);
  }
  return comments;
}

std::vector<std::filesystem::path> AllRules() {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"examples", "stdlib", "tests"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(SAITEN_SOURCE_DIR) / folder)) {
      if (entry.path().extension() == ".rules") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

void ExpectKeeps(const std::string& text, const std::string& what) {
  const std::string once = FormatText(text);
  EXPECT_EQ(MeaningOf(text), MeaningOf(once)) << what << " means something else";
  EXPECT_EQ(once, FormatText(once)) << what << " changes a second time";
  EXPECT_EQ(CommentsOf(text), CommentsOf(once)) << what << " has other comments";
}

TEST(Format, KeepsWhatEveryFileOfTheTreeMeans) {
  const auto files = AllRules();
  EXPECT_GT(files.size(), 150U);
  for (const auto& path : files) {
    const std::string text = test::ReadFile(path);
    // Where brackets do not match, how the rest is read is a guess that depends on the layout.
    if (format::Format(SourceFile("x.rules", text)).kept.empty()) ExpectKeeps(text, path.string());
  }
}

TEST(Format, KeepsWhatGeneratedProgramsMean) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::string text = test::GeneratedSchema();
    for (const test::GeneratedRule& rule : test::GenerateRules(seed, 10)) text += rule.text + "\n";
    ExpectKeeps(text, "seed " + std::to_string(seed));
  }
}

// Of two layouts of one text that differ only in what is within the lines.
TEST(Format, DoesNotDependOnSpaces) {
  for (const auto& path : AllRules()) {
    const std::string text = test::ReadFile(path);
    const SourceFile source("x.rules", text);
    diag::Sink sink;
    const auto file = Parse(source, FileId(0), sink);
    // Texts over several lines and comments hold their own spaces.
    const bool plain = file->comments.empty() && text.find("\"\"\"") == std::string::npos && sink.all().empty();
    if (!plain) continue;
    std::string spread;
    bool in_text = false;
    bool in_regex = false;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) in_text = !in_text;
      if (text[i] == '/' && !in_text) in_regex = !in_regex;
      spread += text[i];
      if (text[i] == ' ' && !in_text && !in_regex) spread += "   ";
      if (text[i] == '\n') in_text = in_regex = false;
    }
    EXPECT_EQ(FormatText(spread), FormatText(text)) << path;
  }
}

TEST(Format, LongLinesOnlyWhereNothingCanBeBroken) {
  for (const auto& path : AllRules()) {
    if (path.string().find("/examples/") == std::string::npos) continue;
    const SourceFile formatted("x.rules", FormatText(test::ReadFile(path)));
    for (uint32_t line = 1; line <= formatted.line_count(); ++line) {
      const std::string_view text = formatted.Slice(formatted.LineSpan(line));
      const bool text_or_comment = text.find_first_of("\"/") != std::string_view::npos;
      if (text_or_comment) continue;
      EXPECT_LE(diag::TextWidth(text), format::kWidth) << path << ":" << line << "\n" << text;
    }
  }
}

// What people start from is in the style that they get.
TEST(Format, ExamplesAndModulesAreInStyle) {
  for (const auto& path : AllRules()) {
    if (path.string().find("/tests/") != std::string::npos) continue;
    const std::string text = test::ReadFile(path);
    EXPECT_EQ(FormatText(text), text) << path << ": ./dev build && build/bin/saiten fmt " << path;
  }
}

// Read by a person once: each file of golden/ and what becomes of it.
TEST(Format, Golden) {
  const auto folder = std::filesystem::path(SAITEN_SOURCE_DIR) / "tests/format/golden";
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".rules") continue;
    ++count;
    const std::string text = test::ReadFile(entry.path());
    test::ExpectGolden("tests/format/golden/" + name + ".formatted", FormatText(text));
    ExpectKeeps(text, name);
  }
  EXPECT_GT(count, 4U);
}

TEST(Format, LeavesWhatHoldsAMistake) {
  const std::string text = "let   a =   1\n\nscore s for c {\n    +5 wehn x\n     +5 when y\n}\nlet  b = 2\n";
  const format::Formatted formatted = format::Format(SourceFile("x.rules", text));
  EXPECT_EQ(formatted.text, "let a = 1\n\nscore s for c {\n    +5 wehn x\n     +5 when y\n}\n\nlet b = 2\n");
  ASSERT_EQ(formatted.kept.size(), 1U);
  EXPECT_EQ(text.substr(formatted.kept[0].begin, 5), "score");
}

TEST(Format, LosesNothingThatCannotBeRead) {
  for (const auto& path : AllRules()) {
    const std::string text = test::ReadFile(path);
    const auto signs = [](const std::string& of) {
      std::string found;
      // Commas between the fields of a record are put where they belong.
      for (const char c : of) {
        if (std::string_view(" \t\r\n,").find(c) == std::string_view::npos) found += c;
      }
      std::ranges::sort(found);
      return found;
    };
    EXPECT_EQ(signs(FormatText(text)), signs(text)) << path;
  }
}

TEST(Format, LineEndsStayAsTheyAre) {
  EXPECT_EQ(FormatText("let  a = 1\r\nlet  b = 2\r\n"), "let a = 1\r\nlet b = 2\r\n");
  EXPECT_EQ(FormatText("let  a = 1"), "let a = 1\n");
  EXPECT_EQ(FormatText(""), "");
  EXPECT_EQ(FormatText("\n\n// only a comment\n\n"), "// only a comment\n");
}

TEST(Format, ARangeChangesOnlyItsDeclarations) {
  const std::string text = "let   a =   1\nlet   b =   2  // why\nlet   c =   3\n";
  const auto at = static_cast<uint32_t>(text.find("b"));
  EXPECT_EQ(format::Format(SourceFile("x.rules", text), Span{at, at}).text,
            "let   a =   1\nlet b = 2  // why\nlet   c =   3\n");
}

}  // namespace
}  // namespace saiten
