#include "compiler/parse/recover.h"

#include <algorithm>
#include <string>

#include "compiler/parse/mistake.h"

namespace saiten::parse {
namespace {

using diag::Code;

// In this order: what is surest first.
constexpr Mistake kMistakes[] = {
    IsTestForm,
    IsThousands,
    IsPhrase,
    IsCallOfIf,
    IsListInBrackets,
    IsRangeWithDash,
    IsCommaBetweenRows,
    IsTrailingComma,
    IsUnless,
    IsNamedRule,
    IsCaseRow,
    IsPrimaryKey,
    IsDecayWithoutKind,
    IsConditionInBlock,
    IsLabelBehindFor,
    IsTableWithoutBrackets,
    IsPerWithExpression,
    IsSpacedPoints,
    IsGroupWithoutName,
    IsNameOfWords,
    IsLimitWithSign,
    IsAggregateOfRest,
    IsAggregateWithoutBrackets,
    IsWindowBehindComparison,
    IsWindowOfEvent,
    IsGroupWithoutKind,
    IsAgo,
    IsNeverBeen,
    IsTestForUnknown,
    IsGluedPoints,
    IsBareNumber,
    IsMissingUnit,
    IsBareDecimal,
    IsSpacedClocks,
    IsMoneyBackwards,
    IsLateNot,
    IsWrongSign,
    IsChained,
    IsRuleBackwards,
};
constexpr Mistake kGuesses[] = {IsMisspelt,         IsReservedName,    IsUnquoted, IsQuoted,
                                IsEarlierWrongSign, IsEarlierMisspelt, IsMissing,  IsSuperfluous};
constexpr int kMaxRepairs = 12;

// Places where every statement has a line of its own.
bool IsOneALine(Rule entry) {
  return entry == Rule::kScoreLine || entry == Rule::kWorkflowLine || entry == Rule::kTestLine ||
         entry == Rule::kTemplateLine || entry == Rule::kDeclaration;
}

bool LeavesOpen(Kind kind) {
  return kind == Kind::kAnd || kind == Kind::kOr || kind == Kind::kNot || kind == Kind::kThen || kind == Kind::kElse ||
         (kind >= Kind::kEq && kind <= Kind::kGt) || kind == Kind::kPlus || kind == Kind::kMinus ||
         kind == Kind::kStar || kind == Kind::kSlash || kind == Kind::kIn || kind == Kind::kWhen;
}

// Of those: may the next line begin with it, and so go on?
bool MayBeginLine(Kind kind) { return kind != Kind::kWhen && kind != Kind::kNot; }

// May a line begin with this word, and hardly an expression that goes on?
bool BeginsStatement(Rule entry, Kind first, Kind second) {
  if (entry == Rule::kScoreLine) {
    const bool spaced = (first == Kind::kPlus || first == Kind::kMinus) && second == Kind::kNumber;
    return spaced || (first == Kind::kPoints && (second == Kind::kWhen || second == Kind::kPer));
  }
  if (entry == Rule::kTestLine) return first == Kind::kExpect || (first == Kind::kNow && second == Kind::kDate);
  if (entry == Rule::kPropertyLine) return first == Kind::kId && second == Kind::kColon;
  if (entry != Rule::kWorkflowLine) return false;
  constexpr Kind kWords[] = {Kind::kSend, Kind::kWait, Kind::kSet,  Kind::kTask,   Kind::kNotify, Kind::kGrant,
                             Kind::kCall, Kind::kStep, Kind::kGoal, Kind::kCreate, Kind::kOnce};
  const bool value = second == Kind::kText || IsName(second) || second == Kind::kNumber;
  return std::ranges::find(kWords, first) != std::end(kWords) && (value || first == Kind::kOnce);
}

class Recoverer {
 public:
  Recoverer(Context& context, Rule entry, Tree& tree)
      : context_(context), entry_(entry), tree_(tree), attempt_(context, entry, tree) {}

  Recovery Run(const Line* next) {
    CutAtLine();
    if (!tree_.ok) Repair(next);
    return recovery_;
  }

 private:
  enum class Step : uint8_t { kFixed, kTold, kDone };

  void Repair(const Line* next);
  Step RepairOnce(const Line* next);
  void CutAtLine();
  bool CutAt(size_t item);
  bool IsTwoOnALine();
  bool JoinsNext(const Line* next);
  bool TryAll(std::span<const Mistake> mistakes, bool& told);
  std::vector<Item> ItemsFrom(size_t begin, size_t end) const;
  void Reparse() { context_.parser().Parse(entry_, tree_); }

  Context& context_;
  Rule entry_;
  Tree& tree_;
  Attempt attempt_;
  Recovery recovery_;
};

std::vector<Item> Recoverer::ItemsFrom(size_t begin, size_t end) const {
  std::vector<Item> items(tree_.items.begin() + static_cast<std::ptrdiff_t>(begin),
                          tree_.items.begin() + static_cast<std::ptrdiff_t>(end));
  items.push_back({Kind::kEof, end < tree_.items.size() ? tree_.items[end].token : tree_.items.back().token});
  return items;
}

// Ends the statement before the item if what follows is a statement by itself.
bool Recoverer::CutAt(size_t item) {
  const std::vector<Item> tail = ItemsFrom(item, tree_.items.size() - 1);
  const bool begins = item <= tree_.reached && BeginsStatement(entry_, tail[0].kind, tail[1].kind);
  if (!context_.SpendTrial(tail.size()) || (!begins && !context_.parser().Fits(entry_, tail))) return false;
  recovery_.rest = tree_.items[item].token;
  tree_.items = ItemsFrom(0, item);
  Reparse();
  return true;
}

// A half-typed line that ends with `where`, `=` or a comma takes in the next one: gives that back.
void Recoverer::CutAtLine() {
  std::vector<size_t> begins;
  for (size_t i = 1; i + 1 < tree_.items.size(); ++i) {
    if (context_.token(tree_.items[i].token).newline_before) begins.push_back(i);
  }
  if (begins.empty()) return;
  const auto behind = std::ranges::upper_bound(begins, tree_.reached);
  // The nearest line before the mistake, the ones above it, then the next below.
  int tries = 3;
  for (auto it = behind; it != begins.begin() && tries-- > 0;) {
    if (CutAt(*--it)) return;
  }
  if (behind != begins.end()) CutAt(*behind);
}

bool Recoverer::IsTwoOnALine() {
  const size_t at = tree_.failed_at;
  if (!IsOneALine(entry_) || at == 0 || attempt_.at_end()) return false;
  const std::vector<Item> tail = ItemsFrom(at, tree_.items.size() - 1);
  std::vector<Item> head = ItemsFrom(0, at);
  if (!context_.SpendTrial(tail.size() + head.size())) return false;
  if (!context_.parser().Fits(entry_, head) || !context_.parser().Fits(entry_, tail)) return false;
  const Span span = attempt_.SpanAt(0);
  const uint32_t last = attempt_.SpanAt(-1).end;
  const Span line = context_.source().LineSpan(context_.source().LineOf(span.begin));
  const std::string_view text = context_.source().Slice(line);
  const std::string indent(text.substr(0, text.find_first_not_of(" \t")));
  context_.reporter()
      .Report(Code::kTwoOnALine, span, {attempt_.TextAt(0)})
      .Fix("begin a new line", "行を分ける", {context_.reporter().Replace({last, span.begin}, "\n" + indent)});
  recovery_.rest = tail[0].token;
  tree_.items = std::move(head);
  Reparse();
  return true;
}

bool Recoverer::JoinsNext(const Line* next) {
  if (!next || recovery_.rest || !attempt_.at_end() || !LeavesOpen(attempt_.KindAt(-1))) return false;
  std::vector<Item> joined = ItemsFrom(0, tree_.items.size() - 1);
  joined.pop_back();
  std::vector<Item> more;
  ItemsOf(context_.tokens(), *next, more);
  joined.insert(joined.end(), more.begin(), more.end());
  if (!context_.SpendTrial(joined.size()) || !context_.parser().Fits(entry_, joined)) return false;
  const Span span = attempt_.SpanAt(-1);
  const std::string word = attempt_.TextAt(-1);
  const uint32_t before = attempt_.SpanAt(-2).end;
  const uint32_t target = context_.token(next->begin).span.begin;
  if (!MayBeginLine(attempt_.KindAt(-1))) {
    const Span gap{span.end, target};
    const bool blank = context_.source().Slice(gap).find_first_not_of(" \t\r\n") == std::string_view::npos;
    auto report = context_.reporter().Report(Code::kLineEndsOpen, span, {word});
    if (blank) report.Fix("join the lines", "行をつなぐ", {context_.reporter().Replace(gap, " ")});
    tree_.items = std::move(joined);
    Reparse();
    recovery_.took_next = true;
    return true;
  }
  context_.reporter()
      .Report(Code::kTrailingWord, span, {word})
      .Fix("move it to the next line", "次の行に移す",
           {context_.reporter().Replace({before, span.end}, ""),
            context_.reporter().Replace({target, target}, word + " ")});
  tree_.items = std::move(joined);
  Reparse();
  recovery_.took_next = true;
  return true;
}

// Runs the first that recognises the mistake; `told` if nothing more can be done.
bool Recoverer::TryAll(std::span<const Mistake> mistakes, bool& told) {
  for (Mistake mistake : mistakes) {
    const Verdict verdict = mistake(attempt_);
    if (verdict == Verdict::kNo) continue;
    told = verdict == Verdict::kTold;
    return true;
  }
  return false;
}

// One step of repair at one of the two places where the mistake may be.
Recoverer::Step Recoverer::RepairOnce(const Line* next) {
  const uint32_t place = tree_.failed_at;
  const uint32_t reached = tree_.reached;
  const auto at = [&](uint32_t item) { tree_.failed_at = item; };
  bool told = false;
  for (uint32_t item : {place, reached}) {
    at(item);
    if (TryAll(kMistakes, told)) return told ? Step::kTold : Step::kFixed;
    if (reached == place) break;
  }
  for (uint32_t item : {place, reached}) {
    at(item);
    if (IsTwoOnALine() || JoinsNext(next)) return Step::kDone;
    if (reached == place) break;
  }
  for (uint32_t item : {reached, place}) {
    at(item);
    if (TryAll(kGuesses, told)) return told ? Step::kTold : Step::kFixed;
    if (reached == place) break;
  }
  at(reached);
  SayWhatFits(attempt_);
  return Step::kTold;
}

void Recoverer::Repair(const Line* next) {
  for (int i = 0; i < kMaxRepairs && !tree_.ok; ++i) {
    if (RepairOnce(next) != Step::kFixed) return;
    Reparse();
  }
  if (!tree_.ok) SayWhatFits(attempt_);
}

}  // namespace

Recovery Recover(Context& context, Rule entry, const Line* next, Tree& tree) {
  return Recoverer(context, entry, tree).Run(next);
}

}  // namespace saiten::parse
