#include "compiler/parse/layout.h"

#include <algorithm>
#include <string>

#include "compiler/parse/brackets.h"

namespace saiten::parse {
namespace {

using diag::Code;

// A line that ends with one of these goes on.
bool LeavesLineOpen(Kind kind) {
  return kind == Kind::kWhere || kind == Kind::kAssignSign || kind == Kind::kArrow || kind == Kind::kComma ||
         kind == Kind::kPipe || kind == Kind::kLc;
}

bool IsArithmetic(Kind kind) {
  return kind == Kind::kPlus || kind == Kind::kMinus || kind == Kind::kStar || kind == Kind::kSlash;
}

// A line that begins with one of these belongs to the line above.
bool ContinuesLine(Kind kind) {
  constexpr Kind kWords[] = {
      Kind::kAnd,      Kind::kOr,      Kind::kThen,    Kind::kElse,       Kind::kIn,    Kind::kIs,       Kind::kWhere,
      Kind::kContains, Kind::kLike,    Kind::kMatches, Kind::kStarts,     Kind::kEnds,  Kind::kHas,      Kind::kDot,
      Kind::kDots,     Kind::kComma,   Kind::kPipe,    Kind::kAssignSign, Kind::kArrow, Kind::kDistinct, Kind::kAt,
      Kind::kDecay,    Kind::kExpires, Kind::kMax,     Kind::kMin,        Kind::kWith,  Kind::kAssign,   Kind::kDue,
      Kind::kRemind,   Kind::kUntil,   Kind::kUp,
  };
  return IsComparison(kind) || std::ranges::find(kWords, kind) != std::end(kWords);
}

// What nests inside one bracket or statement; siblings start anew.
struct Level {
  int prefixes = 0;  // `not`, signs: up to the next `and`, `or`, comma
  int choices = 0;   // `if`, `else`: up to the next comma
  int chain = 0;     // `+ - * / .`: up to the next `and`, `or`, comma
  bool has_then = false;
};

class LayoutPass {
 public:
  LayoutPass(const SourceFile& source, std::vector<Token> tokens, Reporter& reporter)
      : source_(source), in_(std::move(tokens)), reporter_(reporter) {}

  Layout Run();

 private:
  // An open bracket of the output.
  struct Open {
    Kind kind;
    bool rows;  // the braces of a `match`, grid or table
    Level level;
  };

  bool EndsBefore(size_t i) const;
  void SayBraceBelow(size_t i);
  bool RowsOpenNext() const { return pending_match_ > 0 || row_declaration_; }
  void PutEnd();
  void Append(const Token& token, size_t i);
  void Follow(size_t i);
  void Count(size_t i);
  bool IsElseOfBlock(size_t i) const;
  void CheckDepth(size_t i);

  const SourceFile& source_;
  std::vector<Token> in_;
  Reporter& reporter_;
  Layout out_;
  std::vector<uint32_t> moved_;  // index in in_ -> index in out_.tokens
  std::vector<Open> open_;
  Level top_;
  int prefixes_ = 0;  // the sums over all open levels
  int chain_ = 0;
  int pending_match_ = 0;         // `match` whose braces are still to come
  bool row_declaration_ = false;  // inside the head of a grid or table
  bool told_too_deep_ = false;    // in this declaration
  uint32_t declaration_ = 0;      // its first token in out_
};

// Does a statement end between tokens i - 1 and i?
bool LayoutPass::EndsBefore(size_t i) const {
  const Token& token = in_[i];
  const Token& last = in_[i - 1];
  if (token.kind == Kind::kRc) return last.kind != Kind::kLc;
  if (IsDeclarationHead(in_, i)) return true;
  if (!token.newline_before) return false;
  if (!open_.empty() && open_.back().kind != Kind::kLc) return false;
  // `+5 when` begins a rule, even below a line that was left open.
  const Kind next = i + 1 < in_.size() ? in_[i + 1].kind : Kind::kEof;
  const bool rule = next == Kind::kWhen || next == Kind::kPer || next == Kind::kIf || last.kind == Kind::kWhere;
  if (token.kind == Kind::kPoints && rule) return true;
  if (LeavesLineOpen(last.kind)) return false;
  if (token.kind == Kind::kLc) return false;  // begins no statement; see SayBraceBelow
  const bool in_rows = !open_.empty() && open_.back().rows;
  // `>= 500 => +5` and `..99 => +1` are rows of their own.
  if (in_rows && (IsComparison(token.kind) || token.kind == Kind::kDots)) return true;
  // `+ 15 when` is a rule with a space too much.
  const Kind after = i + 2 < in_.size() ? in_[i + 2].kind : Kind::kEof;
  const bool spaced_rule = next == Kind::kNumber && (after == Kind::kWhen || after == Kind::kPer || after == Kind::kIf);
  if ((token.kind == Kind::kPlus || token.kind == Kind::kMinus) && spaced_rule) return true;
  const bool alone = i + 1 < in_.size() && in_[i + 1].space_before;
  if (IsArithmetic(token.kind)) return !alone;
  return !ContinuesLine(token.kind);
}

// `{` on a line of its own.
void LayoutPass::SayBraceBelow(size_t i) {
  const Kind last = in_[i - 1].kind;
  const bool inside = !open_.empty() && open_.back().kind != Kind::kLc;
  if (!in_[i].newline_before || in_[i].added || inside || last == Kind::kEnd || LeavesLineOpen(last)) return;
  const Span gap{in_[i - 1].span.end, in_[i].span.begin};
  const bool blank = source_.Slice(gap).find_first_not_of(" \t\r\n") == std::string_view::npos;
  auto report = reporter_.Report(Code::kBraceBelow, in_[i].span);
  if (blank) report.Fix("move it up", "上の行に移す", {reporter_.Replace(gap, " ")});
}

void LayoutPass::PutEnd() {
  if (out_.tokens.empty() || out_.tokens.back().kind == Kind::kEnd) return;
  const Token& last = out_.tokens.back();
  out_.tokens.push_back(
      {.kind = Kind::kEnd, .added = true, .span = {last.span.end, last.span.end}, .comments = last.comments});
}

void LayoutPass::Append(const Token& token, size_t i) {
  moved_[i] = static_cast<uint32_t>(out_.tokens.size());
  out_.tokens.push_back(token);
}

// `} else {` and `} else if` of a step: a list of branches, not a nest.
bool LayoutPass::IsElseOfBlock(size_t i) const {
  const Level& level = open_.empty() ? top_ : open_.back().level;
  return i > 0 && in_[i].kind == Kind::kElse && in_[i - 1].kind == Kind::kRc && !level.has_then &&
         (in_[i + 1].kind == Kind::kLc || in_[i + 1].kind == Kind::kIf);
}

// Keeps count of how deep a pass over the tree will have to go.
void LayoutPass::Count(size_t i) {
  const Kind kind = in_[i].kind;
  Level& level = open_.empty() ? top_ : open_.back().level;
  const auto reset = [&](bool choices) {
    prefixes_ -= level.prefixes;
    chain_ -= level.chain;
    level.prefixes = level.chain = 0;
    if (choices) {
      prefixes_ -= level.choices;
      level.choices = 0;
    }
  };
  if (kind == Kind::kAnd || kind == Kind::kOr) return reset(false);
  if (kind == Kind::kComma || kind == Kind::kArrow || kind == Kind::kEnd || kind == Kind::kRc) return reset(true);
  if (IsElseOfBlock(i)) return reset(false);
  if (kind == Kind::kIf && i > 0 && IsElseOfBlock(i - 1)) return;
  level.has_then |= kind == Kind::kThen;
  const bool sign = kind == Kind::kMinus && i > 0 && !in_[i - 1].newline_before &&
                    (IsArithmetic(in_[i - 1].kind) || in_[i - 1].kind == Kind::kLp);
  if (kind == Kind::kNot || sign) {
    ++level.prefixes;
    ++prefixes_;
  } else if (kind == Kind::kIf || kind == Kind::kElse) {
    ++level.choices;
    ++prefixes_;
  } else if (IsArithmetic(kind) || kind == Kind::kDot) {
    ++level.chain;
    ++chain_;
  }
}

void LayoutPass::CheckDepth(size_t i) {
  const bool nested = static_cast<int>(open_.size()) + prefixes_ > kMaxNesting;
  if (told_too_deep_ || (!nested && chain_ <= kMaxChain)) return;
  told_too_deep_ = true;
  out_.too_deep.push_back(declaration_);
  if (nested) {
    reporter_.Report(Code::kNestedTooDeep, in_[i].span, {std::to_string(kMaxNesting)});
  } else {
    reporter_.Report(Code::kChainTooLong, in_[i].span, {std::to_string(kMaxChain)});
  }
}

// Follows brackets and `match`.
void LayoutPass::Follow(size_t i) {
  const Kind kind = in_[i].kind;
  Count(i);
  if (kind == Kind::kMatch) ++pending_match_;
  const bool opens = in_[i].partner != Token::kNoPartner && in_[i].partner > i;
  if (opens) {
    const bool rows = kind == Kind::kLc && RowsOpenNext();
    open_.push_back({kind, rows, {}});
    if (kind == Kind::kLc) {
      pending_match_ = std::max(0, pending_match_ - 1);
      row_declaration_ = false;
    }
  } else if (in_[i].partner != Token::kNoPartner && !open_.empty()) {
    prefixes_ -= open_.back().level.prefixes + open_.back().level.choices;
    chain_ -= open_.back().level.chain;
    open_.pop_back();
  }
  CheckDepth(i);
}

Layout LayoutPass::Run() {
  moved_.assign(in_.size(), 0);
  out_.tokens.reserve(in_.size() + in_.size() / 4);
  for (size_t i = 0; i < in_.size(); ++i) {
    const Token& token = in_[i];
    const bool ends = token.kind == Kind::kEof || token.kind == Kind::kEnd || (i > 0 && EndsBefore(i));
    if (ends) {
      PutEnd();
      Level& level = open_.empty() ? top_ : open_.back().level;
      prefixes_ -= level.prefixes + level.choices;
      chain_ -= level.chain;
      level = {};
      if (open_.empty() || open_.back().kind == Kind::kLc) pending_match_ = 0;
      if (token.kind == Kind::kEnd) continue;
    }
    const bool begins = out_.tokens.empty() || out_.tokens.back().kind == Kind::kEnd;
    if (open_.empty() && begins) {
      declaration_ = static_cast<uint32_t>(out_.tokens.size());
      told_too_deep_ = false;
      row_declaration_ = token.kind == Kind::kGrid || token.kind == Kind::kTable;
    }
    if (!begins && token.kind == Kind::kLc) SayBraceBelow(i);
    Append(token, i);
    Follow(i);
  }
  for (size_t i = 0; i < in_.size(); ++i) {
    if (in_[i].partner != Token::kNoPartner) out_.tokens[moved_[i]].partner = moved_[in_[i].partner];
  }
  return std::move(out_);
}

}  // namespace

Layout LayOut(const SourceFile& source, const TokenList& list, Reporter& reporter) {
  return LayoutPass(source, PairBrackets(source, list.tokens, reporter), reporter).Run();
}

}  // namespace saiten::parse
