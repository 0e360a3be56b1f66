#pragma once

#include "compiler/ast/common.h"

namespace saiten::ast {

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

struct Expr {
  ExprKind kind;
  Span span;
};

// A checked downcast: `if (auto* n = As<NumberLit>(expr))`. Null stays null.
template <typename T>
const T* As(const Expr* expr) {
  return expr && expr->kind == T::kKind ? static_cast<const T*>(expr) : nullptr;
}

struct ErrorExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kError;
};

// `15`, `2.5`, `+15`, `25%`: value is mantissa * 10^-scale; 25% is mantissa 25 scale 2 (0.25).
struct NumberLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kNumber;
  enum class Form : uint8_t { kPlain, kPoints, kPercent };
  int64_t mantissa = 0;
  uint8_t scale = 0;
  Form form = Form::kPlain;
};

struct BoolLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kBool;
  bool value = false;
};

// One piece of a text literal: either characters (escapes resolved) or `${expr}`.
struct TextPart {
  std::string_view text;
  const Expr* expr = nullptr;
  Span span;
};

// `"..."` or `"""..."""` (common indentation removed). A text without ${} has at most one part.
struct TextLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kText;
  std::span<const TextPart> parts;
  bool block = false;
  // The characters of a text without ${}; empty for "".
  std::string_view plain() const { return parts.empty() ? std::string_view() : parts[0].text; }
  bool has_interpolation() const {
    for (const TextPart& part : parts)
      if (part.expr) return true;
    return false;
  }
};

struct DateLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kDate;
  int32_t days = 0;  // since 1970-01-01
};

struct ClockLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kClock;
  int64_t micros = 0;  // since midnight
};

// `09:00-18:00`
struct ClockRangeLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kClockRange;
  int64_t begin_micros = 0;
  int64_t end_micros = 0;
};

// `2026-04-01T09:00+09:00`, `2026-04-01 09:00`. Without a zone it is local time of the project's zone.
struct DateTimeLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kDateTime;
  int64_t micros = 0;  // instant (UTC) if has_zone, else local
  bool has_zone = false;
};

struct DurationLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kDuration;
  Duration duration;
};

// `JPY 5_000_000`: amount is mantissa * 10^-scale of the currency's main unit.
struct MoneyLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kMoney;
  std::string_view currency;
  int64_t mantissa = 0;
  uint8_t scale = 0;
};

// The pattern of `matches /re/`, without the slashes, `\/` resolved.
struct RegexLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kRegex;
  std::string_view pattern;
};

struct UnknownLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kUnknown;
};

struct NameRef : Expr {
  static constexpr ExprKind kKind = ExprKind::kName;
  Name name;
};

struct Member : Expr {
  static constexpr ExprKind kKind = ExprKind::kMember;
  const Expr* base = nullptr;
  Name name;
};

struct Call : Expr {
  static constexpr ExprKind kKind = ExprKind::kCall;
  Name callee;
  std::span<const Expr* const> args;
};

// `user "田中 吾郎"`
struct UserRef : Expr {
  static constexpr ExprKind kKind = ExprKind::kUser;
  const Expr* name = nullptr;
};

// Brackets as written; kept for the formatter.
struct Paren : Expr {
  static constexpr ExprKind kKind = ExprKind::kParen;
  const Expr* inner = nullptr;
};

// `[a, b, c]`, or in patterns a tuple `(a, b)` (is_tuple).
struct ListExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kList;
  std::span<const Expr* const> items;
  bool is_tuple = false;
};

// `100..500`, `501..`, `..99`; a missing end is null.
struct RangeExpr : Expr {
  static constexpr ExprKind kKind = ExprKind::kRange;
  const Expr* low = nullptr;
  const Expr* high = nullptr;
};

struct FieldValue {
  Name name;
  const Expr* value = nullptr;
  Span span;
};

// `{ industry: IT, title: Director }`
struct Record : Expr {
  static constexpr ExprKind kKind = ExprKind::kRecord;
  std::span<const FieldValue> fields;
};

struct Negate : Expr {
  static constexpr ExprKind kKind = ExprKind::kNegate;
  const Expr* operand = nullptr;
};

enum class ArithOp : uint8_t { kAdd, kSub, kMul, kDiv };
struct Arith : Expr {
  static constexpr ExprKind kKind = ExprKind::kArith;
  ArithOp op;
  const Expr* left = nullptr;
  const Expr* right = nullptr;
  Span op_span;
};

struct Not : Expr {
  static constexpr ExprKind kKind = ExprKind::kNot;
  const Expr* operand = nullptr;
};

// `a and b and c`: all operands of one level in one node.
struct Logic : Expr {
  static constexpr ExprKind kKind = ExprKind::kLogic;
  bool is_and = true;
  std::span<const Expr* const> operands;
};

// What may follow a comparison, `in` or a text test.
struct TestSuffix {
  bool or_unknown = false;     // `or unknown` (sem N5)
  bool ignoring_case = false;  // `ignoring case`
};

enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
struct Compare : Expr {
  static constexpr ExprKind kKind = ExprKind::kCompare;
  CompareOp op;
  const Expr* left = nullptr;
  const Expr* right = nullptr;  // a ListExpr means any of
  Span op_span;
  TestSuffix suffix;
};

// `x in [a, b]`, `x not in 100..500`
struct In : Expr {
  static constexpr ExprKind kKind = ExprKind::kIn;
  const Expr* value = nullptr;
  const Expr* set = nullptr;  // ListExpr, RangeExpr or an expression of a set type
  bool negated = false;
  TestSuffix suffix;
};

enum class TextTestOp : uint8_t { kContains, kContainsWord, kStartsWith, kEndsWith, kLike, kMatches };
// `title contains "x"`; also `set contains Member`. A ListExpr on the right means any of.
struct TextTest : Expr {
  static constexpr ExprKind kKind = ExprKind::kTextTest;
  TextTestOp op;
  const Expr* left = nullptr;
  const Expr* right = nullptr;  // for kMatches: RegexLit or text
  TestSuffix suffix;
};

// `x is known`, `x is unknown`
struct IsKnown : Expr {
  static constexpr ExprKind kKind = ExprKind::kIsKnown;
  const Expr* value = nullptr;
  bool known = true;
};

// `in segment S`, `contact not in list L`; value is null where the rule's own record is meant.
struct InGroup : Expr {
  static constexpr ExprKind kKind = ExprKind::kInGroup;
  const Expr* value = nullptr;
  Name group;
  bool is_list = false;
  bool negated = false;
};

// A window of time: `in last 30 days`, `since A`, `between A and B`, `in the 3 days before it`.
struct Window {
  enum class Kind : uint8_t { kNone, kLast, kLastCalendar, kSince, kBetween, kBeforeIt };
  Kind kind = Kind::kNone;
  Duration duration;           // kLast, kLastCalendar, kBeforeIt
  const Expr* from = nullptr;  // kSince, kBetween
  const Expr* to = nullptr;    // kBetween
  Span span;
};

// A window behind a date or time: `created in last 30 days`.
struct InWindow : Expr {
  static constexpr ExprKind kKind = ExprKind::kInWindow;
  const Expr* value = nullptr;
  Window window;
  bool negated = false;
  TestSuffix suffix;
};

// `lifecycle has been MQL for 7 days`
struct HasBeen : Expr {
  static constexpr ExprKind kKind = ExprKind::kHasBeen;
  const Expr* value = nullptr;
  const Expr* state = nullptr;
  bool has_duration = false;
  Duration duration;
};

// `status was Recycle` (the value at the instant of the event looked at)
struct Was : Expr {
  static constexpr ExprKind kKind = ExprKind::kWas;
  const Expr* value = nullptr;
  const Expr* state = nullptr;
};

// `x else default`
struct Else : Expr {
  static constexpr ExprKind kKind = ExprKind::kElse;
  const Expr* value = nullptr;
  const Expr* fallback = nullptr;
};

// `if a then b else c`; chains nest in `otherwise`.
struct If : Expr {
  static constexpr ExprKind kKind = ExprKind::kIf;
  const Expr* condition = nullptr;
  const Expr* then = nullptr;
  const Expr* otherwise = nullptr;
};

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

struct Match : Expr {
  static constexpr ExprKind kKind = ExprKind::kMatch;
  std::span<const Expr* const> subjects;  // one, or several in brackets
  std::span<const MatchRow> rows;
  bool all = false;  // `match all`, in scores
};

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
