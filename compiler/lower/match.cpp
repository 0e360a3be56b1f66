#include "compiler/lower/lowerer.h"

#include "base/check.h"
#include "compiler/types/arith.h"

// Rows of `match`, grids and tables: first match wins (sem SC2, N4a).
namespace saiten::lower {
namespace {

using PatternKind = ast::Pattern::Kind;

}  // namespace

std::vector<ValueId> Lowerer::Subjects(std::span<const ast::Expr* const> subjects, const Scope& scope) {
  std::vector<ValueId> values;
  for (const ast::Expr* subject : subjects) values.push_back(Lower(subject, scope));
  return values;
}

ValueId Lowerer::Cell(const ast::Pattern& pattern, ValueId subject, const Scope& scope) {
  const At at(*this, pattern.span);
  switch (pattern.kind) {
    case PatternKind::kAny:
    case PatternKind::kOtherwise:
      return b_.Bool(true);
    case PatternKind::kUnknown:
      return b_.Not(b_.IsKnown(subject));
    case PatternKind::kValue:
      return CompareWith(ast::CompareOp::kEq, subject, pattern.value, false, scope);
    case PatternKind::kCompare:
      return CompareWith(pattern.op, subject, pattern.value, false, scope);
    case PatternKind::kRange:
      return InSet(subject, pattern.value, false, scope);
    case PatternKind::kList: {
      std::vector<ValueId> any;
      for (const ast::Pattern& item : pattern.items) any.push_back(Cell(item, subject, scope));
      return AnyOf(any);
    }
    case PatternKind::kTuple:
      break;
  }
  SAITEN_UNREACHABLE("a tuple as a cell");
}

ValueId Lowerer::PatternCondition(const ast::Pattern& pattern, std::span<const ValueId> subjects, const Scope& scope) {
  if (pattern.kind != PatternKind::kTuple) return Cell(pattern, subjects[0], scope);
  ValueId all;
  for (size_t i = 0; i < pattern.items.size(); ++i) {
    const PatternKind kind = pattern.items[i].kind;
    if (kind == PatternKind::kAny || kind == PatternKind::kOtherwise) continue;
    const ValueId cell = Cell(pattern.items[i], subjects[i], scope);
    all = all.valid() ? b_.And(all, cell) : cell;
  }
  return all.valid() ? all : b_.Bool(true);
}

ValueId Lowerer::RowCondition(const ast::MatchRow& row, std::span<const ValueId> subjects, const Scope& scope) {
  bool only_values = subjects.size() == 1;
  std::vector<const ast::Expr*> values;
  for (const ast::Pattern& pattern : row.patterns) {
    only_values &= pattern.kind == PatternKind::kValue;
    values.push_back(pattern.value);
  }
  if (only_values) {
    if (auto test = MemberTest(subjects[0], values)) return b_.Truth(*test);
  }
  std::vector<ValueId> any;
  for (const ast::Pattern& pattern : row.patterns) any.push_back(PatternCondition(pattern, subjects, scope));
  return b_.Truth(AnyOf(any));
}

ValueId Lowerer::FirstOf(std::span<const ValueId> conditions, std::span<const ValueId> values, ValueId fallback) {
  ValueId result = fallback;
  for (size_t i = conditions.size(); i-- > 0;) result = b_.Select(conditions[i], values[i], result);
  return result;
}

ValueId Lowerer::Match(const ast::Match& match, const Scope& scope) {
  const std::vector<ValueId> subjects = Subjects(match.subjects, scope);
  std::vector<ValueId> conditions;
  std::vector<ValueId> values;
  Type common = Type::Nothing();
  for (const ast::MatchRow& row : match.rows) {
    const At at(*this, row.span);
    conditions.push_back(RowCondition(row, subjects, scope));
    values.push_back(Lower(row.result, scope));
    common = CommonType(common, TypeOf(values.back())).value_or(common);
  }
  for (ValueId& value : values) value = Coerce(value, common);
  // The checker has seen that no value falls through, so that the last row takes what the others leave.
  const ValueId last = values.back();
  conditions.pop_back();
  values.pop_back();
  return FirstOf(conditions, values, last);
}

}  // namespace saiten::lower
