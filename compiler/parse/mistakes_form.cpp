#include <algorithm>
#include <optional>
#include <string>

#include "compiler/parse/items.h"
#include "compiler/parse/mistake.h"

// Forms that other languages and spreadsheets write in another way. Each looks at the whole statement.
namespace saiten::parse {
namespace {

using diag::Code;
using diag::FixSafety;

// Behind these an operand begins.
bool OpensOperand(Kind kind) {
  return kind == Kind::kNil || kind == Kind::kWhere || kind == Kind::kAnd || kind == Kind::kOr || kind == Kind::kNot ||
         kind == Kind::kWhen || kind == Kind::kLp || kind == Kind::kIf;
}

}  // namespace

// `per E(x == 1)`, `per E[x == 1]`, `per count(E)`, `per E > 3`
Verdict IsPerWithExpression(Attempt& attempt) {
  if (attempt.entry() != Rule::kScoreLine) return Verdict::kNo;
  const Items items(attempt);
  size_t per = 0;
  while (per < items.size() && items.kind(per) != Kind::kPer) ++per;
  const size_t name = per + 1;
  const auto told = [&](Span span, const std::string& want) {
    attempt.reporter()
        .Report(Code::kForeignSign, span, {std::string(attempt.context().source().Slice(span)), want})
        .Fix("write `" + want + "`", "`" + want + "`と書く", {attempt.reporter().Replace(span, want)},
             FixSafety::kUnsafe);
    return Verdict::kTold;
  };
  const auto slice = [&](size_t first, size_t last) {
    return std::string(attempt.context().source().Slice({items.begin(first), items.span(last).end}));
  };
  if (items.kind(name) == Kind::kCount && items.kind(name + 1) == Kind::kLp) {
    const std::optional<size_t> close = items.CloseOf(name + 1);
    if (!close || *close + 1 != items.size() || *close < name + 3) return Verdict::kNo;
    return told({items.begin(name), items.span(*close).end}, slice(name + 2, *close - 1));
  }
  if (!IsName(items.kind(name))) return Verdict::kNo;
  const bool bracket = items.kind(name + 1) == Kind::kLp || items.kind(name + 1) == Kind::kLb;
  if (bracket && items.glued(name + 1)) {
    const std::optional<size_t> close = items.CloseOf(name + 1);
    if (!close || *close < name + 3) return Verdict::kNo;
    return told({items.begin(name), items.span(*close).end},
                items.text(name) + " where " + slice(name + 2, *close - 1));
  }
  if (IsComparison(items.kind(name + 1)) && items.kind(name + 2) == Kind::kNumber && items.size() == name + 3) {
    return told({items.begin(per), items.span(name + 2).end},
                "when count(" + items.text(name) + ") " + slice(name + 1, name + 2));
  }
  return Verdict::kNo;
}

// `+ 15 when x`
Verdict IsSpacedPoints(Attempt& attempt) {
  const Items items(attempt);
  const bool sign = items.kind(0) == Kind::kPlus || items.kind(0) == Kind::kMinus;
  if (attempt.entry() != Rule::kScoreLine || !sign || items.kind(1) != Kind::kNumber) return Verdict::kNo;
  std::vector<Item> changed = attempt.items();
  changed.erase(changed.begin());
  changed[0].kind = Kind::kPoints;
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  attempt.SayWritten(items.span(0).To(items.span(1)), items.text(0) + items.text(1));
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

// `count page_view >= 3`, `last email_open.time`
Verdict IsAggregateWithoutBrackets(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 1 < items.size(); ++i) {
    const Kind fn = items.kind(i);
    const bool last = fn == Kind::kLast && (i == 0 || items.kind(i - 1) != Kind::kIn);
    const bool takes = fn == Kind::kCount || fn == Kind::kExists || fn == Kind::kSum || fn == Kind::kAvg || last;
    if (!takes || items.kind(i + 1) != Kind::kId) continue;
    size_t end = i + 1;
    while (!last && items.kind(end + 1) == Kind::kDot && IsName(items.kind(end + 2))) end += 2;
    std::vector<Item> changed = attempt.items();
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(end + 1), {Kind::kRp, changed[end].token});
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i + 1), {Kind::kLp, changed[i + 1].token});
    if (attempt.Gain(changed) == 0) continue;
    const Span span = items.span(i).To(items.span(end));
    const std::string path(attempt.context().source().Slice({items.begin(i + 1), items.span(end).end}));
    attempt.SayWritten(span, items.text(i) + "(" + path + ")", FixSafety::kUnsafe);
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `exists page_view where path == "/"`: all of it stands in brackets.
Verdict IsAggregateOfRest(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 2 < items.size(); ++i) {
    const Kind fn = items.kind(i);
    const Kind behind = items.kind(i + 2);
    const bool clause = behind == Kind::kWhere || behind == Kind::kIn || behind == Kind::kSince;
    if ((fn != Kind::kExists && fn != Kind::kCount) || items.kind(i + 1) != Kind::kId || !clause) continue;
    size_t end = i + 2;
    while (end + 1 < items.size() && items.kind(end + 1) != Kind::kBlock && !IsComparison(items.kind(end + 1))) ++end;
    if (fn == Kind::kExists) {
      while (end + 1 < items.size() && items.kind(end + 1) != Kind::kBlock) ++end;
    }
    std::vector<Item> changed = attempt.items();
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(end + 1), {Kind::kRp, changed[end].token});
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i + 1), {Kind::kLp, changed[i + 1].token});
    if (attempt.Gain(changed) == 0) continue;
    const std::string inside(attempt.context().source().Slice({items.begin(i + 1), items.span(end).end}));
    attempt.SayWritten({items.begin(i), items.span(end).end}, items.text(i) + "(" + inside + ")", FixSafety::kUnsafe);
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `page_view in last 30 days >= 3`, `has page_view in last 30 days`, `no page_view for 30 days`,
// `count(page_view) in last 30 days >= 3`
Verdict IsWindowOfEvent(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 1; i + 2 < items.size(); ++i) {
    if (items.kind(i) == Kind::kFor && items.kind(i + 1) == Kind::kNumber && items.kind(i + 2) == Kind::kUnit) {
      std::vector<Item> changed = attempt.With(i, 1, {Kind::kIn, Kind::kLast});
      if (attempt.Gain(changed) == 0) continue;
      attempt.SayWritten(items.span(i), "in last", FixSafety::kUnsafe);
      attempt.Use(std::move(changed));
      return Verdict::kFixed;
    }
    const bool window = items.kind(i) == Kind::kIn && items.kind(i + 1) == Kind::kLast &&
                        items.kind(i + 2) == Kind::kNumber && items.kind(i + 3) == Kind::kUnit;
    if (!window) continue;
    const bool compared = IsComparison(items.kind(i + 4));
    const std::string text(attempt.context().source().Slice({items.begin(i), items.span(i + 3).end}));
    if (compared && items.kind(i - 1) == Kind::kRp) {
      std::vector<Item> changed(attempt.items());
      const auto at = changed.begin() + static_cast<std::ptrdiff_t>(i);
      std::rotate(at - 1, at, at + 4);
      if (attempt.Gain(changed) == 0) continue;
      attempt.reporter()
          .Report(Code::kWindowOutside, {items.begin(i), items.span(i + 3).end}, {text})
          .Fix("move it inside", "かっこの中に移す",
               {attempt.Insert(items.begin(i - 1), " " + text),
                attempt.reporter().Replace({items.span(i - 1).end, items.span(i + 3).end}, "")},
               FixSafety::kUnsafe);
      attempt.Use(std::move(changed));
      return Verdict::kFixed;
    }
    if (!IsName(items.kind(i - 1))) continue;
    const bool has = i >= 2 && items.kind(i - 2) == Kind::kHas;
    const size_t first = has ? i - 2 : i - 1;
    if ((!has && !compared) || (first > 0 && !OpensOperand(items.kind(first - 1)))) continue;
    attempt.SayWritten({items.begin(first), items.span(i + 3).end},
                       (has ? "exists(" : "count(") + items.text(i - 1) + " " + text + ")", FixSafety::kUnsafe);
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// `count(E) >= 3 in last 30 days`: the window stands inside the brackets.
Verdict IsWindowBehindComparison(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 4; i + 3 < items.size(); ++i) {
    const bool window = items.kind(i) == Kind::kIn && items.kind(i + 1) == Kind::kLast &&
                        items.kind(i + 2) == Kind::kNumber && items.kind(i + 3) == Kind::kUnit;
    const bool behind =
        items.kind(i - 1) == Kind::kNumber && IsComparison(items.kind(i - 2)) && items.kind(i - 3) == Kind::kRp;
    if (!window || !behind) continue;
    std::vector<Item> changed(attempt.items());
    const auto at = [&](size_t n) { return changed.begin() + static_cast<std::ptrdiff_t>(n); };
    std::rotate(at(i - 3), at(i), at(i + 4));
    if (attempt.Gain(changed) == 0) continue;
    const Span span = items.span(i).To(items.span(i + 3));
    const std::string text(attempt.context().source().Slice(span));
    const uint32_t inside = items.begin(i - 3);
    attempt.reporter()
        .Report(Code::kWindowOutside, span, {text})
        .Fix("move it inside", "かっこの中に移す",
             {attempt.Insert(inside, " " + text), attempt.reporter().Replace({items.span(i - 1).end, span.end}, "")},
             FixSafety::kUnsafe);
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `where in vip`: of a segment or of a list?
Verdict IsGroupWithoutKind(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 1 < items.size(); ++i) {
    const bool opens = i == 0 || OpensOperand(items.kind(i - 1));
    if (items.kind(i) != Kind::kIn || !opens || items.kind(i + 1) != Kind::kId) continue;
    std::vector<Item> changed = attempt.items();
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i + 1), {Kind::kSegment, changed[i + 1].token});
    if (attempt.Gain(changed) == 0) continue;
    const Span span = items.span(i + 1);
    const std::string name = items.text(i + 1);
    auto report = attempt.reporter().Report(Code::kMissingBefore, span, {"segment` / `list", name});
    for (const char* word : {"segment ", "list "}) {
      report.Fix("write `in " + (word + name) + "`", "`in " + (word + name) + "`と書く",
                 {attempt.Insert(span.begin, word)}, FixSafety::kUnsafe);
    }
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// `created_at > 30 days ago`
Verdict IsAgo(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 2 < items.size(); ++i) {
    const bool ago = items.IsWord(i + 2, "ago") || items.IsWord(i + 2, "前");
    if (items.kind(i) != Kind::kNumber || items.kind(i + 1) != Kind::kUnit || !ago) continue;
    std::vector<Item> changed = attempt.items();
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i + 2));
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), {Kind::kMinus, changed[i].token});
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), {Kind::kNow, changed[i].token});
    if (attempt.Gain(changed) == 0) continue;
    attempt.SayWritten(items.span(i).To(items.span(i + 2)), "now - " + items.text(i) + " " + items.text(i + 1));
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// `lifecycle has never been Customer`
Verdict IsNeverBeen(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 1; i + 2 < items.size(); ++i) {
    const bool never = items.IsWord(i + 1, "never") || items.kind(i + 1) == Kind::kNot;
    if (items.kind(i) != Kind::kHas || !never || !items.IsWord(i + 2, "been")) continue;
    size_t subject = i - 1;
    while (subject >= 2 && items.kind(subject - 1) == Kind::kDot) subject -= 2;
    const Span never_span{items.span(i).end, items.span(i + 1).end};
    attempt.reporter()
        .Report(Code::kLateNot, items.span(i + 1), {"has been"})
        .Fix("write `not` in front", "先頭に`not`を書く",
             {attempt.Insert(items.begin(subject), "not "), attempt.reporter().Replace(never_span, "")},
             FixSafety::kUnsafe);
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// `group max 20 { }`
Verdict IsGroupWithoutName(Attempt& attempt) {
  const Items items(attempt);
  const bool limit = items.kind(1) == Kind::kMax || items.kind(1) == Kind::kMin;
  if (items.kind(0) != Kind::kGroup || !limit || items.kind(2) != Kind::kNumber) return Verdict::kNo;
  std::vector<Item> changed = attempt.items();
  changed.insert(changed.begin() + 1, {Kind::kId, changed[0].token});
  if (attempt.Gain(changed) < 2) return Verdict::kNo;
  const uint32_t gap = items.span(0).end;
  attempt.reporter()
      .Report(Code::kMissingName, {gap, gap})
      .Note("a group has a name: `group mail max 20 { ... }`",
            "グループには名前が必要です: `group mail max 20 { ... }`");
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

// `segment hot leads for`, `segment hot-leads for`
Verdict IsNameOfWords(Attempt& attempt) {
  const Items items(attempt);
  const Kind second = items.kind(2);
  if (attempt.entry() != Rule::kDeclaration || !IsDeclarationWord(items.kind(0)) || !IsName(items.kind(1)) ||
      (second != Kind::kId && second != Kind::kMinus)) {
    return Verdict::kNo;
  }
  size_t last = 1;
  std::string want = items.text(1);
  while (items.kind(last + 1) == Kind::kId || (items.kind(last + 1) == Kind::kMinus && IsName(items.kind(last + 2)))) {
    last += items.kind(last + 1) == Kind::kMinus ? 2 : 1;
    want += "_" + items.text(last);
  }
  std::vector<Item> changed = attempt.items();
  changed.erase(changed.begin() + 2, changed.begin() + static_cast<std::ptrdiff_t>(last + 1));
  if (last == 1 || attempt.Gain(changed) < 2) return Verdict::kNo;
  const Span span = items.span(1).To(items.span(last));
  attempt.reporter()
      .Report(Code::kNameOfWords, span, {want})
      .Note("words to show stand in quotes behind the name", "表示する言葉は名前の後に引用符で書きます")
      .Fix("write `" + want + "`", "`" + want + "`と書く", {attempt.reporter().Replace(span, want)},
           FixSafety::kUnsafe);
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

}  // namespace saiten::parse
