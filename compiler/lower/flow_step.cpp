#include <algorithm>

#include "base/check.h"
#include "compiler/ast/version_name.h"
#include "compiler/lower/flow_lowerer.h"

// Steps: the tree of them becomes a list in which each says where it goes on.
namespace saiten::lower {
namespace {

// What the share of an arm is in ten-thousandths; the check saw to it that it is whole.
uint32_t BasisPoints(const ast::Expr* share) {
  auto* number = ast::As<ast::NumberLit>(share);
  SAITEN_CHECK(number != nullptr);
  int64_t points = number->mantissa;
  for (int digit = number->scale; digit < 4; ++digit) points *= 10;
  for (int digit = number->scale; digit > 4; --digit) points /= 10;
  return static_cast<uint32_t>(points);
}

// The name that `email == "name"` or `email == name` compares with; empty if it is something else.
std::string_view NamedMessage(const ast::Compare& compare) {
  if (compare.op != ast::CompareOp::kEq) return {};
  const ast::Expr* left = Bare(compare.left);
  const ast::Expr* right = Bare(compare.right);
  auto* name = ast::As<ast::NameRef>(left);
  auto* member = ast::As<ast::Member>(left);
  const std::string_view field = name != nullptr ? name->name.text : member != nullptr ? member->name.text : "";
  if (field != "email") return {};
  if (auto* text = ast::As<ast::TextLit>(right)) return text->plain();
  auto* other = ast::As<ast::NameRef>(right);
  return other != nullptr ? other->name.text : std::string_view();
}

std::string_view MessageIn(const ast::Expr* where) {
  const ast::Expr* bare = Bare(where);
  if (bare == nullptr) return {};
  if (auto* compare = ast::As<ast::Compare>(bare)) return NamedMessage(*compare);
  auto* logic = ast::As<ast::Logic>(bare);
  if (logic == nullptr || !logic->is_and) return {};
  for (const ast::Expr* operand : logic->operands) {
    if (const std::string_view name = MessageIn(operand); !name.empty()) return name;
  }
  return {};
}

ir::WaitUntilStep::OnPast OnPastOf(ast::OnPast answer, ir::WaitUntilStep::OnPast unsaid) {
  using OnPast = ir::WaitUntilStep::OnPast;
  switch (answer) {
    case ast::OnPast::kUnsaid:
      return unsaid;
    case ast::OnPast::kSkip:
      return OnPast::kSkip;
    case ast::OnPast::kContinue:
      return OnPast::kContinue;
    case ast::OnPast::kExit:
      return OnPast::kExit;
  }
  return unsaid;
}

ir::Path PathOf(const check::RelationPath& path) { return {.relations = path.properties, .object = path.object}; }

}  // namespace

uint32_t FlowLowerer::First(ast::Steps steps, uint32_t next) const {
  return steps.empty() ? next : info_->step_index.at(steps[0]);
}

void FlowLowerer::List(ast::Steps steps, uint32_t next) {
  for (size_t i = 0; i < steps.size(); ++i) {
    Step(*steps[i], i + 1 < steps.size() ? info_->step_index.at(steps[i + 1]) : next);
  }
}

void FlowLowerer::Steps() {
  flow_->steps.resize(info_->steps.size());
  flow_->first = First(info_->decl->steps, ir::kNowhere);
  List(info_->decl->steps, ir::kNowhere);
}

void FlowLowerer::Step(const ast::Step& step, uint32_t next) {
  const uint32_t index = info_->step_index.at(&step);
  const check::StepInfo& info = info_->steps[index];
  ir::Step to;
  to.name = info.name;
  if (step.guard != nullptr) to.guard = Condition(step.guard);
  to.next = next;
  to.body = BodyOf(step, info, next);
  to.at = {file_, step.span};
  flow_->steps[index] = std::move(to);
}

ir::StepBody FlowLowerer::BodyOf(const ast::Step& step, const check::StepInfo& info, uint32_t next) {
  using ast::StepKind;
  switch (step.kind) {
    case StepKind::kSend:
      return Send(static_cast<const ast::SendStep&>(step), info);
    case StepKind::kWait: {
      const auto& wait = static_cast<const ast::WaitStep&>(step);
      return ir::WaitStep{.length = LengthOf(wait.duration, wait.calendar), .from_planned = wait.from_planned};
    }
    case StepKind::kWaitUntil:
      return WaitUntil(static_cast<const ast::WaitUntilStep&>(step));
    case StepKind::kWaitFor:
      return WaitFor(static_cast<const ast::WaitForStep&>(step), info, next);
    case StepKind::kGrant: {
      const auto& grant = static_cast<const ast::GrantStep&>(step);
      Use(checked().scores[info.target].decl);
      const auto points = [&](Lowerer& l, const Scope& scope) { return l.Points(grant.points, scope); };
      return ir::GrantStep{.score = info.target, .points = Ask(object_, points), .reason = Text(grant.reason)};
    }
    case StepKind::kSet: {
      const auto& set = static_cast<const ast::SetStep&>(step);
      return ir::SetStep{.to = PathOf(info.path),
                         .property = info.watched.index,
                         .value = Value(set.value, info.watched.type),
                         .move_back = set.move_back};
    }
    case StepKind::kNotify: {
      const auto& notify = static_cast<const ast::NotifyStep&>(step);
      return ir::NotifyStep{.to = RecipientOf(notify.to), .text = Text(notify.text)};
    }
    case StepKind::kTask:
      return Task(static_cast<const ast::TaskStep&>(step), info, next);
    case StepKind::kCall:
      return Call(static_cast<const ast::CallStep&>(step), info, next);
    case StepKind::kWebhook:
      return Webhook(static_cast<const ast::WebhookStep&>(step), next);
    case StepKind::kMembership:
      return ir::MembershipStep{.list = ListId(info.target), .add = static_cast<const ast::MembershipStep&>(step).add};
    case StepKind::kEnrol:
      return ir::EnrolStep{
          .flow = info.target, .enrol = static_cast<const ast::EnrolStep&>(step).enrol, .who = PathOf(info.path)};
    case StepKind::kCreate:
      return Create(static_cast<const ast::CreateStep&>(step), info);
    case StepKind::kExit:
      return ir::ExitStep{};
    case StepKind::kIf:
      return Choice(static_cast<const ast::IfStep&>(step), next);
    case StepKind::kMatch:
      return Choice(static_cast<const ast::MatchStep&>(step), next);
    case StepKind::kSplit:
      return Split(static_cast<const ast::SplitStep&>(step), next);
  }
  SAITEN_UNREACHABLE("a step");
}

ir::SendStep FlowLowerer::Send(const ast::SendStep& send, const check::StepInfo& info) {
  ir::SendStep to{.message = info.target, .to = PathOf(info.path), .subject = {}};
  Use(checked().templates[info.target].decl);
  if (send.where != nullptr) {
    to.where = Ask(object_, [&](Lowerer& l, Scope scope) {
      scope.frames.push_back(l.b_.Input(Type::Ref(info.path.object), ir::Flow::kTargetInput));
      return l.b_.Truth(l.Lower(send.where, scope));
    });
  }
  // A subject is asked of the one who gets the message.
  object_ = info.path.object;
  for (const ast::SendOption& option : send.options) to.subject = Text(option.value);
  object_ = flow_->object;
  return to;
}

ir::WaitUntilStep FlowLowerer::WaitUntil(const ast::WaitUntilStep& wait) {
  using OnPast = ir::WaitUntilStep::OnPast;
  ir::WaitUntilStep to;
  if (wait.day_of_enrolment != 0) {
    to.of_enrolment = {.count = wait.day_of_enrolment, .unit = check::ToRuntime(wait.unit)};
    return to;
  }
  if (wait.weekday.valid()) to.weekday = check::DayNumber(wait.weekday.text).value_or(-1);
  if (auto* clock = ast::As<ast::ClockLit>(wait.moment)) {
    to.clock = clock->micros;
  } else {
    to.moment = Moment(wait.moment);
  }
  to.if_past = OnPastOf(wait.if_past, OnPast::kContinue);
  to.if_unknown = OnPastOf(wait.if_unknown, OnPast::kExit);
  return to;
}

uint32_t FlowLowerer::SentBefore(const ast::Expr* where, uint32_t wait) const {
  const std::string_view name = MessageIn(where);
  if (name.empty()) return ir::kNowhere;
  for (uint32_t i = wait; i-- > 0;) {
    const check::StepInfo& info = info_->steps[i];
    if (info.step->kind != ast::StepKind::kSend || info.target == check::kNoIndex) continue;
    if (ast::PlainName(checked().templates[info.target].decl->name.text) == name) return i;
  }
  return ir::kNowhere;
}

ir::WaitForStep FlowLowerer::WaitFor(const ast::WaitForStep& wait, const check::StepInfo& info, uint32_t next) {
  ir::WaitForStep to;
  to.match = Match(info.event, info.watched, wait.source);
  to.since_enrolment = wait.since_enrolment;
  to.up_to = LengthOf(wait.up_to);
  to.then = First(wait.then, next);
  to.otherwise = First(wait.otherwise, next);
  to.about = SentBefore(wait.source.where, info_->step_index.at(&wait));
  List(wait.then, next);
  List(wait.otherwise, next);
  return to;
}

ir::TaskStep FlowLowerer::Task(const ast::TaskStep& task, const check::StepInfo& info, uint32_t next) {
  ir::TaskStep to;
  to.channel = static_cast<ir::TaskStep::Channel>(task.channel);
  if (task.title != nullptr) to.title = Text(task.title);
  if (task.message.valid()) {
    to.message = info.target;
    Use(checked().templates[info.target].decl);
  }
  to.assign = RecipientOf(task.assign);
  if (task.has_due) to.due_in = LengthOf(task.due_in);
  if (auto* remind = ast::As<ast::ClockLit>(task.remind_next)) to.remind_next = remind->micros;
  to.until_done = task.until_done;
  for (uint32_t i = 0; i < catalog().events.size(); ++i) {
    const EventInfo& event = catalog().events[i];
    if (event.name == "task_done" && event.object == flow_->object) to.done = EventId(i);
  }
  if (task.has_up_to) to.up_to = LengthOf(task.up_to);
  const auto answers = catalog().FindEnum("TaskOutcome");
  for (const ast::Outcome& outcome : task.outcomes) {
    ir::TaskStep::Outcome& arm = to.outcomes.emplace_back();
    for (const ast::Name& name : outcome.names) {
      arm.members.push_back(static_cast<uint32_t>(catalog()[*answers].Find(name.text)));
    }
    arm.steps = First(outcome.steps, next);
    List(outcome.steps, next);
  }
  return to;
}

ir::Failure FlowLowerer::FailureOf(const ast::FailurePolicy& policy, uint32_t next) {
  using Then = ast::FailurePolicy::Then;
  ir::Failure failure{.retries = policy.retries, .backoff = {}};
  for (const ast::Duration& pause : policy.backoff) {
    failure.backoff.push_back(pause.count * rt::FixedLength(check::ToRuntime(pause.unit)));
  }
  if (policy.then == Then::kExit) failure.then = ir::Failure::Then::kExit;
  if (policy.then != Then::kSteps) return failure;
  failure.then = ir::Failure::Then::kSteps;
  failure.steps = First(policy.steps, next);
  List(policy.steps, next);
  return failure;
}

std::vector<ir::CallStep::Field> FlowLowerer::FieldsOf(std::span<const ast::FieldValue> fields) {
  std::vector<ir::CallStep::Field> to;
  for (const ast::FieldValue& field : fields) {
    ir::CallStep::Field& each = to.emplace_back();
    each.name = std::string(field.name.text);
    if (ast::As<ast::TextLit>(field.value) != nullptr) {
      each.text = Text(field.value);
    } else {
      each.value = Value(field.value);
    }
  }
  return to;
}

ir::CallStep FlowLowerer::Call(const ast::CallStep& call, const check::StepInfo& info, uint32_t next) {
  const ast::ActionDecl& action = *checked().actions[info.target].decl;
  Use(&action);
  ir::CallStep to;
  to.action = ast::PlainName(action.name.text);
  call_ = &call;
  to.url = Text(action.url);
  to.fields = FieldsOf(action.fields);
  call_ = nullptr;
  to.on_failure = FailureOf(call.on_failure, next);
  return to;
}

ir::CallStep FlowLowerer::Webhook(const ast::WebhookStep& webhook, uint32_t next) {
  ir::CallStep to;
  to.url = Text(webhook.url);
  if (webhook.body != nullptr) to.fields = FieldsOf(webhook.body->fields);
  to.on_failure = FailureOf(webhook.on_failure, next);
  return to;
}

ir::CreateStep FlowLowerer::Create(const ast::CreateStep& create, const check::StepInfo& info) {
  ir::CreateStep to{.object = ObjectId(info.target), .fields = {}};
  if (create.fields == nullptr) return to;
  for (const ast::FieldValue& field : create.fields->fields) {
    ir::CreateStep::Field& each = to.fields.emplace_back();
    const auto property = catalog()[to.object].Find(field.name.text);
    SAITEN_CHECK(property.has_value());
    each.property = *property;
    const Type type = catalog()[to.object].properties[*property].type;
    if (type.is(TypeKind::kText) && ast::As<ast::TextLit>(field.value) != nullptr) {
      each.text = Text(field.value);
    } else {
      each.value = Value(field.value, type);
    }
  }
  return to;
}

ir::ChoiceStep FlowLowerer::Choice(const ast::IfStep& choice, uint32_t next) {
  ir::ChoiceStep to;
  for (const ast::Branch& branch : choice.branches) {
    to.branches.push_back({.condition = Condition(branch.condition), .steps = First(branch.steps, next)});
    List(branch.steps, next);
  }
  to.otherwise = First(choice.otherwise, next);
  List(choice.otherwise, next);
  return to;
}

ir::ChoiceStep FlowLowerer::Choice(const ast::MatchStep& match, uint32_t next) {
  ir::ChoiceStep to;
  to.otherwise = next;
  for (const ast::StepRow& row : match.rows) {
    ast::MatchRow condition{};
    condition.patterns = row.patterns;
    const uint32_t steps = First(row.steps, next);
    const bool rest = std::ranges::any_of(
        row.patterns, [](const ast::Pattern& pattern) { return pattern.kind == ast::Pattern::Kind::kOtherwise; });
    if (rest && &row == &match.rows.back()) {
      to.otherwise = steps;
    } else {
      const auto taken = [&](Lowerer& l, const Scope& scope) {
        const std::vector<ValueId> subjects = l.Subjects(match.subjects, scope);
        return l.RowCondition(condition, subjects, scope);
      };
      to.branches.push_back({.condition = Ask(object_, taken), .steps = steps});
    }
    List(row.steps, next);
  }
  return to;
}

ir::SplitStep FlowLowerer::Split(const ast::SplitStep& split, uint32_t next) {
  ir::SplitStep to{.split = std::string(split.split.text), .by_enrolment = split.by.text == "enrolment", .arms = {}};
  for (const ast::SplitArm& arm : split.arms) {
    to.arms.push_back({.name = arm.holdout ? "holdout" : std::string(arm.name.text),
                       .share = BasisPoints(arm.share),
                       .holdout = arm.holdout,
                       .steps = First(arm.steps, next)});
    List(arm.steps, next);
  }
  return to;
}

}  // namespace saiten::lower
