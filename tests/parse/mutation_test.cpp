#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "compiler/parse/lex.h"
#include "tests/parse/parse_support.h"
#include "tests/support/golden.h"

namespace saiten {
namespace {

namespace fs = std::filesystem;
using test::ParsedText;

std::vector<std::string> RuleFiles() {
  std::vector<std::string> texts;
  for (const char* folder : {"examples", "tests/parse/language"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SAITEN_SOURCE_DIR) / folder)) {
      if (entry.path().extension() == ".rules") texts.push_back(test::ReadFile(entry.path()));
    }
  }
  return texts;
}

// The declarations of a file as texts.
std::vector<std::string> DeclarationsOf(const std::string& text) {
  const ParsedText parsed(text);
  std::vector<std::string> all;
  for (const ast::Decl* decl : parsed.file->decls) all.emplace_back(parsed.source.Slice(decl->span));
  return all;
}

// Where the words of a text end that stand on the line [begin, end).
std::vector<size_t> CutsOf(const std::string& text, size_t begin, size_t end) {
  std::vector<size_t> cuts;
  for (size_t i = begin; i < end; ++i) {
    const bool word = std::isalnum(static_cast<unsigned char>(text[i])) || (static_cast<unsigned char>(text[i]) & 0x80);
    const bool before = i > begin && (std::isalnum(static_cast<unsigned char>(text[i - 1])) ||
                                      (static_cast<unsigned char>(text[i - 1]) & 0x80));
    if (!word || !before) cuts.push_back(i);
  }
  return cuts;
}

// Each line of each declaration, cut off behind each word: a half-typed line never hurts its neighbours.
TEST(ParseMutation, HalfALineSparesTheOtherDeclarations) {
  // A part of the places: all of them take half a minute. SAITEN_MUTATE_ALL=1 takes them all.
  const int stride = std::getenv("SAITEN_MUTATE_ALL") ? 1 : 5;
  int places = 0;
  int runs = 0;
  for (const std::string& file : RuleFiles()) {
    for (const std::string& decl : DeclarationsOf(file)) {
      size_t begin = 0;
      while (begin < decl.size()) {
        const size_t end = std::min(decl.find('\n', begin), decl.size());
        for (size_t cut : CutsOf(decl, begin, end)) {
          if (++places % stride != 0) continue;
          const ParsedText parsed("let before_it = 1\n" + decl.substr(0, cut) + decl.substr(end) +
                                  "\nlet behind_it = 2\n");
          parsed.ExpectSound();
          EXPECT_TRUE(parsed.Find("before_it") && parsed.Find("behind_it")) << parsed.source.text();
          ++runs;
        }
        begin = end + 1;
      }
    }
  }
  EXPECT_GT(runs, 500);
}

// Bytes changed, dropped, doubled and swapped at random, from a fixed seed.
TEST(ParseMutation, RandomBytes) {
  std::mt19937 random(20260122);
  const std::vector<std::string> files = RuleFiles();
  const auto below = [&](size_t n) { return random() % std::max<size_t>(n, 1); };
  static constexpr std::string_view kPieces[] = {"{",     "}",  "(",  ")",    "\"", "\"\"\"",
                                                 "${",    "\n", "＝", "\xff", "\\", "/*",
                                                 "where", "if", "=>", "..",   "+5", "score x for c {\n",
                                                 ";",     "'"};
  for (int run = 0; run < 400; ++run) {
    std::string text = files[below(files.size())];
    const size_t begin = below(text.size());
    text = text.substr(begin, 1200);
    for (size_t i = 0; i < 1 + below(6); ++i) {
      const size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text.erase(at, 1 + below(8));
          break;
        case 1:
          text.insert(at, kPieces[below(std::size(kPieces))]);
          break;
        case 2:
          text.insert(at, 1, static_cast<char>(below(256)));
          break;
        default:
          text.insert(at, text.substr(below(text.size()), below(30)));
          break;
      }
    }
    ParsedText(text).ExpectSound();
  }
}

TEST(ParseMutation, OnlyRandomBytes) {
  std::mt19937 random(7);
  for (int run = 0; run < 100; ++run) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += static_cast<char>(random() % 256);
    ParsedText(text).ExpectSound();
  }
}

}  // namespace
}  // namespace saiten
