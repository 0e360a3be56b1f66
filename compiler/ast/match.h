#pragma once

#include "compiler/ast/operator.h"

namespace saiten::ast {

// One alternative of a row's left side.
struct Pattern {
  enum class Kind : uint8_t { kValue, kRange, kCompare, kUnknown, kOtherwise, kAny, kList, kTuple };
  Kind kind = Kind::kValue;
  CompareOp op = CompareOp::kEq;   // kCompare
  const Expr* value = nullptr;     // kValue, kCompare; RangeExpr for kRange
  std::span<const Pattern> items;  // kList: any of; kTuple: one per subject
  Span span;
};

// `IT, Finance => result`: any of the patterns.
struct MatchRow {
  std::span<const Pattern> patterns;
  const Expr* result = nullptr;  // points in a score; a tuple ListExpr in a table
  const Expr* label = nullptr;   // grid rows: TextLit
  Span span;
};

// `match industry { IT, Finance => 15  otherwise => 0 }`, as an expression or inside a rule of a score.
struct Match : Expr {
  static constexpr ExprKind kKind = ExprKind::kMatch;
  std::span<const Expr* const> subjects;  // one, or several in brackets
  std::span<const MatchRow> rows;
  bool all = false;  // `match all`, in scores
};

}  // namespace saiten::ast
