#include "compiler/analyse/analyses.h"
#include "compiler/analyse/walk.h"

// Arithmetic of constants that leaves the range of numbers: known now, so it is an error and not a saturated result
// (sem N7).
namespace saiten::analyse {

void AnalyseOverflow(Facts& facts, diag::Sink& sink) {
  for (const auto& file : facts.program().files) {
    std::function<void(const ast::Expr*)> visit = [&](const ast::Expr* expr) {
      auto* arith = ast::As<ast::Arith>(expr);
      if (arith && facts.Overflows(*arith)) {
        sink.Report(diag::Code::kConstantOverflow, {file->id, expr->span})
            .Caret("beyond 9,223,372,036,854,775,807 of the smallest unit",
                   "最小単位で9,223,372,036,854,775,807を超えます");
        return;
      }
      ForEachChild(expr, visit);
    };
    for (const ast::Decl* decl : file->decls) ForEachExpr(decl, visit);
  }
}

}  // namespace saiten::analyse
