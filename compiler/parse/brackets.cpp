#include "compiler/parse/brackets.h"

#include <algorithm>
#include <string>

namespace saiten::parse {
namespace {

using diag::Code;

bool IsOpening(Kind kind) { return kind == Kind::kLp || kind == Kind::kLb; }
bool IsClosing(Kind kind) { return kind == Kind::kRp || kind == Kind::kRb; }
Kind ClosingOf(Kind kind) { return kind == Kind::kLp ? Kind::kRp : Kind::kRb; }

class Pairing {
 public:
  Pairing(const SourceFile& source, const std::vector<Token>& tokens, Reporter& reporter)
      : source_(source), in_(tokens), reporter_(reporter) {}

  std::vector<Token> Run() {
    FindOpenBrackets();
    for (size_t i = 0; i < in_.size(); ++i) Put(i);
    return std::move(out_);
  }

 private:
  struct Open {
    uint32_t index;            // in out_
    uint32_t indent = 0;       // `{`: of the line that holds it
    bool to_line_end = false;  // a `(` or `[` that has no end in the text
  };

  void FindOpenBrackets();
  // `+5 when` at the beginning of a line is a rule, whatever is still open above it.
  bool BeginsRule(size_t i) const {
    return in_[i].newline_before && in_[i].kind == Kind::kPoints &&
           (in_[i + 1].kind == Kind::kWhen || in_[i + 1].kind == Kind::kPer || in_[i + 1].kind == Kind::kIf);
  }
  void Put(size_t i);
  void PutCloser(size_t i);
  void CloseBraces(uint32_t offset, bool at_end);
  void CloseLine();
  void AddCloser(Open open, uint32_t offset);
  void Append(Token token) { out_.push_back(token); }
  void Pair(uint32_t open, uint32_t close) {
    out_[open].partner = close;
    out_[close].partner = open;
  }
  uint32_t IndentOf(uint32_t offset) const;

  const SourceFile& source_;
  const std::vector<Token>& in_;
  Reporter& reporter_;
  std::vector<Token> out_;
  std::vector<Open> open_;
  size_t braces_ = 0;
  std::vector<bool> never_closed_;        // by index in in_: round and square brackets without an end
  std::vector<bool> stray_;               // by index in in_: closes nothing
  uint32_t suspect_ = Token::kNoPartner;  // a `{` (index in out_) whose `}` seems to be the one that is missing
};

// Finds, before anything else, which `(` and `[` have no end, and which `)` and `]` no beginning: `{`, `}` and
// declarations are stronger than they are.
void Pairing::FindOpenBrackets() {
  never_closed_.assign(in_.size(), false);
  stray_.assign(in_.size(), false);
  std::vector<uint32_t> stack;
  size_t braces = 0;
  const auto drop_to = [&](auto stop) {
    while (!stack.empty() && !stop(in_[stack.back()].kind)) {
      if (IsOpening(in_[stack.back()].kind)) never_closed_[stack.back()] = true;
      braces -= in_[stack.back()].kind == Kind::kLc;
      stack.pop_back();
    }
  };
  const auto none = [](Kind) { return false; };
  for (uint32_t i = 0; i < in_.size(); ++i) {
    const Kind kind = in_[i].kind;
    if (kind == Kind::kEof || IsDeclarationHead(in_, i)) drop_to(none);
    if (BeginsRule(i)) drop_to([](Kind open) { return !IsOpening(open); });
    if (IsOpening(kind) || kind == Kind::kLc || kind == Kind::kStrOpen || kind == Kind::kBlockOpen ||
        kind == Kind::kInterp) {
      stack.push_back(i);
      braces += kind == Kind::kLc;
    } else if (IsClosing(kind)) {
      const bool match = !stack.empty() && IsOpening(in_[stack.back()].kind);
      if (match) stack.pop_back();
      stray_[i] = !match;
    } else if (kind == Kind::kRc) {
      if (braces == 0) continue;
      drop_to([](Kind open) { return open == Kind::kLc; });
      stack.pop_back();
      --braces;
    } else if (kind == Kind::kInterpClose) {
      drop_to([](Kind open) { return open == Kind::kInterp; });
      if (!stack.empty()) stack.pop_back();
    } else if (kind == Kind::kStrClose || kind == Kind::kBlockClose) {
      drop_to([](Kind open) { return open == Kind::kStrOpen || open == Kind::kBlockOpen; });
      if (!stack.empty()) stack.pop_back();
    }
  }
}

uint32_t Pairing::IndentOf(uint32_t offset) const {
  const std::string_view line = source_.Slice(source_.LineSpan(source_.LineOf(offset)));
  return static_cast<uint32_t>(std::min(line.find_first_not_of(" \t"), line.size()));
}

// Ends every open brace at `offset`: the one message names the brace that looks unclosed.
void Pairing::CloseBraces(uint32_t offset, bool at_end) {
  bool told = false;
  while (!open_.empty()) {
    const uint32_t index = open_.back().index;
    open_.pop_back();
    const Token open = out_[index];
    if (open.kind == Kind::kLc && !told) {
      const uint32_t end = out_.back().span.end;
      const Span place{end, end};
      const uint32_t shown = suspect_ != Token::kNoPartner ? suspect_ : index;
      reporter_.Report(Code::kMissingBrace, place)
          .Other(reporter_.At(out_[shown].span), "this `{` is still open", "この`{`が閉じられていません")
          .Note(at_end ? "the file ends here" : "a declaration in column 1 begins below",
                at_end ? "ここでファイルが終わります" : "下の行の先頭から新しい宣言が始まります")
          .Fix("add `}`", "`}`を足す", {reporter_.Replace(place, "\n}")});
      told = true;
    }
    braces_ -= open.kind == Kind::kLc;
    AddCloser({index}, offset);
  }
  suspect_ = Token::kNoPartner;
}

void Pairing::AddCloser(Open open, uint32_t offset) {
  const Kind opening = out_[open.index].kind;
  Kind kind = ClosingOf(opening);
  if (opening == Kind::kLc) kind = Kind::kRc;
  if (opening == Kind::kInterp) kind = Kind::kInterpClose;
  out_.push_back({.kind = kind, .added = true, .span = {offset, offset}, .comments = out_.back().comments});
  Pair(open.index, static_cast<uint32_t>(out_.size() - 1));
}

// Ends the brackets that have no end of their own.
void Pairing::CloseLine() {
  while (!open_.empty() && open_.back().to_line_end) {
    const Open open = open_.back();
    open_.pop_back();
    const uint32_t end = out_.back().span.end;
    const std::string closer = out_[open.index].kind == Kind::kLp ? ")" : "]";
    reporter_
        .Report(Code::kUnclosedBracket, out_[open.index].span,
                {std::string(source_.Slice(out_[open.index].span)), closer})
        .Fix("add `" + closer + "`", "`" + closer + "`を足す", {reporter_.Replace({end, end}, closer)},
             diag::FixSafety::kUnsafe);
    AddCloser(open, end);
  }
}

void Pairing::PutCloser(size_t i) {
  const Token& token = in_[i];
  if (token.kind == Kind::kRc) {
    if (braces_ == 0) {
      reporter_.Report(Code::kStrayBrace, token.span, {"}"})
          .Fix("remove `}`", "`}`を取る", {reporter_.Replace(token.span, "")}, diag::FixSafety::kUnsafe);
      return;
    }
    --braces_;
  }
  CloseLine();
  if (open_.empty()) return;
  const Open open = open_.back();
  open_.pop_back();
  // A `}` that begins its line further left than the line of its `{`: the brace inside is the one left open.
  if (token.kind == Kind::kRc && token.newline_before && IndentOf(token.span.begin) < open.indent &&
      suspect_ == Token::kNoPartner) {
    suspect_ = open.index;
  }
  Token closer = token;
  const Kind opening = out_[open.index].kind;
  if (IsOpening(opening)) closer.kind = ClosingOf(opening);
  if (closer.kind != token.kind) {
    const std::string want = opening == Kind::kLp ? ")" : "]";
    reporter_.Report(Code::kWrongBracket, token.span, {std::string(source_.Slice(token.span)), want})
        .Other(reporter_.At(out_[open.index].span), "opened here", "ここで開いています")
        .Fix("write `" + want + "`", "`" + want + "`と書く", {reporter_.Replace(token.span, want)});
  }
  Append(closer);
  Pair(open.index, static_cast<uint32_t>(out_.size() - 1));
}

void Pairing::Put(size_t i) {
  const Token& token = in_[i];
  const Kind kind = token.kind;
  if (token.newline_before) CloseLine();
  if (kind == Kind::kEof || IsDeclarationHead(in_, i)) {
    if (!open_.empty()) CloseBraces(out_.back().span.end, kind == Kind::kEof);
    Append(token);
    return;
  }
  if (stray_[i]) {
    reporter_.Report(Code::kStrayBrace, token.span, {std::string(source_.Slice(token.span))})
        .Fix("remove it", "取り除く", {reporter_.Replace(token.span, "")}, diag::FixSafety::kUnsafe);
    return;
  }
  if (IsClosing(kind) || kind == Kind::kRc || kind == Kind::kInterpClose || kind == Kind::kStrClose ||
      kind == Kind::kBlockClose) {
    return PutCloser(i);
  }
  Append(token);
  const auto index = static_cast<uint32_t>(out_.size() - 1);
  braces_ += kind == Kind::kLc;
  if (IsOpening(kind) || kind == Kind::kInterp || kind == Kind::kStrOpen || kind == Kind::kBlockOpen) {
    open_.push_back({.index = index, .to_line_end = IsOpening(kind) && never_closed_[i]});
  } else if (kind == Kind::kLc) {
    open_.push_back({.index = index, .indent = IndentOf(token.span.begin)});
  }
}

}  // namespace

bool IsDeclarationHead(const std::vector<Token>& tokens, size_t at) {
  const Token& token = tokens[at];
  if (!token.column_one || !IsDeclarationWord(token.kind) || at + 1 >= tokens.size()) return false;
  const Token& next = tokens[at + 1];
  return !next.newline_before && (IsName(next.kind) || next.kind == Kind::kStrOpen);
}

std::vector<Token> PairBrackets(const SourceFile& source, const std::vector<Token>& tokens, Reporter& reporter) {
  return Pairing(source, tokens, reporter).Run();
}

}  // namespace saiten::parse
