#include "compiler/parse/build_expr.h"
#include "compiler/parse/build_flow.h"
#include "compiler/parse/literals.h"

namespace saiten::parse {
namespace {

using ast::Expr;
using ast::Step;
using ast::Steps;

ast::OnPast OnPastOf(const Node& node) {
  if (node.Has(Kind::kSkipWord)) return ast::OnPast::kSkip;
  if (node.Has(Kind::kContinue)) return ast::OnPast::kContinue;
  return node.Has(Kind::kExit) ? ast::OnPast::kExit : ast::OnPast::kUnsaid;
}

ast::Recipient BuildRecipient(Context& context, const Node& node) {
  using RecipientKind = ast::Recipient::Kind;
  ast::Recipient recipient;
  if (!node) return recipient;
  recipient.span = context.SpanOf(node);
  recipient.name = BuildText(context, node.Child(Kind::kText));
  recipient.path = BuildPath(context, node.Child(Rule::kPath));
  recipient.kind = recipient.path          ? RecipientKind::kPath
                   : node.Has(Kind::kUser) ? RecipientKind::kUser
                   : node.Has(Kind::kTeam) ? RecipientKind::kTeam
                                           : RecipientKind::kNone;
  return recipient;
}

Step* BuildSend(Context& context, const Node& node, Span span) {
  auto* send = Make<ast::SendStep>(context, span);
  const std::vector<Node> names = node.Children(Rule::kName);
  send->message = context.NameOf(node.Child(Rule::kName));
  send->to = BuildPath(context, node.Child(Rule::kPath));
  send->where = BuildCondition(context, node.Child(Rule::kCondition));
  std::vector<ast::SendOption> options;
  for (size_t i = 1; i < names.size(); ++i) {
    options.push_back({context.NameOf(names[i]), BuildText(context, node.Child(Kind::kText, static_cast<int>(i) - 1))});
  }
  send->options = context.Copy(options);
  return send;
}

Step* BuildWait(Context& context, const Node& node, Span span) {
  const Node until = node.Child(Rule::kUntil);
  if (!until) {
    auto* wait = Make<ast::WaitStep>(context, span);
    wait->duration = BuildDuration(context, node.Child(Rule::kDuration));
    wait->calendar = context.NameOf(node.Child(Rule::kName));
    wait->from_planned = node.Has(Kind::kFrom);
    return wait;
  }
  auto* wait = Make<ast::WaitUntilStep>(context, span);
  if (until.Has(Kind::kEnrolment)) {
    wait->day_of_enrolment = BuildCount(context, until.Child(Kind::kNumber));
    wait->unit = ReadUnit(context.TextOf(until.Child(Kind::kUnit))).value_or(ast::TimeUnit::kDay);
    return wait;
  }
  wait->weekday = context.NameOf(until.Child(Kind::kId));
  const Node clock = until.Child(Kind::kClock);
  wait->moment = clock ? BuildClock(context, clock) : BuildSum(context, until.Child(Rule::kSum));
  const Node first = until.Child(Rule::kOnPast);
  if (first) wait->if_past = OnPastOf(first);
  if (const Node second = until.Child(Rule::kOnPast, 1)) wait->if_unknown = OnPastOf(second);
  return wait;
}

std::span<const ast::Outcome> BuildOutcomes(Context& context, const Node& block) {
  std::vector<ast::Outcome> outcomes;
  context.ReadBlock(block, Rule::kOutcomeLine, [&](const Node& line) {
    for (const Node& outcome : line.Children(Rule::kOutcome)) {
      outcomes.push_back({.names = context.Copy(BuildNames(context, outcome)),
                          .steps = BuildSteps(context, outcome.Child(Kind::kBlock)),
                          .span = context.SpanOf(outcome)});
    }
  });
  return context.Copy(outcomes);
}

void BuildTaskOption(Context& context, const Node& option, ast::TaskStep& task) {
  const Node duration = option.Child(Rule::kDuration);
  if (option.Has(Kind::kAssign)) {
    const Node recipient = option.Child(Rule::kRecipient);
    task.assign = BuildRecipient(context, recipient ? recipient : option);
    using RecipientKind = ast::Recipient::Kind;
    if (!recipient) task.assign.kind = option.Has(Kind::kTurn) ? RecipientKind::kByTurn : RecipientKind::kByFewestOpen;
  } else if (option.Has(Kind::kDue)) {
    task.has_due = true;
    task.due_in = BuildDuration(context, duration);
  } else if (option.Has(Kind::kRemind)) {
    task.remind_next = BuildClock(context, option.Child(Kind::kClock));
  } else if (option.Has(Kind::kDone)) {
    task.until_done = true;
  } else {
    task.has_up_to = true;
    task.up_to = BuildDuration(context, duration);
  }
}

Step* BuildTask(Context& context, const Node& node, Span span) {
  auto* task = Make<ast::TaskStep>(context, span);
  using Channel = ast::TaskStep::Channel;
  task->channel = node.Has(Kind::kPhone) ? Channel::kPhone : node.Has(Kind::kMail) ? Channel::kMail : Channel::kAny;
  task->title = BuildText(context, node.Child(Kind::kText));
  task->message = context.NameOf(node.Child(Rule::kName));
  for (const Node& option : node.Children(Rule::kTaskOption)) BuildTaskOption(context, option, *task);
  task->outcomes = BuildOutcomes(context, node.Child(Kind::kBlock));
  return task;
}

ast::FailurePolicy BuildFailure(Context& context, const Node& step) {
  ast::FailurePolicy policy;
  using Then = ast::FailurePolicy::Then;
  for (const Node& part : step.Children(Rule::kOnFail)) {
    if (part.Has(Kind::kRetry)) {
      policy.retries = BuildCount(context, part.Child(Kind::kNumber));
      std::vector<ast::Duration> backoff;
      for (const Node& pause : part.Children(Rule::kDuration)) backoff.push_back(BuildDuration(context, pause));
      policy.backoff = context.Copy(backoff);
      continue;
    }
    policy.then = part.Has(Kind::kContinue) ? Then::kContinue : part.Has(Kind::kExit) ? Then::kExit : Then::kSteps;
    policy.steps = BuildSteps(context, part.Child(Kind::kBlock));
  }
  return policy;
}

Step* BuildCall(Context& context, const Node& node, Span span) {
  auto* call = Make<ast::CallStep>(context, span);
  call->action = context.NameOf(node.Child(Rule::kName));
  std::vector<const ast::Expr*> args;
  for (const Node& arg : node.Children(Rule::kExpr)) args.push_back(BuildExpr(context, arg));
  call->args = context.Copy(args);
  call->on_failure = BuildFailure(context, node);
  return call;
}

Step* BuildSimple(Context& context, const Node& node, Span span) {
  const Node first = node.First();
  const ast::Name name = context.NameOf(node.Child(Rule::kName));
  if (first.Is(Kind::kGrant)) {
    auto* grant = Make<ast::GrantStep>(context, span);
    grant->points = BuildAmount(context, node.Child(Rule::kAmount));
    grant->score = name;
    grant->reason = BuildText(context, node.Child(Kind::kText));
    return grant;
  }
  if (first.Is(Kind::kSet)) {
    auto* set = Make<ast::SetStep>(context, span);
    set->target = BuildPath(context, node.Child(Rule::kPath));
    set->value = BuildExpr(context, node.Child(Rule::kExpr));
    set->move_back = node.Has(Kind::kMove);
    return set;
  }
  if (first.Is(Kind::kNotify)) {
    auto* notify = Make<ast::NotifyStep>(context, span);
    notify->to = BuildRecipient(context, node.Child(Rule::kRecipient));
    notify->text = BuildText(context, node.Child(Kind::kText));
    return notify;
  }
  if (first.Is(Kind::kWebhook)) {
    auto* webhook = Make<ast::WebhookStep>(context, span);
    webhook->url = BuildText(context, node.Child(Kind::kText));
    webhook->body = BuildRecord(context, node.Child(Kind::kBlock));
    webhook->on_failure = BuildFailure(context, node);
    return webhook;
  }
  if (first.Is(Kind::kAdd) || first.Is(Kind::kRemove)) {
    auto* membership = Make<ast::MembershipStep>(context, span);
    membership->add = first.Is(Kind::kAdd);
    membership->list = name;
    return membership;
  }
  if (first.Is(Kind::kEnrol) || first.Is(Kind::kUnenrol)) {
    auto* enrol = Make<ast::EnrolStep>(context, span);
    enrol->enrol = first.Is(Kind::kEnrol);
    enrol->who = BuildPath(context, node.Child(Rule::kPath));
    enrol->workflow = name;
    return enrol;
  }
  if (first.Is(Kind::kCreate)) {
    auto* create = Make<ast::CreateStep>(context, span);
    create->object = name;
    create->fields = BuildRecord(context, node.Child(Kind::kBlock));
    return create;
  }
  return Make<ast::ExitStep>(context, span);
}

Step* BuildAction(Context& context, const Node& node, Span span) {
  const Node first = node.First();
  if (first.Is(Kind::kSend)) return BuildSend(context, node, span);
  if (first.Is(Kind::kWait)) return BuildWait(context, node, span);
  if (first.Is(Kind::kPhone) || first.Is(Kind::kMail) || first.Is(Kind::kTask)) return BuildTask(context, node, span);
  if (first.Is(Kind::kCall)) return BuildCall(context, node, span);
  return BuildSimple(context, node, span);
}

Step* BuildIf(Context& context, const Node& node, Span span) {
  auto* choice = Make<ast::IfStep>(context, span);
  std::vector<ast::Branch> branches;
  const Expr* condition = nullptr;
  for (const Node& part : node.Children()) {
    if (part.Is(Rule::kCondition)) condition = BuildCondition(context, part);
    if (!part.Is(Kind::kBlock)) continue;
    const Steps steps = BuildSteps(context, part);
    if (condition) {
      branches.push_back({condition, steps});
    } else {
      choice->has_else = true;
      choice->otherwise = steps;
    }
    condition = nullptr;
  }
  choice->branches = context.Copy(branches);
  return choice;
}

Step* BuildWaitFor(Context& context, const Node& node, Span span) {
  auto* wait = Make<ast::WaitForStep>(context, span);
  wait->source = BuildEvent(context, node.Child(Rule::kEventTrigger), wait->as);
  wait->since_enrolment = node.Has(Kind::kSinceEnrolment);
  wait->up_to = BuildDuration(context, node.Child(Rule::kDuration));
  wait->then = BuildSteps(context, node.Child(Kind::kBlock));
  wait->has_else = node.Has(Kind::kElse);
  wait->otherwise = BuildSteps(context, node.Child(Kind::kBlock, 1));
  return wait;
}

Step* BuildMatchStep(Context& context, const Node& node, Span span) {
  auto* match = Make<ast::MatchStep>(context, span);
  std::vector<const ast::Expr*> subjects;
  for (const Node& subject : node.Child(Rule::kSubjects).Children(Rule::kExpr)) {
    subjects.push_back(BuildExpr(context, subject));
  }
  match->subjects = context.Copy(subjects);
  std::vector<ast::StepRow> rows;
  context.ReadBlock(node.Child(Kind::kBlock), Rule::kStepRows, [&](const Node& line) {
    for (const Node& row : line.Children(Rule::kStepRow)) {
      rows.push_back({.patterns = BuildPatterns(context, row.Child(Rule::kPatterns)),
                      .steps = BuildSteps(context, row.Child(Kind::kBlock)),
                      .span = context.SpanOf(row)});
    }
  });
  match->rows = context.Copy(rows);
  return match;
}

Step* BuildSplit(Context& context, const Node& node, Span span) {
  auto* split = Make<ast::SplitStep>(context, span);
  split->split = context.NameOf(node.Child(Rule::kName));
  split->by = context.NameOf(node.Child(Rule::kName, 1));
  std::vector<ast::SplitArm> arms;
  context.ReadBlock(node.Child(Kind::kBlock), Rule::kSplitLine, [&](const Node& line) {
    for (const Node& arm : line.Children(Rule::kSplitArm)) {
      arms.push_back({.name = context.NameOf(arm.Child(Rule::kName)),
                      .holdout = arm.Has(Kind::kHoldout),
                      .share = BuildNumber(context, arm.Child(Kind::kPercent)),
                      .steps = BuildSteps(context, arm.Child(Kind::kBlock)),
                      .span = context.SpanOf(arm)});
    }
  });
  split->arms = context.Copy(arms);
  return split;
}

Step* BuildBranch(Context& context, const Node& node, Span span) {
  const Node first = node.First();
  if (first.Is(Kind::kIf)) return BuildIf(context, node, span);
  if (first.Is(Kind::kWait)) return BuildWaitFor(context, node, span);
  if (first.Is(Kind::kMatch)) return BuildMatchStep(context, node, span);
  return BuildSplit(context, node, span);
}

// Looks at the braces of a line that was not read to its end, for the mistakes in them.
void LookInside(Context& context, const Tree& tree) {
  const Kind first = tree.items[0].kind;
  if (first == Kind::kWebhook || first == Kind::kCreate || first == Kind::kMatch || first == Kind::kSplit) return;
  if (first == Kind::kTask || first == Kind::kPhone || first == Kind::kMail) return;
  for (const Item& item : tree.items) {
    if (item.kind != Kind::kBlock) continue;
    context.ReadBlockAt(item.token, Rule::kWorkflowLine, [&](const Node& line) { BuildStep(context, line); });
  }
}

}  // namespace

const Step* BuildStep(Context& context, const Node& line) {
  if (!line.tree().ok) {
    LookInside(context, line.tree());
    return nullptr;
  }
  const Node statement = line.Child(Rule::kStatement);
  if (!statement) return nullptr;
  const Span span = context.SpanOf(statement);
  const Node action = statement.Child(Rule::kStep);
  Step* step = action ? BuildAction(context, action, span) : BuildBranch(context, statement.Child(Rule::kBranch), span);
  step->name = context.NameOf(statement.Child(Rule::kName));
  step->guard = BuildCondition(context, statement.Child(Rule::kCondition));
  step->docs = context.DocsAbove(statement.first_token());
  return step;
}

Steps BuildSteps(Context& context, const Node& block) {
  std::vector<const Step*> steps;
  context.ReadBlock(block, Rule::kWorkflowLine, [&](const Node& line) {
    if (const Node clause = line.Child(Rule::kClause); clause && line.tree().ok) {
      context.reporter()
          .Report(diag::Code::kClauseInBlock, context.SpanOf(clause.First()),
                  {std::string(context.TextOf(clause.First()))})
          .Note("clauses stand at the beginning of the workflow, before its steps",
                "この句はワークフローの先頭、ステップの前に書きます");
    }
    if (const Step* step = BuildStep(context, line)) steps.push_back(step);
  });
  return context.Copy(steps);
}

}  // namespace saiten::parse
