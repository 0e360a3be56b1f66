#pragma once

#include "compiler/ast/expr_kind.h"

namespace saiten::ast {

// A window of time: `in last 30 days`, `since A`, `between A and B`, `in the 3 days before it`.
struct Window {
  enum class Kind : uint8_t { kNone, kLast, kLastCalendar, kSince, kBetween, kBeforeIt };
  Kind kind = Kind::kNone;
  Duration duration;           // kLast, kLastCalendar, kBeforeIt
  const Expr* from = nullptr;  // kSince, kBetween
  const Expr* to = nullptr;    // kBetween
  Span span;
};

}  // namespace saiten::ast
