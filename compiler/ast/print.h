#pragma once

#include <string>

#include "compiler/ast/ast.h"

namespace saiten::ast {

// The tree as lines of text, one node a line, indented by depth: for `emit --ast` and for golden tests. Expressions
// stand on one line, in brackets by kind: `(>= (name total) 50)`. Two trees that print alike differ in places and
// comments only.
std::string Print(const File& file);
std::string Print(const Decl& decl);
std::string Print(const Expr* expr);

}  // namespace saiten::ast
