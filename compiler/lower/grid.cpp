#include "base/check.h"
#include "compiler/lower/lowerer.h"

// Grids, decision tables, segments and single expressions (sem SC8, N4).
namespace saiten::lower {
namespace {

std::span<const ast::Expr* const> Cells(const ast::MatchRow& row) {
  auto* tuple = ast::As<ast::ListExpr>(Bare(row.result));
  if (tuple && tuple->is_tuple) return tuple->items;
  return {&row.result, 1};
}

// Whether every text that `value` can be outlives the row it was worked out for.
bool IsStored(const ir::Kernel& kernel, ValueId value) {
  const ir::Inst& inst = kernel[value];
  if (inst.op == ir::Op::kSelect) return IsStored(kernel, inst.args[1]) && IsStored(kernel, inst.args[2]);
  if (inst.op == ir::Op::kElse) return IsStored(kernel, inst.args[0]) && IsStored(kernel, inst.args[1]);
  return inst.op != ir::Op::kCall && inst.op != ir::Op::kFold && inst.op != ir::Op::kLift;
}

}  // namespace

Item Lowerer::Grid(const check::GridInfo& info, uint32_t index) {
  const ast::GridDecl& decl = *info.decl;
  const At at(*this, decl.name.span);
  Scope scope;
  scope.frames.push_back(b_.Row());
  const std::vector<ValueId> subjects = Subjects(decl.subjects, scope);
  std::vector<ValueId> labels;
  for (const ast::MatchRow& row : decl.rows) {
    const At at_row(*this, row.span);
    trace_.conditions.push_back(RowCondition(row, subjects, scope));
    const check::Symbol& label = checked().InfoOf(Bare(row.result)).symbol;
    labels.push_back(b_.Const(Type::Enum(info.labels), label.index));
  }
  const bool total = !program().results[info.object.index()][shared_.result.grids[index].column].type.optional;
  const ValueId fallback = total ? labels.back() : b_.Unknown(Type::Enum(info.labels));
  // The last row of a grid that leaves nothing out takes the rest.
  const size_t asked = total ? labels.size() - 1 : labels.size();
  trace_.value = FirstOf(std::span(trace_.conditions).first(asked), std::span(labels).first(asked), fallback);
  b_.Output(trace_.value, shared_.result.grids[index].column);
  return Finish();
}

Item Lowerer::Table(const check::TableInfo& info, uint32_t index) {
  const ast::TableDecl& decl = *info.decl;
  const At at(*this, decl.name.span);
  Scope scope;
  scope.frames.push_back(b_.Row());
  const std::vector<ValueId> subjects = Subjects(decl.subjects, scope);
  for (const ast::MatchRow& row : decl.rows) {
    const At at_row(*this, row.span);
    trace_.conditions.push_back(RowCondition(row, subjects, scope));
  }
  for (size_t column = 0; column < info.columns.size(); ++column) {
    const Type type = info.columns[column];
    std::vector<ValueId> cells;
    for (const ast::MatchRow& row : decl.rows) {
      const auto exprs = Cells(row);
      const At at_cell(*this, exprs[column]->span);
      cells.push_back(Coerce(Lower(exprs[column], scope), type));
      if (type.is(TypeKind::kText) && !IsStored(b_.kernel(), cells.back())) {
        ReportNotYet(exprs[column]->span, "a computed text as the result of a table");
      }
    }
    std::span<const ValueId> conditions(trace_.conditions);
    ValueId fallback = type.optional ? b_.Unknown(type) : cells.back();
    // The last row of a table that leaves nothing out takes the rest.
    if (!type.optional) conditions = conditions.first(conditions.size() - 1);
    const ValueId value = FirstOf(conditions, std::span(cells).first(conditions.size()), fallback);
    b_.Output(value, shared_.result.tables[index][column].column);
  }
  return Finish();
}

Item Lowerer::Segment(const check::SegmentInfo& info, uint32_t index) {
  const At at(*this, info.decl->name.span);
  Scope scope;
  scope.frames.push_back(b_.Row());
  trace_.value = b_.Truth(Lower(info.decl->condition, scope));
  b_.Output(trace_.value, shared_.result.segments[index].column);
  return Finish();
}

Item Lowerer::Value(const ast::Expr* expr, uint32_t result) {
  Scope scope;
  scope.frames.push_back(b_.Row());
  trace_.value = Coerce(Lower(expr, scope), program().results[b_.kernel().object.index()][result].type);
  b_.Output(trace_.value, result);
  return Finish();
}

}  // namespace saiten::lower
