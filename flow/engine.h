#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/ir/flow.h"
#include "flow/effect.h"
#include "flow/evaluator.h"
#include "flow/item.h"
#include "flow/log.h"
#include "flow/reach.h"
#include "flow/readers.h"
#include "flow/record.h"
#include "flow/state.h"
#include "flow/timing.h"
#include "flow/world.h"

namespace saiten::flow {

// The durable engine over data in memory: takes what happened in the order of instants and gives the log.
// Deterministic: the same items and data give the same rows, however the time up to N is cut into calls. One instant is
// worked off in cycles; all records with something to do in a cycle first take in what came, then everything reads the
// same data, and what they write is the input of the next cycle (sem W1, W2).
class Engine {
 public:
  // All must outlive it. `zone` null: UTC.
  Engine(World& world, const ir::Automation& automation, const rt::Zone* zone, State& state, std::vector<LogRow>& log);

  // Everything that is there at `now` is history (sem E4): results are worked out and nothing fires, but for flows that
  // say `existing enrol`.
  void Begin(int64_t now);
  // The same where the world has the results of all records at `now` already: what the state says goes on from there,
  // for as long as nothing behind `horizon` is run. `only`: time goes on for this record alone, and starts nothing.
  void Open(int64_t now, int64_t horizon, std::optional<RecordId> only = {});
  // Those for whom a condition that starts the flow holds already enter, as the flow says; it says `existing enrol`.
  void EnrolExisting(uint32_t flow);
  // A flow that sleeps is not there: nothing starts it, and nobody is refused.
  void Sleep(uint32_t flow) { asleep_[flow] = true; }
  void Wake(uint32_t flow) { asleep_[flow] = false; }
  // Calls whose rule says what follows a failure are waited for: Delivered items tell what came of them. Else they have
  // gone out at once, as in tests and simulations, where nobody delivers.
  void AwaitDeliveries() { awaits_deliveries_ = true; }
  // At State::now or behind. Controls of one instant come before everything else of it, in the order given.
  void Add(Item item);
  void Add(const Control& control);
  // Does everything due up to and with `until`, and is then at that instant.
  void RunUntil(int64_t until);
  // Only the first instant of that; false if there is none, which ends at `until`.
  bool RunNext(int64_t until);

  const State& state() const { return state_; }
  // Nothing happens by itself before this instant, behind the horizon; kNever: never. May be too early.
  int64_t NextDue() const { return std::min(NextInstant(), behind_); }
  // Requests for later, which EnrolExisting has made.
  std::vector<Item> pending() const;
  Evaluator& evaluator() { return evaluator_; }

 private:
  // One commit of one record (sem E2).
  struct Commit {
    RecordId record;
    uint32_t depth = 0;  // of causes within this instant (sem W2)
    bool timer = false;
    bool created = false;
    bool deleted = false;
    const Item* item = nullptr;
    std::vector<Effect> effects;
    std::vector<std::pair<uint32_t, uint32_t>> scheduled;  // flow, trigger
    // What came of it:
    Readers::Changes properties;
    std::vector<ResultChange> results;
  };
  // What waits for one record within an instant.
  struct Queue {
    std::vector<const Item*> items;
    size_t taken = 0;  // of the items
    std::vector<Effect> effects;
    uint32_t depth = 0;  // of the effects
    bool touched = false;
    bool timer = false;
    std::vector<std::pair<uint32_t, uint32_t>> scheduled;
    bool has_items() const { return taken < items.size(); }
    bool empty() const { return !has_items() && effects.empty() && !touched && !timer; }
  };

  // ---- engine.cpp
  int64_t NextInstant() const;
  void RunInstant();
  void FillQueues();
  void RunCycle();
  Commit Take(RecordId record, Queue& queue);
  void CutCascade(RecordId record, Queue& queue);
  void SetTimer(RecordId record);
  // The first of the timers is one that is on.
  void DropTimersThatAreOff();
  void SortLog(size_t from);
  bool Before(RecordId a, RecordId b);

  // ---- control.cpp
  void Switch(const Control& control);
  void Continue(Instance& instance, Control::Kind kind, int64_t since);
  std::optional<int64_t> EndOfWait(const Instance& instance, int64_t from);
  bool StandsStill(const Instance& instance) const;

  // ---- commit.cpp
  void Apply(Commit& commit);
  void ApplySets(Commit& commit, std::vector<const Effect*>& sets);
  void NoteCreated(Commit& commit);
  void NoteDeleted(Commit& commit);
  void ApplyItem(Commit& commit);
  void Set(Commit& commit, uint32_t property, Value value, World::Writer writer);
  void Touch(const Commit& commit);
  void Process(Commit& commit);

  // ---- trigger.cpp
  // The triggers of a flow that this commit fires; nullopt if none does.
  std::optional<uint32_t> FiredTrigger(const Commit& commit, uint32_t flow);
  bool Fires(const Commit& commit, uint32_t flow, uint32_t trigger);
  // `inputs`: what the flow was given so far.
  bool MatchesEvent(const Commit& commit, const ir::EventMatch& match, std::vector<Value> inputs);
  bool MatchesChange(const Commit& commit, const ir::EventMatch& match);
  void TakeGiven(const Commit& commit, const ir::EventMatch& match, const std::vector<ir::Given>& given,
                 std::vector<Value>& inputs);
  bool HappenedSince(const Instance& instance, const ir::WaitForStep& wait, std::vector<Value>& inputs);

  // ---- enrol.cpp
  bool MeetsGoal(RecordId record, const ir::Flow& flow, const std::vector<Value>& inputs);
  std::string SawGoal(RecordId record, const ir::Flow& flow, const std::vector<Value>& inputs);
  std::string SuppressedBy(RecordId record, const ir::Flow& flow);
  void Exits(const Commit& commit);
  void GoalsAfter(const Commit& commit);
  void Enrolments(const Commit& commit);
  Fields StartedBy(const Commit& commit, uint32_t flow, const ir::Trigger& trigger);
  void TryToEnrol(const Commit& commit, uint32_t flow, std::vector<Value> inputs, bool by_hand, Fields started_by);
  std::string_view WhyNot(const Commit& commit, uint32_t flow, const std::vector<Value>& inputs, const std::string& key,
                          bool by_hand);
  std::string_view WhyNotAgain(uint32_t flow, RecordId record, const std::string& key);
  // `saw`: what the clause that ends it read.
  void End(Instance& instance, InstanceStatus status, std::string_view saw = {});
  bool LeaveGroup(const Commit& commit, uint32_t flow);
  // Gone when an instance of the record begins or ends.
  std::span<const size_t> ActiveOf(RecordId record) const;

  // ---- version.cpp
  void MoveAtWait(Instance& instance);

  // ---- advance.cpp, act.cpp, send.cpp
  void Steps(const Commit& commit);
  void Advance(size_t index);
  void Resume(size_t index, const Commit& commit);
  bool Arrive(size_t index);  // at a step: true if it goes on at once
  void GoOn(Instance& instance, uint32_t step);
  bool ReadsData(const ir::Step& step);
  bool Act(Instance& instance, const ir::Step& step);
  bool Answers(const Instance& instance, const Commit& commit);
  bool Choose(Instance& instance, const ir::Step& step);
  bool PassesGuard(Instance& instance, const ir::Step& step);
  bool NothingToAnswer(const Instance& instance, const ir::WaitForStep& wait) const;
  bool Wait(Instance& instance, const ir::Step& step);
  bool Send(Instance& instance, const ir::Step& step);
  void SendTo(Instance& instance, const ir::SendStep& send, RecordId to, uint32_t loop);
  int64_t RoomAt(ir::MessageClass message_class, RecordId to, int64_t from);
  bool Task(Instance& instance, const ir::Step& step);
  bool ClosesTask(const Instance& instance, const Commit& commit);
  // What a task is called: `mail task T` by the subject of its draft.
  std::string TitleOf(const Instance& instance, const ir::TaskStep& task);
  uint32_t OutcomeOf(const Instance& instance, const Commit& commit);
  void AddEffect(RecordId to, Effect effect);
  void Create(Instance& instance, const ir::CreateStep& create);
  void Notify(Instance& instance, const ir::NotifyStep& notify);
  // The key of the action.
  std::string CallOut(Instance& instance, const ir::CallStep& call);
  uint32_t AfterDelivery(Instance& instance, const Commit& commit);
  // Of what the instance's step does (sem O1).
  std::string KeyOfAction(const Instance& instance, uint32_t loop);
  // The key of the action.
  std::string Emit(Instance& instance, ActionKind kind, uint32_t loop, Fields fields);
  std::vector<RecordId> Targets(const Instance& instance, const ir::Path& path);
  // The user, by row; -1 if there is none.
  int64_t Assignee(const Instance& instance, const ir::Recipient& to);
  std::string SpellUser(int64_t row);
  std::string SpellInstant(int64_t instant) const {
    return world_.context().catalog().SpellValue(Type::Instant(), instant, zone_);
  }
  // The window of the flow in the zone of the record (sem D7, T2).
  Local LocalOf(const Instance& instance);
  const ir::SendWindow& WindowOf(const Instance& instance) { return FlowOf(instance).window; }

  LogRow Row(const Instance& instance, RowKind kind, std::string detail = {});
  void Log(LogRow row);
  Local local() const { return {zone_, world_.context().calendars()}; }
  const ir::Flow& FlowOf(const Instance& instance) const { return automation_.flows[instance.flow]; }
  // The flow that all its versions are of: what counts runs, switches them off and lets only one in at a time (sem R6).
  uint32_t NewestOf(uint32_t flow) const {
    const uint32_t newest = automation_.flows[flow].newest;
    return newest == ir::kNowhere ? flow : newest;
  }
  const ir::Step& StepOf(const Instance& instance) const { return FlowOf(instance).steps[instance.step]; }
  Value Ask(const ir::Ask& ask, const Instance& instance) {
    return evaluator_.Ask(ask, instance.row, now_, instance.inputs);
  }
  // Asks, and says what the question read; nothing where nobody named it (ir::Automation::seen).
  std::string SawOf(const ir::Ask& ask, RecordId record, std::span<const Value> inputs);
  // What the last question of this kind read.
  std::string Saw(const ir::Ask& ask);
  bool Level(RecordId record, uint32_t column);

  World& world_;
  const ir::Automation& automation_;
  const rt::Zone* zone_;
  State& state_;
  std::vector<LogRow>& log_;
  Evaluator evaluator_;
  Reach reach_;
  Readers readers_;
  std::vector<std::vector<uint32_t>> flows_of_;  // by object: flows by (priority falling, name)

  std::map<int64_t, std::vector<Item>> items_;  // by instant
  std::vector<bool> asleep_;                    // by flow
  bool awaits_deliveries_ = false;
  std::map<int64_t, std::vector<Control>> controls_;
  int64_t horizon_ = kNever;                          // nothing behind it is run: no timers are kept for then
  int64_t behind_ = kNever;                           // the earliest timer that was left out for that
  std::vector<std::vector<int64_t>> timer_of_;        // by object, row: in timers_ up to the horizon
  std::vector<std::pair<int64_t, RecordId>> timers_;  // a heap, the earliest first; those not in timer_of_ are off
  // By flow and trigger that fires around a moment of the record: by row, when it fires.
  std::map<std::pair<uint32_t, uint32_t>, std::vector<int64_t>> around_;
  std::map<std::pair<uint32_t, uint32_t>, int64_t> schedule_;  // flow, trigger: when it fires next

  // Of the instant and cycle being worked on:
  int64_t now_ = 0;
  uint32_t cycle_ = 0;
  Phase phase_ = Phase::kIngest;
  const Commit* commit_ = nullptr;
  std::map<RecordId, Queue> queues_;
  std::string saw_;               // what the check that failed last read
  std::vector<size_t> starting_;  // instances that this commit enrolled
  std::vector<size_t> paused_;    // instances that go on in the next cycle
};

}  // namespace saiten::flow
