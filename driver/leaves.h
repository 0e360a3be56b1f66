#pragma once

#include <vector>

#include "compiler/check/program.h"

namespace saiten::driver {

// The parts of an expression whose values explain it: names, paths, calls, counts. Of a path or a count only the whole,
// never its pieces; no constants and no members of enums. In the order of the text.
std::vector<const ast::Expr*> LeavesOf(const ast::Expr* expr, const check::CheckedProgram& checked);

// `a and b and c` as its clauses; anything else is one clause. Brackets around it are looked through.
std::vector<const ast::Expr*> ClausesOf(const ast::Expr* expr);

}  // namespace saiten::driver
