#include "compiler/parse/lex.h"

#include "compiler/parse/foreign.h"
#include "compiler/parse/raw_lexer.h"
#include "compiler/parse/reader.h"

namespace saiten::parse {
namespace {

using diag::Code;

class Lexer {
 public:
  Lexer(const SourceFile& source, Reporter& reporter)
      : source_(source), reporter_(reporter), reader_(source, reporter), raw_(reader_) {}

  TokenList Run() {
    out_.tokens.reserve(source_.text().size() / 5 + 16);
    while (!done_) {
      if (RegexComesNext()) raw_.EnterRegex();
      Take(raw_.Next());
    }
    return std::move(out_);
  }

 private:
  // What is open, innermost last: `{`, `$` for `${`, `"` for a text on a line, `B` for a block text.
  struct Open {
    char what;
    uint32_t offset;
  };

  Span SpanOf(const RawLexer::Raw& raw) const { return {reader_.OffsetOf(raw.begin), reader_.OffsetOf(raw.end)}; }
  Span EmptyAt(uint32_t offset) const { return {offset, offset}; }
  bool Inside(char what) const { return !open_.empty() && open_.back().what == what; }
  Kind LastKind() const { return out_.tokens.empty() ? Kind::kNil : out_.tokens.back().kind; }

  void Take(const RawLexer::Raw& raw);
  void TakeComment(Kind kind, Span span);
  void TakeForeign(const RawLexer::Raw& raw, Span span);
  void TakeSign(const RawLexer::Raw& raw);
  void TakeQuote(const RawLexer::Raw& raw, Span span);
  void TakeBad(const RawLexer::Raw& raw, Span span);
  void TakeNumberWord(Span span);
  void TakeClose(char what, Kind kind, Span span);
  void TakeEof(uint32_t offset);
  void Push(Kind kind, Span span);
  void Settle(Kind kind);
  void PushAdded(Kind kind, uint32_t offset);
  void EndInterpolations(uint32_t offset);
  bool EndBlockText();
  bool RegexComesNext() const;
  size_t FindOnLine(size_t from, char32_t a, char32_t b) const;
  bool RestOfLineIsBlank(size_t from) const;
  bool TakeDashComment(const RawLexer::Raw& raw);
  void TakeBareAddress(const RawLexer::Raw& raw, uint32_t offset);

  const SourceFile& source_;
  Reporter& reporter_;
  Reader reader_;
  RawLexer raw_;
  TokenList out_;
  std::vector<Open> open_;
  size_t interpolations_ = 0;  // how many of them are `${`
  size_t next_ = 0;            // the code point behind the token taken last
  bool newline_ = true;
  bool space_ = false;
  bool regex_list_ = false;
  bool done_ = false;
};

// The words around a token decide whether it is a keyword.
void Lexer::Settle(Kind kind) {
  if (out_.tokens.empty() || newline_) return;
  Token& last = out_.tokens.back();
  if (kind == Kind::kColon && IsSoft(last.kind)) last.kind = Kind::kId;
  if (kind == Kind::kLp && last.kind == Kind::kFirst) last.kind = Kind::kFirstOf;
  if (kind == Kind::kLp && last.kind == Kind::kMin) last.kind = Kind::kMinOf;
  if (kind == Kind::kLp && last.kind == Kind::kMax) last.kind = Kind::kMaxOf;
  if (kind == Kind::kSince && last.kind == Kind::kTime) last.kind = Kind::kTimeSince;
  if (kind == Kind::kEnrolment && last.kind == Kind::kSince) last.kind = Kind::kSinceEnrolment;
}

void Lexer::Push(Kind kind, Span span) {
  Settle(kind);
  if (LastKind() == Kind::kDot && IsSoft(kind) && !newline_) kind = Kind::kId;
  if (kind == Kind::kMatches || kind == Kind::kRb) regex_list_ = false;
  if (kind == Kind::kLb && LastKind() == Kind::kMatches) regex_list_ = true;
  const bool after_mark = span.begin == 3 && source_.text().starts_with("\xEF\xBB\xBF");
  const bool first_column = newline_ && (span.begin == 0 || after_mark || source_.text()[span.begin - 1] == '\n' ||
                                         source_.text()[span.begin - 1] == '\r');
  out_.tokens.push_back({.kind = kind,
                         .newline_before = newline_,
                         .space_before = space_ || newline_,
                         .column_one = first_column,
                         .span = span,
                         .comments = static_cast<uint32_t>(out_.comments.size())});
  newline_ = false;
  space_ = false;
}

void Lexer::PushAdded(Kind kind, uint32_t offset) {
  Push(kind, EmptyAt(offset));
  out_.tokens.back().added = true;
}

// A regular expression may only stand behind `matches`, alone or in a list.
bool Lexer::RegexComesNext() const {
  const Kind last = LastKind();
  const bool place = last == Kind::kMatches || (regex_list_ && (last == Kind::kLb || last == Kind::kComma));
  return place && next_ < reader_.size() && reader_[next_] == '/';
}

void Lexer::TakeComment(Kind kind, Span span) {
  using CommentKind = ast::Comment::Kind;
  const std::string_view text = source_.Slice(span);
  CommentKind as = kind == Kind::kDoc ? CommentKind::kDoc : CommentKind::kLine;
  if (kind == Kind::kBlockComment || kind == Kind::kOpenComment) as = CommentKind::kBlock;
  out_.comments.push_back({.kind = as, .own_line = newline_, .span = span});
  if (kind == Kind::kOpenComment) {
    reporter_.Report(Code::kUnclosedComment, {span.begin, span.begin + 2})
        .Note("everything below is read as comment", "これより下がすべてコメントとして読まれます");
  }
  if (kind == Kind::kHash) {
    const Span sign{span.begin, span.begin + 1};
    reporter_.Report(Code::kForeignComment, sign, {"#"})
        .Fix("write `//`", "`//`と書く", {reporter_.Replace(sign, "//")});
  }
  if (as == CommentKind::kBlock && text.find('\n') != std::string_view::npos) newline_ = true;
  space_ = true;
}

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

// `${` ends on its line, in every kind of text.
void Lexer::EndInterpolations(uint32_t offset) {
  while (interpolations_ > 0) {
    while (!Inside('$')) open_.pop_back();
    reporter_.Report(Code::kUnclosedInterpolation, {open_.back().offset, open_.back().offset + 2});
    open_.pop_back();
    --interpolations_;
    PushAdded(Kind::kInterpClose, offset);
    raw_.PopMode();
    if (!Inside('"')) return;
    open_.pop_back();
    PushAdded(Kind::kStrClose, offset);
    raw_.PopMode();
  }
}

void Lexer::TakeClose(char what, Kind kind, Span span) {
  if (Inside(what)) {
    open_.pop_back();
    interpolations_ -= what == '$';
  }
  Push(kind, span);
}

// A block text without its end: it goes up to the first line that begins a declaration, or to the end of the file.
bool Lexer::EndBlockText() {
  const uint32_t begin = open_.back().offset;
  reporter_.Report(Code::kUnclosedBlockText, {begin, begin + 3});
  const uint32_t resume = FindDeclarationLine(source_, begin);
  while (!out_.tokens.empty() && out_.tokens.back().span.begin >= resume) out_.tokens.pop_back();
  open_.pop_back();
  uint32_t end = resume;
  while (end > begin + 3 && std::string_view(" \t\r\n").find(source_.text()[end - 1]) != std::string_view::npos) --end;
  PushAdded(Kind::kBlockClose, end);
  raw_.PopMode();
  raw_.Seek(reader_.IndexOf(resume));
  newline_ = true;
  return resume < source_.text().size();
}

void Lexer::TakeEof(uint32_t offset) {
  EndInterpolations(offset);
  if (Inside('"')) {
    reporter_.Report(Code::kUnclosedText, {open_.back().offset, open_.back().offset + 1});
    open_.pop_back();
    PushAdded(Kind::kStrClose, offset);
  }
  if (Inside('B') && EndBlockText()) return;
  newline_ = true;
  Push(Kind::kEof, EmptyAt(offset));
  done_ = true;
}

void Lexer::Take(const RawLexer::Raw& raw) {
  next_ = raw.end;
  const Span span = SpanOf(raw);
  if (open_.empty() || open_.back().what == '{' || open_.back().what == '$') {
    if (TakeDashComment(raw)) return;
  }
  if (FindForeign(raw.kind)) return TakeForeign(raw, span);
  // Only the kinds that need more than being put down.
  switch (raw.kind) {
    case Kind::kEof:
      return TakeEof(span.begin);
    case Kind::kNl:
      EndInterpolations(span.begin);
      newline_ = true;
      return;
    case Kind::kWs:
      space_ = true;
      return;
    case Kind::kDoc:
    case Kind::kLine:
    case Kind::kBlockComment:
    case Kind::kOpenComment:
    case Kind::kHash:
      return TakeComment(raw.kind, span);
    case Kind::kSign:
      return TakeSign(raw);
    case Kind::kQuote:
      return TakeQuote(raw, span);
    case Kind::kBad:
      return TakeBad(raw, span);
    case Kind::kNumberWord:
      return TakeNumberWord(span);
    case Kind::kSemi:
      reporter_.Report(Code::kSemicolon, span).Fix("remove `;`", "`;`を取る", {reporter_.Replace(span, "")});
      return Push(Kind::kEnd, span);
    case Kind::kOddDate:
      ReportOddDate(source_, span, reporter_);
      return Push(Kind::kDate, span);
    case Kind::kOddClock: {
      const std::string want = "0" + std::string(source_.Slice(span));
      reporter_.Report(Code::kOddClock, span, {want})
          .Fix("write `" + want + "`", "`" + want + "`と書く", {reporter_.Replace(span, want)});
      return Push(Kind::kClock, span);
    }
    case Kind::kOpenRegex:
      reporter_.Report(Code::kUnclosedRegex, {span.begin, span.begin + 1});
      return Push(Kind::kRegex, span);
    case Kind::kStrOpen:
      open_.push_back({'"', span.begin});
      return Push(raw.kind, span);
    case Kind::kBlockOpen:
      open_.push_back({'B', span.begin});
      return Push(raw.kind, span);
    case Kind::kInterp:
      open_.push_back({'$', span.begin});
      ++interpolations_;
      return Push(raw.kind, span);
    case Kind::kStrClose:
      return TakeClose('"', raw.kind, span);
    case Kind::kBlockClose:
      return TakeClose('B', raw.kind, span);
    case Kind::kTextNl:
      reporter_.Report(Code::kUnclosedText, {open_.back().offset, open_.back().offset + 1})
          .Fix("put `\"` at the end of the line", "行末に`\"`を置く", {reporter_.Replace(EmptyAt(span.begin), "\"")},
               diag::FixSafety::kUnsafe);
      open_.pop_back();
      PushAdded(Kind::kStrClose, span.begin);
      EndInterpolations(span.begin);
      newline_ = true;
      return;
    case Kind::kLc:
      open_.push_back({'{', span.begin});
      return Push(raw.kind, span);
    case Kind::kRc:
      if (Inside('$')) {
        raw_.PopMode();
        return TakeClose('$', Kind::kInterpClose, span);
      }
      return TakeClose('{', raw.kind, span);
    default:
      return Push(raw.kind, span);
  }
}

}  // namespace

TokenList Lex(const SourceFile& source, Reporter& reporter) { return Lexer(source, reporter).Run(); }

}  // namespace saiten::parse
