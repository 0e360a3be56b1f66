#include <algorithm>
#include <string>

#include "compiler/parse/mistake.h"
#include "compiler/parse/words.h"

namespace saiten::parse {
namespace {

using diag::Code;

struct Confusion {
  Kind found;
  std::initializer_list<Kind> meant;
};

// What people write, and what it may have to be, likely ones first.
const Confusion kConfusions[] = {
    {Kind::kIf, {Kind::kWhen, Kind::kWhere}},
    {Kind::kWhen, {Kind::kWhere, Kind::kIf}},
    {Kind::kWhere, {Kind::kWhen, Kind::kIf}},
    {Kind::kAssignSign, {Kind::kEq, Kind::kArrow, Kind::kColon}},
    {Kind::kEq, {Kind::kAssignSign, Kind::kArrow, Kind::kColon}},
    {Kind::kColon, {Kind::kArrow, Kind::kAssignSign, Kind::kEq, Kind::kWhere}},
    {Kind::kArrow, {Kind::kGe, Kind::kEq, Kind::kColon, Kind::kAssignSign}},
    {Kind::kGe, {Kind::kArrow}},
    {Kind::kDots, {Kind::kDot}},
    {Kind::kPipe, {Kind::kOr, Kind::kComma}},
    {Kind::kAnd, {Kind::kComma}},
    {Kind::kComma, {Kind::kAnd, Kind::kPipe}},
    {Kind::kElse, {Kind::kOtherwise}},
    {Kind::kOtherwise, {Kind::kElse}},
    {Kind::kOn, {Kind::kOf, Kind::kFor, Kind::kBy}},
    {Kind::kFor, {Kind::kOf, Kind::kPer, Kind::kTo}},
    {Kind::kOf, {Kind::kFor, Kind::kIn}},
    {Kind::kTo, {Kind::kAnd, Kind::kFor, Kind::kOf}},
    {Kind::kIn, {Kind::kFor, Kind::kOf}},
    {Kind::kPer, {Kind::kWhen, Kind::kEvery}},
    {Kind::kEvery, {Kind::kPer}},
    {Kind::kBy, {Kind::kOf, Kind::kFor}},
    {Kind::kIs, {Kind::kEq}},
    {Kind::kUnder, {Kind::kOtherwise}},
    {Kind::kDefer, {Kind::kSkipWord}},
};

// A word in the place of another is a guess that has to fit as a whole; a sign of another language is surer.
bool IsGuess(Kind found) {
  return found == Kind::kComma || found == Kind::kAnd || found == Kind::kOn || found == Kind::kFor ||
         found == Kind::kOf || found == Kind::kTo || found == Kind::kIn || found == Kind::kPer ||
         found == Kind::kEvery || found == Kind::kBy || found == Kind::kUnder || found == Kind::kDefer;
}

diag::FixSafety SafetyOf(Kind found, int gain) {
  return IsGuess(found) || gain < 2 ? diag::FixSafety::kUnsafe : diag::FixSafety::kSafe;
}

// `+1 per E when x`: the two ways to give points in one rule.
bool IsWhenBehindPer(Attempt& attempt) {
  if (attempt.KindAt(0) != Kind::kWhen || attempt.entry() != Rule::kScoreLine) return false;
  const auto end = attempt.items().begin() + static_cast<std::ptrdiff_t>(attempt.at());
  return std::any_of(attempt.items().begin(), end, [](const Item& item) { return item.kind == Kind::kPer; });
}

struct ForeignWord {
  std::string_view word;
  std::initializer_list<Kind> kinds;
  std::string_view want;
};

// Words of other languages.
const ForeignWord kForeignWords[] = {
    {"elif", {Kind::kElse, Kind::kIf}, "else if"},
    {"elseif", {Kind::kElse, Kind::kIf}, "else if"},
    {"elsif", {Kind::kElse, Kind::kIf}, "else if"},
    {"unless", {Kind::kWhen, Kind::kNot}, "when not"},
    {"each", {Kind::kPer}, "per"},
    {"equals", {Kind::kEq}, "=="},
    {"default", {Kind::kOtherwise}, "otherwise"},
    {"case", {Kind::kMatch}, "match"},
    {"switch", {Kind::kMatch}, "match"},
    {"require", {Kind::kWhere}, "where"},
    {"delay", {Kind::kWait}, "wait"},
    {"email", {Kind::kSend}, "send"},
    {"begins", {Kind::kStarts}, "starts"},
    {"startswith", {Kind::kStarts, Kind::kWith}, "starts with"},
    {"endswith", {Kind::kEnds, Kind::kWith}, "ends with"},
    {"includes", {Kind::kContains}, "contains"},
    {"without", {Kind::kNo}, "no"},
};

Verdict IsForeignPhrase(Attempt& attempt, const std::string& word) {
  for (const ForeignWord& foreign : kForeignWords) {
    if (foreign.word != word) continue;
    std::vector<Item> changed = attempt.With(attempt.at(), 1, foreign.kinds);
    if (attempt.Gain(changed) == 0) continue;
    attempt.SayWritten(attempt.SpanAt(0), foreign.want);
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// Is the word `offset` from the place a keyword with a wrong letter or in capitals?
Verdict IsNearKeyword(Attempt& attempt, int offset, int gain) {
  const std::string word = attempt.TextAt(offset);
  for (const KeywordMatch& match : KeywordsNear(LowerAscii(word))) {
    if (attempt.GainAs(match.kind, offset) < gain) continue;
    const Span span = attempt.SpanAt(offset);
    const std::string want(match.word);
    attempt.reporter()
        .Report(Code::kMisspelt, span, {word, want})
        .Fix("write `" + want + "`", "`" + want + "`と書く", {attempt.reporter().Replace(span, want)});
    attempt.UseKind(match.kind, offset);
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

}  // namespace

Verdict IsWrongSign(Attempt& attempt) {
  const Kind found = attempt.KindAt(0);
  if (found == Kind::kQuest) {
    attempt.reporter().Report(Code::kForeignSign, attempt.SpanAt(0), {"a ? b : c", "if a then b else c"});
    return Verdict::kTold;
  }
  const auto* row = std::ranges::find(kConfusions, found, &Confusion::found);
  if (row == std::end(kConfusions)) return Verdict::kNo;
  if (IsWhenBehindPer(attempt) && attempt.GainAs(Kind::kWhere) > 0) {
    const Span span = attempt.SpanAt(0);
    attempt.reporter()
        .Report(Code::kWhenAndPer, span)
        .Note("`where` says which of the events count", "どのイベントを数えるかは`where`で書きます")
        .Fix("write `where`", "`where`と書く", {attempt.reporter().Replace(span, "where")}, diag::FixSafety::kUnsafe);
    attempt.UseKind(Kind::kWhere);
    return Verdict::kFixed;
  }
  Kind best = Kind::kNil;
  int best_gain = 0;
  for (Kind kind : row->meant) {
    const int gain = attempt.GainAs(kind);
    if (gain <= best_gain || (IsGuess(found) && gain < 2)) continue;
    best = kind;
    best_gain = gain;
  }
  if (best == Kind::kNil) return Verdict::kNo;
  attempt.SayWritten(attempt.SpanAt(0), SpellingOf(best), SafetyOf(found, best_gain));
  attempt.UseKind(best);
  return Verdict::kFixed;
}

// The word before the place may be the wrong one: only if all fits then.
Verdict IsEarlierWrongSign(Attempt& attempt) {
  for (int offset = -1; offset >= -3; --offset) {
    const auto* row = std::ranges::find(kConfusions, attempt.KindAt(offset), &Confusion::found);
    if (row == std::end(kConfusions)) continue;
    for (Kind kind : row->meant) {
      if (attempt.GainAs(kind, offset) < 2) continue;
      attempt.SayWritten(attempt.SpanAt(offset), SpellingOf(kind), diag::FixSafety::kUnsafe);
      attempt.UseKind(kind, offset);
      return Verdict::kFixed;
    }
  }
  return Verdict::kNo;
}

Verdict IsMisspelt(Attempt& attempt) {
  const Kind found = attempt.KindAt(0);
  if (!IsName(found) && !IsReserved(found)) return Verdict::kNo;
  const std::string word = attempt.TextAt(0);
  const std::string lower = LowerAscii(word);
  if (IsForeignPhrase(attempt, lower) == Verdict::kFixed) return Verdict::kFixed;
  if (found != Kind::kId) return Verdict::kNo;
  return IsNearKeyword(attempt, 0, 1);
}

Verdict IsEarlierMisspelt(Attempt& attempt) {
  const int first = -static_cast<int>(attempt.at());
  for (int offset : {-1, -2, first}) {
    if (offset >= 0 || attempt.KindAt(offset) != Kind::kId) continue;
    if (IsNearKeyword(attempt, offset, 2) == Verdict::kFixed) return Verdict::kFixed;
  }
  return Verdict::kNo;
}

Verdict IsReservedName(Attempt& attempt) {
  for (int offset : {0, -1}) {
    if (!IsReserved(attempt.KindAt(offset)) || attempt.GainAs(Kind::kId, offset) < (offset == 0 ? 1 : 2)) continue;
    const std::string word = attempt.TextAt(offset);
    attempt.reporter()
        .Report(Code::kReservedName, attempt.SpanAt(offset), {word})
        .Note("choose another name, `" + word + "_` for instance", "`" + word + "_`のように別の名前にしてください");
    attempt.UseKind(Kind::kId, offset);
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

Verdict IsTestForUnknown(Attempt& attempt) {
  // `x == unknown`
  if (attempt.KindAt(0) == Kind::kUnknown && (attempt.KindAt(-1) == Kind::kEq || attempt.KindAt(-1) == Kind::kNe)) {
    const bool equal = attempt.KindAt(-1) == Kind::kEq;
    attempt.SayWritten(attempt.SpanAt(-1).To(attempt.SpanAt(0)), equal ? "is unknown" : "is known");
    attempt.Use(attempt.With(attempt.at() - 1, 2, {Kind::kIs, equal ? Kind::kUnknown : Kind::kKnown}));
    return Verdict::kFixed;
  }
  if (attempt.KindAt(-1) != Kind::kIs) return Verdict::kNo;
  const bool negated = attempt.KindAt(0) == Kind::kNot;
  const int value = negated ? 1 : 0;
  const std::string word = LowerAscii(attempt.TextAt(value));
  const bool unknown = word == "unknown" || word == "null" || word == "nil" || word == "empty" || word == "none" ||
                       word == "missing" || word == "blank";
  if (unknown || (negated && word == "known")) {
    const Kind meant = unknown == negated ? Kind::kKnown : Kind::kUnknown;
    attempt.SayWritten(attempt.SpanAt(-1).To(attempt.SpanAt(value)), meant == Kind::kKnown ? "is known" : "is unknown");
    attempt.Use(attempt.With(attempt.at(), negated ? 2 : 1, {meant}));
    return Verdict::kFixed;
  }
  // `x is Customer`, `x is not Customer`
  std::vector<Item> changed = attempt.With(attempt.at() - 1, negated ? 2 : 1, {negated ? Kind::kNe : Kind::kEq});
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  const Span span = negated ? attempt.SpanAt(-1).To(attempt.SpanAt(0)) : attempt.SpanAt(-1);
  attempt.SayWritten(span, negated ? "!=" : "==");
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

}  // namespace saiten::parse
