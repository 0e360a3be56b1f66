#include "compiler/diag/render.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/golden.h"

namespace saiten::diag {
namespace {

using test::ExpectGolden;

// The place of the `nth` occurrence of `what`.
Location At(const SourceSet& sources, FileId file, std::string_view what, int nth = 0) {
  size_t at = sources[file].text().find(what);
  for (; nth > 0; --nth) at = sources[file].text().find(what, at + 1);
  EXPECT_NE(at, std::string_view::npos) << what;
  return {file, {static_cast<uint32_t>(at), static_cast<uint32_t>(at + what.size())}};
}

class Render : public ::testing::Test {
 protected:
  Render() {
    crm_ = sources_.Add("crm.rules",
                        "enum Industry {\n  IT\n  Finance \"金融\" | \"金融業\"\n}\n\nobject contact {\n\tid: int key\n"
                        "  業種: Industry?\n}\n");
    score_ = sources_.Add("score.rules",
                          "score 属性 for contact {\n  match 業種 { IT => +15  \"金融\" => +10 }\n"
                          "\t+5 when e\u0301tat == x and 業種 ＝ IT\n}\n");
  }

  std::string All() {
    std::string out;
    for (Language language : {Language::kEnglish, Language::kJapanese}) {
      RenderOptions options{.language = language};
      out += RenderAllFull(sink_.all(), sources_, options);
      out += RenderAllConcise(sink_.all(), sources_, options);
      out += Summary(Count(sink_.all()), language) + "\n\n";
    }
    return out;
  }

  SourceSet sources_;
  FileId crm_, score_;
  Sink sink_;
};

TEST_F(Render, CaretsStandUnderWideCharacters) {
  sink_.Report(Code::kInvalidUtf8, At(sources_, score_, "\"金融\""), {"text"})
      .Caret("a text", "文字列です")
      .Other(At(sources_, crm_, "\"金融\""), "this spelling belongs to `Finance`", "この表記は`Finance`のものです")
      .Fix("write the member", "メンバー名を書く", {{At(sources_, score_, "\"金融\""), "Finance"}});
  sink_.Report(Code::kInvalidUtf8, At(sources_, score_, "＝"), {"full-width"})
      .Caret("here", "ここ")
      .Other(At(sources_, score_, "業種", 1), "known here", "ここで定義")
      .Note("two\nlines", "二\n行")
      .Counterexample({{"業種", "IT"}, {"employees", "500"}});
  ExpectGolden("tests/diag/golden/wide.txt", All());
}

TEST_F(Render, LabelsOnOneLine) {
  const auto row = At(sources_, score_, "IT => +15");
  sink_.Report(Code::kInvalidUtf8, At(sources_, score_, "+10"), {"points"})
      .Caret("second", "")
      .Other(At(sources_, score_, "+15"), "first", "")
      .Other(At(sources_, score_, "match"), "in this match", "");
  sink_.Report(Code::kInvalidUtf8, At(sources_, score_, "+15"), {"overlap"}).Caret("inner", "").Other(row, "outer", "");
  ExpectGolden("tests/diag/golden/one_line.txt", All());
}

TEST_F(Render, FarLinesEndOfFileAndNothing) {
  const auto end = static_cast<uint32_t>(sources_[score_].text().size());
  sink_.Report(Code::kInvalidUtf8, {score_, {end, end}}, {"end of file"})
      .Other(At(sources_, score_, "score"), "begins here", "");
  sink_.Report(Code::kInvalidUtf8, {FileId(), {}}, {"no place"}).Note("a note without a place", "");
  sink_.Report(Code::kInvalidUtf8, {crm_, {0, 60}}, {"more lines"}).Caret("all of it", "");
  sink_.Report(Code::kInvalidUtf8, At(sources_, crm_, "id"), {"behind a tab"})
      .Fix("two edits", "", {{At(sources_, crm_, "id"), "key"}, {At(sources_, crm_, "int"), "text"}},
           FixSafety::kUnsafe)
      .Fix("a new line", "", {{At(sources_, crm_, "  IT"), "  IT\n  Retail"}});
  ExpectGolden("tests/diag/golden/places.txt", All());
}

TEST_F(Render, LongLinesAreCutAroundTheCaret) {
  std::string text(3000, 'a');
  for (int i = 0; i < 1000; ++i) text += "業";
  text += "!" + std::string(3000, 'b');
  const FileId file = sources_.Add("long.rules", text);
  sink_.Report(Code::kInvalidUtf8, At(sources_, file, "!"), {"far right"})
      .Caret("here", "ここ")
      .Other({file, {0, 5000}}, "a very long one", "")
      .Fix("put a dot", "", {{At(sources_, file, "!"), "."}});
  const std::string shown = RenderFull(sink_.all()[0], sources_, {});
  for (size_t at = 0, end; at < shown.size(); at = end + 1) {
    end = shown.find('\n', at);
    EXPECT_LT(end - at, 500u);
  }
  ExpectGolden("tests/diag/golden/long.txt", shown);
}

TEST_F(Render, Colors) {
  sink_.Report(Code::kInvalidUtf8, At(sources_, score_, "match"), {"color"})
      .Caret("here", "")
      .Other(At(sources_, score_, "+10"), "there", "")
      .Fix("drop it", "", {{At(sources_, score_, "match"), "if"}});
  ExpectGolden("tests/diag/golden/color.txt", RenderFull(sink_.all()[0], sources_, {.color = true}));
}

TEST_F(Render, TheTerminalIsNotSteered) {
  const FileId file = sources_.Add("evil\x1b[2J.rules", "a \x1b[31m\xE2\x80\xAE b\n");
  sink_.Report(Code::kInvalidUtf8, {file, {2, 3}}, {"\x1b]0;title\x07"}).Caret("\x1b[1m", "").Note("\x1b[7m", "");
  const std::string shown = RenderFull(sink_.all()[0], sources_, {});
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;
  EXPECT_EQ(RenderConcise(sink_.all()[0], sources_, {}).find('\x1b'), std::string::npos);
}

TEST_F(Render, Json) {
  sink_.Report(Code::kInvalidUtf8, At(sources_, score_, "＝"), {"\xFF"})
      .Caret("here", "ここ")
      .Other(At(sources_, crm_, "業種"), "there", "そこ")
      .Note("note", "ヒント")
      .Fix("fix", "修正", {{At(sources_, score_, "＝"), "=="}})
      .Counterexample({{"業種", "IT"}});
  sink_.Report(Code::kInvalidUtf8, {FileId(), {}}, {"no place"});
  ExpectGolden("tests/diag/golden/json.txt", RenderJson(sink_.all(), sources_, {}));
}

TEST_F(Render, PrintsAHundredAndCountsTheRest) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "x\n";
  const FileId file = sources_.Add("many.rules", text);
  for (uint32_t i = 0; i < 10'000; ++i) sink_.Report(Code::kInvalidUtf8, {file, {2 * i, 2 * i + 1}}, {"x"});
  const std::string shown = RenderAllConcise(sink_.all(), sources_, {});
  EXPECT_EQ(std::ranges::count(shown, '\n'), 101);
  EXPECT_NE(shown.find("... and 9,900 more\n"), std::string::npos);
  EXPECT_EQ(Summary(Count(sink_.all()), Language::kEnglish), "10,000 errors in 1 file");
  EXPECT_EQ(Summary(Count(sink_.all()), Language::kJapanese), "1個のファイルにエラー10,000件");
  EXPECT_EQ(std::ranges::count(RenderAllConcise(sink_.all(), sources_, {.limit = 0}), '\n'), 10'000);
}

TEST(Numbers, Thousands) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
  EXPECT_EQ(WithThousands(UINT64_MAX), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace saiten::diag
