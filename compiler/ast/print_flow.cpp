#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {
namespace {

std::string RateText(const Rate& rate) {
  return std::to_string(rate.count) + (rate.calendar ? "-per-calendar-" : "-per-") + TextOf(rate.per);
}

void PrintTrigger(Printer& out, const Trigger& trigger) {
  static constexpr std::string_view kWords[] = {"event", "becoming", "entering", "leaving",
                                                "at",    "every",    "around",   "manually"};
  static constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  out.Line("trigger").Add(kWords[static_cast<size_t>(trigger.kind)]);
  if (trigger.kind == TriggerKind::kEvent) out.Add(TextOf(trigger.source)).Add("as", trigger.as);
  out.Add(trigger.condition).Add(trigger.segment).Add(trigger.moment);
  if (trigger.kind == TriggerKind::kEvery && !trigger.weekday.valid())
    out.Add(kUnits[static_cast<size_t>(trigger.unit)]);
  out.Add(trigger.weekday);
  if (trigger.day_of_unit > 0) out.Add("on").Add(std::to_string(trigger.day_of_unit));
  if (trigger.kind == TriggerKind::kAround) {
    out.Add(TextOf(trigger.offset)).Add(trigger.before ? "before" : "after").Add(trigger.property);
  }
  out.Add("clock", trigger.clock);
  if (trigger.has_late) out.Add("accept-late", trigger.late);
}

void PrintWindow(Printer& out, const SendWindow& window) {
  out.Line("send-window");
  for (const WorkDays& days : window.days) out.Add(days.first).Add("to", days.last).Add("hours", days.hours);
  out.Add("of", window.calendar).Add("zone", window.zone).Add("else", window.zone_fallback);
  out.AddIf(window.tasks_too, "tasks-too");
  if (window.has_spread) out.Add("spread", window.spread);
}

void PrintReEntry(Printer& out, const ReEntryClause& clause) {
  using Policy = ReEntryClause::Policy;
  out.Line(clause.policy == Policy::kOnce ? "once" : clause.policy == Policy::kRestart ? "restart" : "re-enter");
  if (clause.has_after) out.Add("after", clause.after);
  if (clause.at_most > 0) out.Add("at-most").Add(std::to_string(clause.at_most));
}

void PrintGoal(Printer& out, const GoalClause& goal) {
  out.Line("goal").Add(goal.condition);
  if (goal.has_count_for) out.Add("count-for", goal.count_for);
}

void PrintExisting(Printer& out, const ExistingClause& existing) {
  out.Line("existing").Add(existing.enrol ? "enrol" : "none");
  if (existing.has_limit) out.Add("limit").Add(RateText(existing.limit));
}

void PrintInFlight(Printer& out, const InFlightClause& clause) {
  static constexpr std::string_view kWords[] = {"stay", "move-at-next-wait", "end"};
  out.Line("in-flight").Add(kWords[static_cast<size_t>(clause.policy)]);
}

void PrintClause(Printer& out, const Clause& clause) {
  switch (clause.kind) {
    case ClauseKind::kTriggers:
      for (const Trigger& trigger : As<TriggersClause>(&clause)->triggers) PrintTrigger(out, trigger);
      return;
    case ClauseKind::kKey:
      out.Line("key").Add(As<KeyClause>(&clause)->value);
      return;
    case ClauseKind::kSuppress:
      out.Line("suppress");
      for (const Name& segment : As<SuppressClause>(&clause)->segments) out.Add(segment);
      return;
    case ClauseKind::kGoal:
      return PrintGoal(out, *As<GoalClause>(&clause));
    case ClauseKind::kOnlyIf:
      out.Line("only-if").Add(As<OnlyIfClause>(&clause)->condition);
      return;
    case ClauseKind::kReEntry:
      return PrintReEntry(out, *As<ReEntryClause>(&clause));
    case ClauseKind::kLeaveWhenNotMatching:
      out.Line("leave-when-not-matching");
      return;
    case ClauseKind::kExisting:
      return PrintExisting(out, *As<ExistingClause>(&clause));
    case ClauseKind::kImportFires:
      out.Line("import-fires").Add(As<ImportFiresClause>(&clause)->edges ? "edges" : "none");
      return;
    case ClauseKind::kRequireConsent:
      out.Line("require-consent").Add(As<RequireConsentClause>(&clause)->purpose);
      return;
    case ClauseKind::kExclusiveGroup:
      out.Line("exclusive-group").Add(As<ExclusiveGroupClause>(&clause)->group);
      return;
    case ClauseKind::kCalendar:
      out.Line("calendar").Add(As<CalendarClause>(&clause)->calendar);
      return;
    case ClauseKind::kSendWindow:
      return PrintWindow(out, As<SendWindowClause>(&clause)->window);
    case ClauseKind::kStaleAfter:
      out.Line("stale-after").Add(TextOf(As<StaleAfterClause>(&clause)->after));
      return;
    case ClauseKind::kInFlight:
      return PrintInFlight(out, *As<InFlightClause>(&clause));
    case ClauseKind::kPublishFires:
      out.Line("publish-fires");
      return;
    case ClauseKind::kStopOn:
      out.Line("stop-on");
      for (const Expr* event : As<StopOnClause>(&clause)->events) out.Add(event);
      return;
  }
}

void PrintTemplate(Printer& out, const TemplateDecl& message) {
  out.Add("for", message.object).Add("class", message.message_class).Add("reason", message.reason);
  for (const Name& law : message.laws) out.Add("law", law);
  out.In();
  for (const TemplateField& field : message.fields) {
    out.Line("field").Add(field.name).Add(field.value).Add("as", field.as);
  }
  out.Out();
}

void PrintFlowDecl(Printer& out, const FlowDecl& flow) {
  out.Add("for", flow.object);
  if (flow.has_priority) out.Add("priority").Add(std::to_string(flow.priority));
  out.In();
  for (const Clause* clause : flow.clauses) PrintClause(out, *clause);
  PrintSteps(out, flow.steps);
  out.Out();
}

void PrintAction(Printer& out, const ActionDecl& action) {
  for (const Param& param : action.params) out.Add("param", param.name).Add(param.type.name);
  out.Add("webhook", action.url);
  out.In();
  for (const FieldValue& field : action.fields) out.Line("field").Add(field.name).Add(field.value);
  out.Out();
}

void PrintCap(Printer& out, const CapDecl& cap) {
  static constexpr std::string_view kOver[] = {"", "defer", "skip"};
  out.Add(cap.message_class);
  for (const Rate& rate : cap.rates) out.Add(RateText(rate));
  out.AddIf(cap.over != CapDecl::Over::kUnsaid, kOver[static_cast<size_t>(cap.over)]);
}

}  // namespace

void PrintFlow(Printer& out, const Decl& decl) {
  if (auto* message = As<TemplateDecl>(&decl)) return PrintTemplate(out, *message);
  if (auto* workflow = As<WorkflowDecl>(&decl)) return PrintFlowDecl(out, *workflow);
  if (auto* sequence = As<SequenceDecl>(&decl)) return PrintFlowDecl(out, *sequence);
  if (auto* action = As<ActionDecl>(&decl)) return PrintAction(out, *action);
  PrintCap(out, *As<CapDecl>(&decl));
}

}  // namespace saiten::ast
