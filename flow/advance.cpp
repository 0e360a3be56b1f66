#include <algorithm>

#include "flow/engine.h"
#include "runtime/hash.h"

// Going from step to step: waits, choices, and what makes an instance go on.
namespace saiten::flow {
namespace {

using OnPast = ir::WaitUntilStep::OnPast;

// The branch, or what stands behind the whole where the branch is empty.
uint32_t Or(uint32_t steps, uint32_t next) { return steps == ir::kNowhere ? next : steps; }

}  // namespace

void Engine::GoOn(Instance& instance, uint32_t step) {
  // Steps that take no time, and a message that had to wait, come when they should have (sem D9).
  switch (instance.waiting) {
    case Waiting::kNothing:
    case Waiting::kSend:
      break;
    case Waiting::kTime:
      instance.planned = instance.due;
      break;
    case Waiting::kEvent:
    case Waiting::kTaskDone:
    case Waiting::kDelivery:
      instance.planned = now_;
      break;
  }
  instance.action.clear();
  instance.step = step;
  instance.waiting = Waiting::kNothing;
  instance.due = kNever;
  instance.arrived = now_;
  instance.first_planned = instance.planned;
}

// A step that asks something sees what the steps before it wrote only from the next cycle on, so it waits for that.
bool Engine::ReadsData(const ir::Step& step) {
  if (step.guard) return true;
  const auto varies = [&](const ir::Ask& ask) {
    if (!ask) return false;
    const ir::Op op = world_.context().program().asked[ask.kernel][ask.value].op;
    return op != ir::Op::kConst && op != ir::Op::kUnknown;
  };
  const auto fields_vary = [&](const auto& fields) {
    return std::ranges::any_of(fields, [&](const auto& field) { return varies(field.value) || !field.text.empty(); });
  };
  if (auto* set = std::get_if<ir::SetStep>(&step.body)) return varies(set->value) || !set->to.relations.empty();
  if (auto* grant = std::get_if<ir::GrantStep>(&step.body)) return varies(grant->points) || grant->reason.size() > 1;
  if (auto* enrol = std::get_if<ir::EnrolStep>(&step.body)) return !enrol->who.relations.empty();
  if (auto* create = std::get_if<ir::CreateStep>(&step.body)) return fields_vary(create->fields);
  if (auto* wait = std::get_if<ir::WaitUntilStep>(&step.body)) return varies(wait->moment);
  if (auto* wait = std::get_if<ir::WaitForStep>(&step.body)) return wait->since_enrolment;
  return !std::holds_alternative<ir::WaitStep>(step.body) && !std::holds_alternative<ir::MembershipStep>(step.body) &&
         !std::holds_alternative<ir::ExitStep>(step.body) && !std::holds_alternative<ir::SplitStep>(step.body);
}

bool Engine::Choose(Instance& instance, const ir::Step& step) {
  if (auto* choice = std::get_if<ir::ChoiceStep>(&step.body)) {
    std::string saw;  // of all branches up to the one taken, each value once
    const auto branch = [&](std::string way) {
      LogRow row = Row(instance, RowKind::kBranch, std::move(way));
      if (!saw.empty()) row.fields.push_back({"saw", saw});
      Log(std::move(row));
    };
    for (size_t i = 0; i < choice->branches.size(); ++i) {
      const Value holds = Ask(choice->branches[i].condition, instance);
      const std::string read = Saw(choice->branches[i].condition);
      if (!read.empty() && saw.find(read) == std::string::npos) saw += (saw.empty() ? "" : ", ") + read;
      if (!holds.known || holds.number != 1) continue;
      branch(std::to_string(i + 1));
      GoOn(instance, Or(choice->branches[i].steps, step.next));
      return true;
    }
    branch("else");
    GoOn(instance, Or(choice->otherwise, step.next));
    return true;
  }
  const auto& split = std::get<ir::SplitStep>(step.body);
  std::string unit = world_.context().data().tables[instance.object.index()].keys.Spell(instance.row);
  if (split.by_enrolment) unit += "\x1F" + std::to_string(instance.number);
  int64_t bucket = rt::BucketOf(split.split, unit);
  for (const ir::SplitStep::Arm& arm : split.arms) {
    if (bucket >= arm.share) {
      bucket -= arm.share;
      continue;
    }
    instance.variant += (instance.variant.empty() ? "" : ",") + split.split + "=" + arm.name;
    Log(Row(instance, RowKind::kBranch, arm.name));
    // A holdout has no steps: it gets nothing of the split and is kept for comparison (sem A3).
    GoOn(instance, Or(arm.steps, step.next));
    return true;
  }
  SAITEN_UNREACHABLE("shares that do not come to all");
}

// The message that a wait is about was left out, and none of its kind went out before: nobody can answer it (sem D6).
bool Engine::NothingToAnswer(const Instance& instance, const ir::WaitForStep& wait) const {
  if (wait.about == ir::kNowhere) return false;
  const std::vector<ir::Step>& steps = FlowOf(instance).steps;
  const uint32_t message = std::get<ir::SendStep>(steps[wait.about].body).message;
  bool left_out = false;
  for (const auto& [step, sent] : instance.messages) {
    if (std::get<ir::SendStep>(steps[step].body).message != message) continue;
    if (sent) return false;
    left_out = true;
  }
  return left_out;
}

bool Engine::Wait(Instance& instance, const ir::Step& step) {
  const auto until = [&](int64_t due) {
    instance.waiting = Waiting::kTime;
    instance.due = due;
    if (due <= now_) {
      GoOn(instance, step.next);
      return true;
    }
    return false;
  };
  if (auto* wait = std::get_if<ir::WaitStep>(&step.body)) {
    return until(EndOf(wait->length, wait->from_planned ? instance.planned : instance.arrived, local()));
  }
  if (auto* wait = std::get_if<ir::WaitForStep>(&step.body)) {
    if (NothingToAnswer(instance, *wait)) {
      Log(Row(instance, RowKind::kBranch, "else"));
      GoOn(instance, Or(wait->otherwise, step.next));
      return true;
    }
    if (wait->since_enrolment && HappenedSince(instance, *wait, instance.inputs)) {
      Log(Row(instance, RowKind::kBranch, "then"));
      GoOn(instance, Or(wait->then, step.next));
      return true;
    }
    instance.waiting = Waiting::kEvent;
    instance.due = EndOf(wait->up_to, instance.arrived, local());
    return false;
  }
  const auto& wait = std::get<ir::WaitUntilStep>(step.body);
  if (wait.of_enrolment) return until(DayOfEnrolment(wait.of_enrolment, instance.enrolled, *zone_));
  if (wait.clock >= 0) return until(NextClock(now_, wait.clock, wait.weekday, *zone_));
  const Value moment = Ask(wait.moment, instance);
  if (moment.known && moment.number >= now_) return until(moment.number);
  const OnPast answer = moment.known ? wait.if_past : wait.if_unknown;
  const auto skipped = [&] {
    LogRow row = Row(instance, RowKind::kSkipped, moment.known ? "past" : "unknown");
    if (moment.known) row.fields.push_back({"saw", "moment = " + SpellInstant(moment.number)});
    Log(std::move(row));
  };
  switch (answer) {
    case OnPast::kSkip:
      skipped();
      instance.skip_next = true;
      GoOn(instance, step.next);
      return true;
    case OnPast::kContinue:
      GoOn(instance, step.next);
      return true;
    case OnPast::kExit:
      End(instance, InstanceStatus::kCompleted);
      return false;
  }
  return false;
}

// Where its guard does not hold, the step is left out.
bool Engine::PassesGuard(Instance& instance, const ir::Step& step) {
  if (!step.guard) return true;
  const Value holds = Ask(step.guard, instance);
  if (holds.known && holds.number == 1) return true;
  if (std::holds_alternative<ir::SendStep>(step.body)) instance.NoteMessage(instance.step, false);
  LogRow row = Row(instance, RowKind::kSkipped, "guard");
  row.fields.push_back({"saw", Saw(step.guard)});
  Log(std::move(row));
  GoOn(instance, step.next);
  return false;
}

bool Engine::Arrive(size_t index) {
  Instance& instance = state_.instances[index];
  MoveAtWait(instance);
  const ir::Step& step = StepOf(instance);
  if (instance.writes_pending && ReadsData(step)) {
    paused_.push_back(index);
    return false;
  }
  if (instance.skip_next) {
    instance.skip_next = false;
    if (std::holds_alternative<ir::SendStep>(step.body)) instance.NoteMessage(instance.step, false);
    Log(Row(instance, RowKind::kSkipped, "past"));
    GoOn(instance, step.next);
    return true;
  }
  // A message that had to wait is asked for its guard last (sem D8).
  if (instance.waiting != Waiting::kSend && !PassesGuard(instance, step)) return true;
  if (std::holds_alternative<ir::ChoiceStep>(step.body) || std::holds_alternative<ir::SplitStep>(step.body)) {
    return Choose(instance, step);
  }
  if (std::holds_alternative<ir::WaitStep>(step.body) || std::holds_alternative<ir::WaitForStep>(step.body) ||
      std::holds_alternative<ir::WaitUntilStep>(step.body)) {
    return Wait(instance, step);
  }
  if (std::holds_alternative<ir::ExitStep>(step.body)) {
    End(instance, InstanceStatus::kCompleted);
    return false;
  }
  return Act(instance, step);
}

void Engine::Advance(size_t index) {
  while (state_.instances[index].status == InstanceStatus::kActive && !StandsStill(state_.instances[index])) {
    if (state_.instances[index].step == ir::kNowhere) {
      End(state_.instances[index], InstanceStatus::kCompleted);
      return;
    }
    if (!Arrive(index)) return;
  }
}

// An instance whose time has come, or whose event did.
void Engine::Resume(size_t index, const Commit& commit) {
  Instance& instance = state_.instances[index];
  const ir::Step& step = StepOf(instance);
  instance.writes_pending = false;
  switch (instance.waiting) {
    case Waiting::kNothing:
    case Waiting::kSend:
      break;
    case Waiting::kTime:
      GoOn(instance, step.next);
      break;
    case Waiting::kEvent: {
      const auto& wait = std::get<ir::WaitForStep>(step.body);
      const bool came = Answers(instance, commit);
      if (came) TakeGiven(commit, wait.match, wait.given, instance.inputs);
      Log(Row(instance, RowKind::kBranch, came ? "then" : "else"));
      GoOn(instance, Or(came ? wait.then : wait.otherwise, step.next));
      break;
    }
    case Waiting::kTaskDone:
      GoOn(instance, OutcomeOf(instance, commit));
      break;
    case Waiting::kDelivery: {
      const uint32_t next = AfterDelivery(instance, commit);
      if (instance.status == InstanceStatus::kActive) GoOn(instance, next);
      break;
    }
  }
  Advance(index);
}

bool Engine::Answers(const Instance& instance, const Commit& commit) {
  if (!commit.item && commit.properties.empty() && commit.results.empty()) return false;
  if (instance.waiting == Waiting::kTaskDone) return ClosesTask(instance, commit);
  if (instance.waiting != Waiting::kEvent) return false;
  const auto& wait = std::get<ir::WaitForStep>(StepOf(instance).body);
  if (wait.match.change.kind != ir::Watch::Kind::kNone) return MatchesChange(commit, wait.match);
  // What happened behind the deadline is too late, even where it is told before (sem D6, T3).
  const auto* happened = commit.item ? std::get_if<Happened>(&commit.item->what) : nullptr;
  return happened && happened->time <= instance.due && MatchesEvent(commit, wait.match, instance.inputs);
}

void Engine::Steps(const Commit& commit) {
  const std::span<const size_t> active = ActiveOf(commit.record);
  std::vector<size_t> ready(active.begin(), active.end());
  std::set<size_t> going_on;
  for (const Effect& effect : commit.effects) {
    if (auto* go_on = std::get_if<ContinueEffect>(&effect.what)) going_on.insert(go_on->instance);
  }
  const std::set<size_t> starting(starting_.begin(), starting_.end());
  std::erase_if(ready, [&](size_t index) {
    const Instance& instance = state_.instances[index];
    const bool due = commit.timer && instance.due <= now_ && !StandsStill(instance);
    const auto* delivered = commit.item ? std::get_if<Delivered>(&commit.item->what) : nullptr;
    const bool told = delivered && delivered->instance == index && instance.waiting == Waiting::kDelivery;
    return !due && !told && !going_on.contains(index) && !starting.contains(index) && !Answers(instance, commit);
  });
  const auto& flows = flows_of_[commit.record.object];
  // A message that had to wait takes its slot under a cap by when it should have gone out (sem G8).
  const auto due = [&](const Instance& i) { return i.waiting == Waiting::kSend ? i.first_planned : now_; };
  std::ranges::sort(ready, [&](size_t a, size_t b) {
    const Instance& left = state_.instances[a];
    const Instance& right = state_.instances[b];
    if (FlowOf(left).priority != FlowOf(right).priority) return FlowOf(left).priority > FlowOf(right).priority;
    if (due(left) != due(right)) return due(left) < due(right);
    const uint32_t first = NewestOf(left.flow), second = NewestOf(right.flow);
    if (first != second) return std::ranges::find(flows, first) < std::ranges::find(flows, second);
    return left.key != right.key ? left.key < right.key : left.number < right.number;
  });
  for (size_t index : ready) {
    Instance& instance = state_.instances[index];
    if (instance.status != InstanceStatus::kActive) continue;
    if (going_on.contains(index)) instance.writes_pending = false;
    if (starting.contains(index) || going_on.contains(index)) {
      Advance(index);
    } else {
      Resume(index, commit);
    }
  }
  for (size_t index : paused_) {
    const Instance& instance = state_.instances[index];
    AddEffect({instance.object.value, instance.row}, {.flow = instance.flow,
                                                      .step = instance.step,
                                                      .number = instance.number,
                                                      .key = instance.key,
                                                      .what = ContinueEffect{index}});
  }
  paused_.clear();
}

}  // namespace saiten::flow
