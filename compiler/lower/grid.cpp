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
  trace_.conditions = TableRows(info, scope);
  for (uint32_t column = 0; column < info.columns.size(); ++column) {
    const ResultRef result = shared_.result.tables[index][column];
    trace_.columns.push_back(TableColumn(info, column, trace_.conditions, scope));
    // A text is worked out where it is used; here it is for whoever asks why.
    if (result.object.valid()) b_.Output(trace_.columns.back(), result.column);
  }
  return Finish();
}

std::vector<ValueId> Lowerer::TableRows(const check::TableInfo& info, const Scope& scope) {
  std::vector<ValueId> conditions;
  const std::vector<ValueId> subjects = Subjects(info.decl->subjects, scope);
  for (const ast::MatchRow& row : info.decl->rows) {
    const At at_row(*this, row.span);
    conditions.push_back(RowCondition(row, subjects, scope));
  }
  return conditions;
}

ValueId Lowerer::TableColumn(const check::TableInfo& info, uint32_t column, std::span<const ValueId> conditions,
                             const Scope& scope) {
  const Type type = info.columns[column];
  std::vector<ValueId> cells;
  for (const ast::MatchRow& row : info.decl->rows) {
    const ast::Expr* cell = Cells(row)[column];
    const At at_cell(*this, cell->span);
    cells.push_back(Coerce(Lower(cell, scope), type));
  }
  // The last row of a table that leaves nothing out takes the rest.
  const ValueId fallback = type.optional ? b_.Unknown(type) : cells.back();
  if (!type.optional) conditions = conditions.first(conditions.size() - 1);
  return FirstOf(conditions, std::span(cells).first(conditions.size()), fallback);
}

ValueId Lowerer::TableText(uint32_t index, uint32_t column, ValueId record) {
  const auto [known, is_new] = texts_.try_emplace({index, column, record});
  if (!is_new) return known->second;
  const check::TableInfo& info = checked().tables[index];
  const FileId file = std::exchange(file_, info.file);
  Scope scope;
  scope.frames.push_back(record);
  ValueId value = TableColumn(info, column, TableRows(info, scope), scope);
  file_ = file;
  value = OfKnown(record, value);
  texts_[{index, column, record}] = value;
  return value;
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

Item Lowerer::Level(const ast::Expr* condition, uint32_t result) {
  const At at(*this, condition->span);
  Scope scope;
  scope.frames.push_back(b_.Row());
  trace_.value = b_.Truth(Lower(condition, scope));
  b_.Output(trace_.value, result);
  return Finish();
}

}  // namespace saiten::lower
