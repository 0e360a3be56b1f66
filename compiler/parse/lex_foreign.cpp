#include "compiler/parse/foreign.h"
#include "compiler/parse/lexer.h"

namespace saiten::parse {

using diag::Code;

// The first of these two characters between `from` and the end of the line; npos if there is none.
size_t Lexer::FindOnLine(size_t from, char32_t a, char32_t b) const {
  for (size_t i = from; i < reader_.size() && reader_[i] != '\n'; ++i) {
    size_t length = 0;
    const char32_t c = DecodeAt(source_.text(), reader_.OffsetOf(i), length);
    if (c == a || c == b) return i;
  }
  return std::string_view::npos;
}

bool Lexer::RestOfLineIsBlank(size_t from) const {
  for (size_t i = from; i < reader_.size() && reader_[i] != '\n'; ++i) {
    if (reader_[i] != ' ' && reader_[i] != '\t' && reader_[i] != '\r') return false;
  }
  return true;
}

// `-- a comment` of SQL: at the beginning of a line, or between spaces.
bool Lexer::TakeDashComment(const RawLexer::Raw& raw) {
  const size_t begin = raw.begin;
  const auto at = [&](size_t i) { return i < reader_.size() ? reader_[i] : '\n'; };
  if (at(begin) != '-' || at(begin + 1) != '-') return false;
  const char behind = static_cast<char>(at(begin + 2));
  if (!newline_ && !(space_ && (behind == ' ' || behind == '\t'))) return false;
  size_t end = begin;
  while (end < reader_.size() && reader_[end] != '\n') ++end;
  const Span sign{reader_.OffsetOf(begin), reader_.OffsetOf(begin + 2)};
  reporter_.Report(Code::kForeignComment, sign, {"--"})
      .Fix("write `//`", "`//`と書く", {reporter_.Replace(sign, "//")});
  out_.comments.push_back({.kind = ast::Comment::Kind::kLine,
                           .own_line = newline_,
                           .span = {reader_.OffsetOf(begin), reader_.OffsetOf(end)}});
  next_ = end;
  raw_.Seek(end);
  space_ = true;
  return true;
}

// `ends with @gmail.com`: a text without its quotes, up to the next space or bracket. `offset` is where it begins.
void Lexer::TakeBareAddress(const RawLexer::Raw& raw, uint32_t offset) {
  size_t end = raw.begin;
  const auto ends = [&](char c) { return std::string_view(" \t\r\n,)]}").find(c) != std::string_view::npos; };
  while (end < reader_.size() && !ends(static_cast<char>(reader_[end]))) ++end;
  const Span span{offset, reader_.OffsetOf(end)};
  const std::string text(source_.Slice(span));
  reporter_.Report(Code::kNeedsQuotes, span, {text})
      .Fix("write `\"" + text + "\"`", "`\"" + text + "\"`と書く", {reporter_.Replace(span, "\"" + text + "\"")},
           diag::FixSafety::kUnsafe);
  next_ = end;
  raw_.Seek(end);
  PushAdded(Kind::kStrOpen, span.begin);
  PushAdded(Kind::kStrClose, span.end);
}

// Full-width and typographic signs: reported, then the text is read again with the ASCII sign in their place.
void Lexer::TakeSign(const RawLexer::Raw& raw) {
  const uint32_t offset = reader_.OffsetOf(raw.begin);
  size_t length = 0;
  const char32_t sign = DecodeAt(source_.text(), offset, length);
  const std::string_view ascii = AsciiOf(sign);
  const Span span{offset, offset + static_cast<uint32_t>(length)};
  const std::string found(source_.Slice(span));
  // `。` or `、` ends a sentence, and here nothing.
  const bool stop = (sign == U'。' || sign == U'、') && RestOfLineIsBlank(raw.begin + 1);
  if (stop) {
    reporter_.Report(Code::kSuperfluous, span, {found}).Fix("remove it", "取り除く", {reporter_.Replace(span, "")});
    next_ = raw.begin + 1;
    return raw_.Seek(next_);
  }
  if (ascii == "\"" || ascii == "'") {
    const size_t close = FindOnLine(raw.begin + 1, ClosingQuoteOf(sign), U'"');
    std::vector<diag::Edit> edits{reporter_.Replace(span, "\"")};
    reader_.Patch(raw.begin, '"');
    if (close != std::string_view::npos) {
      const Span end{reader_.OffsetOf(close), reader_.OffsetOf(close + 1)};
      if (end.size() > 1) edits.push_back(reporter_.Replace(end, "\""));
      reader_.Patch(close, '"');
    }
    reporter_.Report(Code::kWrongQuote, span, {found}).Fix("write `\"`", "`\"`と書く", std::move(edits));
    return raw_.Seek(raw.begin);
  }
  reporter_.Report(Code::kFullWidthSign, span, {found, std::string(ascii)})
      .Fix("write `" + std::string(ascii) + "`", "`" + std::string(ascii) + "`と書く",
           {reporter_.Replace(span, std::string(ascii))});
  if (ascii.size() > 1) {
    next_ = raw.begin + 1;
    raw_.Seek(next_);
    return Push(KindOfSign(ascii), span);
  }
  reader_.Patch(raw.begin, ascii[0]);
  // `>＝` and `１５` are one token once they are ASCII: read what touches it again, too.
  const bool touches = !out_.tokens.empty() && out_.tokens.back().span.end == offset && JoinsWithNext(LastKind());
  if (!touches) return raw_.Seek(raw.begin);
  const Token last = out_.tokens.back();
  out_.tokens.pop_back();
  newline_ = last.newline_before;
  space_ = last.space_before;
  raw_.Seek(reader_.IndexOf(last.span.begin));
}

void Lexer::TakeQuote(const RawLexer::Raw& raw, Span span) {
  const size_t close = FindOnLine(raw.begin + 1, U'\'', U'\'');
  if (close == std::string_view::npos) return TakeBad(raw, span);
  const Span end{reader_.OffsetOf(close), reader_.OffsetOf(close + 1)};
  reporter_.Report(Code::kWrongQuote, span, {"'"})
      .Fix("write `\"`", "`\"`と書く", {reporter_.Replace(span, "\""), reporter_.Replace(end, "\"")});
  reader_.Patch(raw.begin, '"');
  reader_.Patch(close, '"');
  raw_.Seek(raw.begin);
}

void Lexer::TakeForeign(const RawLexer::Raw& raw, Span span) {
  const ForeignSign& foreign = *FindForeign(raw.kind);
  const std::string found(source_.Slice(span));
  const std::string want(foreign.spelling);
  const bool glued = foreign.kind == Kind::kNot && raw.end < reader_.size() && reader_[raw.end] != ' ';
  reporter_.Report(Code::kForeignSign, span, {found, want})
      .Fix("write `" + want + "`", "`" + want + "`と書く", {reporter_.Replace(span, glued ? want + " " : want)});
  Push(foreign.kind, span);
}

void Lexer::TakeBad(const RawLexer::Raw& raw, Span span) {
  const std::string_view text = source_.Slice(span);
  size_t length = 0;
  const char32_t c = DecodeAt(text, 0, length);
  const std::string_view currency = CurrencyOf(c);
  const bool digit_follows =
      raw.begin + 1 < reader_.size() && reader_[raw.begin + 1] >= '0' && reader_[raw.begin + 1] <= '9';
  if (c == '&' || (c == '~' && digit_follows)) {
    const std::string want = c == '&' ? "and" : "..";
    const Span sign{span.begin, span.begin + 1};
    reporter_.Report(Code::kForeignSign, sign, {std::string(1, static_cast<char>(c)), want})
        .Fix("write `" + want + "`", "`" + want + "`と書く", {reporter_.Replace(sign, want)}, diag::FixSafety::kUnsafe);
    next_ = raw.begin + 1;
    raw_.Seek(next_);
    return Push(c == '&' ? Kind::kAnd : Kind::kDots, sign);
  }
  const bool touches_next = raw.begin + 1 < reader_.size() && reader_[raw.begin + 1] != ' ' &&
                            reader_[raw.begin + 1] != '\n' && reader_[raw.begin + 1] != '\r';
  if (c == '@' && touches_next) {
    // `*@gmail.com`, `info@x.com`: with the word or star that it touches.
    uint32_t offset = span.begin;
    if (!out_.tokens.empty() && out_.tokens.back().span.end == span.begin && !newline_ &&
        (LastKind() == Kind::kStar || IsName(LastKind()))) {
      offset = out_.tokens.back().span.begin;
      newline_ = out_.tokens.back().newline_before;
      space_ = out_.tokens.back().space_before;
      out_.tokens.pop_back();
    }
    return TakeBareAddress(raw, offset);
  }
  if (!currency.empty() && digit_follows) {
    const Span sign{span.begin, span.begin + static_cast<uint32_t>(length)};
    reporter_.Report(Code::kCurrencySign, sign, {std::string(text.substr(0, length)), std::string(currency)})
        .Fix("write `" + std::string(currency) + " `", "`" + std::string(currency) + " `と書く",
             {reporter_.Replace(sign, std::string(currency) + " ")}, diag::FixSafety::kUnsafe);
    next_ = raw.begin + 1;
    raw_.Seek(next_);
    return Push(Kind::kId, sign);
  }
  // Of a hidden sign the reader has told already.
  if (!IsHidden(c))
    reporter_.Report(Code::kUnreadableSign, {span.begin, span.begin + static_cast<uint32_t>(length)}, {NameOfChar(c)});
  space_ = true;
}

void Lexer::TakeNumberWord(Span span) {
  const std::string_view text = source_.Slice(span);
  const uint32_t digits = span.begin + static_cast<uint32_t>(text.find_first_not_of("0123456789_."));
  const std::string number(source_.Slice({span.begin, digits}));
  const std::string word(source_.Slice({digits, span.end}));
  const std::string_view unit = UnitOfAbbreviation(word);
  // `2026年4月1日`, `100万`
  const std::string date = DateInJapanese(text);
  if (unit.empty() && !date.empty()) {
    reporter_.Report(Code::kOddDate, span, {date})
        .Fix("write `" + date + "`", "`" + date + "`と書く", {reporter_.Replace(span, date)});
    return Push(Kind::kDate, span);
  }
  const std::string large = NumberInJapanese(number, word);
  if (unit.empty() && !large.empty()) {
    reporter_.Report(Code::kForeignSign, span, {std::string(text), large})
        .Fix("write `" + large + "`", "`" + large + "`と書く", {reporter_.Replace(span, large)});
    return Push(Kind::kNumber, {span.begin, digits});
  }
  if (unit.empty()) {
    reporter_.Report(Code::kNumberWord, span, {std::string(text)});
    return Push(Kind::kNumber, {span.begin, digits});
  }
  const std::string want = number + " " + std::string(unit) + (number == "1" ? "" : "s");
  reporter_.Report(Code::kShortDuration, span, {std::string(text), want})
      .Fix("write `" + want + "`", "`" + want + "`と書く", {reporter_.Replace(span, want)});
  Push(Kind::kNumber, {span.begin, digits});
  Push(Kind::kUnit, {digits, span.end});
}

}  // namespace saiten::parse
