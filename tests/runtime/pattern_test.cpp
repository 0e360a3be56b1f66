#include <gtest/gtest.h>

#include <random>

#include "runtime/like.h"
#include "runtime/normalize.h"
#include "runtime/regex.h"

namespace saiten::rt {
namespace {

bool Like(std::string_view text, std::string_view pattern) { return LikeMatcher(pattern).Matches(Nfkc(text)); }

TEST(Like, OverTheWholeText) {
  EXPECT_TRUE(Like("/pricing/jp", "/pricing*"));
  EXPECT_TRUE(Like("/pricing", "/pricing*"));
  EXPECT_FALSE(Like("x/pricing", "/pricing*"));
  EXPECT_TRUE(Like("x/pricing", "*/pricing"));
  EXPECT_TRUE(Like("abc", "abc"));
  EXPECT_FALSE(Like("abcd", "abc"));
  EXPECT_FALSE(Like("ABC", "abc"));
  EXPECT_TRUE(Like("", ""));
  EXPECT_TRUE(Like("", "*"));
  EXPECT_FALSE(Like("", "?"));
  EXPECT_FALSE(Like("a", ""));
  EXPECT_TRUE(Like("anything", "**"));
}

TEST(Like, OneCharacterIsOneCodePoint) {
  EXPECT_TRUE(Like("金融", "??"));
  EXPECT_FALSE(Like("金融", "?"));
  EXPECT_TRUE(Like("株式会社東京", "株式会社??"));
  EXPECT_TRUE(Like("株式会社東京", "*?京"));
  EXPECT_TRUE(Like("😀x", "?x"));
  EXPECT_TRUE(Like("abcabd", "*ab?"));
  EXPECT_TRUE(Like("xaYbz", "*a?b*"));
  EXPECT_FALSE(Like("xabz", "*a?b*"));
}

TEST(Like, ComparesNormalForms) {  // sem N3a
  EXPECT_TRUE(Like("ＩＴ部", "IT*"));
  EXPECT_TRUE(Like("IT部", "ＩＴ*"));
  EXPECT_TRUE(Like("何？", "何？"));
  EXPECT_FALSE(Like("何だ", "何？"));  // a full-width question mark is text
}

TEST(Like, EscapedWildcards) {
  EXPECT_TRUE(Like("a*b", "a\\*b"));
  EXPECT_FALSE(Like("axb", "a\\*b"));
  EXPECT_TRUE(Like("what?", "what\\?"));
  EXPECT_TRUE(Like("a\\b", "a\\\\b"));
  EXPECT_TRUE(Like("a\\b", "a\\b"));
}

TEST(Like, PiecesDoNotOverlap) {
  EXPECT_FALSE(Like("aba", "ab*ba"));
  EXPECT_TRUE(Like("abba", "ab*ba"));
  EXPECT_FALSE(Like("ab", "a*b*b"));
  EXPECT_FALSE(Like("a", "a*?*a"));
}

// The meaning, by trying everything.
bool Slow(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') return Slow(text, pattern.substr(1)) || (!text.empty() && Slow(text.substr(1), pattern));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && Slow(text.substr(1), pattern.substr(1));
}

TEST(Like, AgreesWithTryingEverything) {
  std::mt19937 random(9);
  const auto make = [&random](const char* letters, size_t count, size_t most) {
    std::string out(random() % (most + 1), ' ');
    for (char& c : out) c = letters[random() % count];
    return out;
  };
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = make("ab", 2, 9);
    const std::string pattern = make("ab?*", 4, 6);
    ASSERT_EQ(Like(text, pattern), Slow(text, pattern)) << text << " like " << pattern;
  }
}

TEST(Like, HostilePatternsEnd) {
  std::string pattern;
  for (int i = 0; i < 2'000; ++i) pattern += "*a?";
  EXPECT_FALSE(Like(std::string(20'000, 'a'), pattern + "b"));
}

bool Found(std::string_view text, std::string_view pattern) {
  auto matcher = RegexMatcher::Compile(pattern);
  EXPECT_TRUE(matcher.ok()) << pattern;
  return matcher.ok() && (*matcher)->Matches(Nfkc(text));
}

TEST(Regex, FindsAnywhere) {  // sem N3a
  EXPECT_TRUE(Found("the price page", "pri[cz]e"));
  EXPECT_FALSE(Found("the price page", "^pri"));
  EXPECT_TRUE(Found("ＩＴ部門", "^IT"));
  EXPECT_TRUE(Found("IT部門", "^ＩＴ"));
  EXPECT_TRUE(Found("株式会社", "^株.会社$"));
  EXPECT_TRUE(Found("a（株）b", "（株）"));  // full-width brackets are text
  EXPECT_FALSE(Found("a株b", "（株）"));
  EXPECT_TRUE(Found("x", ""));
  EXPECT_FALSE(Found("ABC", "abc"));
  EXPECT_TRUE(Found("ABC", "(?i)abc"));
}

TEST(Regex, HostilePatternsEnd) { EXPECT_FALSE(Found(std::string(5'000, 'a'), "(a*)*b")); }

TEST(Regex, ErrorsAreText) {
  for (const char* pattern : {"(", "[a", "a{2,1}", "(?<=a)b", "\\1"}) {
    const auto matcher = RegexMatcher::Compile(pattern);
    ASSERT_FALSE(matcher.ok()) << pattern;
    EXPECT_FALSE(matcher.error().message.empty());
  }
}

}  // namespace
}  // namespace saiten::rt
