#include "driver/leaves.h"

namespace saiten::driver {
namespace {

class Finder {
 public:
  explicit Finder(const check::CheckedProgram& checked) : checked_(checked) {}
  std::vector<const ast::Expr*> Take() { return std::move(leaves_); }

  void Walk(const ast::Expr* expr) {
    if (!expr) return;
    switch (expr->kind) {
      case ast::ExprKind::kName:
      case ast::ExprKind::kMember:
        if (!IsConstant(expr)) leaves_.push_back(expr);
        break;
      case ast::ExprKind::kCall:
        // What a function was given says more than what it made of it, so both are shown.
        leaves_.push_back(expr);
        for (const ast::Expr* arg : static_cast<const ast::Call*>(expr)->args) Walk(arg);
        break;
      case ast::ExprKind::kUser:
      case ast::ExprKind::kHasBeen:
      case ast::ExprKind::kWas:
      case ast::ExprKind::kInGroup:
      case ast::ExprKind::kAggregate:
      case ast::ExprKind::kTimeSince:
        leaves_.push_back(expr);
        break;
      case ast::ExprKind::kParen:
        Walk(static_cast<const ast::Paren*>(expr)->inner);
        break;
      case ast::ExprKind::kList:
        for (const ast::Expr* item : static_cast<const ast::ListExpr*>(expr)->items) Walk(item);
        break;
      case ast::ExprKind::kRange:
        Walk(static_cast<const ast::RangeExpr*>(expr)->low);
        Walk(static_cast<const ast::RangeExpr*>(expr)->high);
        break;
      case ast::ExprKind::kNegate:
        Walk(static_cast<const ast::Negate*>(expr)->operand);
        break;
      case ast::ExprKind::kArith:
        Walk(static_cast<const ast::Arith*>(expr)->left);
        Walk(static_cast<const ast::Arith*>(expr)->right);
        break;
      case ast::ExprKind::kNot:
        Walk(static_cast<const ast::Not*>(expr)->operand);
        break;
      case ast::ExprKind::kLogic:
        for (const ast::Expr* operand : static_cast<const ast::Logic*>(expr)->operands) Walk(operand);
        break;
      case ast::ExprKind::kCompare:
        Walk(static_cast<const ast::Compare*>(expr)->left);
        Walk(static_cast<const ast::Compare*>(expr)->right);
        break;
      case ast::ExprKind::kIn:
        Walk(static_cast<const ast::In*>(expr)->value);
        Walk(static_cast<const ast::In*>(expr)->set);
        break;
      case ast::ExprKind::kTextTest:
        Walk(static_cast<const ast::TextTest*>(expr)->left);
        Walk(static_cast<const ast::TextTest*>(expr)->right);
        break;
      case ast::ExprKind::kIsKnown:
        Walk(static_cast<const ast::IsKnown*>(expr)->value);
        break;
      case ast::ExprKind::kInWindow:
        Walk(static_cast<const ast::InWindow*>(expr)->value);
        break;
      case ast::ExprKind::kElse:
        Walk(static_cast<const ast::Else*>(expr)->value);
        Walk(static_cast<const ast::Else*>(expr)->fallback);
        break;
      case ast::ExprKind::kIf:
        Walk(static_cast<const ast::If*>(expr)->condition);
        Walk(static_cast<const ast::If*>(expr)->then);
        Walk(static_cast<const ast::If*>(expr)->otherwise);
        break;
      case ast::ExprKind::kMatch:
        for (const ast::Expr* subject : static_cast<const ast::Match*>(expr)->subjects) Walk(subject);
        break;
      case ast::ExprKind::kError:
      case ast::ExprKind::kNumber:
      case ast::ExprKind::kBool:
      case ast::ExprKind::kText:
      case ast::ExprKind::kDate:
      case ast::ExprKind::kClock:
      case ast::ExprKind::kClockRange:
      case ast::ExprKind::kDateTime:
      case ast::ExprKind::kDuration:
      case ast::ExprKind::kMoney:
      case ast::ExprKind::kRegex:
      case ast::ExprKind::kUnknown:
      case ast::ExprKind::kRecord:
        break;
    }
  }

 private:
  bool IsConstant(const ast::Expr* expr) const {
    const check::Symbol& symbol = checked_.InfoOf(expr).symbol;
    using Kind = check::Symbol::Kind;
    return symbol.kind == Kind::kMember || symbol.kind == Kind::kNow || symbol.kind == Kind::kUnit ||
           symbol.kind == Kind::kCalendar;
  }

  const check::CheckedProgram& checked_;
  std::vector<const ast::Expr*> leaves_;
};

}  // namespace

std::vector<const ast::Expr*> LeavesOf(const ast::Expr* expr, const check::CheckedProgram& checked) {
  Finder finder(checked);
  finder.Walk(expr);
  return finder.Take();
}

std::vector<const ast::Expr*> ClausesOf(const ast::Expr* expr) {
  auto* logic = ast::As<ast::Logic>(Bare(expr));
  if (!logic || !logic->is_and) return {expr};
  std::vector<const ast::Expr*> clauses;
  for (const ast::Expr* operand : logic->operands) {
    for (const ast::Expr* clause : ClausesOf(operand)) clauses.push_back(clause);
  }
  return clauses;
}

}  // namespace saiten::driver
