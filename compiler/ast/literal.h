#pragma once

#include "compiler/ast/expr_kind.h"

namespace saiten::ast {

// `15`, `2.5`, `+15`, `25%`: value is mantissa * 10^-scale; 25% is mantissa 25 scale 2 (0.25).
struct NumberLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kNumber;
  enum class Form : uint8_t { kPlain, kPoints, kPercent };
  int64_t mantissa = 0;
  uint8_t scale = 0;
  Form form = Form::kPlain;
};

// `true`, `false`
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

// `2026-04-01`
struct DateLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kDate;
  int32_t days = 0;  // since 1970-01-01
};

// `09:00`
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

// `30 days`, `4 business days`, `72h`
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

// `unknown`, where a value may stand.
struct UnknownLit : Expr {
  static constexpr ExprKind kKind = ExprKind::kUnknown;
};

}  // namespace saiten::ast
