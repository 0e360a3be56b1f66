#include "tests/parse/parse_support.h"

namespace saiten {
namespace {

using test::ParsedText;

const ast::TextLit* TextOf(const ParsedText& parsed, std::string_view name) {
  const auto* let = ast::As<ast::LetDecl>(parsed.Find(name));
  return let ? ast::As<ast::TextLit>(let->value) : nullptr;
}

TEST(ParseTree, PlacesAreBytesOfTheFile) {
  const std::string text = "\xef\xbb\xbflet 業種 = 金融\r\nlet b = 業種\r\n";
  const ParsedText parsed(text);
  EXPECT_EQ(parsed.Messages(), "");
  const auto* let = ast::As<ast::LetDecl>(parsed.Find("業種"));
  ASSERT_TRUE(let);
  EXPECT_EQ(parsed.source.Slice(let->span), "let 業種 = 金融");
  EXPECT_EQ(parsed.source.Slice(let->name.span), "業種");
  EXPECT_EQ(parsed.source.Slice(let->value->span), "金融");
  EXPECT_EQ(parsed.source.Slice(ast::As<ast::LetDecl>(parsed.Find("b"))->value->span), "業種");
}

TEST(ParseTree, NamesAreNfc) {
  // が as か and a combining mark, and the place still covers what was written.
  const ParsedText parsed("let か\xe3\x82\x99 = 1\n");
  ASSERT_EQ(parsed.file->decls.size(), 1u);
  EXPECT_EQ(parsed.file->decls[0]->name.text, "が");
  EXPECT_EQ(parsed.file->decls[0]->name.span.size(), 6u);
}

TEST(ParseTree, CommentsAndDocs) {
  const ParsedText parsed(
      "// one\n/// A.\n///\n/// B.\nlet x = 1 // two\n/* three\n*/\nlet y = 2\n//// not docs\nlet z = 3\n");
  EXPECT_EQ(parsed.Messages(), "");
  EXPECT_EQ(parsed.Find("x")->meta.docs, "A.\n\nB.");
  EXPECT_EQ(parsed.Find("y")->meta.docs, "");
  EXPECT_EQ(parsed.Find("z")->meta.docs, "");
  ASSERT_EQ(parsed.file->comments.size(), 7u);
  EXPECT_TRUE(parsed.file->comments[0].own_line);
  EXPECT_FALSE(parsed.file->comments[4].own_line);
  EXPECT_EQ(parsed.file->comments[5].kind, ast::Comment::Kind::kBlock);
}

TEST(ParseTree, BlockTextsLoseCommonIndentation) {
  const ParsedText parsed(
      "let a = \"\"\"\n    one\n      two\n\n    three\n    \"\"\"\nlet b = \"\"\"x \"q\" y\"\"\"\n"
      "let c = \"\"\"\r\n  crlf\r\n  end\r\n\"\"\"\nlet d = \"\"\"\"\"\"\nlet e = \"\"\"\n  \\$ \\n\"\"\"\n");
  EXPECT_EQ(parsed.Messages(), "");
  EXPECT_EQ(TextOf(parsed, "a")->plain(), "one\n  two\n\nthree");
  EXPECT_EQ(TextOf(parsed, "b")->plain(), "x \"q\" y");
  EXPECT_EQ(TextOf(parsed, "c")->plain(), "crlf\nend");
  EXPECT_EQ(TextOf(parsed, "d")->plain(), "");
  EXPECT_EQ(TextOf(parsed, "e")->plain(), "$ \n");
}

TEST(ParseTree, LineEndsInEveryStyle) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    std::string text;
    for (const char* line : {"score s for c {", "  +1 when a", "    and b", "  +2 per x", "}", "let y = 1"}) {
      text += std::string(line) + end;
    }
    const ParsedText parsed(text);
    EXPECT_EQ(parsed.Messages(), "");
    EXPECT_EQ(ast::Print(*parsed.file), "score s for c\n  when +1 (and a b)\n  per +2 x\nlet y 1\n");
  }
}

TEST(ParseTree, FullWidthSpaceIsASpace) {
  const ParsedText parsed("let　x　=　1　+　2\n");
  EXPECT_EQ(parsed.Messages(), "");
  EXPECT_EQ(ast::Print(*parsed.file), "let x (+ 1 2)\n");
}

// A statement that was repaired is in the tree as what was meant.
TEST(ParseTree, RepairedStatementsStay) {
  const ParsedText parsed(
      "score s for c {\n  +15 if a && b = 3\n  +5 when x is null\n  15 when d\n  +1 wehn y　＝＝ １０\n}\n");
  EXPECT_EQ(
      ast::Print(*parsed.file),
      "score s for c\n  when +15 (and a (== b 3))\n  when +5 (is-unknown x)\n  when +15 d\n  when +1 (== y 10)\n");
}

}  // namespace
}  // namespace saiten
