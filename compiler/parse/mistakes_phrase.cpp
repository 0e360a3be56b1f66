#include <string>

#include "compiler/parse/items.h"
#include "compiler/parse/mistake.h"

// Words of English, SQL and Japanese that stand for ours.
namespace saiten::parse {
namespace {

using diag::Code;
using diag::FixSafety;

struct Phrase {
  std::vector<std::string_view> words;
  std::vector<Kind> kinds;
  std::string_view want;
};

// Longer ones before the shorter ones they begin with.
const std::vector<Phrase>& Phrases() {
  static const std::vector<Phrase> phrases = {
      {{"for", "each"}, {Kind::kPer}, "per"},
      {{"for", "every"}, {Kind::kPer}, "per"},
      {{"in", "the", "last"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"in", "the", "past"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"in", "past"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"within", "the", "last"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"within", "last"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"within"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"during", "the", "last"}, {Kind::kIn, Kind::kLast}, "in last"},
      {{"is", "not", "equal", "to"}, {Kind::kNe}, "!="},
      {{"not", "equal", "to"}, {Kind::kNe}, "!="},
      {{"is", "equal", "to"}, {Kind::kEq}, "=="},
      {{"equal", "to"}, {Kind::kEq}, "=="},
      {{"is", "greater", "than"}, {Kind::kGt}, ">"},
      {{"is", "more", "than"}, {Kind::kGt}, ">"},
      {{"is", "less", "than"}, {Kind::kLt}, "<"},
      {{"greater", "than"}, {Kind::kGt}, ">"},
      {{"more", "than"}, {Kind::kGt}, ">"},
      {{"less", "than"}, {Kind::kLt}, "<"},
      {{"fewer", "than"}, {Kind::kLt}, "<"},
      {{"is", "at", "least"}, {Kind::kGe}, ">="},
      {{"is", "at", "most"}, {Kind::kLe}, "<="},
      {{"at", "least"}, {Kind::kGe}, ">="},
      {{"is", "member", "of"}, {Kind::kIn, Kind::kList}, "in list"},
      {{"is", "in", "list"}, {Kind::kIn, Kind::kList}, "in list"},
      {{"is", "in", "segment"}, {Kind::kIn, Kind::kSegment}, "in segment"},
      {{"member", "of"}, {Kind::kIn, Kind::kList}, "in list"},
      {{"ignore", "case"}, {Kind::kIgnoring, Kind::kCase}, "ignoring case"},
      {{"is", "not", "null"}, {Kind::kIs, Kind::kKnown}, "is known"},
      {{"is", "null"}, {Kind::kIs, Kind::kUnknown}, "is unknown"},
      {{"daily"}, {Kind::kPer, Kind::kUnit}, "per day"},
      {{"weekly"}, {Kind::kPer, Kind::kUnit}, "per week"},
      {{"monthly"}, {Kind::kPer, Kind::kUnit}, "per month"},
      {{"かつ"}, {Kind::kAnd}, "and"},
      {{"または"}, {Kind::kOr}, "or"},
      {{"もし"}, {Kind::kWhen}, "when"},
  };
  return phrases;
}

bool Matches(const Items& items, size_t at, const std::vector<std::string_view>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (!items.IsWord(at + i, words[i])) return false;
  }
  return true;
}

// Forms that no other words stand for: what they are written like.
struct Saying {
  std::vector<std::string_view> words;
  std::string_view found;
  std::string_view want;
};
const std::vector<Saying>& Sayings() {
  static const std::vector<Saying> sayings = {
      {{"does", "not", "contain"}, "x does not contain y", "not x contains y"},
      {{"xor"}, "a xor b", "(a and not b) or (not a and b)"},
      {{"number", "of"}, "number of x", "count(x)"},
      {{"days", "since"}, "days since x", "time since x"},
      {{"in", "next"}, "x in next 30 days", "x between today and today + 30 days"},
      {{"in", "the", "next"}, "x in the next 30 days", "x between today and today + 30 days"},
      {{"in", "this", "month"}, "in this month", "since 2026-04-01"},
      {{"this", "month"}, "this month", "since 2026-04-01"},
  };
  return sayings;
}

}  // namespace

Verdict IsPhrase(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 0; i < items.size(); ++i) {
    for (const Phrase& phrase : Phrases()) {
      if (!Matches(items, i, phrase.words)) continue;
      std::vector<Item> changed = attempt.items();
      const auto at = changed.begin() + static_cast<std::ptrdiff_t>(i);
      const uint32_t token = changed[i].token;
      auto to = changed.erase(at, at + static_cast<std::ptrdiff_t>(phrase.words.size()));
      for (Kind kind : phrase.kinds) to = changed.insert(to, {kind, token}) + 1;
      if (attempt.Gain(changed) == 0) continue;
      attempt.SayWritten(items.span(i).To(items.span(i + phrase.words.size() - 1)), phrase.want);
      attempt.Use(std::move(changed));
      // What was put in has the place of the first word: a unit among it could not be read from there.
      return phrase.kinds.back() == Kind::kUnit ? Verdict::kTold : Verdict::kFixed;
    }
    for (const Saying& saying : Sayings()) {
      if (!Matches(items, i, saying.words)) continue;
      attempt.reporter().Report(Code::kForeignSign, items.span(i).To(items.span(i + saying.words.size() - 1)),
                                {std::string(saying.found), std::string(saying.want)});
      return Verdict::kTold;
    }
  }
  return Verdict::kNo;
}

// `expect c in g`, `expect c.s == 5`, `expect s == 5`, `set c { }`, `page_view at ...` without its record
Verdict IsTestForm(Attempt& attempt) {
  if (attempt.entry() != Rule::kTestLine) return Verdict::kNo;
  const Items items(attempt);
  auto& reporter = attempt.reporter();
  if (items.kind(0) == Kind::kSet && IsName(items.kind(1)) && items.kind(2) == Kind::kBlock) {
    const uint32_t gap = items.span(1).end;
    reporter.Report(Code::kMissingBefore, {gap, gap}, {"at ...", "{"})
        .Note("a change has its time: `set c at 2026-06-04 09:00 { ... }`",
              "変更には日時が必要です: `set c at 2026-06-04 09:00 { ... }`");
    return Verdict::kTold;
  }
  const bool moment = items.kind(2) == Kind::kDate || items.kind(2) == Kind::kDatetime;
  if (IsName(items.kind(0)) && items.kind(1) == Kind::kAt && moment) {
    const uint32_t gap = items.span(0).end;
    const std::string name = items.text(0);
    auto report = reporter.Report(Code::kMissingName, {gap, gap});
    report.Note("say which record, before `at`: `" + name + " c at ...`",
                "`at` の前にレコードの名前を書きます: `" + name + " c at ...`");
    const size_t end = items.kind(3) == Kind::kClock ? 4 : 3;
    if (items.kind(end) == Kind::kId && end + 1 == items.size()) {
      const std::string record = items.text(end);
      report.Fix(
          "move it before `at`", "`at`の前に移す",
          {attempt.Insert(gap, " " + record), reporter.Replace({items.span(end - 1).end, items.span(end).end}, "")},
          FixSafety::kUnsafe);
    }
    return Verdict::kTold;
  }
  if (items.kind(0) != Kind::kExpect) return Verdict::kNo;
  if (items.kind(1) == Kind::kNot && IsName(items.kind(2)) && items.kind(3) == Kind::kIn) {
    const std::string want = items.text(2) + " not in";
    attempt.SayWritten(items.span(1).To(items.span(3)), want, FixSafety::kUnsafe);
    return Verdict::kTold;
  }
  if (!IsName(items.kind(1))) return Verdict::kNo;
  if (items.kind(2) == Kind::kDot && IsName(items.kind(3)) && IsComparison(items.kind(4))) {
    attempt.SayWritten(items.span(1).To(items.span(3)), items.text(3) + " of " + items.text(1), FixSafety::kUnsafe);
    return Verdict::kTold;
  }
  if (IsComparison(items.kind(2))) {
    const uint32_t gap = items.span(1).end;
    reporter.Report(Code::kMissingBefore, {gap, gap}, {"of ...", items.text(2)})
        .Note("say of which record: `expect " + items.text(1) + " of c == ...`",
              "どのレコードのものかを書きます: `expect " + items.text(1) + " of c == ...`");
    return Verdict::kTold;
  }
  const size_t in = items.kind(2) == Kind::kIs ? 3 : 2;
  const size_t group = items.kind(in) == Kind::kNot ? in + 2 : in + 1;
  if (items.kind(group - 1) != Kind::kIn || !IsName(items.kind(group)) || group + 1 != items.size()) {
    return Verdict::kNo;
  }
  const Span span = items.span(group);
  const std::string name = items.text(group);
  auto report = reporter.Report(Code::kMissingBefore, span, {"segment` / `list", name});
  for (const char* word : {"segment ", "list "}) {
    std::vector<diag::Edit> edits{attempt.Insert(span.begin, word)};
    if (in == 3) edits.push_back(reporter.Replace({items.span(1).end, items.span(2).end}, ""));
    report.Fix("write `in " + (word + name) + "`", "`in " + (word + name) + "`と書く", std::move(edits),
               FixSafety::kUnsafe);
  }
  return Verdict::kTold;
}

// `group a (max 20)`, `group a max: 20`, `max = 50`
Verdict IsLimitWithSign(Attempt& attempt) {
  const Items items(attempt);
  for (size_t i = 1; i + 2 < items.size(); ++i) {
    const bool limit = items.IsWord(i, "max") || items.IsWord(i, "min");
    const bool sign = items.kind(i + 1) == Kind::kColon || items.kind(i + 1) == Kind::kAssignSign;
    const Kind kind = items.IsWord(i, "max") ? Kind::kMax : Kind::kMin;
    std::vector<Item> changed = attempt.items();
    const auto at = [&](size_t n) { return changed.begin() + static_cast<std::ptrdiff_t>(n); };
    if (limit && sign && items.kind(i + 2) == Kind::kNumber) {
      changed.erase(at(i + 1));
      changed[i].kind = kind;
      if (attempt.Gain(changed) == 0) continue;
      attempt.SayWritten(items.span(i).To(items.span(i + 2)), items.text(i) + " " + items.text(i + 2));
    } else if (limit && items.kind(i - 1) == Kind::kLp && items.kind(i + 2) == Kind::kRp) {
      changed.erase(at(i + 2));
      changed.erase(at(i - 1));
      if (attempt.Gain(changed) == 0) continue;
      attempt.SayWritten({items.begin(i - 1), items.span(i + 2).end}, items.text(i) + " " + items.text(i + 1));
    } else {
      continue;
    }
    attempt.Use(std::move(changed));
    return Verdict::kFixed;
  }
  return Verdict::kNo;
}

}  // namespace saiten::parse
