#include "compiler/ast/print.h"
#include "compiler/ast/printer.h"

namespace saiten::ast {
namespace {

constexpr std::string_view kOnPast[] = {"", "skip", "continue", "exit"};

void PrintBlock(Printer& out, std::string_view word, Steps steps) {
  out.Line(word);
  out.In();
  PrintSteps(out, steps);
  out.Out();
}

void AddRecipient(Printer& out, std::string_view key, const Recipient& to) {
  static constexpr std::string_view kWords[] = {"", "path", "user", "team", "by-turn", "by-fewest-open"};
  if (to.kind == Recipient::Kind::kNone) return;
  out.Add(key).Add(kWords[static_cast<size_t>(to.kind)]).Add(to.path).Add(to.name);
}

// Retries on the line of the step, the steps of `on failure { }` below it.
void AddFailure(Printer& out, const FailurePolicy& policy) {
  static constexpr std::string_view kThen[] = {"", "continue", "exit", "steps"};
  if (policy.retries > 0) out.Add("retry").Add(std::to_string(policy.retries));
  for (const Duration& pause : policy.backoff) out.Add("backoff", pause);
  if (policy.then != FailurePolicy::Then::kUnsaid) out.Add("on-failure").Add(kThen[static_cast<size_t>(policy.then)]);
}

void PrintFailureSteps(Printer& out, const FailurePolicy& policy) {
  if (policy.then != FailurePolicy::Then::kSteps) return;
  out.In();
  PrintBlock(out, "on-failure", policy.steps);
  out.Out();
}

void AddSend(Printer& out, const SendStep& send) {
  out.Line("send").Add(send.message).Add("to", send.to).Add("where", send.where);
  for (const SendOption& option : send.options) out.Add("with", option.name).Add(option.value);
}

void AddWaitUntil(Printer& out, const WaitUntilStep& wait) {
  static constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  out.Line("wait-until").Add(wait.weekday).Add(wait.moment);
  if (wait.day_of_enrolment > 0) {
    out.Add(kUnits[static_cast<size_t>(wait.unit)]).Add(std::to_string(wait.day_of_enrolment)).Add("of-enrolment");
  }
  if (wait.if_past != OnPast::kUnsaid) out.Add("if-past").Add(kOnPast[static_cast<size_t>(wait.if_past)]);
  if (wait.if_unknown != OnPast::kUnsaid) out.Add("if-unknown").Add(kOnPast[static_cast<size_t>(wait.if_unknown)]);
}

void AddWaitFor(Printer& out, const WaitForStep& wait) {
  out.Line("wait-for").Add(TextOf(wait.source)).Add("as", wait.as).AddIf(wait.since_enrolment, "since-enrolment");
  out.Add("up-to", wait.up_to);
}

void AddTask(Printer& out, const TaskStep& task) {
  static constexpr std::string_view kChannels[] = {"task", "phone-task", "mail-task"};
  out.Line(kChannels[static_cast<size_t>(task.channel)]).Add(task.title).Add(task.message);
  AddRecipient(out, "assign", task.assign);
  if (task.has_due) out.Add("due-in", task.due_in);
  out.Add("remind-next", task.remind_next).AddIf(task.until_done, "until-done");
  if (task.has_up_to) out.Add("up-to", task.up_to);
}

// The line of the step itself.
void AddStep(Printer& out, const Step& step) {
  switch (step.kind) {
    case StepKind::kSend:
      return AddSend(out, *As<SendStep>(&step));
    case StepKind::kWait: {
      auto* wait = As<WaitStep>(&step);
      out.Line("wait").Add(TextOf(wait->duration)).Add("of", wait->calendar).AddIf(wait->from_planned, "from-planned");
      return;
    }
    case StepKind::kWaitUntil:
      return AddWaitUntil(out, *As<WaitUntilStep>(&step));
    case StepKind::kWaitFor:
      return AddWaitFor(out, *As<WaitForStep>(&step));
    case StepKind::kGrant: {
      auto* grant = As<GrantStep>(&step);
      out.Line("grant").Add(grant->points).Add("to", grant->score).Add("reason", grant->reason);
      return;
    }
    case StepKind::kSet: {
      auto* set = As<SetStep>(&step);
      out.Line("set").Add(set->target).Add("=", set->value).AddIf(set->move_back, "move-back");
      return;
    }
    case StepKind::kNotify:
      out.Line("notify");
      AddRecipient(out, "to", As<NotifyStep>(&step)->to);
      out.Add(As<NotifyStep>(&step)->text);
      return;
    case StepKind::kTask:
      return AddTask(out, *As<TaskStep>(&step));
    case StepKind::kCall: {
      auto* call = As<CallStep>(&step);
      out.Line("call").Add(call->action);
      for (const Expr* arg : call->args) out.Add(arg);
      return AddFailure(out, call->on_failure);
    }
    case StepKind::kWebhook: {
      auto* webhook = As<WebhookStep>(&step);
      out.Line("webhook").Add(webhook->url).Add(webhook->body);
      return AddFailure(out, webhook->on_failure);
    }
    case StepKind::kMembership: {
      auto* membership = As<MembershipStep>(&step);
      out.Line(membership->add ? "add-to" : "remove-from").Add(membership->list);
      return;
    }
    case StepKind::kEnrol: {
      auto* enrol = As<EnrolStep>(&step);
      out.Line(enrol->enrol ? "enrol" : "unenrol").Add(enrol->who).Add("in", enrol->workflow);
      return;
    }
    case StepKind::kCreate:
      out.Line("create").Add(As<CreateStep>(&step)->object).Add(As<CreateStep>(&step)->fields);
      return;
    case StepKind::kExit:
      out.Line("exit");
      return;
    case StepKind::kIf:
      out.Line("if");
      return;
    case StepKind::kMatch:
      out.Line("match");
      for (const Expr* subject : As<MatchStep>(&step)->subjects) out.Add(subject);
      return;
    case StepKind::kSplit:
      out.Line("split").Add(As<SplitStep>(&step)->split).Add("by", As<SplitStep>(&step)->by);
      return;
  }
}

void PrintIf(Printer& out, const IfStep& choice) {
  for (const Branch& branch : choice.branches) {
    out.Line("branch").Add(branch.condition);
    out.In();
    PrintSteps(out, branch.steps);
    out.Out();
  }
  if (choice.has_else) PrintBlock(out, "else", choice.otherwise);
}

// What the braces of a step hold.
void PrintInner(Printer& out, const Step& step) {
  if (auto* wait = As<WaitForStep>(&step)) {
    PrintBlock(out, "then", wait->then);
    if (wait->has_else) PrintBlock(out, "else", wait->otherwise);
  }
  if (auto* task = As<TaskStep>(&step)) {
    for (const Outcome& outcome : task->outcomes) {
      out.Line(outcome.names.empty() ? "else" : "outcome");
      for (const Name& name : outcome.names) out.Add(name);
      out.In();
      PrintSteps(out, outcome.steps);
      out.Out();
    }
  }
  if (auto* choice = As<IfStep>(&step)) PrintIf(out, *choice);
  if (auto* match = As<MatchStep>(&step)) {
    for (const StepRow& row : match->rows) {
      out.Line("row");
      for (const Pattern& pattern : row.patterns) out.Add(TextOf(pattern));
      out.In();
      PrintSteps(out, row.steps);
      out.Out();
    }
  }
  if (auto* split = As<SplitStep>(&step)) {
    for (const SplitArm& arm : split->arms) {
      out.Line(arm.holdout ? "holdout" : "arm").Add(arm.name).Add(arm.share);
      out.In();
      PrintSteps(out, arm.steps);
      out.Out();
    }
  }
}

}  // namespace

void PrintSteps(Printer& out, Steps steps) {
  for (const Step* step : steps) {
    AddStep(out, *step);
    out.Add("name", step->name).Add("when", step->guard).AddQuoted("docs", step->docs);
    out.In();
    PrintInner(out, *step);
    out.Out();
    if (auto* call = As<CallStep>(step)) PrintFailureSteps(out, call->on_failure);
    if (auto* webhook = As<WebhookStep>(step)) PrintFailureSteps(out, webhook->on_failure);
  }
}

}  // namespace saiten::ast
