#pragma once

#include "compiler/ast/ast.h"
#include "compiler/parse/context.h"

// From what the parser read to the syntax tree: expressions and their parts. Every function takes an empty node, too,
// and then gives an empty result.
namespace saiten::parse {

// A new node of the result with its kind and place.
template <typename T>
T* Make(Context& context, Span span) {
  T* node = context.arena().New<T>();
  node->kind = T::kKind;
  node->span = span;
  return node;
}

// ---- expressions: of the rules `expr`, `orTest` (a condition), `sum`
const ast::Expr* BuildExpr(Context& context, const Node& node);
const ast::Expr* BuildCondition(Context& context, const Node& node);  // of `condition`
const ast::Expr* BuildSum(Context& context, const Node& node);
const ast::Expr* BuildPath(Context& context, const Node& node);
const ast::Expr* BuildAggregate(Context& context, const Node& node);  // of `aggregate` or `noEvent`
ast::Source BuildSource(Context& context, const Node& node);          // of `source`, `eventTrigger`, `noEvent`
ast::Window BuildWindow(Context& context, const Node& node);          // of `window`, `testTail`
const ast::Expr* ErrorAt(Context& context, Span span);
// How `== != < <= > >=` is written in the tree.
ast::CompareOp CompareOpOf(Kind kind);

// ---- rows
const ast::Match* BuildMatch(Context& context, Span span, const Node& subjects, const Node& block, Rule rows);
// The rows of a block; `rows` is one of the entry rules pointRows, valueRows, gridRows, tableRows.
std::span<const ast::MatchRow> BuildRows(Context& context, uint32_t brace, Rule rows);
ast::Pattern BuildPattern(Context& context, const Node& node);
std::span<const ast::Pattern> BuildPatterns(Context& context, const Node& node);  // of `patterns`
const ast::Expr* BuildPoints(Context& context, const Node& node);                 // of `points`

// ---- small parts
const ast::Expr* BuildLiteral(Context& context, const Node& node);  // of `literal`
ast::Duration BuildDuration(Context& context, const Node& node);
const ast::NumberLit* BuildNumber(Context& context, const Node& token);
const ast::Expr* BuildAmount(Context& context, const Node& node);  // of `amount`: points, three decimals at most
const ast::Expr* BuildMoment(Context& context, const Node& node);  // of `moment`
const ast::Expr* BuildClock(Context& context, const Node& token);
const ast::Expr* BuildClockRange(Context& context, const Node& token);
// A whole number from 0 on, as in `at most 3`.
int64_t BuildCount(Context& context, const Node& token);
std::vector<const ast::Expr*> BuildTexts(Context& context, const Node& parent);  // every TEXT child
std::vector<ast::Name> BuildNames(Context& context, const Node& parent);         // every `name` child

// ---- text (build_text.cpp)
// With its `${expr}`, wherever it stands: whether they may, the checker says.
const ast::Expr* BuildText(Context& context, const Node& token);
// A record's fields `{ name: value ... }`; null for an empty node.
const ast::Record* BuildRecord(Context& context, const Node& block);
ast::FieldValue BuildField(Context& context, const Node& field);

}  // namespace saiten::parse
