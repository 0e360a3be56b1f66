#include <algorithm>

#include "base/check.h"
#include "compiler/lower/lowerer.h"
#include "runtime/decimal.h"

// Scores: rules, groups, limits, bands (sem SC1, SC2, SC5, SC7).
namespace saiten::lower {

bool Lowerer::HasGranted(std::span<const ast::ScoreItem* const> items) {
  return std::ranges::any_of(items, [](const ast::ScoreItem* item) {
    auto* group = ast::As<ast::GroupRule>(item);
    return item->kind == ast::ScoreItemKind::kGranted || (group != nullptr && HasGranted(group->items));
  });
}

std::optional<int64_t> Lowerer::LimitOf(const ast::Expr* limit) {
  const ast::Expr* bare = Bare(limit);
  bool negative = false;
  if (auto* negate = ast::As<ast::Negate>(bare)) {
    negative = true;
    bare = Bare(negate->operand);
  }
  auto* number = ast::As<ast::NumberLit>(bare);
  if (!number) return std::nullopt;
  bool saturated = false;
  const int64_t milli = rt::Rescale(number->mantissa, number->scale, rt::kPointScale, &saturated);
  return negative ? -milli : milli;
}

ValueId Lowerer::ToPoints(ValueId value) {
  if (TypeOf(value).is(TypeKind::kNothing)) return b_.Unknown(Type::Points());
  return Coerce(value, Type::Points());
}

ValueId Lowerer::Points(const ast::Expr* expr, const Scope& scope) {
  if (auto milli = LimitOf(expr)) {
    const At at(*this, expr->span);
    return b_.Const(Type::Points(), *milli);
  }
  const ValueId value = Lower(expr, scope);
  const At at(*this, expr->span);
  return ToPoints(value);
}

ValueId Lowerer::Limited(ValueId sum, const ast::Limits& limits) {
  if (auto min = LimitOf(limits.min)) {
    const At at(*this, limits.min->span);
    sum = b_.Max(sum, b_.Const(Type::Points(), *min));
  }
  if (auto max = LimitOf(limits.max)) {
    const At at(*this, limits.max->span);
    sum = b_.Min(sum, b_.Const(Type::Points(), *max));
  }
  return sum;
}

ValueId Lowerer::SumOf(const std::vector<ScoreNode>& nodes) {
  ValueId sum;
  for (const ScoreNode& node : nodes) {
    sum = sum.valid() ? b_.Add(Type::Points(), sum, node.points) : node.points;
  }
  return sum.valid() ? sum : b_.Const(Type::Points(), 0);
}

ValueId Lowerer::MorePoints(const ast::WhenRule& rule, const Scope& scope, ScoreNode* node) {
  // `no E in last 60 days, and -10 more every 30 days`: how many full 30 days the last E is older than the 60.
  auto* absence = ast::As<ast::Aggregate>(Bare(rule.condition));
  SAITEN_CHECK(absence);
  const Bounds window = Window(checked().WindowOf(absence->source, absence->window), scope);
  ValueId list = List(absence->source, scope, {Always().after, b_.Now()});
  const ValueId last = b_.EventTime(b_.Last(list));
  const ValueId steps =
      b_.StepsBetween(last, window.after, rule.more_every.count, check::ToRuntime(rule.more_every.unit));
  node->steps = b_.Else(steps, b_.Int(0));
  return b_.Mul(Type::Points(), Points(rule.more_points, scope), node->steps, 0);
}

ScoreNode Lowerer::When(const ast::WhenRule& rule, const Scope& scope) {
  ScoreNode node{.kind = ScoreNode::Kind::kWhen, .item = &rule, .span = rule.span};
  node.condition = b_.Truth(Lower(rule.condition, scope));
  const ValueId zero = b_.Const(Type::Points(), 0);
  node.raw = Points(rule.points, scope);
  if (rule.more_points) node.raw = b_.Add(Type::Points(), node.raw, MorePoints(rule, scope, &node));
  // Unknown points add nothing (sem SC1a).
  if (TypeOf(node.raw).optional) node.raw = b_.Else(node.raw, zero);
  node.sum = b_.Select(node.condition, node.raw, zero);
  node.points = Limited(node.sum, rule.limits);
  return node;
}

ScoreNode Lowerer::MatchPoints(const ast::MatchRule& rule, const Scope& scope) {
  ScoreNode node{.kind = ScoreNode::Kind::kMatch, .item = &rule, .span = rule.span};
  const ast::Match& match = *rule.match;
  const std::vector<ValueId> subjects = Subjects(match.subjects, scope);
  const ValueId zero = b_.Const(Type::Points(), 0);
  std::vector<ValueId> conditions;
  std::vector<ValueId> points;
  ValueId taken;  // of `match all`: whether any row before was
  for (const ast::MatchRow& row : match.rows) {
    const At at(*this, row.span);
    ScoreNode line{.kind = ScoreNode::Kind::kRow, .item = &rule, .row = &row, .span = row.span};
    bool otherwise = false;
    for (const ast::Pattern& pattern : row.patterns) otherwise |= pattern.kind == ast::Pattern::Kind::kOtherwise;
    ValueId condition = RowCondition(row, subjects, scope);
    // With `match all` the row `otherwise` is for what no row above takes.
    if (match.all && otherwise && taken.valid()) condition = b_.Not(taken);
    if (match.all) taken = taken.valid() ? b_.Or(taken, condition) : condition;
    line.raw = Points(row.result, scope);
    if (TypeOf(line.raw).optional) line.raw = b_.Else(line.raw, zero);
    line.condition = condition;
    conditions.push_back(condition);
    points.push_back(line.raw);
    node.children.push_back(std::move(line));
  }
  if (match.all) {
    for (ScoreNode& line : node.children) line.points = b_.Select(line.condition, line.raw, zero);
    node.sum = SumOf(node.children);
  } else {
    node.sum = FirstOf(conditions, points, zero);
  }
  node.points = Limited(node.sum, rule.limits);
  return node;
}

ScoreNode Lowerer::Group(const ast::GroupRule& rule, const Scope& scope) {
  ScoreNode node{.kind = ScoreNode::Kind::kGroup, .item = &rule, .span = rule.span};
  for (const ast::ScoreItem* item : rule.items) node.children.push_back(Rule(item, scope));
  node.sum = SumOf(node.children);
  node.points = Limited(node.sum, rule.limits);
  return node;
}

ScoreNode Lowerer::Rule(const ast::ScoreItem* item, const Scope& scope) {
  const At at(*this, item->span);
  switch (item->kind) {
    case ast::ScoreItemKind::kWhen:
      return When(*static_cast<const ast::WhenRule*>(item), scope);
    case ast::ScoreItemKind::kPer:
      return Per(*static_cast<const ast::PerRule*>(item), scope);
    case ast::ScoreItemKind::kPerWithout:
      return PerWithout(*static_cast<const ast::PerWithoutRule*>(item), scope);
    case ast::ScoreItemKind::kMatch:
      return MatchPoints(*static_cast<const ast::MatchRule*>(item), scope);
    case ast::ScoreItemKind::kGroup:
      return Group(*static_cast<const ast::GroupRule*>(item), scope);
    case ast::ScoreItemKind::kGranted:
      return Granted(static_cast<const ast::GrantedRule*>(item), item->span, scope);
  }
  SAITEN_UNREACHABLE("a rule");
}

ValueId Lowerer::Band(const check::ScoreInfo& info, ValueId total) {
  const Type type = Type::Enum(info.bands);
  const auto bands = info.decl->bands->bands;
  auto at_least = [&](const ast::Expr* bound) {
    const auto milli = LimitOf(bound);
    SAITEN_CHECK(milli.has_value());
    return b_.Compare(ir::Op::kGe, total, b_.Const(Type::Points(), *milli));
  };
  // The highest band that `holds` says of.
  auto highest = [&](auto holds) {
    ValueId band = b_.Const(type, 0);
    for (size_t i = 1; i < bands.size(); ++i) {
      const At at(*this, bands[i].span);
      // One after the other: compilers do not agree on the order of arguments, and the numbers of values follow it.
      const ValueId member = b_.Const(type, static_cast<int64_t>(i));
      band = b_.Select(holds(i), member, band);
    }
    return band;
  };
  const ValueId pure = highest([&](size_t i) { return at_least(bands[i].from); });
  if (!info.previous_band) return pure;
  // A record that was in this band or above stays while the total is not below `leave below` (sem SC7).
  trace_.pure_band = pure;
  trace_.previous_band = b_.Load(b_.Row(), *info.previous_band);
  trace_.band = highest([&](size_t i) {
    const ValueId reached = at_least(bands[i].from);
    if (!bands[i].leave_below) return reached;
    const ValueId was = b_.Compare(ir::Op::kGe, trace_.previous_band, b_.Const(type, static_cast<int64_t>(i)));
    return b_.Or(reached, b_.And(b_.Truth(was), at_least(bands[i].leave_below)));
  });
  return trace_.band;
}

Item Lowerer::Score(const check::ScoreInfo& info, uint32_t index) {
  const ast::ScoreDecl& decl = *info.decl;
  const At at(*this, decl.name.span);
  Scope scope;
  scope.frames.push_back(b_.Row());
  ScoreNode& root = trace_.score;
  for (size_t i = 0; i < catalog().events.size(); ++i) {
    if (catalog().events[i].grants_to == decl.name.text) granted_ = EventId(i);
  }
  SetReset(decl, scope);
  trace_.reset_after = reset_after_;
  if (decl.formula) {
    root = {.kind = ScoreNode::Kind::kFormula, .span = decl.formula->span};
    root.sum = Points(decl.formula, scope);
    if (TypeOf(root.sum).optional) root.sum = b_.Else(root.sum, b_.Const(Type::Points(), 0));
  } else if (decl.running) {
    root = Running(decl, scope);
  } else {
    root = {.kind = ScoreNode::Kind::kScore, .span = decl.span};
    for (const ast::ScoreItem* item : decl.items) root.children.push_back(Rule(item, scope));
    // Without a rule of their own granted points count outside every group (sem SC6).
    if (granted_ && !HasGranted(decl.items)) root.children.push_back(Granted(nullptr, decl.name.span, scope));
    root.sum = SumOf(root.children);
  }
  root.points = Limited(root.sum, decl.limits);
  trace_.value = root.points;
  b_.Output(root.points, shared_.result.scores[index].column);
  if (decl.bands) {
    const ValueId band = Band(info, root.points);
    b_.Output(band, shared_.result.bands[index].column);
  }
  return Finish();
}

}  // namespace saiten::lower
