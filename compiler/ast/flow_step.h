#pragma once

#include "compiler/ast/flow_trigger.h"
#include "compiler/ast/match.h"

// The steps of workflows and sequences (language.md, Workflows).
namespace saiten::ast {

// One for each struct of a step.
enum class StepKind : uint8_t {
  kSend,
  kWait,
  kWaitUntil,
  kWaitFor,
  kGrant,
  kSet,
  kNotify,
  kTask,
  kCall,
  kWebhook,
  kMembership,
  kEnrol,
  kCreate,
  kExit,
  kIf,
  kMatch,
  kSplit,
};

// What all steps share; the rest is in the struct of its kind (As).
struct Step {
  StepKind kind;
  Span span;
  Name name;                    // `step NAME:`; empty: called by its kind, target and number
  const Expr* guard = nullptr;  // `when COND`
  std::string_view docs;
};
using Steps = std::span<const Step* const>;

template <typename T>
const T* As(const Step* step) {
  return step && step->kind == T::kKind ? static_cast<const T*>(step) : nullptr;
}

// `with subject "..."`
struct SendOption {
  Name name;
  const Expr* value = nullptr;  // TextLit
};

// `send T [to PATH [where ...]] [with subject "..."]`
struct SendStep : Step {
  static constexpr StepKind kKind = StepKind::kSend;
  Name message;
  const Expr* to = nullptr;
  const Expr* where = nullptr;
  std::span<const SendOption> options;
};

// `wait 3 days [of CAL] [from planned]`
struct WaitStep : Step {
  static constexpr StepKind kKind = StepKind::kWait;
  Duration duration;
  Name calendar;
  bool from_planned = false;
};

// What a wait does whose moment is past or unknown (sem D5).
enum class OnPast : uint8_t { kUnsaid, kSkip, kContinue, kExit };

// `wait until 09:00 | monday 09:00 | day 7 of enrolment | PROP - 1 day if past skip if unknown exit` (sem D5)
struct WaitUntilStep : Step {
  static constexpr StepKind kKind = StepKind::kWaitUntil;
  Name weekday;
  const Expr* moment = nullptr;  // a ClockLit (also behind a weekday) or an expression
  int64_t day_of_enrolment = 0;  // `day 7 of enrolment`, in units of `unit`; 0: not this form
  TimeUnit unit = TimeUnit::kDay;
  OnPast if_past = OnPast::kUnsaid;
  OnPast if_unknown = OnPast::kUnsaid;
};

// `wait for E [as r] [where] [since enrolment] up to 2 days { } else { }` (sem D6)
struct WaitForStep : Step {
  static constexpr StepKind kKind = StepKind::kWaitFor;
  Source source;
  Name as;
  bool since_enrolment = false;
  Duration up_to;
  Steps then;
  Steps otherwise;
  bool has_else = false;
};

// `grant 5 to NAME reason "..."` (sem SC6)
struct GrantStep : Step {
  static constexpr StepKind kKind = StepKind::kGrant;
  const Expr* points = nullptr;
  Name score;
  const Expr* reason = nullptr;
};

// `set PATH = EXPR [move back]`
struct SetStep : Step {
  static constexpr StepKind kKind = StepKind::kSet;
  const Expr* target = nullptr;
  const Expr* value = nullptr;
  bool move_back = false;
};

// Who gets a notification or a task.
struct Recipient {
  enum class Kind : uint8_t { kNone, kPath, kUser, kTeam, kByTurn, kByFewestOpen };
  Kind kind = Kind::kNone;
  const Expr* path = nullptr;  // kPath
  const Expr* name = nullptr;  // TextLit: of the user or the team
  Span span;
};

// `notify owner "..."`
struct NotifyStep : Step {
  static constexpr StepKind kKind = StepKind::kNotify;
  Recipient to;
  const Expr* text = nullptr;
};

// `appointment => { }`, `else { }` of a task
struct Outcome {
  std::span<const Name> names;  // empty: `else`
  Steps steps;
  Span span;
};

// `task "..." assign owner due in 2 days remind next 09:00 until done up to 5 business days { ... }` (sem O7)
struct TaskStep : Step {
  static constexpr StepKind kKind = StepKind::kTask;
  enum class Channel : uint8_t { kAny, kPhone, kMail };
  Channel channel = Channel::kAny;
  const Expr* title = nullptr;  // TextLit
  Name message;                 // `mail task closing_mail`
  Recipient assign;
  bool has_due = false;
  Duration due_in;
  const Expr* remind_next = nullptr;  // ClockLit
  bool until_done = false;
  bool has_up_to = false;
  Duration up_to;
  std::span<const Outcome> outcomes;
};

// `retry 3 backoff 1m, 5m  on failure continue | exit | { }` (sem O2)
struct FailurePolicy {
  enum class Then : uint8_t { kUnsaid, kContinue, kExit, kSteps };
  int64_t retries = 0;
  std::span<const Duration> backoff;
  Then then = Then::kUnsaid;
  Steps steps;
};

// `call salesforce_sync(contact)`
struct CallStep : Step {
  static constexpr StepKind kKind = StepKind::kCall;
  Name action;
  std::span<const Expr* const> args;
  FailurePolicy on_failure;
};

// `webhook "https://..." { body }`
struct WebhookStep : Step {
  static constexpr StepKind kKind = StepKind::kWebhook;
  const Expr* url = nullptr;
  const Record* body = nullptr;
  FailurePolicy on_failure;
};

// `add to LIST`, `remove from LIST`
struct MembershipStep : Step {
  static constexpr StepKind kKind = StepKind::kMembership;
  bool add = true;
  Name list;
};

// `enrol [REF] in W`, `unenrol from W` (sem W6)
struct EnrolStep : Step {
  static constexpr StepKind kKind = StepKind::kEnrol;
  bool enrol = true;
  const Expr* who = nullptr;  // null: the record itself
  Name workflow;
};

// `create deal { name: "..." }`
struct CreateStep : Step {
  static constexpr StepKind kKind = StepKind::kCreate;
  Name object;
  const Record* fields = nullptr;
};

// `exit`: the end of the flow for this record.
struct ExitStep : Step {
  static constexpr StepKind kKind = StepKind::kExit;
};

// One `if COND { }` or `else if COND { }`.
struct Branch {
  const Expr* condition = nullptr;
  Steps steps;
};

// `if a { } else if b { } else { }`
struct IfStep : Step {
  static constexpr StepKind kKind = StepKind::kIf;
  std::span<const Branch> branches;
  Steps otherwise;
  bool has_else = false;
};

// One row of a `match` over steps.
struct StepRow {
  std::span<const Pattern> patterns;
  Steps steps;
  Span span;
};

// `match temperature { hot => { ... }  otherwise => { ... } }`
struct MatchStep : Step {
  static constexpr StepKind kKind = StepKind::kMatch;
  std::span<const Expr* const> subjects;
  std::span<const StepRow> rows;
};

// `A 50% { }`; a holdout has no name and no steps.
struct SplitArm {
  Name name;
  bool holdout = false;
  const Expr* share = nullptr;  // NumberLit kPercent
  Steps steps;
  Span span;
};

// `split NAME [by contact | by enrolment] { A 50% { }  B 50% { } }` (sem A1)
struct SplitStep : Step {
  static constexpr StepKind kKind = StepKind::kSplit;
  Name split;
  Name by;
  std::span<const SplitArm> arms;
};

}  // namespace saiten::ast
