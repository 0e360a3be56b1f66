#include "compiler/analyse/flow_conditions.h"

namespace saiten::analyse {

const Formula* FlowConditions::IsTrue(const ast::Expr* condition) {
  return formulas_.emplace_back(builder_.Build(condition, FileOf(condition))).get();
}

const Formula* FlowConditions::IsNotTrue(const ast::Expr* condition) {
  auto known = std::make_unique<Formula>();
  known->kind = Formula::Kind::kElse;
  known->expr = condition;
  known->parts.push_back(builder_.Build(condition, FileOf(condition)));
  known->subjects = known->parts[0]->subjects;
  auto never = std::make_unique<Formula>();
  never->kind = Formula::Kind::kConstant;
  never->expr = condition;
  known->parts.push_back(std::move(never));
  auto negation = std::make_unique<Formula>();
  negation->kind = Formula::Kind::kNot;
  negation->expr = condition;
  negation->subjects = known->subjects;
  negation->parts.push_back(std::move(known));
  return formulas_.emplace_back(std::move(negation)).get();
}

FileId FlowConditions::FileOf(const ast::Expr* condition) const {
  for (const check::SegmentInfo& segment : facts_.program().segments) {
    if (segment.decl->condition == condition) return segment.file;
  }
  return flow_.file;
}

const ast::Expr* FlowConditions::ConditionOf(uint32_t segment) const {
  if (segment == check::kNoIndex) return nullptr;
  const check::SegmentInfo& info = facts_.program().segments[segment];
  return info.object == flow_.object ? info.decl->condition : nullptr;
}

const ast::Expr* FlowConditions::ConditionOf(const check::TriggerInfo& trigger) const {
  if (trigger.trigger->kind == ast::TriggerKind::kBecoming) return trigger.trigger->condition;
  return trigger.trigger->kind == ast::TriggerKind::kEntering ? ConditionOf(trigger.segment) : nullptr;
}

}  // namespace saiten::analyse
