#include "store/messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace saiten::store {
namespace {

// The numbers in braces of a pattern.
std::set<char> ArgumentsIn(std::string_view pattern) {
  std::set<char> found;
  for (size_t at = 0; (at = pattern.find('{', at)) != std::string_view::npos; ++at) {
    if (at + 2 < pattern.size() && pattern[at + 2] == '}') found.insert(pattern[at + 1]);
  }
  return found;
}

bool HasJapanese(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xE3; });
}

TEST(Messages, EachHasBothLanguagesOverTheSameArguments) {
  ASSERT_GT(AllMessages().size(), 80u);
  for (const MessageRow& row : AllMessages()) {
    SCOPED_TRACE(row.name);
    EXPECT_FALSE(row.en.empty());
    EXPECT_FALSE(row.ja.empty());
    EXPECT_EQ(row.hint_en.empty(), row.hint_ja.empty());
    EXPECT_EQ(ArgumentsIn(row.en), ArgumentsIn(row.ja));
    EXPECT_EQ(ArgumentsIn(row.hint_en), ArgumentsIn(row.hint_ja));
    // Patterns of arguments and signs only may be alike; whatever has words has other words.
    const bool has_words = std::ranges::count_if(row.en, [](char c) { return c >= 'a' && c <= 'z'; }) > 0;
    EXPECT_EQ(has_words, HasJapanese(row.ja) || row.ja != row.en) << row.ja;
    EXPECT_FALSE(HasJapanese(row.en)) << row.en;
    EXPECT_FALSE(row.en.ends_with('.')) << row.en;
    EXPECT_FALSE(row.ja.ends_with("。")) << row.ja;
  }
}

TEST(Messages, WordsInsideWordsKeepTheirLanguage) {
  const Text text = Say(Words::kMissingTable, {Say(Words::kEvent, {"visit"}), "visits", "crm.db"});
  EXPECT_EQ(text.en, "event `visit` reads the table `visits`, which `crm.db` does not have");
  EXPECT_EQ(text.ja, "イベント`visit`が読む表`visits`は`crm.db`にありません");
}

TEST(Messages, FailuresCarryBothLanguagesAndTheirKind) {
  const Error error = Fail(Failure::kInUse, {"crm.db"});
  EXPECT_EQ(error.kind, ErrorKind::kBusy);
  EXPECT_EQ(error.message, "the database `crm.db` is in use by another program");
  EXPECT_EQ(error.message_ja, "データベース`crm.db`をほかのプログラムが使っています");
  EXPECT_FALSE(error.hint_ja.empty());
}

// Braces in a name are only text.
TEST(Messages, NamesAreNoPatterns) {
  EXPECT_EQ(Fail(Failure::kNoDatabase, {"a{0}{x}.db"}).message, "there is no database `a{0}{x}.db`");
}

}  // namespace
}  // namespace saiten::store
