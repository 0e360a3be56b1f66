#include "flow/control.h"

#include <algorithm>
#include <array>

#include "flow/engine.h"

namespace saiten::flow {
using Kind = Control::Kind;

std::string_view NameOf(FlowState state) {
  switch (state) {
    case FlowState::kOn:
      return "on";
    case FlowState::kPaused:
      return "paused";
    case FlowState::kDraining:
      return "draining";
    case FlowState::kFrozen:
      return "frozen";
    case FlowState::kOff:
      return "off";
  }
  return "";
}

std::optional<FlowState> FlowStateOf(std::string_view name) {
  using State = FlowState;
  for (const State state : std::array{State::kOn, State::kPaused, State::kDraining, State::kFrozen, State::kOff}) {
    if (NameOf(state) == name) return state;
  }
  return std::nullopt;
}

FlowState StateAfter(Kind kind) {
  switch (kind) {
    case Kind::kDrain:
      return FlowState::kDraining;
    case Kind::kFreeze:
      return FlowState::kFrozen;
    case Kind::kCancel:
      return FlowState::kOff;
    case Kind::kPause:
      return FlowState::kPaused;
    case Kind::kResumeKeep:
    case Kind::kResumeRestart:
    case Kind::kResumeActiveTime:
      return FlowState::kOn;
  }
  return FlowState::kOn;
}

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kDrain:
      return "drain";
    case Kind::kFreeze:
      return "freeze";
    case Kind::kCancel:
      return "cancel";
    case Kind::kPause:
      return "pause";
    case Kind::kResumeKeep:
      return "resume keep";
    case Kind::kResumeRestart:
      return "resume restart";
    case Kind::kResumeActiveTime:
      return "resume active-time";
  }
  return "";
}

std::optional<Kind> ControlKindOf(std::string_view name) {
  for (const Kind kind : std::array{Kind::kDrain, Kind::kFreeze, Kind::kCancel, Kind::kPause, Kind::kResumeKeep,
                                    Kind::kResumeRestart, Kind::kResumeActiveTime}) {
    if (NameOf(kind) == name) return kind;
  }
  return std::nullopt;
}

void Engine::Add(const Control& control) {
  SAITEN_CHECK(control.instant >= state_.now);
  controls_[control.instant].push_back(control);
}

bool Engine::StandsStill(const Instance& instance) const {
  return instance.still || !GoesOn(state_.flows[NewestOf(instance.flow)].state);
}

// The end of the wait that an instance is in, as if it began at `from`; nullopt for one that ends at a moment of its
// own.
std::optional<int64_t> Engine::EndOfWait(const Instance& instance, int64_t from) {
  if (instance.step == ir::kNowhere) return std::nullopt;
  const ir::StepBody& step = StepOf(instance).body;
  if (auto* wait = std::get_if<ir::WaitStep>(&step)) return EndOf(wait->length, from, local());
  if (auto* wait = std::get_if<ir::WaitForStep>(&step)) return EndOf(wait->up_to, from, local());
  if (auto* task = std::get_if<ir::TaskStep>(&step); task && task->up_to) return EndOf(task->up_to, from, local());
  return std::nullopt;
}

void Engine::Continue(Instance& instance, Kind kind, int64_t since) {
  const bool begun = instance.waiting != Waiting::kNothing;
  const bool message = instance.waiting == Waiting::kSend;
  const int64_t stood = now_ - std::max(since, instance.arrived);
  // Who stood before a step begins it now, and its wait counts from now on.
  if (!begun) instance.due = instance.arrived = now_;
  if (kind != Kind::kResumeRestart && kind != Kind::kResumeActiveTime) return;
  const bool anew = kind == Kind::kResumeRestart;
  if (!begun || message) {
    // When it should have come, for `stale after`. A message itself is asked when it was to be asked.
    instance.planned = anew ? now_ : instance.planned + stood;
    instance.first_planned = anew ? now_ : instance.first_planned + stood;
    return;
  }
  const std::optional<int64_t> end = EndOfWait(instance, now_);
  if (!end || instance.due == kNever) return;
  instance.due = anew ? *end : instance.due + stood;
  instance.arrived = anew ? now_ : instance.arrived + stood;
}

void Engine::Switch(const Control& control) {
  Standing& standing = state_.flows[control.flow];
  const Standing before = std::exchange(standing, {StateAfter(control.kind), now_});
  phase_ = Phase::kExits;
  LogRow row{.object = automation_.flows[control.flow].object, .row = kNoRow, .flow = control.flow};
  row.kind = RowKind::kSwitched;
  row.detail = NameOf(standing.state);
  row.fields = {{"before", std::string(NameOf(before.state))}, {"command", std::string(NameOf(control.kind))}};
  Log(std::move(row));
  const bool stood = !GoesOn(before.state);
  // A pause that is made a freeze, or the other way round: nobody went on in between.
  if (stood && !GoesOn(standing.state)) standing.since = before.since;
  for (size_t index = 0; index < state_.instances.size(); ++index) {
    Instance& instance = state_.instances[index];
    if (NewestOf(instance.flow) != control.flow || instance.status != InstanceStatus::kActive) continue;
    state_.Touch(index);
    const RecordId record{instance.object.value, instance.row};
    if (control.kind == Kind::kCancel) {
      End(instance, InstanceStatus::kOff);
    } else if (stood && GoesOn(standing.state) && !instance.still) {
      Continue(instance, control.kind, before.since);
    }
    const bool overdue = instance.status == InstanceStatus::kActive && instance.due <= now_ && !StandsStill(instance);
    if (overdue) queues_[record].timer = true;
    // The record may have another timer for this very instant.
    const auto& timers = timer_of_[record.object];
    if (record.row >= timers.size() || timers[record.row] != now_) SetTimer(record);
  }
}

}  // namespace saiten::flow
