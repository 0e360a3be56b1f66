#pragma once

#include "compiler/ast/common.h"
#include "compiler/ast/expr.h"

namespace saiten::ast {

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

struct TimezoneDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kTimezone;
  const Expr* zone = nullptr;
};

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

struct CalendarDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kCalendar;
  std::span<const WorkDays> days;
  std::span<const Holiday> holidays;
  Name week_starts;
  Name fiscal_year_starts;
};

struct EnumMember {
  Name name;
  std::span<const Expr* const> spellings;  // TextLits; the first is the display form
  std::string_view docs;
  Span span;
};

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

struct ObjectDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kObject;
  const Expr* table = nullptr;
  std::span<const Property> properties;
};

// One condition of an event declaration: column == literal, column != literal, column in [...].
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
  const Expr* where = nullptr;
  std::span<const Property> fields;
};

struct ListDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kList;
  Name of;
  const Expr* table = nullptr;
};

struct LetDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kLet;
  Name object;  // empty: a named value
  const Expr* value = nullptr;
  Name role;
};

struct Param {
  Name name;
  TypeRef type;
};

struct FnDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kFn;
  std::span<const Param> params;
  const Expr* body = nullptr;
};

}  // namespace saiten::ast
