#include "flow/engine.h"

#include <algorithm>

#include "runtime/zone.h"

// The order of work: instants, cycles within an instant, phases within a cycle (sem W1, W1a, W2).
namespace saiten::flow {
namespace {

// Cycles that may follow from one commit (sem W2).
constexpr uint32_t kMaxDepth = 8;

}  // namespace

Engine::Engine(World& world, const ir::Automation& automation, const rt::Zone* zone, State& state,
               std::vector<LogRow>& log)
    : world_(world),
      automation_(automation),
      zone_(zone ? zone : rt::Zone::Utc()),
      state_(state),
      log_(log),
      evaluator_(world),
      reach_(evaluator_, automation),
      readers_(world) {
  flows_of_.resize(world_.context().catalog().objects.size());
  for (uint32_t i = 0; i < automation_.flows.size(); ++i) flows_of_[automation_.flows[i].object.index()].push_back(i);
  for (std::vector<uint32_t>& flows : flows_of_) {
    std::ranges::sort(flows, [&](uint32_t a, uint32_t b) {
      const ir::Flow& left = automation_.flows[a];
      const ir::Flow& right = automation_.flows[b];
      if (left.priority != right.priority) return left.priority > right.priority;
      return left.name != right.name ? left.name < right.name : a < b;
    });
  }
  timer_of_.resize(flows_of_.size());
  asleep_.resize(automation_.flows.size());
  state_.flows.resize(automation_.flows.size());
}

bool Engine::Before(RecordId a, RecordId b) {
  if (a.object != b.object) {
    const Catalog& catalog = world_.context().catalog();
    return catalog.objects[a.object].name < catalog.objects[b.object].name;
  }
  const rt::Keys& keys = world_.context().data().tables[a.object].keys;
  return keys.is_text ? keys.texts[a.row] < keys.texts[b.row] : keys.ints[a.row] < keys.ints[b.row];
}

void Engine::Begin(int64_t now) {
  // Kernel by kernel, so that results of other objects are there when they are read.
  for (uint32_t object = 0; object < flows_of_.size(); ++object) {
    for (uint32_t row = 0; row < world_.context().data().tables[object].size; ++row) {
      evaluator_.Evaluate(ObjectId(object), row, now, nullptr);
    }
  }
  Open(now, kNever);
  for (uint32_t flow = 0; flow < automation_.flows.size(); ++flow) {
    if (automation_.flows[flow].existing_enrol) EnrolExisting(flow);
  }
}

void Engine::Open(int64_t now, int64_t horizon, std::optional<RecordId> only) {
  now_ = state_.now = now;
  horizon_ = horizon;
  if (only) return SetTimer(*only);
  for (uint32_t flow = 0; flow < automation_.flows.size(); ++flow) {
    for (uint32_t t = 0; t < automation_.flows[flow].triggers.size(); ++t) {
      const ir::Trigger& trigger = automation_.flows[flow].triggers[t];
      if (trigger.kind == ir::Trigger::Kind::kAt || trigger.kind == ir::Trigger::Kind::kEvery) {
        schedule_[{flow, t}] = NextFiring(trigger, now, *zone_);
      }
    }
  }
  for (uint32_t object = 0; object < flows_of_.size(); ++object) {
    for (uint32_t row = 0; row < world_.context().data().tables[object].size; ++row) SetTimer({object, row});
  }
}

// Those for whom a condition of a trigger holds already enter in the order of their keys, so many an hour (sem E4).
void Engine::EnrolExisting(uint32_t index) {
  const ir::Flow& flow = automation_.flows[index];
  std::vector<RecordId> records;
  for (uint32_t row = 0; row < world_.context().data().tables[flow.object.index()].size; ++row) {
    const RecordId record{flow.object.value, row};
    const bool holds = std::ranges::any_of(flow.triggers, [&](const ir::Trigger& trigger) {
      return trigger.kind == ir::Trigger::Kind::kBecoming && Level(record, trigger.level);
    });
    if (holds) records.push_back(record);
  }
  std::ranges::sort(records, [&](RecordId a, RecordId b) { return Before(a, b); });
  const ir::Rate& limit = flow.existing_limit;
  int64_t at = now_;
  // Behind what comes in at that instant, and among each other as timers are (sem T6).
  const uint64_t order =
      (uint64_t{1} << 62) + static_cast<uint64_t>(std::ranges::find(flows_of_[flow.object.index()], index) -
                                                  flows_of_[flow.object.index()].begin());
  for (size_t i = 0; i < records.size(); ++i) {
    if (limit.count > 0 && i > 0 && i % static_cast<size_t>(limit.count) == 0) at = EndOf(limit.per, at, local());
    Add({.instant = at, .order = order, .object = flow.object, .row = records[i].row, .what = Request{index}});
  }
}

void Engine::Add(Item item) {
  SAITEN_CHECK(item.instant >= state_.now);
  items_[item.instant].push_back(std::move(item));
}

int64_t Engine::NextInstant() const {
  int64_t next = items_.empty() ? kNever : items_.begin()->first;
  if (!controls_.empty()) next = std::min(next, controls_.begin()->first);
  if (!timers_.empty()) next = std::min(next, timers_.front().first);
  for (const auto& [trigger, instant] : schedule_) next = std::min(next, instant);
  return next;
}

bool Engine::RunNext(int64_t until) {
  const int64_t next = NextInstant();
  const bool any = next <= until && next != kNever;
  now_ = any ? next : std::max(until, state_.now);
  if (any) RunInstant();
  state_.now = now_;
  return any;
}

void Engine::RunUntil(int64_t until) {
  while (RunNext(until)) {
  }
}

std::vector<Item> Engine::pending() const {
  std::vector<Item> pending;
  for (const auto& [instant, items] : items_) {
    for (const Item& item : items) {
      if (std::get_if<Request>(&item.what)) pending.push_back(item);
    }
  }
  return pending;
}

void Engine::SetTimer(RecordId record) {
  if (!world_.IsThere(ObjectId(record.object), record.row)) return;
  int64_t next = evaluator_.NextChange(ObjectId(record.object), record.row);
  for (size_t index : ActiveOf(record)) {
    if (!StandsStill(state_.instances[index])) next = std::min(next, state_.instances[index].due);
  }
  for (uint32_t flow : flows_of_[record.object]) {
    for (uint32_t t = 0; t < automation_.flows[flow].triggers.size(); ++t) {
      const ir::Trigger& trigger = automation_.flows[flow].triggers[t];
      if (trigger.kind != ir::Trigger::Kind::kAround) continue;
      const Value moment = evaluator_.Ask(trigger.moment, record.row, now_, {});
      const int64_t fires = moment.known ? Around(trigger, moment.number, local()) : kNever;
      std::vector<int64_t>& around = around_[{flow, t}];
      if (around.size() <= record.row) around.resize(record.row + 1, kNever);
      // What this very instant has made due comes behind what it took in (sem T6).
      if (fires == now_ && around[record.row] != now_) queues_[record].timer = true;
      around[record.row] = fires >= now_ ? fires : kNever;
      if (fires > now_) next = std::min(next, fires);
    }
  }
  std::vector<int64_t>& timers = timer_of_[record.object];
  if (timers.size() <= record.row) timers.resize(record.row + 1, kNever);
  int64_t& timer = timers[record.row];
  const int64_t before = std::exchange(timer, next <= horizon_ ? next : kNever);
  if (next > horizon_) behind_ = std::min(behind_, next);
  if (timer == before) return;
  if (timer != kNever) {
    timers_.emplace_back(timer, record);
    std::ranges::push_heap(timers_, std::greater());
  }
  DropTimersThatAreOff();
}

void Engine::DropTimersThatAreOff() {
  const auto is_off = [&](const std::pair<int64_t, RecordId>& timer) {
    return timer_of_[timer.second.object][timer.second.row] != timer.first;
  };
  while (!timers_.empty() && is_off(timers_.front())) {
    std::ranges::pop_heap(timers_, std::greater());
    timers_.pop_back();
  }
}

void Engine::FillQueues() {
  if (const auto found = controls_.find(now_); found != controls_.end()) {
    for (const Control& control : found->second) Switch(control);
    controls_.erase(found);
  }
  if (auto found = items_.find(now_); found != items_.end()) {
    std::ranges::stable_sort(found->second, {}, &Item::order);
    for (const Item& item : found->second) queues_[{item.object.value, item.row}].items.push_back(&item);
  }
  while (!timers_.empty() && timers_.front().first == now_) {
    const RecordId record = timers_.front().second;
    timer_of_[record.object][record.row] = kNever;
    queues_[record].timer = true;
    DropTimersThatAreOff();
  }
  for (auto& [place, instant] : schedule_) {
    if (instant != now_) continue;
    const ir::Flow& flow = automation_.flows[place.first];
    for (uint32_t row = 0; row < world_.context().data().tables[flow.object.index()].size; ++row) {
      Queue& queue = queues_[{flow.object.value, row}];
      queue.timer = true;
      queue.scheduled.push_back(place);
    }
    instant = NextFiring(flow.triggers[place.second], now_, *zone_);
  }
}

void Engine::RunInstant() {
  const size_t from = log_.size();
  queues_.clear();
  cycle_ = 0;
  FillQueues();
  for (; !queues_.empty(); ++cycle_) RunCycle();
  items_.erase(now_);
  SortLog(from);
}

Engine::Commit Engine::Take(RecordId record, Queue& queue) {
  Commit commit{.record = record};
  if (!queue.effects.empty() || queue.touched) {
    commit.depth = queue.depth;
    commit.effects = std::move(queue.effects);
    queue.effects.clear();
    queue.touched = false;
    queue.depth = 0;
  } else if (queue.has_items()) {
    commit.item = queue.items[queue.taken++];
  } else {
    commit.timer = std::exchange(queue.timer, false);
    commit.scheduled = std::move(queue.scheduled);
  }
  return commit;
}

void Engine::CutCascade(RecordId record, Queue& queue) {
  LogRow row{.object = ObjectId(record.object), .row = record.row, .kind = RowKind::kCascadeLimit};
  phase_ = Phase::kIngest;
  Log(std::move(row));
  for (const Effect& effect : queue.effects) {
    auto* go_on = std::get_if<ContinueEffect>(&effect.what);
    if (go_on) state_.Touch(go_on->instance);
    if (go_on) End(state_.instances[go_on->instance], InstanceStatus::kFailed);
  }
  queue.effects.clear();
  queue.touched = false;
  queue.depth = 0;
}

void Engine::RunCycle() {
  std::vector<RecordId> records;
  for (auto& [record, queue] : queues_) records.push_back(record);
  std::ranges::sort(records, [&](RecordId a, RecordId b) { return Before(a, b); });
  std::vector<Commit> commits;
  for (RecordId record : records) {
    Queue& queue = queues_[record];
    if (!world_.IsThere(ObjectId(record.object), record.row)) {
      // Nothing happens to it before it comes; its schedules of this instant wait for that.
      queue.touched = false;
      if (!queue.has_items()) queue = {};
    }
    if (queue.depth > kMaxDepth) CutCascade(record, queue);
    if (!queue.empty()) commits.push_back(Take(record, queue));
  }
  std::erase_if(queues_, [](const auto& entry) { return entry.second.empty(); });
  for (Commit& commit : commits) Apply(commit);
  for (const Commit& commit : commits) readers_.Moved(commit.record, commit.properties);
  for (Commit& commit : commits) {
    if (commit.deleted) continue;  // it has no results any more
    evaluator_.Evaluate(ObjectId(commit.record.object), commit.record.row, now_, &commit.results);
  }
  for (Commit& commit : commits) Touch(commit);
  for (Commit& commit : commits) Process(commit);
  for (const Commit& commit : commits) SetTimer(commit.record);
}

void Engine::Process(Commit& commit) {
  for (size_t index : ActiveOf(commit.record)) state_.Touch(index);
  commit_ = &commit;
  phase_ = Phase::kExits;
  Exits(commit);
  GoalsAfter(commit);
  phase_ = Phase::kEnrolments;
  Enrolments(commit);
  phase_ = Phase::kSteps;
  Steps(commit);
  commit_ = nullptr;
}

bool Engine::Level(RecordId record, uint32_t column) {
  const rt::Column& values = world_.results().columns[record.object][column];
  return values.Known(record.row) && values.Raw(record.row) == 1;
}

LogRow Engine::Row(const Instance& instance, RowKind kind, std::string detail) {
  LogRow row{.object = instance.object, .row = instance.row, .flow = instance.flow, .step = instance.step};
  row.number = instance.number;
  row.instance_key = instance.key;
  row.instance = instance.id;
  row.kind = kind;
  row.detail = std::move(detail);
  return row;
}

std::string Engine::Saw(const ir::Ask& ask) {
  return ask.kernel < automation_.seen.size() ? evaluator_.Saw(ask.kernel, automation_.seen[ask.kernel]) : "";
}

std::string Engine::SawOf(const ir::Ask& ask, RecordId record, std::span<const Value> inputs) {
  if (!ask || ask.kernel >= automation_.seen.size() || automation_.seen[ask.kernel].empty()) return {};
  evaluator_.Ask(ask, record.row, now_, inputs);
  return Saw(ask);
}

void Engine::Log(LogRow row) {
  row.instant = now_;
  row.cycle = cycle_;
  row.phase = phase_;
  log_.push_back(std::move(row));
}

void Engine::SortLog(size_t from) {
  const auto before = [&](const LogRow& a, const LogRow& b) {
    const RecordId left{a.object.value, a.row};
    const RecordId right{b.object.value, b.row};
    if (a.row == kNoRow || b.row == kNoRow) return a.row == kNoRow && b.row != kNoRow;
    if (left != right) return Before(left, right);
    if (a.cycle != b.cycle) return a.cycle < b.cycle;
    if (a.phase != b.phase) return a.phase < b.phase;
    if (a.flow == kNoFlow || b.flow == kNoFlow) return a.flow == kNoFlow && b.flow != kNoFlow;
    if (a.flow != b.flow) {
      const ir::Flow& flow_a = automation_.flows[a.flow];
      const ir::Flow& flow_b = automation_.flows[b.flow];
      if (flow_a.priority != flow_b.priority) return flow_a.priority > flow_b.priority;
      return flow_a.name < flow_b.name;
    }
    return false;
  };
  // Mostly they are the rows of one record. Sorting them stably would need memory.
  const auto first = log_.begin() + static_cast<std::ptrdiff_t>(from);
  if (!std::is_sorted(first, log_.end(), before)) std::stable_sort(first, log_.end(), before);
}

}  // namespace saiten::flow
