#pragma once

#include <memory>
#include <vector>

#include "compiler/analyse/formula.h"

namespace saiten::analyse {

// Conditions of one workflow that are taken together: what holds at a place of it.
class FlowConditions {
 public:
  FlowConditions(Facts& facts, const check::FlowInfo& flow) : facts_(facts), flow_(flow), builder_(facts, flow.file) {}

  // What must be true, or must not be (false or unknown: sem N4, a boundary). Null pointers are left out.
  using Known = std::vector<const Formula*>;
  const Formula* IsTrue(const ast::Expr* condition);
  const Formula* IsNotTrue(const ast::Expr* condition);
  // Where a condition stands: in the flow's file, or that of the segment whose condition it is.
  FileId FileOf(const ast::Expr* condition) const;
  // The condition of a segment of the flow's object; null if it is of another.
  const ast::Expr* ConditionOf(uint32_t segment) const;
  // What a trigger needs to fire, null where nothing is known of the record.
  const ast::Expr* ConditionOf(const check::TriggerInfo& trigger) const;
  // Whether a record can be there.
  bool CanBe(const Known& known) const { return (builder_.PossibleOf(known, true) & kTrue) != 0; }

 private:
  Facts& facts_;
  const check::FlowInfo& flow_;
  FormulaBuilder builder_;
  std::vector<std::unique_ptr<Formula>> formulas_;
};

}  // namespace saiten::analyse
