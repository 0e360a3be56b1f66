#include <algorithm>

#include "base/check.h"
#include "compiler/lower/lowerer.h"
#include "runtime/decay.h"
#include "runtime/decimal.h"

// Rules over occurrences: `per E`, `per N days without E`, running scores and resets (sem SC3, SC4).
namespace saiten::lower {

void Lowerer::SetReset(const ast::ScoreDecl& decl, const Scope& scope) {
  for (const ast::Source& source : decl.reset_on) {
    const At at(*this, source.span);
    const Bounds always = Always();
    const ValueId last = b_.EventTime(b_.Last(List(source, scope, always)));
    const ValueId time = b_.Else(last, always.after);
    reset_after_ = reset_after_.valid() ? b_.Max(reset_after_, time) : time;
  }
}

ValueId Lowerer::Capped(ValueId list, const ast::EventOptions& options, const Scope& scope) {
  if (options.distinct_by) {
    const At at(*this, options.distinct_by->span);
    list = b_.Distinct(list, options.distinct_latest, ElementBody(options.distinct_by, scope));
  }
  // Options mean the same in any order: calendar periods first, short before long, then rolling ones, the total last.
  std::vector<const ast::AtMost*> caps;
  for (const ast::AtMost& cap : options.at_most) caps.push_back(&cap);
  auto rank = [](const ast::AtMost* cap) {
    const bool total = cap->kind == ast::AtMost::Kind::kTotal;
    const int kind = total ? 2 : cap->kind == ast::AtMost::Kind::kRolling ? 1 : 0;
    return std::tuple(kind, total ? ast::TimeUnit::kSecond : cap->period.unit, total ? 0 : cap->period.count,
                      cap->count);
  };
  std::ranges::stable_sort(caps, {}, rank);
  for (const ast::AtMost* cap : caps) {
    const At at(*this, cap->span);
    const auto unit = check::ToRuntime(cap->period.unit);
    switch (cap->kind) {
      case ast::AtMost::Kind::kCalendar:
        list = b_.CapPeriod(list, cap->count, unit);
        break;
      case ast::AtMost::Kind::kRolling:
        list = b_.CapRolling(list, cap->count, cap->period.count, unit);
        break;
      case ast::AtMost::Kind::kTotal:
        list = b_.KeepLatest(list, cap->count);
        break;
    }
  }
  return list;
}

ValueId Lowerer::Decayed(ValueId points, ValueId time, const ast::EventOptions& options) {
  const ast::Decay& decay = options.decay;
  const auto unit = check::ToRuntime(decay.period.unit);
  if (decay.kind != ast::Decay::Kind::kNone) {
    const At at(*this, decay.span);
    const ValueId now = b_.Now();
    if (decay.kind == ast::Decay::Kind::kHalfLife) {
      const ValueId age = b_.Sub(Type::Duration(), now, time);
      const ValueId half = b_.Sub(Type::Duration(), now, b_.StepBack(now, decay.period.count, unit));
      points = b_.HalfLife(points, age, half);
    } else {
      auto* percent = ast::As<ast::NumberLit>(Bare(decay.percent));
      SAITEN_CHECK(percent);
      bool saturated = false;
      const int64_t rate = rt::Rescale(percent->mantissa, percent->scale, 9, &saturated);
      const ValueId steps = b_.StepsBetween(time, now, decay.period.count, unit);
      points = decay.kind == ast::Decay::Kind::kLinear ? b_.DecayLinear(points, steps, rate)
                                                       : b_.DecayCompound(points, steps, rate);
    }
  }
  if (options.has_expiry) {
    const At at(*this, options.expires_after.span);
    const auto expiry_unit = check::ToRuntime(options.expires_after.unit);
    const ValueId young =
        b_.Compare(ir::Op::kGt, time, b_.StepBack(b_.Now(), options.expires_after.count, expiry_unit));
    points = b_.Select(young, points, b_.Const(Type::Points(), 0));
  }
  return points;
}

ValueId Lowerer::PointsEach(const ast::Expr* points, const ast::EventOptions* options, ValueId element,
                            const Scope& scope, ScoreNode* node) {
  node->raw_each = Points(points, scope);
  node->points_each = node->raw_each;
  const bool ages = options && (options->has_expiry || options->decay.kind != ast::Decay::Kind::kNone);
  if (ages) node->points_each = Decayed(node->raw_each, b_.EventTime(element), *options);
  return node->points_each;
}

void Lowerer::PerList(const ast::PerRule& rule, const Scope& scope, ScoreNode* node) {
  Bounds window = Window(checked().WindowOf(rule.source, rule.options.window), scope);
  const bool events = checked().sources.at(&rule.source).element.is(TypeKind::kEvent);
  if (reset_after_.valid() && events) window.after = b_.Max(window.after, reset_after_);
  node->matching = List(rule.source, scope, window);
  node->list = Capped(node->matching, rule.options, scope);
}

ScoreNode Lowerer::Per(const ast::PerRule& rule, const Scope& scope) {
  ScoreNode node{.kind = ScoreNode::Kind::kPer, .item = &rule, .span = rule.span};
  PerList(rule, scope, &node);
  node.sum = b_.Sum(node.list, Scoped([&](ValueId element) {
                      Scope inner = scope;
                      inner.frames.push_back(element);
                      return PointsEach(rule.points, &rule.options, element, inner, &node);
                    }));
  node.points = Limited(node.sum, rule.limits);
  return node;
}

void Lowerer::PerWithoutList(const ast::PerWithoutRule& rule, const Scope& scope, ScoreNode* node) {
  const Bounds always = Always();
  node->matching = List(rule.source, scope, always);
  const ValueId record = scope.frames[0];
  const ObjectInfo& object = catalog()[TypeOf(record).object_id()];
  ValueId anchor = b_.Unknown(Type::Instant());
  if (auto created = object.FindRole(Role::kCreated)) anchor = AsInstant(b_.Load(record, *created));
  const auto unit = check::ToRuntime(rule.stretch.unit);
  node->list = b_.Stretches(node->matching, anchor, always.until, rule.stretch.count, unit);
  if (reset_after_.valid()) {
    node->list = b_.Filter(node->list, [&](ValueId end) { return b_.Compare(ir::Op::kGt, end, reset_after_); });
  }
}

ScoreNode Lowerer::PerWithout(const ast::PerWithoutRule& rule, const Scope& scope) {
  ScoreNode node{.kind = ScoreNode::Kind::kPerWithout, .item = &rule, .span = rule.span};
  PerWithoutList(rule, scope, &node);
  node.sum = b_.Sum(node.list,
                    Scoped([&](ValueId element) { return PointsEach(rule.points, nullptr, element, scope, &node); }));
  node.points = Limited(node.sum, rule.limits);
  return node;
}

void Lowerer::GrantedList(const ast::GrantedRule* rule, const Scope& scope, ScoreNode* node) {
  Bounds window = rule ? Window(rule->options.window, scope) : Always();
  if (reset_after_.valid()) window.after = b_.Max(window.after, reset_after_);
  const ValueId until = b_.kernel()[window.until].op == ir::Op::kNow ? window.until : b_.Min(window.until, b_.Now());
  node->matching = b_.Events(scope.frames[0], *granted_, window.after, until);
  node->list = rule ? Capped(node->matching, rule->options, scope) : node->matching;
}

ScoreNode Lowerer::Granted(const ast::GrantedRule* rule, Span span, const Scope& scope) {
  const At at(*this, span);
  ScoreNode node{.kind = ScoreNode::Kind::kGranted, .item = rule, .span = span};
  if (!granted_) {
    // Without automation there is nobody to grant any.
    node.sum = b_.Const(Type::Points(), 0);
  } else {
    GrantedList(rule, scope, &node);
    node.sum = b_.Sum(node.list, Scoped([&](ValueId element) {
                        node.raw_each = b_.Field(element, 0);
                        node.points_each = node.raw_each;
                        if (rule) node.points_each = Decayed(node.raw_each, b_.EventTime(element), rule->options);
                        return node.points_each;
                      }));
  }
  node.points = rule ? Limited(node.sum, rule->limits) : node.sum;
  return node;
}

ir::SumLimits Lowerer::SumLimitsOf(const ast::Limits& limits) {
  return {LimitOf(limits.min).value_or(rt::kNumberMin), LimitOf(limits.max).value_or(rt::kNumberMax)};
}

ScoreNode Lowerer::Running(const ast::ScoreDecl& decl, const Scope& scope) {
  ScoreNode root{.kind = ScoreNode::Kind::kRunning, .span = decl.span};
  root.children.reserve(decl.items.size() + 1);
  std::vector<ValueId> lists;
  std::vector<ir::Builder::Body> bodies;
  std::vector<ir::SumLimits> limits;
  const auto add_granted = [&](const ast::GrantedRule* rule, Span span) {
    ScoreNode& node = root.children.emplace_back();
    if (!granted_) {
      node = Granted(rule, span, scope);
      return;
    }
    node.kind = ScoreNode::Kind::kGranted;
    node.item = rule;
    node.span = span;
    GrantedList(rule, scope, &node);
    limits.push_back(rule ? SumLimitsOf(rule->limits) : SumLimitsOf({}));
    lists.push_back(node.list);
    bodies.push_back(Scoped([this, &node](ValueId element) {
      node.raw_each = node.points_each = b_.Field(element, 0);
      return node.points_each;
    }));
  };
  for (const ast::ScoreItem* item : decl.items) {
    const At at(*this, item->span);
    if (auto* granted = ast::As<ast::GrantedRule>(item)) {
      add_granted(granted, item->span);
      continue;
    }
    ScoreNode& node = root.children.emplace_back();
    node.item = item;
    node.span = item->span;
    if (auto* per = ast::As<ast::PerRule>(item)) {
      node.kind = ScoreNode::Kind::kPer;
      PerList(*per, scope, &node);
      limits.push_back(SumLimitsOf(item->limits));
      lists.push_back(node.list);
      bodies.push_back(Scoped([this, per, scope, &node](ValueId element) {
        Scope inner = scope;
        inner.frames.push_back(element);
        return PointsEach(per->points, nullptr, element, inner, &node);
      }));
    } else if (auto* without = ast::As<ast::PerWithoutRule>(item)) {
      node.kind = ScoreNode::Kind::kPerWithout;
      PerWithoutList(*without, scope, &node);
      limits.push_back(SumLimitsOf(item->limits));
      lists.push_back(node.list);
      bodies.push_back(Scoped([this, without, scope, &node](ValueId element) {
        return PointsEach(without->points, nullptr, element, scope, &node);
      }));
    } else {
      SAITEN_UNREACHABLE("a rule that the checker refuses in a running score");
    }
  }
  if (granted_ && !HasGranted(decl.items)) add_granted(nullptr, decl.name.span);
  if (std::ranges::all_of(limits, [](ir::SumLimits each) { return each == SumLimitsOf({}); })) limits.clear();
  const ir::SumLimits all = SumLimitsOf(decl.limits);
  root.sum = b_.Running(lists, bodies, all.min, all.max, std::move(limits));
  return root;
}

}  // namespace saiten::lower
