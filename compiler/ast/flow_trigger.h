#pragma once

#include "compiler/ast/aggregate.h"
#include "compiler/ast/decl.h"

// What starts a workflow, and the clauses that stand before its steps (sem 3.4 to 3.7).
namespace saiten::ast {

// What starts a workflow (sem E1).
enum class TriggerKind : uint8_t {
  kEvent,     // `on E [as r] [where ...]`, `on change of P [from A] [to B]`
  kBecoming,  // `on becoming COND`
  kEntering,  // `on entering SEGMENT`
  kLeaving,   // `on leaving SEGMENT`
  kAt,        // `on 2026-07-01 09:00`
  kEvery,     // `every monday 09:00`, `every day 09:00`, `every month on 1 09:00`
  kAround,    // `30 days before PROP [at 09:00]`
  kManually,
};

// One `on ...`, `every ...`, `30 days before ...` or `manually`; which fields mean something depends on the kind.
struct Trigger {
  TriggerKind kind = TriggerKind::kEvent;
  Span span;
  Source source;                    // kEvent
  Name as;                          // kEvent: `as r`
  const Expr* condition = nullptr;  // kBecoming
  Name segment;                     // kEntering, kLeaving
  const Expr* moment = nullptr;     // kAt: DateLit or DateTimeLit
  Name weekday;                     // kEvery: `monday`; empty where a unit is given
  TimeUnit unit = TimeUnit::kDay;   // kEvery without a weekday
  int64_t day_of_unit = 0;          // kEvery: `month on 1`; 0: not said
  const Expr* clock = nullptr;      // kEvery, kAround: ClockLit
  Duration offset;                  // kAround
  bool before = true;               // kAround
  const Expr* property = nullptr;   // kAround
  bool has_late = false;            // `accept late 3 days`
  Duration late;
};

// `mon..fri 09:00-18:00 of JP in contact timezone else "Asia/Tokyo" tasks too spread 15m`
struct SendWindow {
  std::span<const WorkDays> days;
  Name calendar;
  const Expr* zone = nullptr;           // the path before `timezone`
  const Expr* zone_fallback = nullptr;  // TextLit
  bool tasks_too = false;
  bool has_spread = false;
  Duration spread;
};

// One for each clause before the steps.
enum class ClauseKind : uint8_t {
  kTriggers,
  kKey,
  kSuppress,
  kGoal,
  kOnlyIf,
  kReEntry,
  kLeaveWhenNotMatching,
  kExisting,
  kImportFires,
  kRequireConsent,
  kExclusiveGroup,
  kCalendar,
  kSendWindow,
  kStaleAfter,
  kInFlight,
  kPublishFires,
  kStopOn,
};

// What all clauses share; the rest is in the struct of its kind (As).
struct Clause {
  ClauseKind kind;
  Span span;
};

template <typename T>
const T* As(const Clause* clause) {
  return clause && clause->kind == T::kKind ? static_cast<const T*>(clause) : nullptr;
}

// A clause without parts of its own: kLeaveWhenNotMatching, kPublishFires.
struct PlainClause : Clause {};

// Alternatives: `on A`, `or on B`.
struct TriggersClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kTriggers;
  std::span<const Trigger> triggers;
};

// `key EXPR` (sem R1)
struct KeyClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kKey;
  const Expr* value = nullptr;
};

// `suppress S, T` (sem G3)
struct SuppressClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kSuppress;
  std::span<const Name> segments;
};

// `goal COND [count for 30 days after]` (sem G1, G2)
struct GoalClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kGoal;
  const Expr* condition = nullptr;
  bool has_count_for = false;
  Duration count_for;
};

// `only if COND` (sem R2)
struct OnlyIfClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kOnlyIf;
  const Expr* condition = nullptr;
};

// `once`, `restart`, `re-enter [after 30 days] [at most 3]` (sem R3)
struct ReEntryClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kReEntry;
  enum class Policy : uint8_t { kOnce, kReEnter, kRestart };
  Policy policy = Policy::kOnce;
  bool has_after = false;
  Duration after;
  int64_t at_most = 0;  // 0: not said
};

// How often: `2 per 7 days`, `1 per day` (a calendar unit).
struct Rate {
  int64_t count = 0;
  bool calendar = false;
  Duration per;
  Span span;
};

// `existing none | enrol [limit 500 per hour]` (sem E4)
struct ExistingClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kExisting;
  bool enrol = false;
  bool has_limit = false;
  Rate limit;
};

// `import fires none | edges`
struct ImportFiresClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kImportFires;
  bool edges = false;
};

// `require consent PURPOSE`
struct RequireConsentClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kRequireConsent;
  Name purpose;
};

// `exclusive group NAME` (sem W4)
struct ExclusiveGroupClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kExclusiveGroup;
  Name group;
};

// `calendar JP`
struct CalendarClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kCalendar;
  Name calendar;
};

// `send window ...` (sem D7)
struct SendWindowClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kSendWindow;
  SendWindow window;
};

// `stale after 2 days` (sem D8)
struct StaleAfterClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kStaleAfter;
  Duration after;
};

// `in-flight stay | move at next wait | end` (sem R6)
struct InFlightClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kInFlight;
  enum class Policy : uint8_t { kStay, kMoveAtNextWait, kEnd };
  Policy policy = Policy::kStay;
};

// `stop on reply, meeting_booked` of a sequence
struct StopOnClause : Clause {
  static constexpr ClauseKind kKind = ClauseKind::kStopOn;
  std::span<const Expr* const> events;
};

}  // namespace saiten::ast
