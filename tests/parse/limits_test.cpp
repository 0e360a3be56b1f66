#include "tests/parse/parse_support.h"

namespace saiten {
namespace {

using test::ParsedText;

std::string Repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

struct Deep {
  const char* name;
  std::string text;
};

// What nests without end is refused before anything recurses; the declaration below is still there.
TEST(ParseLimits, NestingIsRefused) {
  constexpr int kMany = 20'000;
  const Deep cases[] = {
      {"open brackets", "let x = " + Repeat("(", kMany)},
      {"brackets", "let x = " + Repeat("(", kMany) + "1" + Repeat(")", kMany)},
      {"lists", "let x = " + Repeat("[", kMany) + Repeat("]", kMany)},
      {"not", "let x = " + Repeat("not ", kMany) + "a"},
      {"signs", "let x = " + Repeat("- ", kMany) + "a"},
      {"if", "let x = " + Repeat("if a then b else ", kMany) + "c"},
      {"else", "let x = " + Repeat("a else ", kMany) + "c"},
      {"sum", "let x = " + Repeat("1 + ", kMany) + "1"},
      {"members", "let x = a" + Repeat(".b", kMany)},
      {"calls", "let x = " + Repeat("f(", kMany) + Repeat(")", kMany)},
      {"match", "let x = " + Repeat("match a { b => ", kMany) + "1" + Repeat(" }", kMany)},
      {"groups", "score s for c {\n" + Repeat("group g {\n", kMany) + Repeat("}\n", kMany) + "}"},
      {"steps", "workflow w for c {\n" + Repeat("if a {\n", kMany) + Repeat("}\n", kMany) + "}"},
      {"texts", "let x = " + Repeat("\"${", kMany) + Repeat("}\"", kMany)},
      {"match in sums", "let x = " + Repeat("match a { b => 1 } + ", kMany) + "1"},
      {"match in else", "let x = " + Repeat("match a { b => 1 } else ", kMany) + "1"},
      {"choice in else", "let x = " + Repeat("if a then match a { b => 1 } else ", kMany) + "1"},
  };
  for (const Deep& deep : cases) {
    const ParsedText parsed(deep.text + "\nlet behind_it = 1\n");
    const std::string messages = parsed.Messages();
    EXPECT_TRUE(messages.find("E1034") != std::string::npos || messages.find("E1035") != std::string::npos ||
                messages.find("E1032") != std::string::npos)
        << deep.name << ": " << messages;
    EXPECT_TRUE(parsed.Find("behind_it")) << deep.name;
    EXPECT_FALSE(parsed.Find("x")) << deep.name;
  }
}

TEST(ParseLimits, NestingUpToTheLimitIsRead) {
  const ParsedText parsed("let x = " + Repeat("(", 199) + "1" + Repeat(")", 199) + "\nlet y = " + Repeat("a + ", 990) +
                          "a\nlet z = " + Repeat("if a then b else ", 90) + "c\n");
  EXPECT_EQ(parsed.Messages(), "");
  EXPECT_EQ(parsed.file->decls.size(), 3u);
}

// Lists of things that stand side by side have no limit.
TEST(ParseLimits, WideIsNotDeep) {
  const ParsedText parsed("let a = " + Repeat("b and not c or ", 3000) + "d\nlet l = x in [" + Repeat("1 + 2, ", 3000) +
                          "3]\nworkflow w for c {\n  if a { send x }" + Repeat(" else if not b.c { send y }", 3000) +
                          "\n}\nscore s for c { match x { " + Repeat("1, 2 => +1  ", 3000) + "} }\n");
  EXPECT_EQ(parsed.Messages(), "");
  EXPECT_EQ(parsed.file->decls.size(), 4u);
}

TEST(ParseLimits, EveryErrorOfMany) {
  const ParsedText parsed("score s for c {\n" + Repeat("  +15 if a\n  +5 per x where\n", 300) +
                          "  +1 when b\n}\nlet z = 1\n");
  EXPECT_EQ(parsed.sink.all().size(), 600u);
  EXPECT_TRUE(parsed.Find("s") && parsed.Find("z"));
}

TEST(ParseLimits, EmptyAndOdd) {
  for (const char* text : {"", "\n", "\r", "\r\n\r\n", "// only", "/* only */", "\xef\xbb\xbf", "   ", "///", "/**/"}) {
    EXPECT_EQ(ParsedText(text).Messages(), "") << text;
  }
  ParsedText(std::string(100, '\0')).ExpectSound();
}

// What a reviewer would not see is told wherever it stands, and once.
TEST(ParseLimits, HiddenSigns) {
  const std::string turn = "\u202e";
  for (const std::string& text :
       {"let a = \"x" + turn + "y\"\n", "// note" + turn + "\nlet a = 1\n", "let a" + turn + " = 1\n",
        std::string("let a = \"x\0y\"\n", 14), std::string("/* \x01 */\nlet a = 1\n")}) {
    const ParsedText parsed(text);
    size_t hidden = 0;
    for (const diag::Diagnostic& d : parsed.sink.all()) hidden += d.code == diag::Code::kHiddenSign ? 1 : 0;
    EXPECT_EQ(hidden, 1u) << text;
    EXPECT_EQ(parsed.sink.all().size(), 1u) << text << parsed.Messages();
  }
  EXPECT_EQ(ParsedText("let a = \"👨\u200d👩 é\"\n").Messages(), "");
}

TEST(ParseLimits, AnotherEncodingIsOneMessage) {
  std::string wide;
  for (char c : std::string("let a = 1\nlet b = 2\n")) wide += {c, '\0'};
  for (const std::string& text :
       {wide, "\xff\xfe" + wide, std::string("\xfe\xff\0l\0e\0t", 8), std::string(1, '\0') + wide}) {
    const ParsedText parsed(text);
    ASSERT_EQ(parsed.sink.all().size(), 1u);
    EXPECT_EQ(parsed.sink.all()[0].code, diag::Code::kNotUtf8File);
  }
}

}  // namespace
}  // namespace saiten
