#include "compiler/ast/steps.h"

namespace saiten::ast {

void ForEachBlock(const Step& step, const std::function<void(Steps)>& visit) {
  switch (step.kind) {
    case StepKind::kWaitFor: {
      auto& wait = static_cast<const WaitForStep&>(step);
      visit(wait.then);
      return visit(wait.otherwise);
    }
    case StepKind::kTask:
      for (const Outcome& outcome : static_cast<const TaskStep&>(step).outcomes) visit(outcome.steps);
      return;
    case StepKind::kCall:
      return visit(static_cast<const CallStep&>(step).on_failure.steps);
    case StepKind::kWebhook:
      return visit(static_cast<const WebhookStep&>(step).on_failure.steps);
    case StepKind::kIf: {
      auto& choice = static_cast<const IfStep&>(step);
      for (const Branch& branch : choice.branches) visit(branch.steps);
      return visit(choice.otherwise);
    }
    case StepKind::kMatch:
      for (const StepRow& row : static_cast<const MatchStep&>(step).rows) visit(row.steps);
      return;
    case StepKind::kSplit:
      for (const SplitArm& arm : static_cast<const SplitStep&>(step).arms) visit(arm.steps);
      return;
    case StepKind::kSend:
    case StepKind::kWait:
    case StepKind::kWaitUntil:
    case StepKind::kGrant:
    case StepKind::kSet:
    case StepKind::kNotify:
    case StepKind::kMembership:
    case StepKind::kEnrol:
    case StepKind::kCreate:
    case StepKind::kExit:
      return;
  }
}

void ForEachStep(Steps steps, const std::function<void(const Step&)>& visit) {
  for (const Step* step : steps) {
    if (!step) continue;
    visit(*step);
    ForEachBlock(*step, [&](Steps inner) { ForEachStep(inner, visit); });
  }
}

bool AlwaysEnds(Steps steps) {
  const auto rows_end = [](std::span<const StepRow> rows) {
    bool total = false;
    for (const StepRow& row : rows) {
      if (!AlwaysEnds(row.steps)) return false;
      for (const Pattern& pattern : row.patterns) total |= pattern.kind == Pattern::Kind::kOtherwise;
    }
    return total;
  };
  for (const Step* step : steps) {
    // What a condition guards may be left out.
    if (!step || step->guard) continue;
    bool ends = step->kind == StepKind::kExit;
    if (auto* choice = As<IfStep>(step)) {
      ends = choice->has_else && AlwaysEnds(choice->otherwise);
      for (const Branch& branch : choice->branches) ends = ends && AlwaysEnds(branch.steps);
    }
    if (auto* match = As<MatchStep>(step)) ends = rows_end(match->rows);
    if (auto* wait = As<WaitForStep>(step)) ends = AlwaysEnds(wait->then) && AlwaysEnds(wait->otherwise);
    if (auto* split = As<SplitStep>(step)) {
      ends = !split->arms.empty();
      for (const SplitArm& arm : split->arms) ends = ends && AlwaysEnds(arm.steps);
    }
    if (ends) return true;
  }
  return false;
}

}  // namespace saiten::ast
