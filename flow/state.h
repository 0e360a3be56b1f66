#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ir/flow.h"
#include "flow/control.h"
#include "flow/per_record.h"
#include "flow/record.h"
#include "flow/value.h"

// What automation remembers between commits.
namespace saiten::flow {

inline constexpr int64_t kNever = INT64_MAX;
// Stands in a rendered message where its link for opting out goes: only the sender knows it.
inline constexpr std::string_view kUnsubscribeLink = "\x1Aunsubscribe_link\x1A";

// How an instance stands (sem R5).
enum class InstanceStatus : uint8_t {
  kActive,
  kCompleted,
  kGoal,
  kSuppressed,
  kUnsubscribed,
  kReplied,
  kMeeting,
  kBounced,
  kLeft,
  kRestarted,
  kRemoved,
  kFailed,
  kOff,
};
std::string_view NameOf(InstanceStatus status);

// What an active instance waits for.
enum class Waiting : uint8_t {
  kNothing,   // goes on in this commit, or in the next cycle after its writes
  kTime,      // `due`
  kEvent,     // an event, or `due` as the deadline
  kTaskDone,  // a task to be closed, or `due`
  kSend,      // a message that may not go out before `due`
  kDelivery,  // what comes of the delivery of `action`
};

// One way of one record through a flow (sem R1).
struct Instance {
  uint32_t flow = 0;
  ObjectId object;
  uint32_t row = 0;
  std::string key;      // of R1, spelled; empty where the flow has none
  uint32_t number = 1;  // under this key, from 1
  InstanceStatus status = InstanceStatus::kActive;
  int64_t enrolled = 0;
  int64_t ended = kNever;
  uint32_t step = ir::kNowhere;  // where it is
  Waiting waiting = Waiting::kNothing;
  int64_t due = kNever;       // of one that was completed: until when its goal still counts (sem G2); kNever: not
  int64_t arrived = 0;        // when it came to this step: waits count from here (sem D1)
  int64_t planned = 0;        // when it should have come (sem D9)
  int64_t first_planned = 0;  // kSend: when the message should have gone out (sem D8, G8)
  bool writes_pending = false;
  bool skip_next = false;                           // `if past skip` leaves out one step more
  std::vector<Value> inputs;                        // by Flow::inputs
  std::vector<std::pair<uint32_t, bool>> messages;  // of `send` steps: whether the last message went out
  std::string variant;                              // arms taken so far, for action keys
  uint32_t messages_sent = 0;
  int64_t assignee = -1;  // kTaskDone: whose task, a row of the users
  std::string action;     // kDelivery: its key
  int64_t id = 0;         // in the database
  bool fresh = true;      // it is not there yet
  bool touched = false;   // stands in State::touched
  bool still = false;     // its version cannot be run now: it stays as the database has it until it ends (sem R6)

  void NoteMessage(uint32_t of_step, bool sent) {
    for (auto& [each, went_out] : messages) {
      if (each == of_step) {
        went_out = sent;
        return;
      }
    }
    messages.emplace_back(of_step, sent);
  }
};

// What instances of a flow are told apart by (sem R1).
struct InstanceKey {
  uint32_t flow = 0;
  uint32_t row = 0;
  std::string key;  // spelled; empty where the flow has none
  bool operator==(const InstanceKey&) const = default;

  struct Hash {
    size_t operator()(const InstanceKey& key) const {
      const uint64_t record = (uint64_t{key.flow} << 32 | key.row) * 0x9e3779b97f4a7c15;
      return record ^ record >> 29 ^ std::hash<std::string>()(key.key);
    }
  };
};

// What is kept of the instances under one key of a flow.
struct KeyHistory {
  uint32_t created = 0;  // instances ever
  int64_t last_end = kNever;
  int64_t active = -1;  // number in State::instances; -1: none
};

// A message that went out, for caps (sem G8).
struct SentMessage {
  int64_t instant = 0;
  ir::MessageClass message_class = ir::MessageClass::kMarketing;
};

struct State {
  int64_t now = INT64_MIN;  // everything up to here is done
  std::vector<Instance> instances;
  std::unordered_map<InstanceKey, KeyHistory, InstanceKey::Hash> keys;
  PerRecord<std::vector<size_t>> active;                                     // instances
  std::map<std::pair<uint32_t, uint32_t>, std::vector<size_t>> goal_counts;  // completed ones with `due`
  PerRecord<std::vector<SentMessage>> sent;
  std::map<std::string, uint32_t> turns;   // by team: how many tasks were given out by turn
  std::map<uint32_t, int64_t> open_tasks;  // by user
  int64_t next_id = 1;                     // of an instance that is not in the database yet
  // Since somebody took them, to be kept in the database: instances that a commit may have changed, and messages with
  // the record that got them.
  std::vector<size_t> touched;
  std::vector<std::pair<RecordId, SentMessage>> messages_out;

  void Touch(size_t instance) {
    if (!std::exchange(instances[instance].touched, true)) touched.push_back(instance);
  }
  std::vector<Standing> flows;  // by flow
};

}  // namespace saiten::flow
