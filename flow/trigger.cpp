#include <algorithm>

#include "flow/engine.h"

// Edges: which triggers a commit fires (sem E1 to E6).
namespace saiten::flow {
namespace {

// Whether an event declaration is `wanted`, or one that it stands for.
bool IsOf(const Catalog& catalog, EventId happened, EventId wanted) {
  const auto& any_of = catalog[wanted].any_of;
  return happened == wanted || std::ranges::find(any_of, happened) != any_of.end();
}

const ResultChange* ChangeOf(const std::vector<ResultChange>& changes, uint32_t column) {
  const auto found = std::ranges::find(changes, column, &ResultChange::column);
  return found == changes.end() ? nullptr : &*found;
}

bool Holds(const Value& value) { return value.known && value.number == 1; }

}  // namespace

bool Engine::MatchesEvent(const Commit& commit, const ir::EventMatch& match, std::vector<Value> inputs) {
  const auto* happened = commit.item ? std::get_if<Happened>(&commit.item->what) : nullptr;
  if (!happened || !IsOf(world_.context().catalog(), happened->event, match.event)) return false;
  if (!match.where) return true;
  const auto place = evaluator_.FindEvent(match.event, commit.record.row, happened->time, happened->arrival);
  if (!place) return false;  // a duplicate by its id (sem T4)
  inputs[ir::Flow::kEventInput] = Value::Of(static_cast<int64_t>(*place));
  return evaluator_.Holds(match.where, commit.record.row, now_, inputs);
}

bool Engine::MatchesChange(const Commit& commit, const ir::EventMatch& match) {
  const ir::Watch& watch = match.change;
  Value before, after;
  if (watch.kind == ir::Watch::Kind::kProperty) {
    const auto found =
        std::ranges::find(commit.properties, watch.index, [](const auto& change) { return change.first; });
    if (found == commit.properties.end()) return false;
    before = found->second.first;
    after = found->second.second;
  } else {
    const ResultChange* change = ChangeOf(commit.results, watch.index);
    if (!change) return false;
    before = change->before;
    after = change->after;
  }
  const auto fits = [&](const ir::Ask& ask, const Value& value) {
    return !ask || evaluator_.Ask(ask, commit.record.row, now_, {}) == value;
  };
  // Creation is a change if the value is known then and no `from` is given (sem E5).
  if (commit.created && (watch.from || !after.known)) return false;
  return fits(watch.from, before) && fits(watch.to, after) &&
         (!match.where || evaluator_.Holds(match.where, commit.record.row, now_, {}));
}

bool Engine::Fires(const Commit& commit, uint32_t flow, uint32_t index) {
  using Kind = ir::Trigger::Kind;
  const ir::Trigger& trigger = automation_.flows[flow].triggers[index];
  switch (trigger.kind) {
    case Kind::kEvent: {
      if (!MatchesEvent(commit, trigger.match, std::vector<Value>(automation_.flows[flow].inputs.size()))) return false;
      const auto& happened = std::get<Happened>(commit.item->what);
      if (commit.item->instant - happened.time < trigger.late) return true;
      LogRow row{.object = ObjectId(commit.record.object), .row = commit.record.row, .flow = flow};
      row.kind = RowKind::kLateIgnored;
      row.detail = trigger.text;
      Log(std::move(row));
      return false;
    }
    case Kind::kChange:
      return MatchesChange(commit, trigger.match);
    case Kind::kBecoming: {
      const ResultChange* change = ChangeOf(commit.results, trigger.level);
      return change && !Holds(change->before) && Holds(change->after);
    }
    case Kind::kLeaving: {
      const ResultChange* change = ChangeOf(commit.results, trigger.level);
      return change && Holds(change->before) && !Holds(change->after);
    }
    case Kind::kAt:
    case Kind::kEvery:
      return std::ranges::find(commit.scheduled, std::pair(flow, index)) != commit.scheduled.end();
    case Kind::kAround: {
      const auto armed = around_.find({flow, index});
      return commit.timer && armed != around_.end() && commit.record.row < armed->second.size() &&
             armed->second[commit.record.row] == now_;
    }
    case Kind::kManually:
      return false;
  }
  return false;
}

std::optional<uint32_t> Engine::FiredTrigger(const Commit& commit, uint32_t flow) {
  const auto count = static_cast<uint32_t>(automation_.flows[flow].triggers.size());
  for (uint32_t index = 0; index < count; ++index) {
    if (Fires(commit, flow, index)) return index;
  }
  return std::nullopt;
}

void Engine::TakeGiven(const Commit& commit, const ir::EventMatch& match, const std::vector<ir::Given>& given,
                       std::vector<Value>& inputs) {
  const auto* happened = commit.item ? std::get_if<Happened>(&commit.item->what) : nullptr;
  if (!happened || given.empty()) return;
  const auto place = evaluator_.FindEvent(match.event, commit.record.row, happened->time, happened->arrival);
  if (!place) return;
  for (const ir::Given& one : given) inputs[one.input] = evaluator_.FieldOf(match.event, *place, one.field);
}

// `since enrolment`: the earliest event from then on that fits (sem D6) and has come in (sem T4a).
bool Engine::HappenedSince(const Instance& instance, const ir::WaitForStep& wait, std::vector<Value>& inputs) {
  const rt::EventSeries& series = world_.context().series(wait.match.event);
  if (series.size() == 0) return false;
  std::vector<Value> asked = instance.inputs;
  const auto received = world_.context().catalog()[wait.match.event].received;
  for (uint32_t i = series.BeginOf(instance.row); i < series.EndOf(instance.row); ++i) {
    // What started the run does not count.
    if (series.times[i] <= instance.enrolled || series.times[i] > now_) continue;
    const Value came = received ? evaluator_.FieldOf(wait.match.event, i, *received) : Value::Unknown();
    if (came.known && came.number > now_) continue;
    asked[ir::Flow::kEventInput] = Value::Of(static_cast<int64_t>(i));
    if (wait.match.where && !evaluator_.Holds(wait.match.where, instance.row, now_, asked)) continue;
    for (const ir::Given& one : wait.given) inputs[one.input] = evaluator_.FieldOf(wait.match.event, i, one.field);
    return true;
  }
  return false;
}

}  // namespace saiten::flow
