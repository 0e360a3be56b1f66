#pragma once

#include <functional>

#include "compiler/ast/ast.h"

// Goes through syntax trees in the order of the text. Null pointers (missing parts) are left out.
namespace saiten::analyse {

// What stands directly in an expression: its parts, and the parts of the source or match it holds.
void ForEachChild(const ast::Expr* expr, const std::function<void(const ast::Expr*)>& visit);
void ForEachChild(const ast::Source& source, const std::function<void(const ast::Expr*)>& visit);
void ForEachChild(const ast::MatchRow& row, const std::function<void(const ast::Expr*)>& visit);
void ForEachChild(const ast::Pattern& pattern, const std::function<void(const ast::Expr*)>& visit);

// The outermost expressions of a declaration, of every part of it (limits, labels and patterns included).
void ForEachExpr(const ast::Decl* decl, const std::function<void(const ast::Expr*)>& visit);

// Every rule of a score, those in groups included; groups themselves too, before what is in them.
void ForEachItem(std::span<const ast::ScoreItem* const> items, const std::function<void(const ast::ScoreItem&)>& visit);

// Of a workflow, sequence, template or action; others have none.
void ForEachExprOfAutomation(const ast::Decl& decl, const std::function<void(const ast::Expr*)>& visit);

}  // namespace saiten::analyse
