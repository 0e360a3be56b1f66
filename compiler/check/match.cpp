#include <algorithm>

#include "compiler/check/checker.h"

// Rows of `match`, grids and tables: the types of patterns and results. What rows overlap, leave out or never see is
// analysis (compiler/analyse).
namespace saiten::check {
namespace {

using diag::Code;
using PatternKind = ast::Pattern::Kind;

bool IsOtherwise(const ast::MatchRow& row) {
  return std::ranges::any_of(row.patterns, [](const ast::Pattern& p) {
    if (p.kind == PatternKind::kOtherwise || p.kind == PatternKind::kAny) return true;
    return p.kind == PatternKind::kTuple &&
           std::ranges::all_of(p.items, [](const ast::Pattern& c) { return c.kind == PatternKind::kAny; });
  });
}

// What one column of patterns leaves out, for exhaustiveness of a `match` over an enum or a bool.
bool CoversAll(std::span<const ast::MatchRow> rows, size_t members, const CheckedProgram& program, bool optional) {
  std::vector<bool> seen(members, false);
  bool unknown = !optional;
  auto see = [&](auto&& self, const ast::Pattern& pattern) -> void {
    if (pattern.kind == PatternKind::kUnknown) unknown = true;
    if (pattern.kind == PatternKind::kList)
      for (const ast::Pattern& item : pattern.items) self(self, item);
    if (pattern.kind != PatternKind::kValue) return;
    const ast::Expr* value = Bare(pattern.value);
    const Symbol symbol = program.InfoOf(value).symbol;
    if (symbol.kind == Symbol::Kind::kMember && symbol.index < members) seen[symbol.index] = true;
    if (auto* boolean = ast::As<ast::BoolLit>(value); boolean && members == 2) seen[boolean->value] = true;
  };
  for (const ast::MatchRow& row : rows)
    for (const ast::Pattern& pattern : row.patterns) see(see, pattern);
  return unknown && std::ranges::all_of(seen, [](bool s) { return s; });
}

}  // namespace

std::vector<Type> Checker::Subjects(std::span<const ast::Expr* const> subjects, const Scope& scope) {
  std::vector<Type> types;
  for (const ast::Expr* subject : subjects) types.push_back(Expr(subject, scope));
  return types;
}

void Checker::CheckCell(const ast::Pattern& pattern, Type subject, const Scope& scope) {
  switch (pattern.kind) {
    case PatternKind::kOtherwise:
    case PatternKind::kAny:
      return;
    case PatternKind::kUnknown:
      if (!subject.is_error() && !subject.optional) {
        sink_.Report(Code::kNeverUnknown, At(pattern.span), {"this value"})
            .Caret("so this row is never taken", "この行は使われません");
      }
      return;
    case PatternKind::kList:
      for (const ast::Pattern& item : pattern.items) CheckCell(item, subject, scope);
      return;
    case PatternKind::kTuple:
      sink_.Report(Code::kTupleSize, At(pattern.span), {"1", std::to_string(pattern.items.size())});
      return;
    case PatternKind::kRange: {
      auto* range = ast::As<ast::RangeExpr>(Bare(pattern.value));
      if (!range) return;
      for (const ast::Expr* end : {range->low, range->high}) {
        if (!end) continue;
        const Type type = ValueFor(end, scope, subject);
        if (!ExpectConstant(end)) continue;
        if (subject.is(TypeKind::kInstant) && type.is(TypeKind::kDate)) {
          sink_.Report(Code::kTimeAgainstDate, At(end));
        } else {
          ComparePair(end, end, subject, type, true);
        }
      }
      return;
    }
    case PatternKind::kValue:
    case PatternKind::kCompare: {
      const Type type = ValueFor(pattern.value, scope, subject);
      if (!ExpectConstant(pattern.value)) return;
      const bool ordered = pattern.kind == PatternKind::kCompare && pattern.op != ast::CompareOp::kEq &&
                           pattern.op != ast::CompareOp::kNe;
      if (pattern.value) ComparePair(pattern.value, pattern.value, subject, type, ordered);
      if (auto* text = ast::As<ast::TextLit>(Bare(pattern.value)); text && subject.is(TypeKind::kText)) {
        WarnPattern(pattern.value, text->plain(), false);
      }
      WarnPercent(pattern.value, subject);
      return;
    }
  }
}

void Checker::CheckPattern(const ast::Pattern& pattern, const std::vector<Type>& subjects, const Scope& scope) {
  if (subjects.size() == 1 && pattern.kind != PatternKind::kTuple) {
    CheckCell(pattern, subjects[0], scope);
    return;
  }
  if (pattern.kind == PatternKind::kOtherwise) return;
  if (pattern.kind != PatternKind::kTuple || pattern.items.size() != subjects.size()) {
    const size_t found = pattern.kind == PatternKind::kTuple ? pattern.items.size() : 1;
    sink_.Report(Code::kTupleSize, At(pattern.span), {std::to_string(subjects.size()), std::to_string(found)});
    return;
  }
  for (size_t i = 0; i < subjects.size(); ++i) CheckCell(pattern.items[i], subjects[i], scope);
}

void Checker::Rows(std::span<const ast::MatchRow> rows, const std::vector<Type>& subjects, const Scope& scope) {
  for (const ast::MatchRow& row : rows) {
    for (const ast::Pattern& pattern : row.patterns) CheckPattern(pattern, subjects, scope);
  }
}

Type Checker::MatchExpr(const ast::Match& match, const Scope& scope, Type hint) {
  const std::vector<Type> subjects = Subjects(match.subjects, scope);
  Rows(match.rows, subjects, scope);
  Type result = Type::Error();
  bool error = false;
  for (const ast::MatchRow& row : match.rows) {
    const Type type = Expr(row.result, scope, result.is_error() ? hint : result);
    if (type.is_error()) {
      error = true;
      continue;
    }
    auto common = result.is_error() ? std::optional(type) : CommonType(result, type);
    if (!common) {
      sink_.Report(Code::kRowTypes, At(row.result), {Spell(result), Spell(type)});
      error = true;
      continue;
    }
    result = *common;
  }
  if (error || match.rows.empty()) return Type::Error();
  bool total = std::ranges::any_of(match.rows, IsOtherwise);
  if (!total && subjects.size() == 1) {
    const Type subject = subjects[0];
    if (subject.is_error()) return Type::Error();
    if (subject.is(TypeKind::kEnum)) {
      total = CoversAll(match.rows, catalog()[subject.enum_id()].members.size(), program_, subject.optional);
    }
    if (subject.is(TypeKind::kBool)) total = CoversAll(match.rows, 2, program_, subject.optional);
  }
  if (!total) {
    sink_.Report(Code::kMatchFallsThrough, At(Span{match.span.begin, match.span.begin + 5}))
        .Note("add a row `otherwise => ...`", "`otherwise => ...` の行を加えてください");
  }
  return result;
}

}  // namespace saiten::check
