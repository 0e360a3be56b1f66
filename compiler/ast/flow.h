#pragma once

#include "compiler/ast/flow_step.h"

// Automation: messages, workflows and sequences, outside effects, caps.
namespace saiten::ast {

// One line of a template: `subject "..."`, `from "..." as "..."`.
struct TemplateField {
  Name name;                    // `from`, `subject`, `body`, `sender_info` ...
  const Expr* value = nullptr;  // TextLit; of `from` also a path
  const Expr* as = nullptr;     // `from "..." as "Name"`
  Span span;
};

// `template welcome for contact class marketing law jp { subject "..."  body "..." }`
struct TemplateDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kTemplate;
  Name object;
  Name message_class;            // `class marketing` (sem G4); empty if not said
  const Expr* reason = nullptr;  // `class transactional reason "..."`
  std::span<const Name> laws;    // `law jp, us` (sem G7)
  std::span<const TemplateField> fields;
};

// What workflows and sequences share.
struct FlowDecl : Decl {
  Name object;
  bool has_priority = false;
  int64_t priority = 0;
  std::span<const Clause* const> clauses;
  Steps steps;
};

// `workflow nurture for contact priority 10 { on ...  goal ...  send welcome ... }`
struct WorkflowDecl : FlowDecl {
  static constexpr DeclKind kKind = DeclKind::kWorkflow;
};

// `sequence first_call for contact { ... }`: a workflow that a person starts and an answer stops.
struct SequenceDecl : FlowDecl {
  static constexpr DeclKind kKind = DeclKind::kSequence;
};

// `action sync(c: contact) webhook "https://..." { id: c.id }`
struct ActionDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kAction;
  std::span<const Param> params;
  const Expr* url = nullptr;  // TextLit
  std::span<const FieldValue> fields;
};

// `cap marketing 1 per day, 2 per 7 days defer` (sem G8)
struct CapDecl : Decl {
  static constexpr DeclKind kKind = DeclKind::kCap;
  enum class Over : uint8_t { kUnsaid, kDefer, kSkip };
  Name message_class;
  std::span<const Rate> rates;
  Over over = Over::kUnsaid;
};

}  // namespace saiten::ast
