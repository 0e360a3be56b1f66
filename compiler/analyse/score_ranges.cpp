#include <algorithm>

#include "compiler/analyse/facts.h"
#include "compiler/analyse/walk.h"
#include "runtime/decimal.h"

// Which points a score, a group or a rule can come to (sem SC1, SC3).
namespace saiten::analyse {
namespace {

using rt::kNumberMax;
using rt::kNumberMin;

Reach Zero() { return Reach::Exactly(0); }

}  // namespace

Reach Facts::Limit(Reach reach, const ast::Limits& limits) {
  if (auto max = MilliOf(limits.max)) reach = reach.AtMost(*max);
  if (auto min = MilliOf(limits.min)) reach = reach.AtLeast(*min);
  return reach;
}

Reach Facts::ReachOfPoints(const ast::Expr* points) {
  if (auto milli = MilliOf(points)) return Reach::Exactly(*milli);
  const Type type = TypeOf(points);
  if (!type.is_number()) return Reach::Anything();
  return ReachOf(points).Rescale(type.scale, rt::kPointScale);
}

Reach Facts::ReachOfRows(const ast::Match& match) {
  std::vector<Subject> subjects;
  for (const ast::Expr* subject : match.subjects) subjects.push_back(SubjectOf(subject));
  Region taken;
  Reach reach = Zero();
  std::optional<Reach> first;
  for (const ast::MatchRow& row : match.rows) {
    const RowShape shape = ShapeOf(row, subjects);
    const Reach points = ReachOfPoints(row.result);
    if (match.all) {
      reach = reach + Zero().Or(points);
      continue;
    }
    // A row that is never taken adds nothing to what can be reached.
    if (shape.exact && Covers(taken, shape.region)) continue;
    if (shape.exact) taken.insert(taken.end(), shape.region.begin(), shape.region.end());
    // Points that are unknown add nothing (sem SC1a).
    const Reach with_unknown = TypeOf(row.result).optional ? points.Or(Zero()) : points;
    first = first ? first->Or(with_unknown) : with_unknown;
  }
  if (match.all) return reach;
  const bool falls_through = !Covers(taken, AllOf(subjects));
  if (!first) return Zero();
  return falls_through ? first->Or(Zero()) : *first;
}

Reach Facts::ReachOfItem(const ast::ScoreItem& item) {
  switch (item.kind) {
    case ast::ScoreItemKind::kWhen: {
      auto& rule = static_cast<const ast::WhenRule&>(item);
      Reach reach = ReachOfPoints(rule.points);
      if (rule.more_points) {
        auto more = MilliOf(rule.more_points);
        reach = reach + (more ? Reach::Multiples(*more, -1) : Reach::Anything());
      }
      return Limit(Zero().Or(reach), item.limits);
    }
    case ast::ScoreItemKind::kPer: {
      auto& rule = static_cast<const ast::PerRule&>(item);
      int64_t count = -1;
      for (const ast::AtMost& limit : rule.options.at_most) {
        if (limit.kind == ast::AtMost::Kind::kTotal && (count < 0 || limit.count < count)) count = limit.count;
      }
      const Reach each = ReachOfPoints(rule.points);
      const bool constant = each.values() && each.values()->size() == 1;
      Reach sum = constant ? Reach::Multiples(each.low(), count)
                  : count >= 0
                      ? each.Or(Zero()) * Reach::Exactly(count).Or(Zero())
                      : Reach::Between(each.low() < 0 ? kNumberMin : 0, each.high() > 0 ? kNumberMax : 0, each.step());
      if (!constant) sum = Reach::Between(sum.low(), sum.high(), each.step());
      if (rule.options.decay.kind != ast::Decay::Kind::kNone) sum = sum.Smooth();
      return Limit(sum, item.limits);
    }
    case ast::ScoreItemKind::kPerWithout: {
      auto& rule = static_cast<const ast::PerWithoutRule&>(item);
      const Reach each = ReachOfPoints(rule.points);
      return Limit(Reach::Between(each.low() < 0 ? kNumberMin : 0, each.high() > 0 ? kNumberMax : 0, each.step()),
                   item.limits);
    }
    case ast::ScoreItemKind::kMatch: {
      auto& rule = static_cast<const ast::MatchRule&>(item);
      return Limit(rule.match ? ReachOfRows(*rule.match) : Zero(), item.limits);
    }
    case ast::ScoreItemKind::kGranted:
      return Limit(Reach::Anything(), item.limits);
    case ast::ScoreItemKind::kGroup: {
      Reach sum = Zero();
      for (const ast::ScoreItem* inner : static_cast<const ast::GroupRule&>(item).items) {
        if (inner) sum = sum + ReachOfItem(*inner);
      }
      return Limit(sum, item.limits);
    }
  }
  return Reach::Anything();
}

const ScoreReach& Facts::ReachOfScore(uint32_t score) {
  static const ScoreReach kAnything{Reach::Anything(), Reach::Anything(), {}};
  if (score >= scores_.size()) return kAnything;
  if (scores_[score]) return *scores_[score];
  if (score_state_[score] == 1) return kAnything;  // a cycle, reported by the checker
  score_state_[score] = 1;
  const ast::ScoreDecl& decl = *program_.scores[score].decl;
  ScoreReach result;
  if (IsBroken({program_.scores[score].file, decl.span})) {
    result = kAnything;
  } else if (decl.formula) {
    const Type type = TypeOf(decl.formula);
    result.before_limits =
        type.is_number() ? ReachOf(decl.formula).Rescale(type.scale, rt::kPointScale) : Reach::Anything();
    result.reach = Limit(result.before_limits, decl.limits);
  } else {
    Reach sum = Zero();
    bool own_granted = false;
    for (const ast::ScoreItem* item : decl.items) {
      if (!item) continue;
      own_granted |= item->kind == ast::ScoreItemKind::kGranted;
      result.parts.push_back({item, ReachOfItem(*item)});
      sum = sum + result.parts.back().reach;
    }
    if (!own_granted && granted_[score]) sum = Reach::Anything();
    result.before_limits = sum;
    if (decl.running) {
      // The sum is held inside the limits after each occurrence, so that any order and any number of them may come;
      // with none it is 0, whatever the limits.
      result.before_limits =
          Reach::Between(sum.low() < 0 ? kNumberMin : 0, sum.high() > 0 ? kNumberMax : 0, sum.step());
    }
    result.reach = Limit(result.before_limits, decl.limits);
    if (decl.running) result.reach = result.reach.Or(Zero());
  }
  score_state_[score] = 2;
  scores_[score] = std::move(result);
  return *scores_[score];
}

}  // namespace saiten::analyse
