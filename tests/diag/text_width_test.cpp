#include "compiler/diag/text_width.h"

#include <gtest/gtest.h>

namespace saiten::diag {
namespace {

TEST(TextWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(TextWidth("abc"), 3u);
  EXPECT_EQ(TextWidth("業種"), 4u);
  EXPECT_EQ(TextWidth("ｶﾅ"), 2u);       // half-width katakana
  EXPECT_EQ(TextWidth("e\u0301"), 1u);  // e with a combining acute
  EXPECT_EQ(TextWidth("𠮷"), 2u);
  EXPECT_EQ(TextWidth("\xFF\xFE"), 2u);  // each bad byte is one column
  EXPECT_EQ(TextWidth(std::string_view("\0", 1)), 1u);
}

TEST(TextWidth, TabsGoToTheNextStop) {
  const DisplayLine line("a\tb\t業\tc");
  EXPECT_EQ(line.ColumnOf(0), 0u);
  EXPECT_EQ(line.ColumnOf(1), 1u);
  EXPECT_EQ(line.ColumnOf(2), 4u);
  EXPECT_EQ(line.ColumnOf(4), 8u);
  EXPECT_EQ(line.ColumnOf(8), 12u);
  EXPECT_EQ(line.width(), 13u);
}

TEST(TextWidth, APlaceInsideACharacterIsThatCharacter) {
  const DisplayLine line("業種");
  EXPECT_EQ(line.ColumnOf(3), 2u);
  EXPECT_EQ(line.ColumnOf(4), 2u);
  EXPECT_EQ(line.ColumnOf(6), 4u);
}

TEST(Printable, NothingSteersTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a␛[31mb");
  EXPECT_EQ(Printable("a\nb"), "a␊b");
  EXPECT_EQ(Printable("a\nb", true), "a\nb");
  EXPECT_EQ(Printable("a\u202Eb"), "a\uFFFDb");
  EXPECT_EQ(Printable("a\xFFz"), "a\uFFFDz");
}

TEST(Utf16, CountsUnits) {
  EXPECT_EQ(Utf16Length("aあ𠮷"), 4u);
  EXPECT_EQ(Utf16Length("\xFFz"), 2u);
}

}  // namespace
}  // namespace saiten::diag
