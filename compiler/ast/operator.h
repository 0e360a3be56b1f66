#pragma once

#include "compiler/ast/window.h"

namespace saiten::ast {

// `industry`
struct NameRef : Expr {
  static constexpr ExprKind kKind = ExprKind::kName;
  Name name;
};

// `company.industry`
struct Member : Expr {
  static constexpr ExprKind kKind = ExprKind::kMember;
  const Expr* base = nullptr;
  Name name;
};

// `lower(email)`: a function of the project or of the library.
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

// The expression without brackets around it. Null stays null.
inline const Expr* Bare(const Expr* expr) {
  while (const auto* paren = As<Paren>(expr)) expr = paren->inner;
  return expr;
}

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

// `industry: IT` of a record.
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

// `-x`
struct Negate : Expr {
  static constexpr ExprKind kKind = ExprKind::kNegate;
  const Expr* operand = nullptr;
};

// `+ - * /`
enum class ArithOp : uint8_t { kAdd, kSub, kMul, kDiv };
// `a + b`
struct Arith : Expr {
  static constexpr ExprKind kKind = ExprKind::kArith;
  ArithOp op;
  const Expr* left = nullptr;
  const Expr* right = nullptr;
  Span op_span;
};

// `not a`
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

// `== != < <= > >=`
enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
// `a < b [or unknown]`
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

// How a text test compares (sem N3a, N8).
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

}  // namespace saiten::ast
