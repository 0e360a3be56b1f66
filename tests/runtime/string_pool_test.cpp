#include "runtime/string_pool.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_map>

namespace saiten::rt {
namespace {

TEST(StringPool, EachTextHasOneCode) {
  StringPool pool;
  EXPECT_EQ(pool.Find("a"), -1);
  EXPECT_EQ(pool.Intern("a"), 0);
  EXPECT_EQ(pool.Intern("b"), 1);
  EXPECT_EQ(pool.Intern("a"), 0);
  EXPECT_EQ(pool.Intern(""), 2);
  EXPECT_EQ(pool.Find("b"), 1);
  EXPECT_EQ(pool.Find("c"), -1);
  EXPECT_EQ(pool.View(0), "a");
  EXPECT_EQ(pool.View(2), "");
  EXPECT_EQ(pool.size(), 3);
  EXPECT_EQ(pool.Intern(std::string_view("a\0b", 3)), 3);
  EXPECT_EQ(pool.View(3), std::string_view("a\0b", 3));
}

TEST(StringPool, ViewsStayWhileItGrowsAndMoves) {
  StringPool pool;
  pool.Intern("first");
  const std::string_view first = pool.View(0);
  const std::string huge(3'000'000, 'x');
  std::vector<std::string_view> views;
  for (int i = 0; i < 100'000; ++i) {
    const int32_t code =
        pool.Intern(i % 1'000 == 7 ? huge.substr(static_cast<size_t>(i) / 100) : "text " + std::to_string(i));
    views.push_back(pool.View(code));
  }
  const StringPool moved = std::move(pool);
  EXPECT_EQ(moved.View(0).data(), first.data());
  EXPECT_EQ(first, "first");
  for (int i = 0; i < 100'000; ++i) {
    const auto index = static_cast<size_t>(i);
    ASSERT_EQ(views[index], i % 1'000 == 7 ? huge.substr(index / 100) : "text " + std::to_string(i));
    ASSERT_EQ(moved.View(i + 1).data(), views[index].data());
  }
}

TEST(StringPool, AgreesWithAMap) {
  StringPool pool;
  std::unordered_map<std::string, int32_t> map;
  std::mt19937_64 random(1);
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % 6, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 8);
    const auto [entry, added] = map.emplace(text, static_cast<int32_t>(map.size()));
    ASSERT_EQ(pool.Find(text), added ? -1 : entry->second);
    ASSERT_EQ(pool.Intern(text), entry->second);
  }
}

TEST(StringPool, TextsThatCompareAsEqualShareAForm) {  // sem N3a
  StringPool pool;
  const int32_t plain = pool.Intern("IT");
  const int32_t wide = pool.Intern("ＩＴ");
  const int32_t half = pool.Intern("ｶﾞｲｼｬ");
  const int32_t finance = pool.Intern("金融");
  EXPECT_EQ(pool.NfkcCodeOf(plain), plain);
  EXPECT_EQ(pool.NfkcCodeOf(wide), plain);
  EXPECT_EQ(pool.View(pool.NfkcCodeOf(half)), "ガイシャ");
  EXPECT_EQ(pool.NfkcCodeOf(finance), finance);
  EXPECT_EQ(pool.View(wide), "ＩＴ");  // the text is kept as it is
  EXPECT_EQ(pool.size(), 5);
}

TEST(StringPool, PreparedForReaders) {
  StringPool pool;
  for (const char* text : {"abc", "ａｂｃ", "é", "e\xCC\x81", "ﾊﾞ", "バ", "㈱", "(株)", "plain"}) pool.Intern(text);
  pool.PrepareNfkc();
  const StringPool& reader = pool;
  EXPECT_EQ(reader.NfkcCode(0), reader.NfkcCode(1));
  EXPECT_EQ(reader.NfkcCode(2), reader.NfkcCode(3));
  EXPECT_EQ(reader.NfkcCode(4), reader.NfkcCode(5));
  EXPECT_EQ(reader.NfkcCode(6), reader.NfkcCode(7));
  EXPECT_NE(reader.NfkcCode(0), reader.NfkcCode(2));
  EXPECT_EQ(reader.NfkcView(6), "(株)");
  EXPECT_EQ(reader.NfkcView(8), "plain");
  // Added later, prepared again.
  const int32_t later = pool.Intern("ＡＢＣ");
  pool.PrepareNfkc();
  EXPECT_EQ(reader.NfkcView(later), "ABC");
}

TEST(StringPool, GoesOnOverItsImage) {
  StringPool first;
  for (const char* text : {"abc", "", "㈱", "plain"}) first.Intern(text);
  first.PrepareNfkc();
  StringPool second(first.Image());
  ASSERT_EQ(second.size(), first.size());
  for (int32_t code = 0; code < first.size(); ++code) {
    EXPECT_EQ(second.View(code), first.View(code));
    EXPECT_EQ(second.Find(first.View(code)), code);
    EXPECT_EQ(second.NfkcCode(code), first.NfkcCode(code));
  }
  EXPECT_EQ(second.Find("ａｂｃ"), -1);
  // What is added stands behind what the image holds and finds its form there.
  EXPECT_EQ(second.Intern("plain"), first.Find("plain"));
  const int32_t wide = second.Intern("ａｂｃ");
  EXPECT_EQ(wide, first.size());
  for (int i = 0; i < 1000; ++i) second.Intern(std::to_string(i));
  second.PrepareNfkc();
  EXPECT_EQ(second.NfkcCode(wide), first.Find("abc"));
  const StringPool third(second.Image());
  ASSERT_EQ(third.size(), second.size());
  for (int32_t code = 0; code < second.size(); ++code) {
    EXPECT_EQ(third.View(code), second.View(code));
    EXPECT_EQ(third.Find(second.View(code)), code);
    EXPECT_EQ(third.NfkcCode(code), second.NfkcCode(code));
  }
}

TEST(StringPool, TightInMemory) {
  StringPool pool;
  for (int i = 0; i < 200'000; ++i) pool.Intern("contact" + std::to_string(1'000'000 + i) + "@example.com");
  pool.PrepareNfkc();
  EXPECT_LT(pool.MemoryBytes(), size_t{200'000} * (26 + 4 + 16 + 24));
}

}  // namespace
}  // namespace saiten::rt
