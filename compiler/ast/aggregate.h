#pragma once

#include "compiler/ast/window.h"

namespace saiten::ast {

// What an aggregate or an event rule goes over: `page_view where path like "/p*"`, `deals where ...`,
// `contacts.email_open`, `change of status from A to B`.
struct Source {
  const Expr* path = nullptr;  // NameRef or Member chain; of the changed property for a change
  bool is_change = false;
  const Expr* change_from = nullptr;
  const Expr* change_to = nullptr;
  const Expr* where = nullptr;
  Span span;
};

// What an aggregate asks of its elements.
enum class AggregateFn : uint8_t { kCount, kExists, kNo, kSum, kAvg, kMin, kMax, kFirst, kLast };
// `count(E where ... distinct by F in last 30 days)`, `no E in last 30 days`, `sum(deals.amount where ...)`.
// For sum, avg, min and max, source.path ends in the field. `first(E).f` is a Member over the Aggregate.
// A call `max(a, b)` of the library is a Call, not an Aggregate: `min(x)`/`max(x)` with one path argument is one of
// these.
struct Aggregate : Expr {
  static constexpr ExprKind kKind = ExprKind::kAggregate;
  AggregateFn fn;
  Source source;
  const Expr* distinct_by = nullptr;
  Window window;
  bool bracketed = true;  // false: `no E in last 30 days` without brackets
};

// `time since last(E)`
struct TimeSince : Expr {
  static constexpr ExprKind kKind = ExprKind::kTimeSince;
  const Expr* operand = nullptr;
};

}  // namespace saiten::ast
