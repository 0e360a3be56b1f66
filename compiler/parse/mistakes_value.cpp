#include <algorithm>
#include <string>

#include "compiler/parse/mistake.h"
#include "compiler/parse/words.h"

namespace saiten::parse {
namespace {

using diag::Code;

bool EndsOperand(Kind kind) {
  return IsName(kind) || kind == Kind::kNumber || kind == Kind::kPercent || kind == Kind::kPoints ||
         kind == Kind::kRp || kind == Kind::kRb || kind == Kind::kDate || kind == Kind::kDatetime ||
         kind == Kind::kClock || kind == Kind::kUnit || kind == Kind::kSpan || kind == Kind::kText;
}

}  // namespace

Verdict IsGluedPoints(Attempt& attempt) {
  const Kind next = attempt.KindAt(1);
  if (attempt.KindAt(0) != Kind::kPoints || !EndsOperand(attempt.KindAt(-1))) return Verdict::kNo;
  if (next == Kind::kWhen || next == Kind::kPer) return Verdict::kNo;  // a second rule on the line
  const std::string text = attempt.TextAt(0);
  std::vector<Item> changed =
      attempt.With(attempt.at(), 1, {text[0] == '-' ? Kind::kMinus : Kind::kPlus, Kind::kNumber});
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  const Span span = attempt.SpanAt(0);
  const bool glued = attempt.SpanAt(-1).end == span.begin;
  const std::string apart = text.substr(0, 1) + " " + text.substr(1);
  attempt.reporter()
      .Report(Code::kGluedPoints, span, {text, apart})
      .Fix("write `" + apart + "`", "`" + apart + "`と書く",
           {attempt.reporter().Replace(span, (glued ? " " : "") + apart)});
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

Verdict IsBareNumber(Attempt& attempt) {
  if (attempt.KindAt(0) != Kind::kNumber) return Verdict::kNo;
  const Span span = attempt.SpanAt(0);
  const std::string text = attempt.TextAt(0);
  if (attempt.GainAs(Kind::kPoints) > 0) {
    attempt.reporter()
        .Report(Code::kPointsNeedSign, span, {text})
        .Fix("write `+" + text + "`", "`+" + text + "`と書く", {attempt.Insert(span.begin, "+")});
    attempt.UseKind(Kind::kPoints);
    return Verdict::kFixed;
  }
  if (attempt.GainAs(Kind::kPercent) == 0) return Verdict::kNo;
  attempt.SayWritten(span, text + "%");
  attempt.UseKind(Kind::kPercent);
  return Verdict::kFixed;
}

Verdict IsUnquoted(Attempt& attempt) {
  if (!IsName(attempt.KindAt(0))) return Verdict::kNo;
  const size_t end = attempt.items().size() - 1;
  size_t stop = attempt.at() + 1;
  // `Asia/Tokyo` is more than one word.
  while (stop < end && !attempt.context().token(attempt.items()[stop].token).space_before) ++stop;
  if (attempt.Gain(attempt.With(attempt.at(), stop - attempt.at(), {Kind::kText})) < 2) return Verdict::kNo;
  const Span span = attempt.SpanAt(0).To(attempt.SpanAt(static_cast<int>(stop - attempt.at()) - 1));
  const std::string word(attempt.context().source().Slice(span));
  attempt.reporter()
      .Report(Code::kNeedsQuotes, span, {word})
      .Fix("write `\"" + word + "\"`", "`\"" + word + "\"`と書く",
           {attempt.reporter().Replace(span, "\"" + word + "\"")});
  return Verdict::kTold;
}

Verdict IsQuoted(Attempt& attempt) {
  if (attempt.KindAt(0) != Kind::kText || attempt.GainAs(Kind::kId) < 2) return Verdict::kNo;
  const std::string text = attempt.TextAt(0);
  auto report = attempt.reporter().Report(Code::kNoQuotes, attempt.SpanAt(0), {text});
  if (text.size() > 2 && text.front() == '"' && text.back() == '"' && text.find(' ') == std::string::npos) {
    const std::string word = text.substr(1, text.size() - 2);
    report.Fix("write `" + word + "`", "`" + word + "`と書く", {attempt.reporter().Replace(attempt.SpanAt(0), word)},
               diag::FixSafety::kUnsafe);
  }
  return Verdict::kTold;
}

Verdict IsMissingUnit(Attempt& attempt) {
  if (attempt.KindAt(-1) != Kind::kNumber) return Verdict::kNo;
  std::vector<Item> changed = attempt.With(attempt.at(), 0, {Kind::kUnit});
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  const Span number = attempt.SpanAt(-1);
  const std::string text = attempt.TextAt(-1);
  auto report = attempt.reporter().Report(Code::kMissingUnit, number, {text});
  for (const char* unit : {" day", " hour", " week", " month"}) {
    const std::string word = std::string(unit) + (text == "1" ? "" : "s");
    report.Fix("write `" + text + word + "`", "`" + text + word + "`と書く", {attempt.Insert(number.end, word)},
               diag::FixSafety::kUnsafe);
  }
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

Verdict IsChained(Attempt& attempt) {
  if (!IsComparison(attempt.KindAt(0))) return Verdict::kNo;
  for (int i = -1; attempt.KindAt(i) != Kind::kNil; --i) {
    const Kind kind = attempt.KindAt(i);
    if (kind == Kind::kAnd || kind == Kind::kOr || kind == Kind::kLp || kind == Kind::kComma) return Verdict::kNo;
    if (!IsComparison(kind)) continue;
    attempt.reporter()
        .Report(Code::kChainedComparison, attempt.SpanAt(0))
        .Other(attempt.reporter().At(attempt.SpanAt(i)), "the first comparison", "最初の比較")
        .Note("join two comparisons with `and`, or write `x in 1..10`",
              "二つの比較を`and`でつなぐか、`x in 1..10`と書きます");
    attempt.Use(attempt.With(attempt.at(), 1, {Kind::kPlus}));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

Verdict IsLateNot(Attempt& attempt) {
  const Kind kind = attempt.KindAt(0);
  const bool test = kind == Kind::kContains || kind == Kind::kStarts || kind == Kind::kEnds || kind == Kind::kLike ||
                    kind == Kind::kMatches || kind == Kind::kHas || kind == Kind::kBetween;
  if (!test || attempt.KindAt(-1) != Kind::kNot) return Verdict::kNo;
  const Span span = attempt.SpanAt(-1);
  attempt.reporter()
      .Report(Code::kLateNot, span, {attempt.TextAt(0)})
      .Note("write `not x " + attempt.TextAt(0) + " ...`", "`not x " + attempt.TextAt(0) + " ...`と書きます");
  attempt.Use(attempt.With(attempt.at() - 1, 1, {}));
  return Verdict::kFixed;
}

Verdict IsMoneyBackwards(Attempt& attempt) {
  const std::string word = attempt.TextAt(0);
  const bool currency = attempt.KindAt(0) == Kind::kId && word.size() == 3 &&
                        std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!currency || attempt.KindAt(-1) != Kind::kNumber) return Verdict::kNo;
  std::vector<Item>& items = attempt.items();
  const size_t at = attempt.at();
  std::vector<Item> changed = items;
  std::swap(changed[at - 1], changed[at]);
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  const Span span = attempt.SpanAt(-1).To(attempt.SpanAt(0));
  attempt.SayWritten(span, word + " " + attempt.TextAt(-1));
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

Verdict IsSpacedClocks(Attempt& attempt) {
  const bool range =
      attempt.KindAt(-1) == Kind::kClock && attempt.KindAt(0) == Kind::kMinus && attempt.KindAt(1) == Kind::kClock;
  const bool begin =
      attempt.KindAt(0) == Kind::kClock && attempt.KindAt(1) == Kind::kMinus && attempt.KindAt(2) == Kind::kClock;
  if (!range && !begin) return Verdict::kNo;
  const int first = range ? -1 : 0;
  std::vector<Item> changed = attempt.With(attempt.at() - (range ? 1 : 0), 3, {Kind::kClocks});
  attempt.SayWritten(attempt.SpanAt(first).To(attempt.SpanAt(first + 2)),
                     attempt.TextAt(first) + "-" + attempt.TextAt(first + 2));
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

Verdict IsBareDecimal(Attempt& attempt) {
  const int dot = attempt.KindAt(0) == Kind::kDot ? 0 : -1;
  if (attempt.KindAt(dot) != Kind::kDot || attempt.KindAt(dot + 1) != Kind::kNumber) return Verdict::kNo;
  const Span span = attempt.SpanAt(dot).To(attempt.SpanAt(dot + 1));
  const bool behind_operand = EndsOperand(attempt.KindAt(dot - 1));
  if (behind_operand) return Verdict::kNo;
  attempt.SayWritten(span, "0" + std::string(attempt.context().source().Slice(span)));
  attempt.Use(attempt.With(attempt.at() - (dot == 0 ? 0 : 1), 1, {}));
  return Verdict::kFixed;
}

}  // namespace saiten::parse
