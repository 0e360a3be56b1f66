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

InstanceKey KeyOf(uint32_t flow, RecordId record, const std::string& key) { return {flow, record.row, key}; }

// For those who end or begin instances while they go through them.
std::vector<size_t> CopyOf(std::span<const size_t> instances) { return {instances.begin(), instances.end()}; }

InstanceStatus StatusOf(std::string_view state) {
  if (state == "replied") return InstanceStatus::kReplied;
  if (state == "meeting") return InstanceStatus::kMeeting;
  if (state == "bounced") return InstanceStatus::kBounced;
  if (state == "unsubscribed") return InstanceStatus::kUnsubscribed;
  return InstanceStatus::kLeft;
}

}  // namespace

std::span<const size_t> Engine::ActiveOf(RecordId record) const {
  const std::vector<size_t>* active = state_.active.Find(record);
  return active == nullptr ? std::span<const size_t>() : std::span<const size_t>(*active);
}

void Engine::End(Instance& instance, InstanceStatus status, std::string_view saw) {
  instance.status = status;
  instance.ended = now_;
  instance.due = kNever;
  if (const ir::Flow& flow = FlowOf(instance); status == InstanceStatus::kCompleted && flow.goal_counts_for) {
    instance.due = EndOf(flow.goal_counts_for, now_, local());
    state_.goal_counts[{instance.object.value, instance.row}].push_back(
        static_cast<size_t>(&instance - state_.instances.data()));
  }
  const size_t index = static_cast<size_t>(&instance - state_.instances.data());
  std::vector<size_t>& active = state_.active[{instance.object.value, instance.row}];
  std::erase(active, index);
  KeyHistory& history =
      state_.keys[KeyOf(NewestOf(instance.flow), {instance.object.value, instance.row}, instance.key)];
  history.active = -1;
  history.last_end = now_;
  LogRow row = Row(instance, RowKind::kEnded, std::string(NameOf(status)));
  if (!saw.empty()) row.fields.push_back({"saw", saw});
  Log(std::move(row));
}

std::string Engine::SawGoal(RecordId record, const ir::Flow& flow, const std::vector<Value>& inputs) {
  return SawOf(flow.goal_of_run ? flow.goal_of_run : flow.goal_seen, record, inputs);
}

// The first of its suppressions that holds, as `segment (what it saw)`; empty if none does.
std::string Engine::SuppressedBy(RecordId record, const ir::Flow& flow) {
  for (size_t i = 0; i < flow.suppress.size(); ++i) {
    if (!Level(record, flow.suppress[i])) continue;
    const std::string saw = SawOf(flow.suppress_seen[i], record, {});
    return saw.empty() ? flow.suppress_names[i] : flow.suppress_names[i] + ": " + saw;
  }
  return {};
}

bool Engine::MeetsGoal(RecordId record, const ir::Flow& flow, const std::vector<Value>& inputs) {
  if (flow.goal_of_run) return evaluator_.Holds(flow.goal_of_run, record.row, now_, inputs);
  return flow.goal != ir::kNowhere && Level(record, flow.goal);
}

void Engine::Exits(const Commit& commit) {
  const auto* happened = commit.item ? std::get_if<Happened>(&commit.item->what) : nullptr;
  const bool deleted = commit.item && std::get_if<Deleted>(&commit.item->what);
  std::vector<size_t> active = CopyOf(ActiveOf(commit.record));
  std::ranges::sort(active, [&](size_t a, size_t b) {
    const auto& flows = flows_of_[commit.record.object];
    const auto place = [&](size_t i) {
      return std::ranges::find(flows, NewestOf(state_.instances[i].flow)) - flows.begin();
    };
    return place(a) != place(b) ? place(a) < place(b) : state_.instances[a].key < state_.instances[b].key;
  });
  for (size_t index : active) {
    Instance& instance = state_.instances[index];
    const ir::Flow& flow = FlowOf(instance);
    if (deleted) {
      End(instance, InstanceStatus::kRemoved);
      continue;
    }
    if (instance.still) continue;  // its clauses are not known
    // At one instant the goal wins over everything (sem G1).
    if (MeetsGoal(commit.record, flow, instance.inputs)) {
      End(instance, InstanceStatus::kGoal, SawGoal(commit.record, flow, instance.inputs));
      continue;
    }
    if (std::string by = SuppressedBy(commit.record, flow); !by.empty()) {
      End(instance, InstanceStatus::kSuppressed, std::move(by));
      continue;
    }
    if ((flow.stay != ir::kNowhere && !Level(commit.record, flow.stay)) ||
        (flow.stay_of_run && !evaluator_.Holds(flow.stay_of_run, instance.row, now_, instance.inputs))) {
      End(instance, InstanceStatus::kLeft, "not matching: " + SawOf(flow.only_if, commit.record, instance.inputs));
      continue;
    }
    for (size_t i = 0; happened && i < flow.stop_on.size(); ++i) {
      if (happened->event != flow.stop_on[i]) continue;
      End(instance, StatusOf(flow.stop_states[i]),
          "event: " + world_.context().catalog()[happened->event].name + ", " + SpellInstant(happened->time));
      break;
    }
  }
}

// Of those who came to the end of the steps a goal counts for a while, and for one run: the last (sem G2).
void Engine::GoalsAfter(const Commit& commit) {
  const auto found = state_.goal_counts.find({commit.record.object, commit.record.row});
  if (found == state_.goal_counts.end()) return;
  const bool deleted = commit.item && std::get_if<Deleted>(&commit.item->what);
  std::erase_if(found->second, [&](size_t index) {
    Instance& instance = state_.instances[index];
    const ir::Flow& flow = FlowOf(instance);
    if (deleted || now_ > instance.due) return true;
    const auto history = state_.keys.find(KeyOf(NewestOf(instance.flow), commit.record, instance.key));
    if (history != state_.keys.end() && history->second.created > instance.number) return true;
    if (!MeetsGoal(commit.record, flow, instance.inputs)) return false;
    LogRow row = Row(instance, RowKind::kGoalAfter, {});
    if (std::string saw = SawGoal(commit.record, flow, instance.inputs); !saw.empty()) {
      row.fields.push_back({"saw", std::move(saw)});
    }
    Log(std::move(row));
    instance.due = kNever;
    state_.Touch(index);
    return true;
  });
  if (found->second.empty()) state_.goal_counts.erase(found);
}

std::string_view Engine::WhyNotAgain(uint32_t flow, RecordId record, const std::string& key) {
  const ir::ReEntry& policy = automation_.flows[flow].re_entry;
  const auto found = state_.keys.find(KeyOf(flow, record, key));
  if (found == state_.keys.end() || found->second.created == 0) return {};
  const KeyHistory& history = found->second;
  saw_ = "runs so far = " + std::to_string(history.created);
  if (history.last_end != kNever) saw_ += ", last end = " + SpellInstant(history.last_end);
  if (policy.policy == ir::ReEntry::Policy::kOnce) return kPolicy;
  if (policy.at_most > 0 && history.created >= policy.at_most) return kPolicy;
  if (policy.after && history.last_end != kNever) {
    // Days of 24 hours from the end of the run before (sem R3a).
    const int64_t unit = rt::FixedLength(policy.after.unit);
    const int64_t again =
        unit > 0 ? history.last_end + policy.after.count * unit : EndOf(policy.after, history.last_end, local());
    if (now_ < again) {
      saw_ += ", again from = " + SpellInstant(again);
      return kPolicy;
    }
  }
  return {};
}

std::string_view Engine::WhyNot(const Commit& commit, uint32_t index, const std::vector<Value>& inputs,
                                const std::string& key, bool by_hand) {
  const ir::Flow& flow = automation_.flows[index];
  const RecordId record = commit.record;
  saw_.clear();
  if (!world_.IsThere(ObjectId(record.object), record.row)) return kNoSuchRecord;
  if (!TakesIn(state_.flows[index].state)) return kOff;
  saw_ = SuppressedBy(record, flow);
  if (!saw_.empty()) return kSuppressed;
  const bool sends_first =
      flow.first != ir::kNowhere && std::holds_alternative<ir::SendStep>(flow.steps[flow.first].body);
  if (!flow.consent.empty() && sends_first && !reach_.HasConsent(record, flow.consent, now_)) {
    saw_ = reach_.Saw(record, Role::kConsent, now_) + " (" + flow.consent + ")";
    return kConsent;
  }
  if (MeetsGoal(record, flow, inputs)) {
    saw_ = SawGoal(record, flow, inputs);
    return kGoalMet;
  }
  if (flow.only_if && !by_hand && !evaluator_.Holds(flow.only_if, record.row, now_, inputs)) {
    saw_ = Saw(flow.only_if);
    return kNotMatching;
  }
  const auto found = state_.keys.find(KeyOf(index, record, key));
  const bool active = found != state_.keys.end() && found->second.active >= 0;
  if (active && flow.re_entry.policy != ir::ReEntry::Policy::kRestart) {
    const Instance& inside = state_.instances[static_cast<size_t>(found->second.active)];
    saw_ = "enrolled = " + SpellInstant(inside.enrolled);
    if (inside.step != ir::kNowhere) saw_ += ", step = " + StepOf(inside).name;
    return kActive;
  }
  if (!flow.group.empty()) {
    for (size_t other : ActiveOf(record)) {
      const ir::Flow& member = FlowOf(state_.instances[other]);
      const bool same = NewestOf(state_.instances[other].flow) == index;
      if (!same && member.group == flow.group && member.priority >= flow.priority) {
        saw_ = member.name + ": priority = " + std::to_string(member.priority);
        return kGroup;
      }
    }
  }
  return WhyNotAgain(index, record, key);
}

// What started it, for explanations: the trigger as written, and what it saw.
Fields Engine::StartedBy(const Commit& commit, uint32_t flow, const ir::Trigger& trigger) {
  Fields fields = {{"trigger", trigger.text}};
  const ir::Flow& started = automation_.flows[flow];
  std::string saw = SawOf(trigger.seen, commit.record, std::vector<Value>(started.inputs.size()));
  if (trigger.kind == ir::Trigger::Kind::kEvent) {
    saw = "event time = " + SpellInstant(std::get<Happened>(commit.item->what).time);
  }
  if (!saw.empty()) fields.push_back({"saw", saw});
  return fields;
}

void Engine::TryToEnrol(const Commit& commit, uint32_t index, std::vector<Value> inputs, bool by_hand,
                        Fields started_by) {
  const ir::Flow& flow = automation_.flows[index];
  const RecordId record = commit.record;
  LogRow refused{.object = ObjectId(record.object), .row = record.row, .flow = index, .kind = RowKind::kRefused};
  if (!started_by.empty()) refused.fields.push_back(*started_by.begin());
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
    if (!saw_.empty()) refused.fields.push_back({"saw", saw_});
    saw_.clear();
    Log(std::move(refused));
    return;
  }
  // Those that make room: the active one of a flow that restarts, members of its group with a lower priority.
  for (size_t other : CopyOf(ActiveOf(record))) {
    Instance& member = state_.instances[other];
    const bool same = NewestOf(member.flow) == index;
    if (same && member.key == key) {
      End(member, InstanceStatus::kRestarted);
    } else if (!same && !flow.group.empty() && FlowOf(member).group == flow.group) {
      End(member, InstanceStatus::kLeft);
    }
  }
  KeyHistory& history = state_.keys[KeyOf(index, record, key)];
  Instance instance{.flow = index, .object = ObjectId(record.object), .row = record.row, .key = std::move(key)};
  instance.id = state_.next_id++;
  instance.number = ++history.created;
  instance.enrolled = now_;
  instance.planned = now_;
  instance.inputs = std::move(inputs);
  history.active = static_cast<int64_t>(state_.instances.size());
  state_.active[record].push_back(state_.instances.size());
  state_.instances.push_back(std::move(instance));
  state_.Touch(state_.instances.size() - 1);
  Instance& enrolled = state_.instances.back();
  LogRow row = Row(enrolled, RowKind::kEnrolled);
  row.fields = std::move(started_by);
  Log(std::move(row));
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
    if (asleep_[flow] || NewestOf(flow) != flow) continue;
    std::vector<Value> inputs(automation_.flows[flow].inputs.size());
    if (const auto trigger = FiredTrigger(commit, flow)) {
      const ir::Trigger& fired = automation_.flows[flow].triggers[*trigger];
      TakeGiven(commit, fired.match, fired.given, inputs);
      TryToEnrol(commit, flow, std::move(inputs), false, StartedBy(commit, flow, fired));
      continue;
    }
    for (const Request* request : requests) {
      if (request->flow != flow) continue;
      if (request->enrol) {
        TryToEnrol(commit, flow, inputs, request->by_hand, {{"trigger", request->by_hand ? "by hand" : "enrol"}});
        continue;
      }
      for (size_t index : CopyOf(ActiveOf(commit.record))) {
        if (NewestOf(state_.instances[index].flow) == flow) End(state_.instances[index], InstanceStatus::kRemoved);
      }
    }
  }
}

}  // namespace saiten::flow
