#pragma once

#include "compiler/ast/decl.h"

namespace saiten::ast {

// A moment in a test: DateLit or DateTimeLit.
using Moment = const Expr*;

// One for each struct of a line.
enum class TestLineKind : uint8_t { kNow, kAfter, kSet, kRow, kExpect };

// What all lines of a test share; the rest is in the struct of its kind (As).
struct TestLine {
  TestLineKind kind;
  Span span;
};

template <typename T>
const T* As(const TestLine* line) {
  return line && line->kind == T::kKind ? static_cast<const T*>(line) : nullptr;
}

// `now 2026-06-30 09:00`
struct NowLine : TestLine {
  static constexpr TestLineKind kKind = TestLineKind::kNow;
  Moment at = nullptr;
};

// `after 30 days`
struct AfterLine : TestLine {
  static constexpr TestLineKind kKind = TestLineKind::kAfter;
  Duration duration;
};

// `set c at 2026-06-04 09:00 { lifecycle: Customer }`
struct SetLine : TestLine {
  static constexpr TestLineKind kKind = TestLineKind::kSet;
  Name record_name;
  Moment at = nullptr;
  const Record* fields = nullptr;
};

// A line that begins with an object or an event:
// `contact c { ... }` (times empty) or `page_view c at T1, T2 [received T] { ... }`.
struct RowLine : TestLine {
  static constexpr TestLineKind kKind = TestLineKind::kRow;
  Name type;
  Name record_name;
  std::span<const Moment> times;
  Moment received = nullptr;
  const Record* fields = nullptr;
};

// `expect` over values: `expect fit of c == 30`, `expect c in segment toss_up`, `expect temperature of c is unknown`.
// Everything about automation (`mail`, `task`, `no mail`, `mails to`, `refused` ...) has kind kAutomation and its tree
// in `automation`.
struct ExpectedAction;
struct ExpectLine : TestLine {
  static constexpr TestLineKind kKind = TestLineKind::kExpect;
  enum class Form : uint8_t { kValue, kInGroup, kAutomation };
  Form form = Form::kValue;
  const Expr* what = nullptr;  // kValue: NameRef or Member chain before `of`
  Name record_name;            // kValue, kInGroup
  bool is_known_test = false;  // `is known` / `is unknown`: expects known == `known`
  bool known = true;
  CompareOp op = CompareOp::kEq;
  const Expr* value = nullptr;  // right side of the comparison
  Name group;                   // kInGroup
  bool is_list = false;
  bool negated = false;
  const ExpectedAction* automation = nullptr;  // kAutomation
};

// `due 2026-06-03`, `remind 2026-06-01 09:00`, `subject "..."`: what is said of an expected action behind a comma.
struct ExpectedDetail {
  Name name;
  const Expr* value = nullptr;  // a moment, a TextLit or a path
};

// `mail welcome to c once at T`, `no task for c`, `mails to c == [a, b]`, `nurture of c refused "already active"`.
struct ExpectedAction {
  enum class Form : uint8_t { kAction, kNone, kMails, kRefused };
  Form form = Form::kAction;
  Name kind;                    // kAction, kNone: mail, task, notification ...; kRefused: the workflow
  Name target;                  // the template or workflow named; empty if none
  const Expr* title = nullptr;  // TextLit: the subject of a task ...; kRefused: the reason
  Name record_name;
  int64_t times = -1;  // `once` is 1; -1: not said
  Moment at = nullptr;
  std::span<const Name> mails;  // kMails
  std::span<const ExpectedDetail> details;
  Span span;
};

// `test "..." { now ...  contact c { ... }  expect ... }`
struct TestDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kTest;
  const Expr* title = nullptr;  // TextLit
  std::span<const TestLine* const> lines;
};

// `cases "..." from "file.csv"`
struct CasesDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kCases;
  const Expr* title = nullptr;
  const Expr* file = nullptr;
};

}  // namespace saiten::ast
