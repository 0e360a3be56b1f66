#include "compiler/parse/foreign.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/parse/reader.h"

namespace saiten::parse {
namespace {

constexpr ForeignSign kForeign[] = {
    {Kind::kAmpAmp, Kind::kAnd, "and"},     {Kind::kPipePipe, Kind::kOr, "or"},
    {Kind::kBang, Kind::kNot, "not"},       {Kind::kLtGt, Kind::kNe, "!="},
    {Kind::kEqEqEq, Kind::kEq, "=="},       {Kind::kNeEq, Kind::kNe, "!="},
    {Kind::kEqLt, Kind::kLe, "<="},         {Kind::kColonEq, Kind::kAssignSign, "="},
    {Kind::kThinArrow, Kind::kArrow, "=>"}, {Kind::kDots3, Kind::kDots, ".."},
};

struct Abbreviation {
  std::string_view word;
  std::string_view unit;
};
constexpr Abbreviation kUnits[] = {
    {"d", "day"},         {"day", "day"},        {"days", "day"},       {"w", "week"},          {"wk", "week"},
    {"week", "week"},     {"weeks", "week"},     {"mo", "month"},       {"mon", "month"},       {"month", "month"},
    {"months", "month"},  {"y", "year"},         {"yr", "year"},        {"year", "year"},       {"years", "year"},
    {"hr", "hour"},       {"hrs", "hour"},       {"hour", "hour"},      {"hours", "hour"},      {"min", "minute"},
    {"mins", "minute"},   {"minute", "minute"},  {"minutes", "minute"}, {"sec", "second"},      {"secs", "second"},
    {"second", "second"}, {"seconds", "second"}, {"q", "quarter"},      {"quarter", "quarter"}, {"quarters", "quarter"},
    {"日", "day"},        {"日間", "day"},       {"週", "week"},        {"週間", "week"},       {"月", "month"},
    {"ヶ月", "month"},    {"か月", "month"},     {"カ月", "month"},     {"年", "year"},         {"時間", "hour"},
    {"分", "minute"},     {"秒", "second"},
};

}  // namespace

const ForeignSign* FindForeign(Kind found) {
  if (found < Kind::kAmpAmp || found > Kind::kDots3) return nullptr;
  const auto* row = std::ranges::find(kForeign, found, &ForeignSign::found);
  return row == std::end(kForeign) ? nullptr : row;
}

Kind KindOfSign(std::string_view ascii) {
  if (ascii == "<=") return Kind::kLe;
  if (ascii == ">=") return Kind::kGe;
  if (ascii == "!=") return Kind::kNe;
  if (ascii == "=>") return Kind::kArrow;
  return Kind::kDots;
}

bool JoinsWithNext(Kind kind) {
  return kind == Kind::kId || IsSoft(kind) || (kind >= Kind::kDatetime && kind <= Kind::kNumberWord) ||
         (kind >= Kind::kArrow && kind <= Kind::kColon) || kind == Kind::kPipe;
}

char32_t ClosingQuoteOf(char32_t opening) {
  switch (opening) {
    case U'“':
    case U'„':
    case U'‟':
      return U'”';
    case U'「':
      return U'」';
    case U'『':
      return U'』';
    case U'‘':
      return U'’';
    default:
      return opening;
  }
}

std::string_view CurrencyOf(char32_t sign) {
  switch (sign) {
    case U'¥':
    case U'￥':
      return "JPY";
    case U'$':
      return "USD";
    case U'€':
      return "EUR";
    case U'£':
      return "GBP";
    default:
      return {};
  }
}

std::string_view UnitOfAbbreviation(std::string_view word) {
  const auto* row = std::ranges::find(kUnits, word, &Abbreviation::word);
  return row == std::end(kUnits) ? std::string_view() : row->unit;
}

std::string NameOfChar(char32_t c) {
  const auto code = static_cast<uint32_t>(c);
  const bool invisible = c < 0x20 || c == '`' || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
                         (c >= 0x2028 && c <= 0x202F) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
  if (invisible) return fmt::format("U+{:04X}", code);
  std::string utf8;
  if (c < 0x80) {
    utf8 = {static_cast<char>(c)};
  } else if (c < 0x800) {
    utf8 = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
  } else if (c < 0x10000) {
    utf8 = {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
            static_cast<char>(0x80 | (c & 0x3F))};
  } else {
    utf8 = {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
            static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
  }
  return utf8;
}

void ReportOddDate(const SourceFile& source, Span span, Reporter& reporter) {
  std::string parts[3];
  size_t part = 0;
  for (char c : source.Slice(span)) {
    if (c == '/' || c == '-') {
      ++part;
    } else {
      parts[part] += c;
    }
  }
  for (std::string* two : {&parts[1], &parts[2]}) {
    if (two->size() == 1) two->insert(0, "0");
  }
  const std::string want = parts[0] + "-" + parts[1] + "-" + parts[2];
  reporter.Report(diag::Code::kOddDate, span, {want})
      .Fix("write `" + want + "`", "`" + want + "`と書く", {reporter.Replace(span, want)});
}

uint32_t FindDeclarationLine(const SourceFile& source, uint32_t from) {
  for (uint32_t line = source.LineOf(from) + 1; line <= source.line_count(); ++line) {
    const Span span = source.LineSpan(line);
    const std::string_view text = source.Slice(span);
    const size_t word_end = text.find(' ');
    if (word_end == std::string_view::npos || word_end == 0) continue;
    const std::string_view word = text.substr(0, word_end);
    for (auto kind = static_cast<uint16_t>(Kind::kUse); kind <= static_cast<uint16_t>(Kind::kEvaluate); ++kind) {
      if (grammar::kSpellings[kind] == word) return span.begin;
    }
  }
  return static_cast<uint32_t>(source.text().size());
}

std::string DateInJapanese(std::string_view text) {
  constexpr std::string_view kMarks[] = {"年", "月", "日"};
  std::string date;
  for (std::string_view mark : kMarks) {
    const size_t at = text.find(mark);
    if (at == std::string_view::npos || at == 0 || at > 4) return {};
    const std::string_view part = text.substr(0, at);
    if (part.find_first_not_of("0123456789") != std::string_view::npos) return {};
    if (mark == "年" ? at != 4 : at > 2) return {};
    if (!date.empty()) date += '-';
    date += (part.size() == 1 ? "0" : "") + std::string(part);
    text.remove_prefix(at + mark.size());
  }
  return text.empty() ? date : std::string();
}

std::string NumberInJapanese(std::string_view number, std::string_view word) {
  struct Row {
    std::string_view word;
    int zeros;
  };
  constexpr Row kRows[] = {{"千", 3},   {"万", 4},   {"万円", 4}, {"十万", 5},
                           {"百万", 6}, {"千万", 7}, {"億", 8},   {"億円", 8}};
  const auto* row = std::ranges::find(kRows, word, &Row::word);
  if (row == std::end(kRows)) return {};
  std::string digits;
  for (char c : number) {
    if (c == '.') return {};
    if (c != '_') digits += c;
  }
  digits.append(static_cast<size_t>(row->zeros), '0');
  if (digits.size() > 18) return {};
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, "_");
  return digits;
}

}  // namespace saiten::parse
