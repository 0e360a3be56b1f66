#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/types/catalog.h"

// What the check found out about automation: messages, outside effects, limits, workflows and sequences. Expressions
// inside are typed in CheckedProgram::exprs like all others; what is here is what their places mean.
namespace saiten::check {

// No declaration or step.
inline constexpr uint32_t kNoIndex = UINT32_MAX;

// Who may get a message (sem G4).
enum class MessageClass : uint8_t { kMarketing, kOneToOne, kTransactional, kInternal };

// Legal profiles a template satisfies, as bits (sem G7).
enum Law : uint8_t { kNoLaw = 0, kLawJp = 1, kLawUs = 2, kLawEu = 4 };

// The lines of a template.
enum class TemplateLine : uint8_t {
  kFrom,
  kReplyTo,
  kSubject,
  kBody,
  kHtml,
  kSenderInfo,
  kInquiries,
  kConsent,
};
inline constexpr size_t kTemplateLines = 8;

// Whether an event of this name is what came back from a message (sem G2a): `delivered`, `reply`, ...
bool IsMessageEvent(std::string_view name);

// A message. `lines` are by TemplateLine; null: not written.
struct TemplateInfo {
  const ast::TemplateDecl* decl;
  FileId file;
  ObjectId object;
  MessageClass message_class = MessageClass::kMarketing;
  uint8_t laws = kNoLaw;  // of Law
  std::array<const ast::TemplateField*, kTemplateLines> lines = {};

  const ast::TemplateField* operator[](TemplateLine line) const { return lines[static_cast<size_t>(line)]; }
};

// An outside effect that steps call; its parameters are read like those of a function.
struct ActionInfo {
  const ast::ActionDecl* decl;
  FileId file;
  std::vector<Type> params;
};

// How many messages of a class a record may get (sem G8).
struct CapInfo {
  const ast::CapDecl* decl;
  FileId file;
  MessageClass message_class = MessageClass::kMarketing;
};

// A value that a flow is given from outside: the event that started it (`event`, `as r`), or one it waited for. Its
// fields may be read behind the dot; unknown where the flow came another way.
struct Local {
  std::string name;
  Type type;  // an event
  Location at;
};

// What `on change of P` watches.
struct Watched {
  enum class Kind : uint8_t { kNone, kProperty, kBand, kGrid };
  Kind kind = Kind::kNone;
  uint32_t index = kNoIndex;  // of the property of the flow's object, the score of the band, or the grid
  Type type;
};

// One alternative that starts a workflow.
struct TriggerInfo {
  const ast::Trigger* trigger;
  std::string text;              // as written
  EventId event;                 // of kEvent that is no change
  std::vector<uint32_t> locals;  // which Locals an event becomes
  Watched watched;               // of a change
  uint32_t segment = kNoIndex;   // of kEntering and kLeaving
};

// A way from a record to one other or, through a `many`, to several.
struct RelationPath {
  std::vector<uint32_t> properties;  // relations, each of the object reached so far
  ObjectId object;                   // at its end
  bool many = false;
  bool optional = false;  // may lead nowhere
};

// The target of a step, where it names something declared.
struct StepInfo {
  const ast::Step* step;
  std::string name;            // unique in its flow: as written, else kind, target and number
  uint32_t target = kNoIndex;  // template, list, flow, action, object or score, as the kind of the step says
  uint32_t local = kNoIndex;   // wait for ... as r
  EventId event;               // wait for E
  Watched watched;             // set P: the property that is written; wait for change of P
  RelationPath path;           // send to R, set R.P, enrol R: the way from the flow's record; empty: the record itself
};

// The clauses of a flow, each at most once but for `suppress`; null: not written.
struct Clauses {
  std::vector<const ast::TriggersClause*> triggers;
  std::vector<const ast::SuppressClause*> suppress;
  const ast::KeyClause* key = nullptr;
  const ast::GoalClause* goal = nullptr;
  const ast::OnlyIfClause* only_if = nullptr;
  const ast::ReEntryClause* re_entry = nullptr;
  const ast::PlainClause* leave = nullptr;
  const ast::ExistingClause* existing = nullptr;
  const ast::ImportFiresClause* import_fires = nullptr;
  const ast::RequireConsentClause* consent = nullptr;
  const ast::ExclusiveGroupClause* group = nullptr;
  const ast::CalendarClause* calendar = nullptr;
  const ast::SendWindowClause* window = nullptr;
  const ast::StaleAfterClause* stale = nullptr;
  const ast::InFlightClause* in_flight = nullptr;
  const ast::PlainClause* publish_fires = nullptr;
  const ast::StopOnClause* stop_on = nullptr;
};

// A workflow or a sequence.
struct FlowInfo {
  const ast::FlowDecl* decl;
  FileId file;
  bool sequence = false;
  ObjectId object;
  Clauses clauses;
  std::vector<Local> locals;
  std::vector<TriggerInfo> triggers;
  std::vector<uint32_t> suppress;  // segments
  std::vector<EventId> stop_on;
  std::optional<uint32_t> calendar;         // of the catalog: the flow's own
  std::optional<uint32_t> window_calendar;  // whose holidays the send window keeps
  std::vector<StepInfo> steps;              // as written, those inside others behind them
  std::unordered_map<const ast::Step*, uint32_t> step_index;
};

// How a run stands or ended (sem R5).
enum class EndState : uint8_t {
  kActive,
  kCompleted,
  kGoal,
  kSuppressed,
  kUnsubscribed,
  kReplied,
  kMeeting,
  kBounced,
  kLeft,
  kRestarted,
  kRemoved,
  kFailed,
  kOff,
};
// Why a record did not enter, in the order of the checks (sem R2).
enum class Refusal : uint8_t {
  kOff,
  kSuppressed,
  kConsent,
  kGoalMet,
  kNotMatching,
  kAlreadyActive,
  kGroup,
  kReEntry,
  kCap,
};
// As tests, logs and explanations write them: `goal`, `already active`.
std::string_view NameOf(EndState state);
std::string_view NameOf(Refusal reason);

// What a test can expect to be done.
enum class ExpectedKind : uint8_t { kMail, kTask, kNotification, kCall, kWebhook, kGrant, kSet, kAny };

// What an `expect` line says of automation.
struct ExpectInfo {
  enum class Form : uint8_t {
    kState,    // `expect nurture of c == goal`; `!=` where `negated`
    kRefused,  // `expect nurture of c refused "already active"`
    kMails,    // `expect mails to c == [a, b]`: all so far, in order
    kAction,   // `expect mail welcome to c once at T`
    kNone,     // `expect no task for c`
  };
  // Behind a comma: `due 2026-06-03`.
  struct Detail {
    enum class Kind : uint8_t { kDue, kRemind, kSubject, kBody, kAt, kAssign, kTo, kReason };
    Kind kind;
    const ast::Expr* value;  // typed: a date or time, a text; kBody: the message holds it
  };
  const ast::ExpectLine* line;
  Form form = Form::kState;
  ObjectId object;           // of the record that the line names
  uint32_t flow = kNoIndex;  // kState, kRefused
  EndState state = EndState::kActive;
  bool negated = false;
  Refusal reason = Refusal::kOff;
  ExpectedKind kind = ExpectedKind::kAny;  // kAction, kNone
  uint32_t target = kNoIndex;              // template or action; kNoIndex: any
  std::string title;                       // of a task, the words of a notification; empty: any
  std::vector<uint32_t> mails;             // kMails: templates
  std::vector<Detail> details;
};

}  // namespace saiten::check
