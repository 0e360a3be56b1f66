#include "compiler/parse/lex.h"

#include "compiler/parse/foreign.h"
#include "compiler/parse/lexer.h"

namespace saiten::parse {

using diag::Code;

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

TokenList Lexer::Run() {
  out_.tokens.reserve(source_.text().size() / 5 + 16);
  while (!done_) {
    if (RegexComesNext()) raw_.EnterRegex();
    Take(raw_.Next());
  }
  return std::move(out_);
}

TokenList Lex(const SourceFile& source, Reporter& reporter) { return Lexer(source, reporter).Run(); }

}  // namespace saiten::parse
