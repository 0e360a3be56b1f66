#include "compiler/format/spacing.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace saiten::format {
namespace {

using parse::Kind;
using parse::Node;
using parse::Rule;

template <typename T>
bool IsOneOf(T value, std::initializer_list<T> values) {
  return std::ranges::find(values, value) != values.end();
}

bool IsLogic(Kind kind) { return kind == Kind::kAnd || kind == Kind::kOr; }

bool IsArithmetic(Kind kind) { return IsOneOf(kind, {Kind::kPlus, Kind::kMinus, Kind::kStar, Kind::kSlash}); }

// `count(`, `decimal(2)`, `no(`, `call sync(`: what a bracket touches.
bool TouchesBracket(Rule rule) {
  return IsOneOf(rule, {Rule::kCall, Rule::kAggregate, Rule::kType, Rule::kParameters, Rule::kNoEvent, Rule::kStep});
}

bool IsOption(const Place& at) { return at.child == Rule::kOption || at.child == Rule::kLimit; }

// Options of a rule stand apart, so that the eye finds them.
bool BeginsRuleOption(Kind left, const Place& at) {
  if (at.shared == Rule::kStep) return at.child == Rule::kOnFail;
  if (at.shared == Rule::kScoreItem) return IsOption(at) && left != Kind::kGranted;
  return IsOption(at) && IsOneOf(at.shared, {Rule::kPerRule, Rule::kWhenRule, Rule::kMatchRule});
}

// The options of one rule in the order of language.md, by their first word; what is not named comes last.
struct Order {
  Rule rule;
  std::initializer_list<Kind> first_words;
};
const Order kOrders[] = {
    {Rule::kPropertyOption,
     {Kind::kKey, Kind::kText, Kind::kFrom, Kind::kUnknown, Kind::kTrue, Kind::kFalse, Kind::kHistory}},
    {Rule::kObjectOption, {Kind::kFrom}},
    {Rule::kEventOption,
     {Kind::kFrom, Kind::kBy, Kind::kAt, Kind::kIdColumn, Kind::kSeq, Kind::kReceived, Kind::kUpdated}},
    {Rule::kOption,
     {Kind::kDistinct, Kind::kAt, Kind::kIn, Kind::kSince, Kind::kBetween, Kind::kDecay, Kind::kExpires, Kind::kMax}},
    {Rule::kLimit, {Kind::kMax}},
    {Rule::kTaskOption, {Kind::kAssign, Kind::kDue, Kind::kRemind, Kind::kUntil}},
    {Rule::kMeta, {Kind::kOwner, Kind::kReview}},
    {Rule::kTemplateOption, {Kind::kClass}},
    {Rule::kOnFail, {Kind::kRetry}},
};

Kind FirstWord(Node node) {
  while (node && !node.IsToken()) node = node.First();
  return node.kind();
}

// -1: its place is where it was written.
int RankOf(const Node& child) {
  if (child.IsToken()) return -1;
  for (const Order& order : kOrders) {
    if (order.rule != child.rule()) continue;
    return static_cast<int>(std::ranges::find(order.first_words, FirstWord(child)) - order.first_words.begin());
  }
  return -1;
}

}  // namespace

uint32_t GapBetween(Kind left, const Place& left_at, Kind right, const Place& right_at) {
  if (IsOneOf(right, {Kind::kRp, Kind::kRb, Kind::kComma, Kind::kColon, Kind::kQuest, Kind::kDot})) return 0;
  if (IsOneOf(left, {Kind::kLp, Kind::kLb, Kind::kDot})) return 0;
  if (right == Kind::kDots) return left == Kind::kComma ? 1 : 0;
  if (left == Kind::kDots) return right == Kind::kArrow ? 1 : 0;
  if (right == Kind::kLp) return TouchesBracket(right_at.rule) ? 0 : 1;
  if (left == Kind::kMinus && IsOneOf(left_at.rule, {Rule::kUnary, Rule::kConstant})) return 0;
  if (left == Kind::kLt && left_at.rule == Rule::kType) return 0;
  if (IsOneOf(right, {Kind::kLt, Kind::kGt}) && right_at.rule == Rule::kType) return 0;
  return BeginsRuleOption(left, right_at) ? 2 : 1;
}

Breaking BreakingBetween(Kind left, Kind right, const Place& at) {
  if (right == Kind::kOr && at.rule == Rule::kClause) return Breaking::kAlways;
  if (left == Kind::kComma || left == Kind::kPipe) return Breaking::kFill;
  if (left == Kind::kArrow) return Breaking::kAll;
  if (left == Kind::kAssignSign) return at.shared == Rule::kEvent ? Breaking::kFill : Breaking::kAll;
  if (left == Kind::kWhere) return at.shared == Rule::kSegment ? Breaking::kAll : Breaking::kNever;
  if (IsLogic(right)) return IsOneOf(at.rule, {Rule::kOrTest, Rule::kAndTest}) ? Breaking::kAll : Breaking::kNever;
  if (IsOneOf(right, {Kind::kThen, Kind::kElse})) return at.rule == Rule::kExpr ? Breaking::kAll : Breaking::kNever;
  if (right == Kind::kWhere) return at.shared == Rule::kSegment ? Breaking::kNever : Breaking::kAll;
  if (IsArithmetic(right)) {
    return IsOneOf(at.rule, {Rule::kSum, Rule::kProduct}) ? Breaking::kFill : Breaking::kNever;
  }
  const bool window = at.child == Rule::kWindow || at.child == Rule::kAggregateOption;
  if (right == Kind::kIn) return IsOption(at) || window ? Breaking::kFill : Breaking::kNever;
  if (at.in_brackets) return window || right == Kind::kDistinct ? Breaking::kFill : Breaking::kNever;
  // Words that may begin a line which belongs to the one above.
  const bool goes_on = IsOneOf(right, {Kind::kDistinct, Kind::kAt, Kind::kDecay, Kind::kExpires, Kind::kMax, Kind::kMin,
                                       Kind::kWith, Kind::kAssign, Kind::kDue, Kind::kRemind, Kind::kUntil, Kind::kUp});
  const bool option = IsOption(at) || at.child == Rule::kTaskOption || at.child == Rule::kScoreOption ||
                      at.child == Rule::kEventOption || at.child == at.shared;
  return goes_on && option ? Breaking::kFill : Breaking::kNever;
}

std::vector<Node> InOrder(const Node& node) {
  std::vector<Node> children = node.Children();
  const auto ranked = [](const Node& child) { return RankOf(child) >= 0; };
  for (auto begin = std::ranges::find_if(children, ranked); begin != children.end();) {
    const auto end = std::find_if_not(begin, children.end(), ranked);
    std::stable_sort(begin, end, [](const Node& a, const Node& b) { return RankOf(a) < RankOf(b); });
    begin = std::find_if(end, children.end(), ranked);
  }
  return children;
}

Rule EntryOf(const Node& parent) {
  constexpr std::pair<Rule, Rule> kHeld[] = {
      {Rule::kCalendar, Rule::kCalendarLine}, {Rule::kEnumDecl, Rule::kEnumLine},
      {Rule::kObject, Rule::kPropertyLine},   {Rule::kEvent, Rule::kPropertyLine},
      {Rule::kScore, Rule::kScoreLine},       {Rule::kGroup, Rule::kScoreLine},
      {Rule::kMatchRule, Rule::kPointRows},   {Rule::kBands, Rule::kBandLine},
      {Rule::kGrid, Rule::kGridRows},         {Rule::kTable, Rule::kTableRows},
      {Rule::kAtom, Rule::kValueRows},        {Rule::kMessageTemplate, Rule::kTemplateLine},
      {Rule::kAction, Rule::kActionLine},     {Rule::kTest, Rule::kTestLine},
      {Rule::kActionItem, Rule::kRecordLine}, {Rule::kTestItem, Rule::kRecordLine},
  };
  for (const auto& [rule, held] : kHeld) {
    if (parent.Is(rule)) return held;
  }
  if (parent.Is(Rule::kStep)) return parent.Has(Kind::kTask) ? Rule::kOutcomeLine : Rule::kRecordLine;
  if (parent.Is(Rule::kBranch) && parent.Has(Kind::kMatch)) return Rule::kStepRows;
  if (parent.Is(Rule::kBranch) && parent.Has(Kind::kSplit)) return Rule::kSplitLine;
  return Rule::kWorkflowLine;
}

bool IsItem(Rule rule) {
  return IsOneOf(rule,
                 {Rule::kCalendarItem, Rule::kMember, Rule::kProperty, Rule::kPointRow, Rule::kValueRow, Rule::kGridRow,
                  Rule::kTableRow, Rule::kBand, Rule::kField, Rule::kStepRow, Rule::kOutcome, Rule::kSplitArm});
}

}  // namespace saiten::format
