#include "compiler/analyse/analyses.h"
#include "compiler/analyse/walk.h"

// Arithmetic of constants that leaves the range of its type or divides by zero: known now, so it is an error and not a
// saturated or unknown result (sem N7, N6).
namespace saiten::analyse {
namespace {

class Constants {
 public:
  Constants(Facts& facts, diag::Sink& sink, FileId file) : facts_(facts), sink_(sink), file_(file) {}

  void Visit(const ast::Expr* expr) {
    if (!Report(expr)) ForEachChild(expr, [this](const ast::Expr* child) { Visit(child); });
  }

 private:
  bool Report(const ast::Expr* expr) {
    if (auto* arith = ast::As<ast::Arith>(expr); arith && !facts_.TypeOf(expr).is_error()) {
      if (arith->op == ast::ArithOp::kDiv && IsZero(arith->right)) return DividesByZero(arith->right);
      if (facts_.MovesPastCalendar(*arith)) {
        return Overflows(expr, "dates go from 0001-01-01 to 9999-12-31",
                         "日付の範囲は 0001-01-01 から 9999-12-31 です");
      }
      if (facts_.Overflows(*arith)) {
        return Overflows(expr, "beyond 9,223,372,036,854,775,807 of the smallest unit",
                         "最小単位で9,223,372,036,854,775,807を超えます");
      }
    }
    if (auto* duration = ast::As<ast::DurationLit>(expr); duration && IsTooLong(duration->duration)) {
      return Overflows(expr, "longer than 292,000 years", "292,000年を超えます");
    }
    if (auto* call = ast::As<ast::Call>(expr); call && call->args.size() == 2) {
      const FunctionRecord* function = facts_.program().InfoOf(expr).symbol.function;
      if (function && (function->name == "div" || function->name == "mod") && IsZero(call->args[1])) {
        return DividesByZero(call->args[1]);
      }
    }
    return false;
  }

  bool IsZero(const ast::Expr* expr) {
    const auto value = facts_.ConstantOf(expr);
    return value && value->raw == 0;
  }

  bool DividesByZero(const ast::Expr* divisor) {
    sink_.Report(diag::Code::kDivisionByZero, {file_, divisor->span});
    return true;
  }

  bool Overflows(const ast::Expr* expr, std::string_view en, std::string_view ja) {
    sink_.Report(diag::Code::kConstantOverflow, {file_, expr->span}).Caret(std::string(en), std::string(ja));
    return true;
  }

  Facts& facts_;
  diag::Sink& sink_;
  FileId file_;
};

}  // namespace

void AnalyseOverflow(Facts& facts, diag::Sink& sink) {
  for (const auto& file : facts.program().files) {
    Constants constants(facts, sink, file->id);
    for (const ast::Decl* decl : file->decls) {
      ForEachExpr(decl, [&](const ast::Expr* expr) { constants.Visit(expr); });
    }
  }
}

}  // namespace saiten::analyse
