#include "runtime/text.h"

#include <gtest/gtest.h>

#include "runtime/normalize.h"
#include "runtime/utf8.h"

namespace saiten::rt {
namespace {

TEST(Utf8, FindsTheFirstBadByte) {
  constexpr size_t kNone = std::string_view::npos;
  EXPECT_EQ(FirstBadByte(""), kNone);
  EXPECT_EQ(FirstBadByte("plain ascii, long enough for words"), kNone);
  EXPECT_EQ(FirstBadByte("金融 é 😀"), kNone);
  EXPECT_EQ(FirstBadByte("\xF4\x8F\xBF\xBF"), kNone);
  EXPECT_EQ(FirstBadByte("abc\x80"), 3u);
  EXPECT_EQ(FirstBadByte("金\xC0\x80"), 3u);         // overlong
  EXPECT_EQ(FirstBadByte("\xE0\x80\x80"), 0u);       // overlong
  EXPECT_EQ(FirstBadByte("\xED\xA0\x80"), 0u);       // surrogate
  EXPECT_EQ(FirstBadByte("\xF4\x90\x80\x80"), 0u);   // above U+10FFFF
  EXPECT_EQ(FirstBadByte("\xF0\x8F\xBF\xBF"), 0u);   // overlong
  EXPECT_EQ(FirstBadByte("123456789\xE9\x87"), 9u);  // cut off
  EXPECT_EQ(FirstBadByte("\x8B\xE0\x8E\xA5"), 0u);   // Shift_JIS
  EXPECT_EQ(FirstBadByte(std::string_view("a\0b", 3)), kNone);
}

TEST(Utf8, EveryCodePointIsWrittenAndRead) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(&text, c);
    size_t at = 0;
    ASSERT_EQ(DecodeOne(text, &at), c);
    ASSERT_EQ(at, text.size());
    ASSERT_TRUE(ValidUtf8(text));
  }
  std::string text;
  AppendUtf8(&text, 0xD800);
  AppendUtf8(&text, 0x110000);
  EXPECT_EQ(text, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, BrokenTextCanBeWalked) {
  EXPECT_EQ(CharLength("\xFF\xFE金"), 3);
  EXPECT_EQ(ByteOfChar("\xFF金x", 2), 4u);
  EXPECT_EQ(Nfkc("a\xFFＢ"),
            "a\xEF\xBF\xBD"
            "B");
}

TEST(Text, Length) {
  EXPECT_EQ(CharLength(""), 0);
  EXPECT_EQ(CharLength("abc"), 3);
  EXPECT_EQ(CharLength("株式会社"), 4);
  EXPECT_EQ(CharLength("😀"), 1);
}

TEST(Normalize, CompatibilityForms) {  // sem N3a
  EXPECT_EQ(Nfkc("ＩＴ"), "IT");
  EXPECT_EQ(Nfkc("ｶﾞﾌﾞ"), "ガブ");
  EXPECT_EQ(Nfkc("㈱テスト"), "(株)テスト");
  EXPECT_EQ(Nfkc("e\xCC\x81"), "é");
  EXPECT_EQ(Nfkc("か\xE3\x82\x99"), "が");  // kana and a combining voiced mark
  EXPECT_EQ(Nfkc("①"), "1");
  EXPECT_EQ(Nfkc("\xE3\x80\x80"), " ");
  EXPECT_EQ(Nfkc("金融 IT"), "金融 IT");
  EXPECT_EQ(Nfkc("\xE2\x84\xA6"), "Ω");  // the ohm sign
  EXPECT_EQ(Nfkc("\xED\x95\x9C"), "한");
  EXPECT_EQ(Nfkc("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), "한");
  EXPECT_EQ(Nfkc(""), "");
  EXPECT_EQ(Nfc("ＩＴ"), "ＩＴ");
  EXPECT_EQ(Nfc("e\xCC\x81"), "é");
}

TEST(Normalize, MarksAreOrdered) {
  // Dot below (220) and acute (230) in either order.
  EXPECT_EQ(Nfkc("a\xCC\x81\xCC\xA3"), Nfkc("a\xCC\xA3\xCC\x81"));
  // A text of marks only takes no quadratic time.
  std::string marks = "a";
  for (int i = 0; i < 200'000; ++i) marks += i % 2 == 0 ? "\xCC\x81" : "\xCC\xA3";
  EXPECT_EQ(Nfkc(marks).size(), Nfkc(Nfkc(marks)).size());
}

TEST(Normalize, TheFastPathIsRightForEveryCharacterItTakes) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(&text, c);
    if (!SurelyNfkc(text)) continue;
    // Forced through the long way by a character that is not plain and does not combine.
    const std::string longer = text + "é";
    ASSERT_FALSE(SurelyNfkc(longer));
    ASSERT_EQ(Nfkc(longer), longer) << static_cast<uint32_t>(c);
    ASSERT_EQ(Nfc(longer), longer) << static_cast<uint32_t>(c);
    ASSERT_EQ(Fold(longer), Fold(text) + "é") << static_cast<uint32_t>(c);
    ASSERT_EQ(Lower(longer), Lower(text) + "é") << static_cast<uint32_t>(c);
    ASSERT_EQ(Upper(longer), Upper(text) + "É") << static_cast<uint32_t>(c);
  }
}

TEST(Normalize, FormsAreTheirOwnForms) {
  for (char32_t c = 0; c <= 0x1FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(&text, c);
    const std::string form = Nfkc(text);
    ASSERT_EQ(Nfkc(form), form) << static_cast<uint32_t>(c);
    const std::string folded = Fold(text);
    ASSERT_EQ(Fold(folded), folded) << static_cast<uint32_t>(c);
    ASSERT_EQ(Nfkc(folded), folded) << static_cast<uint32_t>(c);
  }
}

TEST(Normalize, Case) {
  EXPECT_EQ(Fold("Google"), "google");
  EXPECT_EQ(Fold("ＧＯＯＧＬＥ"), "google");
  EXPECT_EQ(Fold("Straße"), "strasse");
  EXPECT_EQ(Fold("ΣΊΣΥΦΟΣ"), Fold("σίσυφος"));
  EXPECT_EQ(Fold("soft\xC2\xADhyphen"), "softhyphen");
  EXPECT_EQ(Lower("ÀÉ金ABC"), "àé金abc");
  EXPECT_EQ(Upper("àé金abc"), "ÀÉ金ABC");
  EXPECT_EQ(Upper("abcz@[`{"), "ABCZ@[`{");
  EXPECT_EQ(Lower("ABCZ@[`{"), "abcz@[`{");
  EXPECT_FALSE(UnicodeVersion().empty());
}

TEST(Text, Trim) {
  EXPECT_EQ(Trim("  a b \t\n"), "a b");
  EXPECT_EQ(Trim("\xE3\x80\x80金融\xE3\x80\x80"), "金融");
  EXPECT_EQ(Trim("\xC2\xA0x\xEF\xBB\xBF"), "x");
  EXPECT_EQ(Trim("\xE3\x80\x80"), "");
  EXPECT_EQ(Trim(""), "");
  EXPECT_EQ(Trim("\x80 "), "\x80");
  EXPECT_EQ(Trim("é"), "é");
}

TEST(Text, ContainsWorksOnCharacters) {  // sem N8
  EXPECT_TRUE(Contains("株式会社東京", "東京"));
  EXPECT_FALSE(Contains("が", "か"));
  EXPECT_TRUE(Contains("abc", ""));
  EXPECT_TRUE(StartsWith("株式会社東京", "株式"));
  EXPECT_FALSE(StartsWith("株", "株式"));
  EXPECT_TRUE(EndsWith("example.co.jp", ".jp"));
}

TEST(Text, ContainsWord) {  // sem N8
  EXPECT_TRUE(ContainsWord("IT department", "IT"));
  EXPECT_TRUE(ContainsWord("head of IT", "IT"));
  EXPECT_TRUE(ContainsWord("(IT)", "IT"));
  EXPECT_FALSE(ContainsWord("WRITER", "IT"));
  EXPECT_FALSE(ContainsWord("IT_dept", "IT"));
  EXPECT_TRUE(ContainsWord("WRITER, IT", "IT"));
  EXPECT_TRUE(ContainsWord("営業部・IT推進", "営業部"));
  EXPECT_FALSE(ContainsWord("営業部IT", "IT"));
  EXPECT_FALSE(ContainsWord("éIT", "IT"));
  EXPECT_TRUE(ContainsWord("a|b c|d", "b c", "|"));
  EXPECT_FALSE(ContainsWord("a|b c|d", "b", "|"));
  EXPECT_TRUE(ContainsWord("営業、企画、IT", "企画", "、"));
  EXPECT_TRUE(ContainsWord("IT", "IT"));
  EXPECT_FALSE(ContainsWord("IT", ""));
  EXPECT_FALSE(ContainsWord("", "IT"));
}

TEST(Text, Slice) {
  EXPECT_EQ(Slice("株式会社東京", 1, 4), "株式会社");
  EXPECT_EQ(Slice("株式会社東京", 5, 100), "東京");
  EXPECT_EQ(Slice("株式会社東京", -2, 2), "東京");
  EXPECT_EQ(Slice("株式会社東京", -2, 1), "東");
  EXPECT_EQ(Slice("abc", 0, 2), "ab");
  EXPECT_EQ(Slice("abc", 4, 2), "");
  EXPECT_EQ(Slice("abc", 2, 0), "");
  EXPECT_EQ(Slice("abc", 2, -1), "");
  EXPECT_EQ(Slice("abc", -5, 3), "a");
  EXPECT_EQ(Slice("abc", -5, 2), "");
  EXPECT_EQ(Slice("abc", -3, 1), "a");
  EXPECT_EQ(Slice("abc", INT64_MAX, INT64_MAX), "");
  EXPECT_EQ(Slice("abc", -INT64_MAX, INT64_MAX), "abc");
}

TEST(Text, Split) {
  EXPECT_EQ(SplitPart("a,b,c", ",", 1), "a");
  EXPECT_EQ(SplitPart("a,b,c", ",", 3), "c");
  EXPECT_EQ(SplitPart("a,b,c", ",", 4), std::nullopt);
  EXPECT_EQ(SplitPart("a,b,c", ",", -1), "c");
  EXPECT_EQ(SplitPart("a,b,c", ",", -3), "a");
  EXPECT_EQ(SplitPart("a,b,c", ",", -4), std::nullopt);
  EXPECT_EQ(SplitPart("a,b,c", ",", 0), std::nullopt);
  EXPECT_EQ(SplitPart(",b", ",", 1), "");
  EXPECT_EQ(SplitPart("b,", ",", 2), "");
  EXPECT_EQ(SplitPart("a::b", "::", 2), "b");
  EXPECT_EQ(SplitPart("a:::b", "::", -1), ":b");
  EXPECT_EQ(SplitPart("abc", "", 1), "abc");
  EXPECT_EQ(SplitPart("abc", "", 2), std::nullopt);
}

TEST(Text, Replace) {
  EXPECT_EQ(Replace("株式会社A株式会社", "株式会社", ""), "A");
  EXPECT_EQ(Replace("aaa", "aa", "b"), "ba");
  EXPECT_EQ(Replace("abc", "", "x"), "abc");
  EXPECT_EQ(Replace("abc", "x", "y"), "abc");
}

TEST(Text, Domain) {
  EXPECT_EQ(Domain("taro@Example.co.jp"), "example.co.jp");
  EXPECT_EQ(Domain("Taro <taro@example.com>"), "example.com");
  EXPECT_EQ(Domain("mailto:a@b.com?subject=x"), "b.com");
  EXPECT_EQ(Domain("https://user:pw@www.example.com:8080/a@b?c#d"), "www.example.com");
  EXPECT_EQ(Domain("http://localhost/x"), "localhost");
  EXPECT_EQ(Domain("example.com/path"), "example.com");
  EXPECT_EQ(Domain("example.com."), "example.com");
  EXPECT_EQ(Domain("a@例え.jp"), "例え.jp");
  EXPECT_EQ(Domain("a@ＥＸＡＭＰＬＥ.com"), "example.com");
  EXPECT_EQ(Domain("just a name"), std::nullopt);
  EXPECT_EQ(Domain("name"), std::nullopt);
  EXPECT_EQ(Domain("a@"), std::nullopt);
  EXPECT_EQ(Domain("@"), std::nullopt);
  EXPECT_EQ(Domain(""), std::nullopt);
  EXPECT_EQ(Domain("https://"), std::nullopt);
  EXPECT_EQ(Domain("a@b..com"), std::nullopt);
  EXPECT_EQ(Domain("a@.com"), std::nullopt);
}

TEST(Text, Width) {
  EXPECT_EQ(Width("abc"), 3);
  EXPECT_EQ(Width("金融"), 4);
  EXPECT_EQ(Width("ｱｲ"), 2);
  EXPECT_EQ(Width("ＩＴ"), 4);
  EXPECT_EQ(Width("e\xCC\x81"), 1);
  EXPECT_EQ(Width("\xE3\x80\x80"), 2);
  EXPECT_EQ(Width(""), 0);
}

TEST(Text, Kana) {
  EXPECT_EQ(ToKatakana("ﾔﾏﾀﾞ"), "ヤマダ");
  EXPECT_EQ(ToKatakana("やまだ"), "ヤマダ");
  EXPECT_EQ(ToKatakana("ヤマダ"), "ヤマダ");
  EXPECT_EQ(ToKatakana("ゔゝ山田ー"), "ヴヽ山田ー");
  EXPECT_EQ(ToHiragana("ヤマダ ｺﾞﾛｰ"), "やまだ ごろー");
  EXPECT_EQ(ToHiragana("ヷ・"), "ヷ・");
  EXPECT_EQ(ToKatakana(ToHiragana("ァヶヽヾヴ")), "ァヶヽヾヴ");
}

}  // namespace
}  // namespace saiten::rt
