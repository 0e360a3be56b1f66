#pragma once

#include "compiler/ast/common.h"
#include "compiler/ast/expr.h"

namespace saiten::ast {

// One for each declaration word.
enum class DeclKind : uint8_t {
  kUse,
  kTimezone,
  kCalendar,
  kEnum,
  kObject,
  kEvent,
  kList,
  kLet,
  kFn,
  kScore,
  kGrid,
  kTable,
  kSegment,
  kTemplate,
  kWorkflow,
  kSequence,
  kAction,
  kCap,
  kTest,
  kCases,
  kEvaluate,
};

// What all declarations share; the rest is in the struct of its kind (As).
struct Decl {
  DeclKind kind;
  Span span;  // from the declaration word to the end
  Name name;  // empty for timezone, cap, test, cases
  Meta meta;
};

template <typename T>
const T* As(const Decl* decl) {
  return decl && decl->kind == T::kKind ? static_cast<const T*>(decl) : nullptr;
}

// `use std.lifecycle`: name is the last part.
struct UseDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kUse;
  std::span<const Name> path;
};

// `timezone "Asia/Tokyo"`
struct TimezoneDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kTimezone;
  const Expr* zone = nullptr;
};

// `2026-09-21 "敬老の日"` of a calendar; days since 1970-01-01.
struct Holiday {
  int32_t days = 0;
  std::string_view title;
  Span span;
};

// `mon..fri`, `sat 10:00-15:00`
struct WorkDays {
  Name first;
  Name last;                    // == first for one day
  const Expr* hours = nullptr;  // ClockRangeLit or null
  Span span;
};

// `calendar JP { mon..fri  except 2026-09-21 "敬老の日"  week starts monday  fiscal year starts april }` (sem D3a)
struct CalendarDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kCalendar;
  std::span<const WorkDays> days;
  std::span<const Holiday> holidays;
  Name week_starts;
  Name fiscal_year_starts;
};

// `Japan "日本" | "JP"`: the name and what else stands for it in data (sem N3, N3a).
struct EnumMember {
  Name name;
  std::span<const Expr* const> spellings;  // TextLits; the first is the display form
  std::string_view docs;
  Span span;
};

// `enum Industry { ... }`, `enum Stage ordered forward only { ... }`
struct EnumDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kEnum;
  std::span<const EnumMember> members;
  bool ordered = false;
  bool forward_only = false;
  Span ordered_span;
};

// `int?`, `decimal(2)`, `money(JPY)`, `set<Topic>`, `Industry?`
struct TypeRef {
  Name name;
  const Expr* argument = nullptr;  // NumberLit in decimal(2)
  Name argument_name;              // JPY in money(JPY), Topic in set<Topic>
  bool optional = false;
  Span span;
};

// A property of an object or a field of an event, with everything that may stand behind its type.
struct Property {
  Name name;
  TypeRef type;
  bool is_key = false;
  bool is_many = false;  // `many deal by contact`: type.name is the object
  Name by;
  const Expr* label = nullptr;
  const Expr* column = nullptr;                    // from "Column Name"
  std::span<const Expr* const> unknown_spellings;  // unknown "Select", "-"
  std::span<const Expr* const> true_spellings;
  std::span<const Expr* const> false_spellings;
  const Expr* history = nullptr;  // history "table"
  Name role;                      // as address
  std::string_view docs;
  Span span;
};

// `object contact from "contacts" updated "changed_at" { ... }`
struct ObjectDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kObject;
  const Expr* table = nullptr;
  const Expr* updated = nullptr;
  std::span<const Property> properties;
};

// `event email_open of contact from "opens" by "contact_id" at "opened_at" where kind == "open" { ... }`, or any of
// several events: `event touch of contact = email_open, page_view`. `where` compares columns with literals.
struct EventDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kEvent;
  Name of;
  std::span<const Name> any_of;  // `= email_open, page_view`
  const Expr* table = nullptr;
  const Expr* by = nullptr;
  const Expr* at = nullptr;
  const Expr* id = nullptr;
  const Expr* seq = nullptr;
  const Expr* received = nullptr;
  const Expr* updated = nullptr;
  const Expr* where = nullptr;
  std::span<const Property> fields;
};

// `list customers of contact from "customers"`: members that the data names.
struct ListDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kList;
  Name of;
  const Expr* table = nullptr;
};

// `let big = 500`, `let list_price for deal = sum(items.price) as ROLE`
struct LetDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kLet;
  Name object;  // empty: a named value
  const Expr* value = nullptr;
  Name role;
};

// A parameter of a function or an action.
struct Param {
  Name name;
  TypeRef type;
};

// `fn net(price: decimal(2)) = price / 1.1`
struct FnDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kFn;
  std::span<const Param> params;
  const Expr* body = nullptr;
};

}  // namespace saiten::ast
