#include "driver/flow_figures.h"

#include <algorithm>

#include "driver/flow_ways.h"

namespace saiten::driver {
namespace {

uint64_t SumOf(const Tally& tally) {
  uint64_t sum = 0;
  for (const auto& [name, count] : tally) sum += count;
  return sum;
}

uint64_t Less(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

FlowFigures Named(const Compiled& compiled, const check::FlowInfo& info) {
  FlowFigures flow;
  flow.name = info.decl->name.text;
  if (auto* label = ast::As<ast::TextLit>(info.decl->meta.label)) flow.label = label->plain();
  flow.object = compiled.checked.catalog[info.object].name;
  flow.sequence = info.sequence;
  return flow;
}

void TakeRuns(const store::AutomationCounts& counts, FlowFigures& flow) {
  for (const store::FlowStateRow& row : counts.flows) {
    if (row.name != flow.name) continue;
    flow.state = row.state;
    flow.version = row.version;
  }
  for (const store::RunCount& run : counts.runs) {
    if (run.workflow != flow.name) continue;
    flow.Add(run);
    if (run.status == "active" && run.version != flow.version) flow.inside_old[run.version] += run.runs;
  }
}

// `subject_test=A,timing_test=B`: which arm of `split`; empty if none was taken.
std::string_view ArmOf(std::string_view variant, std::string_view split) {
  while (!variant.empty()) {
    const size_t comma = variant.find(',');
    const std::string_view one = variant.substr(0, comma);
    const size_t equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == split) return one.substr(equals + 1);
    variant = comma == std::string_view::npos ? std::string_view() : variant.substr(comma + 1);
  }
  return {};
}

class Steps {
 public:
  Steps(const Compiled& compiled, const check::FlowInfo& info, const store::AutomationCounts& counts, FlowFigures& flow)
      : compiled_(compiled), info_(info), counts_(counts), flow_(flow) {}

  void Run() {
    for (const check::StepInfo& step : info_.steps) {
      flow_.steps.push_back({.name = step.name, .kind = std::string(KindWordOf(*step.step))});
    }
    Take();
    Walk(info_.decl->steps, flow_.enrolled);
    for (const check::StepInfo& step : info_.steps) {
      if (auto* split = ast::As<ast::SplitStep>(step.step)) Split(*split);
    }
  }

 private:
  // Null where the rules do not have it any more.
  StepFigures* Find(std::string_view name) {
    const auto found = std::ranges::find(flow_.steps, name, &StepFigures::name);
    return found == flow_.steps.end() ? nullptr : &*found;
  }

  void Take() {
    for (const store::RunCount& run : counts_.runs) {
      StepFigures* step = Find(run.step);
      if (step == nullptr) continue;
      if (run.status == "active") {
        step->waiting += run.runs;
      } else {
        step->ended[run.status] += run.runs;
      }
    }
    for (const store::DecisionCount& row : counts_.decisions) {
      if (row.kind == "refused") flow_.refused[row.detail] += row.rows;
      if (row.kind == "enrolled") flow_.started[row.trigger] += row.rows;
      if (row.kind == "late-ignored") flow_.refused[row.kind] += row.rows;
      StepFigures* step = Find(row.step);
      if (step == nullptr) continue;
      if (row.kind == "skipped") step->skipped[row.detail] += row.rows;
      if (row.kind != "branch") continue;
      if (step->kind == "task") {
        if (!row.way.empty()) step->ways[row.way] += row.rows;
        const bool said = !row.outcome.empty();
        step->outcomes[said ? row.outcome : row.detail == "done" ? "done" : "deadline"] += row.rows;
      } else {
        step->ways[row.detail] += row.rows;
      }
    }
    for (const store::ActionCount& row : counts_.actions) {
      if (StepFigures* step = Find(row.step)) step->actions[row.state] += row.actions;
    }
    for (const store::LinkCount& row : counts_.links) {
      if (StepFigures* step = Find(row.step)) step->links[row.url] += row.records;
    }
    for (const store::GrantCount& row : counts_.grants) {
      for (const check::StepInfo& step : info_.steps) {
        const auto* grant = ast::As<ast::GrantStep>(step.step);
        if (grant != nullptr && step.name == row.step) {
          Find(row.step)->granted[std::string(grant->score.text)] = {row.times, row.points};
        }
      }
    }
    for (const store::EventCount& row : counts_.events) {
      if (StepFigures* step = Find(row.step)) step->events[row.event] += row.records;
    }
  }

  // How many come out behind `steps` if `in` begin them: each step keeps those who wait or ended there.
  uint64_t Walk(ast::Steps steps, uint64_t in) {
    for (const ast::Step* written : steps) {
      if (written == nullptr) continue;
      StepFigures& step = flow_.steps[info_.step_index.at(written)];
      step.reached = in;
      uint64_t stopped = step.waiting + SumOf(step.ended);
      uint64_t out = 0;
      uint64_t branched = 0;
      for (const FlowWay& way : WaysOf(compiled_, info_.file, *written)) {
        const uint64_t took = CountOf(step.ways, way.key);
        branched += took;
        // A holdout ends where it is held out.
        const uint64_t held = way.holdout ? std::min(took, CountOf(step.ended, "completed")) : 0;
        stopped -= held;
        out += Walk(way.steps, took - held);
      }
      step.passed = Less(in, stopped + branched);
      in = out + step.passed;
    }
    return in;
  }

  void Split(const ast::SplitStep& split) {
    SplitFigures& to = flow_.splits.emplace_back();
    to.name = split.split.text;
    for (const ast::SplitArm& arm : split.arms) {
      to.arms.push_back({.name = arm.holdout ? "holdout" : std::string(arm.name.text)});
    }
    for (const store::RunCount& run : counts_.runs) {
      const std::string_view name = ArmOf(run.variant, to.name);
      if (name.empty()) continue;
      auto arm = std::ranges::find(to.arms, name, &ArmFigures::name);
      if (arm == to.arms.end()) arm = to.arms.insert(to.arms.end(), {.name = std::string(name)});
      arm->runs += run.runs;
      if (run.status == "goal" || run.later) arm->goal += run.runs;
      if (run.status == "completed") arm->completed += run.runs;
      if (run.replied) arm->replied += run.runs;
      if (run.meeting) arm->meetings += run.runs;
    }
  }

  const Compiled& compiled_;
  const check::FlowInfo& info_;
  const store::AutomationCounts& counts_;
  FlowFigures& flow_;
};

}  // namespace

uint64_t CountOf(const Tally& tally, std::string_view name) {
  const auto found = tally.find(name);
  return found == tally.end() ? 0 : found->second;
}

uint64_t StepFigures::made() const {
  return SumOf(actions) - CountOf(actions, "dropped") - CountOf(actions, "simulated");
}
uint64_t StepFigures::left_out() const { return SumOf(skipped); }
Share StepFigures::RateOf(std::string_view event) const {
  return {CountOf(events, event), CountOf(events, "delivered")};
}

void RunFigures::Add(const store::RunCount& run) {
  enrolled += run.runs;
  if (run.status == "active") {
    inside += run.runs;
  } else {
    ended[run.status] += run.runs;
  }
  if (run.status == "goal" && run.messaged) influenced += run.runs;
  if (run.later) later += run.runs;
  if (run.later && run.messaged) influenced_later += run.runs;
  if (run.meeting) meetings += run.runs;
  if (run.replied) replied += run.runs;
}
uint64_t RunFigures::all_ended() const { return SumOf(ended); }
Share RunFigures::goal_rate() const { return {CountOf(ended, "goal") + later, enrolled}; }
Share RunFigures::influenced_rate() const { return {influenced + influenced_later, enrolled}; }
Share RunFigures::goal_after_rate() const { return {later, CountOf(ended, "completed")}; }
bool CountsLater(const check::FlowInfo& info) {
  return info.clauses.goal != nullptr && info.clauses.goal->has_count_for;
}
Share RunFigures::completion() const { return {CountOf(ended, "completed"), all_ended()}; }

Result<std::vector<FlowFigures>> ListFlows(const Compiled& compiled, const std::string& db, int64_t since) {
  const bool later = std::ranges::any_of(compiled.checked.flows, CountsLater);
  SAITEN_ASSIGN_OR_RETURN(const store::AutomationCounts counts, store::CountAutomation(db, "", since, later));
  std::vector<FlowFigures> flows;
  for (const check::FlowInfo& info : compiled.checked.flows) {
    flows.push_back(Named(compiled, info));
    TakeRuns(counts, flows.back());
  }
  return flows;
}

Result<FlowFigures> FiguresOf(const Compiled& compiled, const std::string& db, const std::string& name, int64_t since) {
  SAITEN_ASSIGN_OR_RETURN(const check::FlowInfo* info, FindFlow(compiled, name));
  SAITEN_ASSIGN_OR_RETURN(const store::AutomationCounts counts,
                          store::CountAutomation(db, name, since, CountsLater(*info)));
  FlowFigures flow = Named(compiled, *info);
  TakeRuns(counts, flow);
  Steps(compiled, *info, counts, flow).Run();
  return flow;
}

}  // namespace saiten::driver
