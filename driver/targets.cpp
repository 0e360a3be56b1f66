#include "driver/targets.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "driver/flow_figures.h"
#include "driver/flow_slices.h"
#include "driver/loaded.h"
#include "driver/words.h"

namespace saiten::driver {
namespace {

struct Figure {
  std::string_view name;
  Share (*of)(const RunFigures&);
};
constexpr std::array<Figure, 6> kOfWorkflows = {{
    {"goal_rate", [](const RunFigures& run) { return run.goal_rate(); }},
    {"influenced_goal_rate", [](const RunFigures& run) { return run.influenced_rate(); }},
    {"completion", [](const RunFigures& run) { return run.completion(); }},
    {"goal_after_completion", [](const RunFigures& run) { return run.goal_after_rate(); }},
    {"meeting_rate", [](const RunFigures& run) { return run.meeting_rate(); }},
    {"reply_rate", [](const RunFigures& run) { return run.reply_rate(); }},
}};
// Of a step: the event that is counted.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOfSteps = {{
    {"open_rate", "email_open"},
    {"click_rate", "email_click"},
    {"reply_rate", "reply"},
    {"unsubscribe_rate", "unsubscribe"},
}};

Error Wrong(const Target& target, const std::string& en, const std::string& ja, const Text& hint) {
  return Fail(ErrorKind::kUsage,
              {fmt::format("[target.{}] of saiten.toml: {}", target.name, en),
               fmt::format("saiten.tomlの[target.{}]: {}", target.name, ja)},
              hint);
}

template <typename List>
Text OneOf(const List& list) {
  std::string all;
  for (const auto& one : list) {
    if constexpr (requires { one.name; }) {
      all += (all.empty() ? "" : ", ") + std::string(one.name);
    } else {
      all += (all.empty() ? "" : ", ") + std::string(one.first);
    }
  }
  return {"one of " + all, all + "のどれかです"};
}

Result<Share> OfStep(const Target& target, const FlowFigures& flow) {
  const auto figure = std::ranges::find(kOfSteps, target.figure, [](const auto& one) { return one.first; });
  if (figure == kOfSteps.end()) {
    return Wrong(target, fmt::format("no figure `{}` of a step", target.figure),
                 fmt::format("ステップに`{}`という数値はありません", target.figure), OneOf(kOfSteps));
  }
  const auto step = std::ranges::find(flow.steps, target.step, &StepFigures::name);
  if (step == flow.steps.end()) {
    return Wrong(target, fmt::format("workflow {} has no step `{}`", flow.name, target.step),
                 fmt::format("ワークフロー{}に`{}`というステップはありません", flow.name, target.step), {});
  }
  return step->RateOf(figure->second);
}

Result<TargetResult> Ask(const Compiled& compiled, const std::string& db, const Target& target, int64_t now,
                         const rt::Zone* zone) {
  int64_t since = INT64_MIN;
  int64_t deadline = INT64_MAX;
  if (!target.since.empty()) {
    SAITEN_ASSIGN_OR_RETURN(since, ParseAsOf(target.since, zone));
  }
  if (!target.by.empty()) {
    SAITEN_ASSIGN_OR_RETURN(deadline, ParseAsOf(target.by, zone));
  }
  TargetResult result{.target = target};
  if (!target.step.empty()) {
    if (target.rise >= 0) {
      return Wrong(target, "`rise` is of workflows, not of steps", "riseはワークフローの数値だけに使えます", {});
    }
    SAITEN_ASSIGN_OR_RETURN(const FlowFigures flow, FiguresOf(compiled, db, target.workflow, since));
    SAITEN_ASSIGN_OR_RETURN(result.now, OfStep(target, flow));
  } else {
    const auto figure = std::ranges::find(kOfWorkflows, target.figure, &Figure::name);
    if (figure == kOfWorkflows.end()) {
      return Wrong(target, fmt::format("no figure `{}` of a workflow", target.figure),
                   fmt::format("ワークフローに`{}`という数値はありません", target.figure), OneOf(kOfWorkflows));
    }
    if (target.rise >= 0) {
      SAITEN_ASSIGN_OR_RETURN(const FlowSlices slices,
                              SlicesOf(compiled, db, target.workflow, target.since, INT64_MIN));
      result.before = figure->of(slices.slices[0]);
      result.now = figure->of(slices.slices[1]);
    } else {
      SAITEN_ASSIGN_OR_RETURN(const FlowFigures flow, FiguresOf(compiled, db, target.workflow, since));
      result.now = figure->of(flow);
    }
  }
  result.at_most = target.at_most >= 0;
  result.wanted = result.at_most ? target.at_most : target.at_least;
  const bool counted = result.now.n >= static_cast<uint64_t>(target.after);
  if (target.rise >= 0) {
    if (!counted || !result.before->value()) return result;
    result.wanted = *result.before->value() * (1 + target.rise);
  }
  // What the deadline finds is counted as it is: too few then is not what was wanted.
  const bool over = now >= deadline;
  if (!counted || !result.now.value()) {
    if (over) result.state = TargetState::kMissed;
    return result;
  }
  const double value = *result.now.value();
  if (result.at_most ? value <= result.wanted : value >= result.wanted) {
    result.state = TargetState::kMet;
  } else if (target.by.empty()) {
    result.state = TargetState::kUnder;
  } else {
    result.state = over ? TargetState::kMissed : TargetState::kOpen;
  }
  return result;
}

}  // namespace

Result<std::vector<TargetResult>> TargetsOf(const Compiled& compiled, const std::string& db, int64_t now) {
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, ZoneOf(compiled));
  std::vector<TargetResult> results;
  for (const Target& target : compiled.project.config.config.targets) {
    SAITEN_ASSIGN_OR_RETURN(TargetResult result, Ask(compiled, db, target, now, zone));
    results.push_back(std::move(result));
  }
  std::ranges::sort(results, {}, [](const TargetResult& result) { return result.target.name; });
  return results;
}

}  // namespace saiten::driver
