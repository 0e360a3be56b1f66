#include <algorithm>
#include <optional>
#include <string>

#include "compiler/parse/items.h"
#include "compiler/parse/mistake.h"

// Lists, ranges and rows as other languages and spreadsheets write them: brackets, commas and dashes. Each looks at the
// whole statement.
namespace saiten::parse {
namespace {

using diag::Code;
using diag::FixSafety;

bool IsValue(Kind kind) {
  return IsName(kind) || kind == Kind::kText || kind == Kind::kNumber || kind == Kind::kDate || kind == Kind::kPercent;
}

bool IsRows(Rule entry) {
  return entry == Rule::kPointRows || entry == Rule::kValueRows || entry == Rule::kGridRows ||
         entry == Rule::kTableRows || entry == Rule::kStepRows;
}

// The commas directly inside the brackets `open` to `close`.
std::vector<size_t> CommasIn(const Items& items, size_t open, size_t close) {
  std::vector<size_t> commas;
  for (size_t i = open + 1; i < close; ++i) {
    if (items.kind(i) == Kind::kLp || items.kind(i) == Kind::kLb) {
      i = items.CloseOf(i).value_or(close);
    } else if (items.kind(i) == Kind::kComma) {
      commas.push_back(i);
    }
  }
  return commas;
}

// `in (A, B)`: the brackets of a list are square.
Verdict RoundList(Attempt& attempt, const Items& items, size_t open) {
  const std::optional<size_t> close = items.CloseOf(open);
  if (items.kind(open) != Kind::kLp || !close || CommasIn(items, open, *close).empty()) return Verdict::kNo;
  std::vector<Item> changed = attempt.items();
  changed[open].kind = Kind::kLb;
  changed[*close].kind = Kind::kRb;
  if (attempt.Gain(changed) == 0) return Verdict::kNo;
  const Span inner{items.span(open + 1).begin, items.span(*close - 1).end};
  const std::string text(attempt.context().source().Slice(inner));
  const Span first{items.begin(open), items.begin(open) + 1};
  attempt.reporter()
      .Report(Code::kForeignSign, {first.begin, items.span(*close).end}, {"(" + text + ")", "[" + text + "]"})
      .Fix("write `[" + text + "]`", "`[" + text + "]`と書く",
           {attempt.reporter().Replace(first, "["), attempt.reporter().Replace(items.span(*close), "]")});
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

// `in A, B`, from the first value on; `lead` is replaced by `in`.
Verdict BareList(Attempt& attempt, const Items& items, size_t first, std::optional<Span> lead, size_t lead_begin) {
  size_t last = first;
  size_t commas = 0;
  while (IsValue(items.kind(last)) && items.kind(last + 1) == Kind::kComma && IsValue(items.kind(last + 2))) {
    last += 2;
    ++commas;
  }
  if (!IsValue(items.kind(first)) || commas == 0) return Verdict::kNo;
  std::vector<Item> changed = attempt.items();
  const auto at = [&](size_t i) { return changed.begin() + static_cast<std::ptrdiff_t>(i); };
  changed.insert(at(last + 1), {Kind::kRb, changed[last].token});
  changed.insert(at(first), {Kind::kLb, changed[first].token});
  if (lead) {
    changed.erase(at(lead_begin), at(first));
    changed.insert(at(lead_begin), {Kind::kIn, attempt.items()[lead_begin].token});
  }
  if (attempt.Gain(changed) < 2) return Verdict::kNo;
  const Span span = items.span(first).To(items.span(last));
  const std::string text(attempt.context().source().Slice(span));
  std::vector<diag::Edit> edits{attempt.Insert(span.begin, "["), attempt.Insert(span.end, "]")};
  if (lead) edits.push_back(attempt.reporter().Replace(*lead, "in"));
  attempt.reporter()
      .Report(Code::kForeignSign, lead ? lead->To(span) : span,
              {lead ? std::string(attempt.context().source().Slice(lead->To(span))) : text,
               (lead ? "in [" : "[") + text + "]"})
      .Fix("write `[" + text + "]`", "`[" + text + "]`と書く", std::move(edits));
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

// `in {A, B}`
Verdict BracedList(Attempt& attempt, const Items& items, size_t block) {
  if (items.kind(block) != Kind::kBlock) return Verdict::kNo;
  const Span span = items.span(block);
  const std::string text(attempt.context().source().Slice({span.begin + 1, span.end - 1}));
  if (text.find('\n') != std::string::npos) return Verdict::kNo;
  attempt.reporter()
      .Report(Code::kForeignSign, span, {"{" + text + "}", "[" + text + "]"})
      .Fix("write `[" + text + "]`", "`[" + text + "]`と書く",
           {attempt.reporter().Replace({span.begin, span.begin + 1}, "["),
            attempt.reporter().Replace({span.end - 1, span.end}, "]")});
  return Verdict::kTold;
}

}  // namespace

Verdict IsListInBrackets(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 1 < items.size(); ++i) {
    const bool any_of = (items.IsWord(i, "any") || items.IsWord(i, "one")) && items.kind(i + 1) == Kind::kOf;
    Verdict verdict = Verdict::kNo;
    if (any_of) {
      const bool is = i > 0 && items.kind(i - 1) == Kind::kIs;
      const size_t lead = is ? i - 1 : i;
      verdict = BareList(attempt, items, i + 2, items.span(lead).To(items.span(i + 1)), lead);
    } else if (items.kind(i) == Kind::kIn) {
      verdict = RoundList(attempt, items, i + 1);
      if (verdict == Verdict::kNo) verdict = BareList(attempt, items, i + 1, std::nullopt, i);
      if (verdict == Verdict::kNo) verdict = BracedList(attempt, items, i + 1);
    } else if (IsComparison(items.kind(i)) || items.kind(i) == Kind::kContains || items.kind(i) == Kind::kWith) {
      verdict = RoundList(attempt, items, i + 1);
    }
    if (verdict != Verdict::kNo) return verdict;
  }
  return Verdict::kNo;
}

Verdict IsThousands(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 2 < items.size(); ++i) {
    if (items.kind(i) != Kind::kNumber && items.kind(i) != Kind::kPoints) continue;
    size_t last = i;
    while (items.kind(last + 1) == Kind::kComma && items.glued(last + 1) && items.kind(last + 2) == Kind::kNumber &&
           items.glued(last + 2) && items.text(last + 2).substr(0, 3).find('.') == std::string::npos &&
           (items.text(last + 2).size() == 3 || items.text(last + 2).find('.') == 3)) {
      last += 2;
    }
    if (last == i) continue;
    std::vector<Item> changed = attempt.items();
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i + 1),
                  changed.begin() + static_cast<std::ptrdiff_t>(last + 1));
    if (attempt.Gain(changed) == 0) continue;
    const Span span = items.span(i).To(items.span(last));
    std::string want(attempt.context().source().Slice(span));
    std::ranges::replace(want, ',', '_');
    attempt.SayWritten(span, want);
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

// `IF(title == X, 15, 0)`
Verdict IsCallOfIf(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i + 1 < items.size(); ++i) {
    const std::optional<size_t> close = items.CloseOf(i + 1);
    if (!items.IsWord(i, "if") || items.kind(i + 1) != Kind::kLp || !close) continue;
    const std::vector<size_t> commas = CommasIn(items, i + 1, *close);
    if (commas.size() != 2) continue;
    const auto slice = [&](size_t first, size_t last) {
      return std::string(attempt.context().source().Slice(items.span(first).To(items.span(last))));
    };
    const std::string condition = slice(i + 2, commas[0] - 1);
    const std::string then = slice(commas[0] + 1, commas[1] - 1);
    const std::string otherwise = slice(commas[1] + 1, *close - 1);
    const bool points = attempt.entry() == Rule::kScoreLine && i == 0 && items.kind(commas[0] + 1) == Kind::kNumber &&
                        commas[1] == commas[0] + 2 && otherwise == "0";
    const std::string want = points ? "+" + then + " when " + condition  //
                                    : "if " + condition + " then " + then + " else " + otherwise;
    const Span span{items.begin(i), items.span(*close).end};
    attempt.reporter()
        .Report(Code::kForeignSign, span, {std::string(attempt.context().source().Slice(span)), want})
        .Fix("write `" + want + "`", "`" + want + "`と書く", {attempt.reporter().Replace(span, want)},
             FixSafety::kUnsafe);
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// `7-8 => +3`, `7 to 8 => +3`
Verdict IsRangeWithDash(Attempt& attempt) {
  if (!IsRows(attempt.entry())) return Verdict::kNo;
  const Items items(attempt);
  for (size_t i = 0; i + 1 < items.size(); ++i) {
    if (items.kind(i) != Kind::kNumber) continue;
    const bool dash = items.kind(i + 1) == Kind::kPoints && items.glued(i + 1) && items.text(i + 1)[0] == '-';
    const bool to = items.kind(i + 1) == Kind::kTo && items.kind(i + 2) == Kind::kNumber;
    if (!dash && !to) continue;
    const size_t last = dash ? i + 1 : i + 2;
    std::vector<Item> changed = attempt.items();
    changed[i + 1].kind = Kind::kDots;
    if (dash)
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i + 2), {Kind::kNumber, changed[i + 1].token});
    if (attempt.Gain(changed) == 0) continue;
    const std::string want = items.text(i) + ".." + (dash ? items.text(last).substr(1) : items.text(last));
    attempt.SayWritten(items.span(i).To(items.span(last)), want);
    return Verdict::kTold;
  }
  return Verdict::kNo;
}

// Commas between rows; between the values of one row they are right.
Verdict IsCommaBetweenRows(Attempt& attempt) {
  if (!IsRows(attempt.entry())) return Verdict::kNo;
  const Items items(attempt);
  std::vector<Item> changed;
  std::vector<diag::Edit> edits;
  std::optional<size_t> first;
  bool arrow = false;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items.kind(i) == Kind::kArrow) arrow = true;
    if (items.kind(i) == Kind::kLp || items.kind(i) == Kind::kLb) {
      const size_t close = items.CloseOf(i).value_or(i);
      for (; i < close; ++i) changed.push_back(attempt.items()[i]);
    }
    if (items.kind(i) == Kind::kComma && arrow) {
      arrow = false;
      first = first.value_or(i);
      edits.push_back(attempt.reporter().Replace(items.span(i), ""));
      continue;
    }
    changed.push_back(attempt.items()[i]);
  }
  changed.push_back(attempt.items().back());
  if (!first || attempt.Gain(changed) < 2) return Verdict::kNo;
  attempt.reporter()
      .Report(Code::kSuperfluous, items.span(*first), {","})
      .Note("rows stand side by side or on lines of their own, without commas",
            "行と行の間にコンマは要りません。改行するか空白で区切ります")
      .Fix("remove it", "取り除く", std::move(edits));
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

// `+5 when x,` at the end of a line
Verdict IsTrailingComma(Attempt& attempt) {
  const Items items(attempt);
  if (items.size() < 2 || items.kind(items.size() - 1) != Kind::kComma) return Verdict::kNo;
  std::vector<Item> changed = attempt.items();
  changed.erase(changed.end() - 2);
  if (attempt.Gain(changed) < 2) return Verdict::kNo;
  const Span span = items.span(items.size() - 1);
  attempt.reporter()
      .Report(Code::kSuperfluous, span, {","})
      .Fix("remove it", "取り除く", {attempt.reporter().Replace(span, "")});
  attempt.Use(std::move(changed));
  return Verdict::kFixed;
}

}  // namespace saiten::parse
