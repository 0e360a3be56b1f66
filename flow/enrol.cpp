#include <algorithm>

#include "flow/engine.h"

// Who enters a flow, and who leaves it early (sem R1 to R5, G1, G3, W4).
namespace saiten::flow {
namespace {

constexpr std::string_view kOff = "off";
constexpr std::string_view kSuppressed = "suppressed";
constexpr std::string_view kConsent = "consent";
constexpr std::string_view kGoalMet = "goal already met";
constexpr std::string_view kNotMatching = "not matching";
constexpr std::string_view kActive = "already active";
constexpr std::string_view kGroup = "group";
constexpr std::string_view kPolicy = "re-entry policy";
constexpr std::string_view kKeyUnknown = "key unknown";

State::KeyOf KeyOf(uint32_t flow, RecordId record, const std::string& key) { return {{flow, record.row}, key}; }

Status StatusOf(std::string_view state) {
  if (state == "replied") return Status::kReplied;
  if (state == "meeting") return Status::kMeeting;
  if (state == "bounced") return Status::kBounced;
  if (state == "unsubscribed") return Status::kUnsubscribed;
  return Status::kLeft;
}

}  // namespace

std::vector<size_t> Engine::ActiveOf(RecordId record) const {
  const auto found = state_.active.find({record.object, record.row});
  return found == state_.active.end() ? std::vector<size_t>() : found->second;
}

void Engine::End(Instance& instance, Status status) {
  instance.status = status;
  instance.ended = now_;
  instance.due = kNever;
  const size_t index = static_cast<size_t>(&instance - state_.instances.data());
  std::vector<size_t>& active = state_.active[{instance.object.value, instance.row}];
  std::erase(active, index);
  KeyHistory& history = state_.keys[KeyOf(instance.flow, {instance.object.value, instance.row}, instance.key)];
  history.active = -1;
  history.last_end = now_;
  Log(Row(instance, RowKind::kEnded, std::string(NameOf(status))));
}

bool Engine::MeetsGoal(RecordId record, const ir::Flow& flow, const std::vector<Value>& inputs) {
  if (flow.goal_of_run) return evaluator_.Holds(flow.goal_of_run, record.row, now_, inputs);
  return flow.goal != ir::kNowhere && Level(record, flow.goal);
}

void Engine::Exits(const Commit& commit) {
  const auto* happened = commit.item ? std::get_if<Happened>(&commit.item->what) : nullptr;
  const bool deleted = commit.item && std::get_if<Deleted>(&commit.item->what);
  std::vector<size_t> active = ActiveOf(commit.record);
  std::ranges::sort(active, [&](size_t a, size_t b) {
    const auto& flows = flows_of_[commit.record.object];
    const auto place = [&](size_t i) { return std::ranges::find(flows, state_.instances[i].flow) - flows.begin(); };
    return place(a) != place(b) ? place(a) < place(b) : state_.instances[a].key < state_.instances[b].key;
  });
  for (size_t index : active) {
    Instance& instance = state_.instances[index];
    const ir::Flow& flow = FlowOf(instance);
    if (deleted) {
      End(instance, Status::kRemoved);
      continue;
    }
    // At one instant the goal wins over everything (sem G1).
    if (MeetsGoal(commit.record, flow, instance.inputs)) {
      End(instance, Status::kGoal);
      continue;
    }
    if (std::ranges::any_of(flow.suppress, [&](uint32_t column) { return Level(commit.record, column); })) {
      End(instance, Status::kSuppressed);
      continue;
    }
    if ((flow.stay != ir::kNowhere && !Level(commit.record, flow.stay)) ||
        (flow.stay_of_run && !evaluator_.Holds(flow.stay_of_run, instance.row, now_, instance.inputs))) {
      End(instance, Status::kLeft);
      continue;
    }
    for (size_t i = 0; happened && i < flow.stop_on.size(); ++i) {
      if (happened->event != flow.stop_on[i]) continue;
      End(instance, StatusOf(flow.stop_states[i]));
      break;
    }
  }
}

std::string_view Engine::WhyNotAgain(uint32_t flow, RecordId record, const std::string& key) {
  const ir::ReEntry& policy = automation_.flows[flow].re_entry;
  const auto found = state_.keys.find(KeyOf(flow, record, key));
  if (found == state_.keys.end() || found->second.created == 0) return {};
  const KeyHistory& history = found->second;
  if (policy.policy == ir::ReEntry::Policy::kOnce) return kPolicy;
  if (policy.at_most > 0 && history.created >= policy.at_most) return kPolicy;
  if (policy.after && history.last_end != kNever) {
    // Days of 24 hours from the end of the run before (sem R3a).
    const int64_t unit = rt::FixedLength(policy.after.unit);
    const int64_t again =
        unit > 0 ? history.last_end + policy.after.count * unit : EndOf(policy.after, history.last_end, local());
    if (now_ < again) return kPolicy;
  }
  return {};
}

std::string_view Engine::WhyNot(const Commit& commit, uint32_t index, const std::vector<Value>& inputs,
                                const std::string& key, bool by_hand) {
  const ir::Flow& flow = automation_.flows[index];
  const RecordId record = commit.record;
  if (state_.off[index]) return kOff;
  if (std::ranges::any_of(flow.suppress, [&](uint32_t column) { return Level(record, column); })) return kSuppressed;
  const bool sends_first =
      flow.first != ir::kNowhere && std::holds_alternative<ir::SendStep>(flow.steps[flow.first].body);
  if (!flow.consent.empty() && sends_first && !HasConsent(record, flow.consent)) return kConsent;
  if (MeetsGoal(record, flow, inputs)) return kGoalMet;
  if (flow.only_if && !by_hand && !evaluator_.Holds(flow.only_if, record.row, now_, inputs)) return kNotMatching;
  const auto found = state_.keys.find(KeyOf(index, record, key));
  const bool active = found != state_.keys.end() && found->second.active >= 0;
  if (active && flow.re_entry.policy != ir::ReEntry::Policy::kRestart) return kActive;
  if (!flow.group.empty()) {
    for (size_t other : ActiveOf(record)) {
      const ir::Flow& member = FlowOf(state_.instances[other]);
      const bool same = state_.instances[other].flow == index;
      if (!same && member.group == flow.group && member.priority >= flow.priority) return kGroup;
    }
  }
  return WhyNotAgain(index, record, key);
}

void Engine::TryToEnrol(const Commit& commit, uint32_t index, std::vector<Value> inputs, bool by_hand) {
  const ir::Flow& flow = automation_.flows[index];
  const RecordId record = commit.record;
  LogRow refused{.object = ObjectId(record.object), .row = record.row, .flow = index, .kind = RowKind::kRefused};
  std::string key;
  if (flow.key) {
    const Value value = evaluator_.Ask(flow.key, record.row, now_, inputs);
    if (!value.known) {
      refused.detail = kKeyUnknown;
      Log(std::move(refused));
      return;
    }
    key = evaluator_.Spell(flow.key.type, value);
  }
  if (const std::string_view why = WhyNot(commit, index, inputs, key, by_hand); !why.empty()) {
    refused.detail = why;
    refused.instance_key = key;
    Log(std::move(refused));
    return;
  }
  // Those that make room: the active one of a flow that restarts, members of its group with a lower priority.
  for (size_t other : ActiveOf(record)) {
    Instance& member = state_.instances[other];
    if (member.flow == index && member.key == key) {
      End(member, Status::kRestarted);
    } else if (member.flow != index && !flow.group.empty() && FlowOf(member).group == flow.group) {
      End(member, Status::kLeft);
    }
  }
  KeyHistory& history = state_.keys[KeyOf(index, record, key)];
  Instance instance{.flow = index, .object = ObjectId(record.object), .row = record.row, .key = std::move(key)};
  instance.number = ++history.created;
  instance.enrolled = now_;
  instance.inputs = std::move(inputs);
  history.active = static_cast<int64_t>(state_.instances.size());
  state_.active[{record.object, record.row}].push_back(state_.instances.size());
  state_.instances.push_back(std::move(instance));
  Instance& enrolled = state_.instances.back();
  Log(Row(enrolled, RowKind::kEnrolled));
  GoOn(enrolled, flow.first);
  starting_.push_back(state_.instances.size() - 1);
}

void Engine::Enrolments(const Commit& commit) {
  starting_.clear();
  if (commit.item && std::get_if<Deleted>(&commit.item->what)) return;
  std::vector<const Request*> requests;
  if (commit.item) {
    if (auto* request = std::get_if<Request>(&commit.item->what)) requests.push_back(request);
  }
  for (const Effect& effect : commit.effects) {
    if (auto* request = std::get_if<Request>(&effect.what)) requests.push_back(request);
  }
  for (uint32_t flow : flows_of_[commit.record.object]) {
    std::vector<Value> inputs(automation_.flows[flow].inputs.size());
    if (const auto trigger = FiredTrigger(commit, flow)) {
      const ir::Trigger& fired = automation_.flows[flow].triggers[*trigger];
      TakeGiven(commit, fired.match, fired.given, inputs);
      TryToEnrol(commit, flow, std::move(inputs), false);
      continue;
    }
    for (const Request* request : requests) {
      if (request->flow != flow) continue;
      if (request->enrol) {
        TryToEnrol(commit, flow, inputs, request->by_hand);
        continue;
      }
      for (size_t index : ActiveOf(commit.record)) {
        if (state_.instances[index].flow == flow) End(state_.instances[index], Status::kRemoved);
      }
    }
  }
}

}  // namespace saiten::flow
