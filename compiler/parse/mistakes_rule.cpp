#include <algorithm>
#include <string>

#include "compiler/parse/items.h"
#include "compiler/parse/mistake.h"

// Rules, segments and tables whose parts stand in another order than ours, or without their brackets.
namespace saiten::parse {
namespace {

using diag::Code;
using diag::FixSafety;

auto At(std::vector<Item>& items, size_t i) { return items.begin() + static_cast<std::ptrdiff_t>(i); }

bool IsPointsWithoutSign(const Items& items, size_t i) { return items.kind(i) == Kind::kNumber; }

// What stands in the block of an item, if it is on one line; without its braces.
std::string InsideBlock(Attempt& attempt, const Items& items, size_t block) {
  const uint32_t token = attempt.items()[block].token;
  std::string text(attempt.context().source().Slice(attempt.context().SpanOf(token, token)));
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return {};
  text = text.substr(1, text.size() - 2);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  return items.size() == 0 || text.find('\n') != std::string::npos ? std::string() : text;
}

// `found` is written `want` here, where the words of the rule do not matter; `text`: the whole of it, put right.
void SayRule(Attempt& attempt, Span span, const char* found, const char* want, const std::string& text) {
  auto report = attempt.reporter().Report(Code::kForeignSign, span, {found, want});
  if (text.empty()) return;
  report.Fix("write `" + text + "`", "`" + text + "`と書く", {attempt.reporter().Replace(span, text)},
             FixSafety::kUnsafe);
}

// The points that items at the end of a rule give, with their sign: 1 or 2 items; empty if they are none.
std::string PointsAtEnd(const Items& items, size_t* begin) {
  const size_t last = items.size() - 1;
  if (items.kind(last) == Kind::kPoints) {
    *begin = last;
    return items.text(last);
  }
  if (!IsPointsWithoutSign(items, last)) return {};
  const bool sign = items.kind(last - 1) == Kind::kPlus || items.kind(last - 1) == Kind::kMinus;
  *begin = sign ? last - 1 : last;
  return (sign ? items.text(last - 1) : std::string("+")) + items.text(last);
}

}  // namespace

// `when x then +5`, `if x: +5`, `x => +5`, `when x { +5 }`, `+5: x`, `add 5 when x`
Verdict IsRuleBackwards(Attempt& attempt) {
  const Items items(attempt);
  if (attempt.entry() != Rule::kScoreLine || items.size() < 3) return Verdict::kNo;
  const auto fits = [&](size_t first, size_t end) {
    std::vector<Item> rule{{Kind::kPoints, attempt.items()[0].token}, {Kind::kWhen, attempt.items()[0].token}};
    rule.insert(rule.end(), At(attempt.items(), first), At(attempt.items(), end));
    rule.push_back(attempt.items().back());
    return end > first && attempt.Gain(rule) == 2;
  };
  const auto slice = [&](size_t first, size_t end) {
    return std::string(attempt.context().source().Slice({items.begin(first), items.span(end - 1).end}));
  };
  const Span all = items.span(0).To(items.span(items.size() - 1));
  // `+5: x`
  if (items.kind(0) == Kind::kPoints && items.kind(1) == Kind::kColon) {
    if (!fits(2, items.size())) return Verdict::kNo;
    attempt.SayWritten(items.span(1), "when", FixSafety::kUnsafe);
    attempt.UseKind(Kind::kWhen, 1 - static_cast<int>(attempt.at()));
    return Verdict::kFixed;
  }
  // `add 5 when x`
  const bool adds = items.IsWord(0, "add") || items.IsWord(0, "give") || items.IsWord(0, "plus");
  const bool takes = items.IsWord(0, "subtract") || items.IsWord(0, "deduct") || items.IsWord(0, "minus");
  if ((adds || takes) && IsPointsWithoutSign(items, 1)) {
    attempt.SayWritten(items.span(0).To(items.span(1)), (adds ? "+" : "-") + items.text(1), FixSafety::kUnsafe);
    attempt.Use(attempt.With(0, 2, {Kind::kPoints}));
    return Verdict::kTold;
  }
  const bool begins = items.kind(0) == Kind::kWhen || items.kind(0) == Kind::kIf;
  const size_t first = begins ? 1 : 0;
  // `when x { +5 }`
  const size_t last = items.size() - 1;
  if (begins && items.kind(last) == Kind::kBlock && fits(first, last)) {
    const std::string points = InsideBlock(attempt, items, last);
    const bool signed_points = points.size() > 1 && (points[0] == '+' || points[0] == '-') &&
                               points.find_first_not_of("0123456789._", 1) == std::string::npos;
    const uint32_t token = attempt.items()[last].token;
    const Span span{all.begin, attempt.context().SpanOf(token, token).end};
    SayRule(attempt, span, items.kind(0) == Kind::kWhen ? "when ... { +5 }" : "if ... { +5 }", "+5 when ...",
            signed_points ? points + " when " + slice(first, last) : "");
    return Verdict::kTold;
  }
  size_t at = 0;
  const std::string points = PointsAtEnd(items, &at);
  if (points.empty() || at < first + 2) return Verdict::kNo;
  const Kind sign = items.kind(at - 1);
  const bool joins = sign == Kind::kThen || sign == Kind::kColon || sign == Kind::kArrow || sign == Kind::kComma;
  const size_t end = joins ? at - 1 : at;
  if ((!begins && !joins) || !fits(first, end)) return Verdict::kNo;
  const char* const found = !begins                        ? "... => +5"
                            : items.kind(0) == Kind::kWhen ? "when ... then +5"
                                                           : "if ... then +5";
  SayRule(attempt, all, found, "+5 when ...", points + " when " + slice(first, end));
  return Verdict::kTold;
}

// `+5 when x unless y`
Verdict IsUnless(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 3; i + 1 < items.size(); ++i) {
    if (!items.IsWord(i, "unless")) continue;
    size_t end = i + 1;
    bool joined = false;
    while (end < items.size() && items.kind(end) != Kind::kMax && items.kind(end) != Kind::kMin) {
      joined = joined || items.kind(end) == Kind::kOr || items.kind(end) == Kind::kAnd;
      ++end;
    }
    std::vector<Item> changed = attempt.items();
    const uint32_t token = changed[i].token;
    if (joined) changed.insert(At(changed, end), {Kind::kRp, changed[end - 1].token});
    changed.erase(At(changed, i));
    changed.insert(At(changed, i), {{Kind::kAnd, token}, {Kind::kNot, token}});
    if (joined) changed.insert(At(changed, i + 2), {Kind::kLp, token});
    if (attempt.Gain(changed) == 0) continue;
    if (joined) {
      const std::string rest(attempt.context().source().Slice({items.begin(i + 1), items.span(end - 1).end}));
      attempt.SayWritten({items.begin(i), items.span(end - 1).end}, "and not (" + rest + ")", FixSafety::kUnsafe);
    } else {
      attempt.SayWritten(items.span(i), "and not", FixSafety::kUnsafe);
    }
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `hot: +5 when x`: rules have no names.
Verdict IsNamedRule(Attempt& attempt) {
  const Items items(attempt);
  const bool name = items.size() > 2 && !items.glued(2) && items.kind(1) == Kind::kColon;
  if (attempt.entry() != Rule::kScoreLine || !name || items.kind(2) != Kind::kPoints) return Verdict::kNo;
  std::vector<Item> changed = attempt.With(0, 2, {});
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  const Span span = items.span(0).To(items.span(1));
  attempt.reporter()
      .Report(Code::kSuperfluous, span, {items.text(0) + ":"})
      .Note("a rule has no name; a comment says what it is for: `// " + items.text(0) + "`",
            "ルールに名前はありません。説明はコメントで書きます: `// " + items.text(0) + "`")
      .Fix("remove it", "取り除く", {attempt.reporter().Replace({span.begin, items.begin(2)}, "")}, FixSafety::kUnsafe);
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

// `case IT => +5`: a row begins with its value.
Verdict IsCaseRow(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 2 < items.size(); ++i) {
    const bool begins = i == 0 || attempt.context().token(attempt.items()[i].token).newline_before;
    if (!begins || !items.IsWord(i, "case") || items.kind(i + 1) == Kind::kArrow || items.kind(i + 1) == Kind::kComma) {
      continue;
    }
    std::vector<Item> changed = attempt.With(i, 1, {});
    if (attempt.Gain(changed) == 0) continue;
    attempt.reporter()
        .Report(Code::kSuperfluous, items.span(i), {items.text(i)})
        .Fix("remove it", "取り除く", {attempt.reporter().Replace({items.begin(i), items.begin(i + 1)}, "")});
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `id: int primary key`
Verdict IsPrimaryKey(Attempt& attempt) {
  const Items items(attempt);
  if (attempt.entry() != Rule::kPropertyLine) return Verdict::kNo;
  for (size_t i = 1; i + 1 < items.size(); ++i) {
    if (!items.IsWord(i, "primary") || items.kind(i + 1) != Kind::kKey) continue;
    std::vector<Item> changed = attempt.With(i, 1, {});
    if (attempt.Gain(changed) == 0) continue;
    attempt.SayWritten(items.span(i).To(items.span(i + 1)), "key");
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `decay 25% every 30 days`: of the first points, or of what is left?
Verdict IsDecayWithoutKind(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 1 < items.size(); ++i) {
    if (items.kind(i) != Kind::kDecay || items.kind(i + 1) != Kind::kPercent) continue;
    const uint32_t gap = items.begin(i + 1);
    attempt.reporter()
        .Report(Code::kMissingBefore, items.span(i + 1), {"linear` / `compound", items.text(i + 1)})
        .Fix("write `linear`: of the first points", "`linear`を足す: 最初の点数に対する割合",
             {attempt.Insert(gap, "linear ")}, FixSafety::kUnsafe)
        .Fix("write `compound`: of what is left", "`compound`を足す: 残りの点数に対する割合",
             {attempt.Insert(gap, "compound ")}, FixSafety::kUnsafe);
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// `segment old for contact { age > 50 }`
Verdict IsConditionInBlock(Attempt& attempt) {
  const Items items(attempt);
  const size_t block = items.size() == 0 ? 0 : items.size() - 1;
  if (attempt.entry() != Rule::kDeclaration || items.kind(0) != Kind::kSegment || items.kind(block) != Kind::kBlock) {
    return Verdict::kNo;
  }
  if (attempt.Gain(attempt.With(block, 1, {Kind::kWhere, Kind::kTrue})) < 2) return Verdict::kNo;
  const uint32_t token = attempt.items()[block].token;
  const std::string inside = InsideBlock(attempt, items, block);
  SayRule(attempt, attempt.context().SpanOf(token, token), "{ ... }", "where ...",
          inside.empty() ? std::string() : "where " + inside);
  return Verdict::kTold;
}

// `score s for contact "Label"`: the label stands behind the name.
Verdict IsLabelBehindFor(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 2; i + 2 < items.size(); ++i) {
    if (items.kind(i) != Kind::kFor || !IsName(items.kind(i + 1)) || items.kind(i + 2) != Kind::kText) continue;
    if (attempt.entry() != Rule::kDeclaration || items.kind(i - 1) == Kind::kText) continue;
    std::vector<Item> changed = attempt.items();
    std::rotate(At(changed, i), At(changed, i + 2), At(changed, i + 3));
    if (attempt.Gain(changed) == 0) continue;
    const uint32_t token = attempt.items()[i + 2].token;
    const Span span{items.begin(i), attempt.context().SpanOf(token, token).end};
    const std::string label(attempt.context().source().Slice(attempt.context().SpanOf(token, token)));
    attempt.SayWritten(span, label + " for " + items.text(i + 1));
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `by stage gives level, days`: both stand in brackets.
Verdict IsTableWithoutBrackets(Attempt& attempt) {
  const Items items(attempt);
  const bool has = items.kind(0) == Kind::kTable || items.kind(0) == Kind::kGrid;
  if (attempt.entry() != Rule::kDeclaration || !has) return Verdict::kNo;
  std::vector<Item> changed = attempt.items();
  std::vector<Span> spans;
  for (size_t i = items.size(); i-- > 1;) {
    if ((items.kind(i) != Kind::kBy && items.kind(i) != Kind::kGives) || !IsName(items.kind(i + 1))) continue;
    size_t end = i + 1;
    while ((items.kind(end + 1) == Kind::kComma || items.kind(end + 1) == Kind::kDot) && IsName(items.kind(end + 2))) {
      end += 2;
    }
    changed.insert(At(changed, end + 1), {Kind::kRp, attempt.items()[end].token});
    changed.insert(At(changed, i + 1), {Kind::kLp, attempt.items()[i + 1].token});
    spans.push_back({items.begin(i + 1), items.span(end).end});
  }
  if (spans.empty() || attempt.Gain(changed) == 0) return Verdict::kNo;
  std::ranges::reverse(spans);
  for (const Span span : spans) {
    attempt.SayWritten(span, "(" + std::string(attempt.context().source().Slice(span)) + ")");
  }
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

}  // namespace saiten::parse
