#pragma once

#include <string>
#include <string_view>

#include "base/source.h"
#include "compiler/parse/report.h"
#include "compiler/parse/token.h"

// Signs and spellings of other languages and scripts, and what they stand for here.
namespace saiten::parse {

struct ForeignSign {
  Kind found;
  Kind kind;                  // is read as this
  std::string_view spelling;  // and should be written so
};
// `&&` is `and`; null for a sign of ours.
const ForeignSign* FindForeign(Kind found);
// The token of an ASCII spelling of two or three signs ("=>").
Kind KindOfSign(std::string_view ascii);
// May the character behind such a token belong to it?
bool JoinsWithNext(Kind kind);
// `“` ends with `”`.
char32_t ClosingQuoteOf(char32_t opening);
// "JPY" for `¥`; empty if it is no sign of a currency.
std::string_view CurrencyOf(char32_t sign);
// "day" for `d`, `days`, `日`; empty if it means no unit.
std::string_view UnitOfAbbreviation(std::string_view word);
// How a character is shown in a message: itself, or U+0000 where it has no shape.
std::string NameOfChar(char32_t c);
// `2026/4/1`: reports how it is written here.
void ReportOddDate(const SourceFile& source, Span span, Reporter& reporter);
// The first line behind `from` that begins in column 1 with the head of a declaration, as a byte; else the file's size.
uint32_t FindDeclarationLine(const SourceFile& source, uint32_t from);

// `2026年4月1日` as a date is written; empty if it is none.
std::string DateInJapanese(std::string_view text);
// `100` and `万` as a number is written, `1_000_000`; empty if the word is none of 千, 万, 百万, 千万, 億.
std::string NumberInJapanese(std::string_view number, std::string_view word);

}  // namespace saiten::parse
