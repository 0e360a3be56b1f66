#include "compiler/analyse/walk.h"
#include "compiler/ast/steps.h"

// Expressions of automation: clauses, triggers, steps, messages, outside effects.
namespace saiten::analyse {
namespace {

using ast::StepKind;
using Visit = std::function<void(const ast::Expr*)>;

void VisitIn(const ast::Expr* expr, const Visit& visit) {
  if (expr) visit(expr);
}

void VisitIn(const ast::Record* record, const Visit& visit) {
  for (const ast::FieldValue& field : record ? record->fields : std::span<const ast::FieldValue>()) {
    VisitIn(field.value, visit);
  }
}

void VisitIn(const ast::Trigger& trigger, const Visit& visit) {
  ForEachChild(trigger.source, visit);
  VisitIn(trigger.condition, visit);
  VisitIn(trigger.moment, visit);
  VisitIn(trigger.property, visit);
}

void VisitIn(const ast::Clause& clause, const Visit& visit) {
  if (auto* triggers = ast::As<ast::TriggersClause>(&clause)) {
    for (const ast::Trigger& trigger : triggers->triggers) VisitIn(trigger, visit);
  }
  if (auto* key = ast::As<ast::KeyClause>(&clause)) VisitIn(key->value, visit);
  if (auto* goal = ast::As<ast::GoalClause>(&clause)) VisitIn(goal->condition, visit);
  if (auto* only_if = ast::As<ast::OnlyIfClause>(&clause)) VisitIn(only_if->condition, visit);
  if (auto* window = ast::As<ast::SendWindowClause>(&clause)) VisitIn(window->window.zone, visit);
}

// What stands in the step itself, not in steps inside it. What a `set` writes is no value and is left out.
void VisitIn(const ast::Step& step, const Visit& visit) {
  VisitIn(step.guard, visit);
  switch (step.kind) {
    case StepKind::kSend: {
      auto& send = static_cast<const ast::SendStep&>(step);
      VisitIn(send.to, visit);
      VisitIn(send.where, visit);
      for (const ast::SendOption& option : send.options) VisitIn(option.value, visit);
      return;
    }
    case StepKind::kWaitUntil:
      return VisitIn(static_cast<const ast::WaitUntilStep&>(step).moment, visit);
    case StepKind::kWaitFor:
      return ForEachChild(static_cast<const ast::WaitForStep&>(step).source, visit);
    case StepKind::kGrant: {
      auto& grant = static_cast<const ast::GrantStep&>(step);
      VisitIn(grant.points, visit);
      return VisitIn(grant.reason, visit);
    }
    case StepKind::kSet:
      return VisitIn(static_cast<const ast::SetStep&>(step).value, visit);
    case StepKind::kNotify: {
      auto& notify = static_cast<const ast::NotifyStep&>(step);
      VisitIn(notify.to.path, visit);
      return VisitIn(notify.text, visit);
    }
    case StepKind::kTask: {
      auto& task = static_cast<const ast::TaskStep&>(step);
      VisitIn(task.title, visit);
      return VisitIn(task.assign.path, visit);
    }
    case StepKind::kCall:
      for (const ast::Expr* arg : static_cast<const ast::CallStep&>(step).args) VisitIn(arg, visit);
      return;
    case StepKind::kWebhook: {
      auto& webhook = static_cast<const ast::WebhookStep&>(step);
      VisitIn(webhook.url, visit);
      return VisitIn(webhook.body, visit);
    }
    case StepKind::kEnrol:
      return VisitIn(static_cast<const ast::EnrolStep&>(step).who, visit);
    case StepKind::kCreate:
      return VisitIn(static_cast<const ast::CreateStep&>(step).fields, visit);
    case StepKind::kIf:
      for (const ast::Branch& branch : static_cast<const ast::IfStep&>(step).branches) VisitIn(branch.condition, visit);
      return;
    case StepKind::kMatch: {
      auto& match = static_cast<const ast::MatchStep&>(step);
      for (const ast::Expr* subject : match.subjects) VisitIn(subject, visit);
      for (const ast::StepRow& row : match.rows) {
        for (const ast::Pattern& pattern : row.patterns) ForEachChild(pattern, visit);
      }
      return;
    }
    case StepKind::kWait:
    case StepKind::kMembership:
    case StepKind::kExit:
    case StepKind::kSplit:
      return;
  }
}

}  // namespace

void ForEachExprOfAutomation(const ast::Decl& decl, const Visit& visit) {
  if (auto* message = ast::As<ast::TemplateDecl>(&decl)) {
    for (const ast::TemplateField& field : message->fields) {
      VisitIn(field.value, visit);
      VisitIn(field.as, visit);
    }
    return;
  }
  if (auto* action = ast::As<ast::ActionDecl>(&decl)) {
    VisitIn(action->url, visit);
    for (const ast::FieldValue& field : action->fields) VisitIn(field.value, visit);
    return;
  }
  if (decl.kind != ast::DeclKind::kWorkflow && decl.kind != ast::DeclKind::kSequence) return;
  auto& flow = static_cast<const ast::FlowDecl&>(decl);
  for (const ast::Clause* clause : flow.clauses) {
    if (clause) VisitIn(*clause, visit);
  }
  ast::ForEachStep(flow.steps, [&](const ast::Step& step) { VisitIn(step, visit); });
}

}  // namespace saiten::analyse
