#include "compiler/analyse/walk.h"

namespace saiten::analyse {
namespace {

using Visit = std::function<void(const ast::Expr*)>;

void Go(const ast::Expr* expr, const Visit& visit) {
  if (expr) visit(expr);
}

void Go(std::span<const ast::Expr* const> exprs, const Visit& visit) {
  for (const ast::Expr* expr : exprs) Go(expr, visit);
}

void Go(const ast::Window& window, const Visit& visit) {
  Go(window.from, visit);
  Go(window.to, visit);
}

void Go(const ast::Pattern& pattern, const Visit& visit) {
  Go(pattern.value, visit);
  for (const ast::Pattern& item : pattern.items) Go(item, visit);
}

void Go(const ast::EventOptions& options, const Visit& visit) {
  Go(options.distinct_by, visit);
  Go(options.window, visit);
  Go(options.decay.percent, visit);
}

void Go(const ast::ScoreItem& item, const Visit& visit) {
  Go(item.limits.min, visit);
  Go(item.limits.max, visit);
  switch (item.kind) {
    case ast::ScoreItemKind::kWhen: {
      auto& rule = static_cast<const ast::WhenRule&>(item);
      Go(rule.points, visit);
      Go(rule.condition, visit);
      Go(rule.more_points, visit);
      return;
    }
    case ast::ScoreItemKind::kPer: {
      auto& rule = static_cast<const ast::PerRule&>(item);
      Go(rule.points, visit);
      ForEachChild(rule.source, visit);
      Go(rule.options, visit);
      return;
    }
    case ast::ScoreItemKind::kPerWithout: {
      auto& rule = static_cast<const ast::PerWithoutRule&>(item);
      Go(rule.points, visit);
      ForEachChild(rule.source, visit);
      return;
    }
    case ast::ScoreItemKind::kMatch:
      Go(static_cast<const ast::MatchRule&>(item).match, visit);
      return;
    case ast::ScoreItemKind::kGranted:
      Go(static_cast<const ast::GrantedRule&>(item).options, visit);
      return;
    case ast::ScoreItemKind::kGroup:
      for (const ast::ScoreItem* inner : static_cast<const ast::GroupRule&>(item).items) {
        if (inner) Go(*inner, visit);
      }
      return;
  }
}

}  // namespace

void ForEachChild(const ast::Source& source, const Visit& visit) {
  Go(source.path, visit);
  Go(source.change_from, visit);
  Go(source.change_to, visit);
  Go(source.where, visit);
}

void ForEachChild(const ast::Pattern& pattern, const Visit& visit) { Go(pattern, visit); }

void ForEachChild(const ast::MatchRow& row, const Visit& visit) {
  for (const ast::Pattern& pattern : row.patterns) Go(pattern, visit);
  Go(row.result, visit);
  Go(row.label, visit);
}

void ForEachChild(const ast::Expr* expr, const Visit& visit) {
  using ast::ExprKind;
  if (!expr) return;
  switch (expr->kind) {
    case ExprKind::kError:
    case ExprKind::kNumber:
    case ExprKind::kBool:
    case ExprKind::kDate:
    case ExprKind::kClock:
    case ExprKind::kClockRange:
    case ExprKind::kDateTime:
    case ExprKind::kDuration:
    case ExprKind::kMoney:
    case ExprKind::kRegex:
    case ExprKind::kUnknown:
    case ExprKind::kName:
      return;
    case ExprKind::kText:
      for (const ast::TextPart& part : static_cast<const ast::TextLit*>(expr)->parts) Go(part.expr, visit);
      return;
    case ExprKind::kMember:
      return Go(static_cast<const ast::Member*>(expr)->base, visit);
    case ExprKind::kCall:
      return Go(static_cast<const ast::Call*>(expr)->args, visit);
    case ExprKind::kUser:
      return Go(static_cast<const ast::UserRef*>(expr)->name, visit);
    case ExprKind::kParen:
      return Go(static_cast<const ast::Paren*>(expr)->inner, visit);
    case ExprKind::kList:
      return Go(static_cast<const ast::ListExpr*>(expr)->items, visit);
    case ExprKind::kRange: {
      auto* range = static_cast<const ast::RangeExpr*>(expr);
      Go(range->low, visit);
      return Go(range->high, visit);
    }
    case ExprKind::kRecord:
      for (const ast::FieldValue& field : static_cast<const ast::Record*>(expr)->fields) Go(field.value, visit);
      return;
    case ExprKind::kNegate:
      return Go(static_cast<const ast::Negate*>(expr)->operand, visit);
    case ExprKind::kArith: {
      auto* arith = static_cast<const ast::Arith*>(expr);
      Go(arith->left, visit);
      return Go(arith->right, visit);
    }
    case ExprKind::kNot:
      return Go(static_cast<const ast::Not*>(expr)->operand, visit);
    case ExprKind::kLogic:
      return Go(static_cast<const ast::Logic*>(expr)->operands, visit);
    case ExprKind::kCompare: {
      auto* compare = static_cast<const ast::Compare*>(expr);
      Go(compare->left, visit);
      return Go(compare->right, visit);
    }
    case ExprKind::kIn: {
      auto* in = static_cast<const ast::In*>(expr);
      Go(in->value, visit);
      return Go(in->set, visit);
    }
    case ExprKind::kTextTest: {
      auto* test = static_cast<const ast::TextTest*>(expr);
      Go(test->left, visit);
      return Go(test->right, visit);
    }
    case ExprKind::kIsKnown:
      return Go(static_cast<const ast::IsKnown*>(expr)->value, visit);
    case ExprKind::kInGroup:
      return Go(static_cast<const ast::InGroup*>(expr)->value, visit);
    case ExprKind::kInWindow: {
      auto* in = static_cast<const ast::InWindow*>(expr);
      Go(in->value, visit);
      return Go(in->window, visit);
    }
    case ExprKind::kHasBeen: {
      auto* has = static_cast<const ast::HasBeen*>(expr);
      Go(has->value, visit);
      return Go(has->state, visit);
    }
    case ExprKind::kWas: {
      auto* was = static_cast<const ast::Was*>(expr);
      Go(was->value, visit);
      return Go(was->state, visit);
    }
    case ExprKind::kElse: {
      auto* otherwise = static_cast<const ast::Else*>(expr);
      Go(otherwise->value, visit);
      return Go(otherwise->fallback, visit);
    }
    case ExprKind::kIf: {
      auto* choice = static_cast<const ast::If*>(expr);
      Go(choice->condition, visit);
      Go(choice->then, visit);
      return Go(choice->otherwise, visit);
    }
    case ExprKind::kMatch: {
      auto* match = static_cast<const ast::Match*>(expr);
      Go(match->subjects, visit);
      for (const ast::MatchRow& row : match->rows) ForEachChild(row, visit);
      return;
    }
    case ExprKind::kAggregate: {
      auto* aggregate = static_cast<const ast::Aggregate*>(expr);
      ForEachChild(aggregate->source, visit);
      Go(aggregate->distinct_by, visit);
      return Go(aggregate->window, visit);
    }
    case ExprKind::kTimeSince:
      return Go(static_cast<const ast::TimeSince*>(expr)->operand, visit);
  }
}

void ForEachExpr(const ast::Decl* decl, const Visit& visit) {
  if (!decl) return;
  switch (decl->kind) {
    case ast::DeclKind::kLet:
      return Go(static_cast<const ast::LetDecl*>(decl)->value, visit);
    case ast::DeclKind::kFn:
      return Go(static_cast<const ast::FnDecl*>(decl)->body, visit);
    case ast::DeclKind::kScore: {
      auto* score = static_cast<const ast::ScoreDecl*>(decl);
      Go(score->formula, visit);
      Go(score->limits.min, visit);
      Go(score->limits.max, visit);
      for (const ast::Source& reset : score->reset_on) ForEachChild(reset, visit);
      for (const ast::ScoreItem* item : score->items) {
        if (item) Go(*item, visit);
      }
      return;
    }
    case ast::DeclKind::kGrid: {
      auto* grid = static_cast<const ast::GridDecl*>(decl);
      Go(grid->subjects, visit);
      for (const ast::MatchRow& row : grid->rows) ForEachChild(row, visit);
      return;
    }
    case ast::DeclKind::kTable: {
      auto* table = static_cast<const ast::TableDecl*>(decl);
      Go(table->subjects, visit);
      for (const ast::MatchRow& row : table->rows) ForEachChild(row, visit);
      return;
    }
    case ast::DeclKind::kSegment:
      return Go(static_cast<const ast::SegmentDecl*>(decl)->condition, visit);
    case ast::DeclKind::kEvaluate: {
      auto* evaluate = static_cast<const ast::EvaluateDecl*>(decl);
      Go(evaluate->as_of, visit);
      Go(evaluate->positive, visit);
      return Go(evaluate->exclude, visit);
    }
    case ast::DeclKind::kTest:
      for (const ast::TestLine* line : static_cast<const ast::TestDecl*>(decl)->lines) {
        if (auto* set = ast::As<ast::SetLine>(line)) Go(static_cast<const ast::Expr*>(set->fields), visit);
        if (auto* row = ast::As<ast::RowLine>(line)) Go(static_cast<const ast::Expr*>(row->fields), visit);
        if (auto* expect = ast::As<ast::ExpectLine>(line)) {
          Go(expect->what, visit);
          Go(expect->value, visit);
        }
      }
      return;
    case ast::DeclKind::kTemplate:
    case ast::DeclKind::kWorkflow:
    case ast::DeclKind::kSequence:
    case ast::DeclKind::kAction:
      return ForEachExprOfAutomation(*decl, visit);
    // Conditions of an event declaration are over columns; the rest holds literals only.
    case ast::DeclKind::kUse:
    case ast::DeclKind::kTimezone:
    case ast::DeclKind::kCalendar:
    case ast::DeclKind::kEnum:
    case ast::DeclKind::kObject:
    case ast::DeclKind::kEvent:
    case ast::DeclKind::kList:
    case ast::DeclKind::kCap:
    case ast::DeclKind::kCases:
      return;
  }
}

void ForEachItem(std::span<const ast::ScoreItem* const> items,
                 const std::function<void(const ast::ScoreItem&)>& visit) {
  for (const ast::ScoreItem* item : items) {
    if (!item) continue;
    visit(*item);
    if (auto* group = ast::As<ast::GroupRule>(item)) ForEachItem(group->items, visit);
  }
}

}  // namespace saiten::analyse
