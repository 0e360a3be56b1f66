#pragma once

#include "compiler/ast/decl.h"

namespace saiten::ast {

// `max 50`, `min -20`: a NumberLit (points or plain); null if not given.
struct Limits {
  const Expr* max = nullptr;
  const Expr* min = nullptr;
};

// `at most 3 per day`, `at most 1 every 7 days`, `at most 5`
struct AtMost {
  enum class Kind : uint8_t { kTotal, kCalendar, kRolling };
  Kind kind = Kind::kTotal;
  int64_t count = 0;
  Duration period;  // kCalendar: count 1 of a unit; kRolling: the span
  Span span;
};

// `decay linear 25% every 30 days`, `half-life 30 days` (sem SC4)
struct Decay {
  enum class Kind : uint8_t { kNone, kLinear, kCompound, kHalfLife };
  Kind kind = Kind::kNone;
  const Expr* percent = nullptr;  // NumberLit; kLinear, kCompound
  Duration period;                // every ..., or the half-life
  Span span;
};

// The options of an event rule, in any order (sem SC3).
struct EventOptions {
  const Expr* distinct_by = nullptr;
  bool distinct_latest = false;
  std::span<const AtMost> at_most;
  Window window;
  Decay decay;
  bool has_expiry = false;
  Duration expires_after;
};

// One for each struct of a rule of a score.
enum class ScoreItemKind : uint8_t { kWhen, kPer, kPerWithout, kMatch, kGroup, kGranted };

// What all rules of a score share; the rest is in the struct of its kind (As).
struct ScoreItem {
  ScoreItemKind kind;
  Span span;
  std::string_view docs;
  Limits limits;  // bounds this rule's sum
};

template <typename T>
const T* As(const ScoreItem* item) {
  return item && item->kind == T::kKind ? static_cast<const T*>(item) : nullptr;
}

// `+20 when COND`, `-10 when no E in last 60 days, and -10 more every 30 days min -30`
struct WhenRule : ScoreItem {
  static constexpr ScoreItemKind kKind = ScoreItemKind::kWhen;
  const Expr* points = nullptr;  // NumberLit kPoints, or an expression: `(x) points`
  const Expr* condition = nullptr;
  const Expr* more_points = nullptr;
  Duration more_every;
};

// `+1 per email_open where ... at most 3 per day decay ...`
struct PerRule : ScoreItem {
  static constexpr ScoreItemKind kKind = ScoreItemKind::kPer;
  const Expr* points = nullptr;
  Source source;
  EventOptions options;
};

// `-10 per 30 days without activity` (running scores)
struct PerWithoutRule : ScoreItem {
  static constexpr ScoreItemKind kKind = ScoreItemKind::kPerWithout;
  const Expr* points = nullptr;
  Duration stretch;
  Source source;
};

// `match industry { IT, Finance => +15 }`; results are points.
struct MatchRule : ScoreItem {
  static constexpr ScoreItemKind kKind = ScoreItemKind::kMatch;
  const Match* match = nullptr;
};

// `granted max 20 decay half-life 30 days` (sem SC6)
struct GrantedRule : ScoreItem {
  static constexpr ScoreItemKind kKind = ScoreItemKind::kGranted;
  EventOptions options;
};

// `group activity max 40 { ... }`: rules whose sum has limits of its own (sem SC1).
struct GroupRule : ScoreItem {
  static constexpr ScoreItemKind kKind = ScoreItemKind::kGroup;
  Name name;
  const Expr* label = nullptr;
  std::span<const ScoreItem* const> items;
};

// `warm from 30 [leave below 25]`
struct Band {
  Name name;
  const Expr* label = nullptr;
  const Expr* from = nullptr;  // NumberLit; null for the first
  const Expr* leave_below = nullptr;
  Span span;
};

// `bands temperature { cold  warm from 30  hot from 50 }` of a score (sem SC7)
struct Bands {
  Name name;
  const Expr* label = nullptr;
  std::span<const Band> bands;
  Span span;
};

// `score fit for contact max 50 { ... }`, `score total for contact = fit + behaviour`, `score s for contact running {
// ... }`
struct ScoreDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kScore;
  Name object;
  const Expr* formula = nullptr;  // `= fit + behaviour`
  bool running = false;
  Limits limits;
  std::span<const Source> reset_on;
  std::span<const ScoreItem* const> items;
  const Bands* bands = nullptr;
  std::span<const Bands* const> extra_bands;  // further `bands` blocks: an error the checker reports
};

// `grid priority for contact by (fit, behaviour) { (35.., 20..) => A1 ... }`: results are NameRefs.
struct GridDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kGrid;
  Name object;
  std::span<const Expr* const> subjects;
  std::span<const MatchRow> rows;
};

// `table escalation for ticket by (tier, priority) gives (level, minutes) { ... }`: results are tuples.
struct TableDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kTable;
  Name object;
  std::span<const Expr* const> subjects;
  std::span<const Name> gives;
  std::span<const MatchRow> rows;
};

// `segment warm_leads for contact where temperature >= warm`
struct SegmentDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kSegment;
  Name object;
  const Expr* condition = nullptr;
};

// `evaluate NAME of SCORE [as of EXPR] positive when COND [exclude when COND]`
struct EvaluateDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kEvaluate;
  Name score;
  const Expr* as_of = nullptr;
  const Expr* positive = nullptr;
  const Expr* exclude = nullptr;
};

}  // namespace saiten::ast
