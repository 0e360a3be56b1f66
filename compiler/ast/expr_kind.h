#pragma once

#include "compiler/ast/common.h"

namespace saiten::ast {

// One for each struct of an expression.
enum class ExprKind : uint8_t {
  kError,  // could not be read; already reported
  kNumber,
  kBool,
  kText,
  kDate,
  kClock,
  kClockRange,
  kDateTime,
  kDuration,
  kMoney,
  kRegex,
  kUnknown,  // the word `unknown` where a value may stand (test records, match results)
  kName,
  kMember,
  kCall,
  kUser,
  kParen,
  kList,
  kRange,
  kRecord,
  kNegate,
  kArith,
  kNot,
  kLogic,
  kCompare,
  kIn,
  kTextTest,
  kIsKnown,
  kInGroup,
  kInWindow,
  kHasBeen,
  kWas,
  kElse,
  kIf,
  kMatch,
  kAggregate,
  kTimeSince,
};

// What all expressions share; the rest is in the struct of its kind (As).
struct Expr {
  ExprKind kind;
  Span span;
};

// A checked downcast: `if (auto* n = As<NumberLit>(expr))`. Null stays null.
template <typename T>
const T* As(const Expr* expr) {
  return expr && expr->kind == T::kKind ? static_cast<const T*>(expr) : nullptr;
}

// Stands where an expression could not be read; reported already.
struct ErrorExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kError;
};

}  // namespace saiten::ast
