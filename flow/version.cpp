#include "flow/version.h"

#include <algorithm>
#include <utility>

#include "flow/engine.h"

namespace saiten::flow {

bool IsWait(const ir::Step& step) {
  if (auto* task = std::get_if<ir::TaskStep>(&step.body)) return task->until_done;
  return std::holds_alternative<ir::WaitStep>(step.body) || std::holds_alternative<ir::WaitForStep>(step.body) ||
         std::holds_alternative<ir::WaitUntilStep>(step.body);
}

uint32_t StepNamed(const ir::Flow& flow, std::string_view name) {
  for (uint32_t i = 0; i < flow.steps.size(); ++i) {
    if (flow.steps[i].name == name) return i;
  }
  return ir::kNowhere;
}

std::vector<std::string> WaitsWithoutStep(const ir::Flow& from, const ir::Flow& to) {
  std::vector<std::string> names;
  for (const ir::Step& step : from.steps) {
    if (IsWait(step) && StepNamed(to, step.name) == ir::kNowhere) names.push_back(step.name);
  }
  return names;
}

void PutInto(const ir::Flow& from, const ir::Flow& to, uint32_t flow, uint32_t step, Instance& instance) {
  const std::vector<Value> given = std::exchange(instance.inputs, std::vector<Value>(to.inputs.size()));
  for (size_t i = 0; i < to.inputs.size(); ++i) {
    for (size_t j = 0; j < from.inputs.size() && j < given.size(); ++j) {
      const bool same = to.inputs[i].name == from.inputs[j].name && to.inputs[i].type == from.inputs[j].type;
      if (same) instance.inputs[i] = given[j];
    }
  }
  for (const auto& [at, sent] : std::exchange(instance.messages, {})) {
    const uint32_t now = StepNamed(to, from.steps[at].name);
    const bool sends = now != ir::kNowhere && std::holds_alternative<ir::SendStep>(to.steps[now].body);
    if (sends) instance.NoteMessage(now, sent);
  }
  instance.flow = flow;
  instance.step = step;
}

// Who comes to a wait of an older version goes on in the newest one there, if that says so and has the step.
void Engine::MoveAtWait(Instance& instance) {
  const ir::Flow& from = FlowOf(instance);
  if (from.newest == ir::kNowhere || instance.waiting != Waiting::kNothing || !IsWait(StepOf(instance))) return;
  const ir::Flow& to = automation_.flows[from.newest];
  if (to.in_flight != ir::Flow::InFlight::kMoveAtNextWait) return;
  const uint32_t step = StepNamed(to, StepOf(instance).name);
  if (step == ir::kNowhere) return;
  LogRow row = Row(instance, RowKind::kMoved, from.version);
  row.fields = {{"to", to.version}};
  Log(std::move(row));
  PutInto(from, to, from.newest, step, instance);
}

}  // namespace saiten::flow
