#include <algorithm>

#include "compiler/check/checker.h"

// Grids, decision tables, segments and evaluations.
namespace saiten::check {
namespace {

using diag::Code;

std::span<const ast::Expr* const> Cells(const ast::MatchRow& row) {
  auto* tuple = ast::As<ast::ListExpr>(row.result);
  if (tuple && tuple->is_tuple) return tuple->items;
  return {&row.result, row.result ? size_t{1} : 0};
}

}  // namespace

void Checker::CheckGrid(uint32_t index) {
  const GridInfo grid = program_.grids[index];
  file_ = grid.file;
  current_node_ = NodeId({Node::Kind::kGrid, index});
  if (grid.object.valid()) {
    Scope scope;
    scope.frames.push_back(Type::Ref(grid.object));
    const std::vector<Type> subjects = Subjects(grid.decl->subjects, scope);
    Rows(grid.decl->rows, subjects, scope);
    for (const ast::MatchRow& row : grid.decl->rows) {
      auto* label = ast::As<ast::NameRef>(Bare(row.result));
      if (label) {
        program_.exprs[row.result].type = Type::Enum(grid.labels);
        EnumMemberExpr(label, label->name, Type::Enum(grid.labels));
      } else if (row.result && row.result->kind != ast::ExprKind::kError) {
        sink_.Report(Code::kTypeMismatch, At(row.result),
                     {diag::Both("name of a class", "区分の名前"), Source(row.result->span)});
      }
    }
  }
  current_node_.reset();
}

void Checker::CheckTable(uint32_t index) {
  if (table_state_.size() < program_.tables.size()) table_state_.resize(program_.tables.size());
  if (table_state_[index] != 0) return;
  table_state_[index] = 1;
  const auto node = std::exchange(current_node_, NodeId({Node::Kind::kTable, index}));
  const FileId file = std::exchange(file_, program_.tables[index].file);
  const ast::TableDecl& decl = *program_.tables[index].decl;
  const ObjectId object = program_.tables[index].object;
  std::vector<Type> columns(decl.gives.size(), Type::Error());
  for (size_t c = 0; c < columns.size() && c < program_.tables[index].columns.size(); ++c) {
    columns[c] = program_.tables[index].columns[c];  // label columns are known from their names
  }
  if (object.valid()) {
    Scope scope;
    scope.frames.push_back(Type::Ref(object));
    const std::vector<Type> subjects = Subjects(decl.subjects, scope);
    Rows(decl.rows, subjects, scope);
    bool total = false;
    for (const ast::MatchRow& row : decl.rows) {
      total |= std::ranges::any_of(row.patterns,
                                   [](const ast::Pattern& p) { return p.kind == ast::Pattern::Kind::kOtherwise; });
      const auto cells = Cells(row);
      if (cells.size() != columns.size()) {
        if (row.result)
          sink_.Report(Code::kTupleSize, At(row.result),
                       {std::to_string(columns.size()), std::to_string(cells.size())});
        continue;
      }
      for (size_t c = 0; c < cells.size(); ++c) {
        const Type type = Expr(cells[c], scope, columns[c]);
        auto common = columns[c].is_error() ? std::optional(type) : CommonType(columns[c], type);
        if (!common)
          sink_.Report(Code::kRowTypes, At(cells[c]), {Spell(columns[c]), Spell(type)});
        else
          columns[c] = *common;
      }
    }
    for (Type& column : columns) column.optional |= !total && !column.is_error();
  }
  program_.tables[index].columns = std::move(columns);
  file_ = file;
  current_node_ = node;
  table_state_[index] = 2;
}

void Checker::CheckSegment(uint32_t index) {
  const SegmentInfo segment = program_.segments[index];
  file_ = segment.file;
  current_node_ = NodeId({Node::Kind::kSegment, index});
  if (segment.object.valid()) {
    Scope scope;
    scope.frames.push_back(Type::Ref(segment.object));
    Condition(segment.decl->condition, scope);
  }
  current_node_.reset();
}

void Checker::CheckEvaluate(EvaluateInfo& info) {
  file_ = info.file;
  const ast::EvaluateDecl& decl = *info.decl;
  std::vector<std::string> names;
  bool found = false;
  for (uint32_t i = 0; i < program_.scores.size(); ++i) {
    names.emplace_back(program_.scores[i].decl->name.text);
    if (program_.scores[i].decl->name.text != decl.score.text) continue;
    info.score = i;
    found = true;
  }
  if (!found) {
    if (decl.score.valid()) {
      auto builder = sink_.Report(Code::kUnknownDecl, At(decl.score.span), {"score", std::string(decl.score.text)});
      Suggest(builder, decl.score, names);
    }
    return;
  }
  // A score of no known object has been reported; names mean nothing here.
  if (!program_.scores[info.score].object.valid()) return;
  Scope scope;
  scope.frames.push_back(Type::Ref(program_.scores[info.score].object));
  if (decl.as_of) {
    const Type type = Expr(decl.as_of, scope);
    if (!type.is_error() && !type.is(TypeKind::kInstant) && !type.is(TypeKind::kDate)) {
      sink_.Report(Code::kTypeMismatch, At(decl.as_of), {"time", Spell(type)});
    }
  }
  Condition(decl.positive, scope);
  if (decl.exclude) Condition(decl.exclude, scope);
}

}  // namespace saiten::check
