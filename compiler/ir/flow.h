#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/flow_step.h"

// Automation as data, for the engine of flow/: what starts a workflow, who may enter, its steps. Conditions that have
// to be known at every commit are result columns like segments (levels); everything else is asked when a flow gets
// there.
namespace saiten::ir {

// One alternative that starts a workflow (sem E1).
struct Trigger {
  enum class Kind : uint8_t {
    kEvent,
    kChange,
    kBecoming,  // `level` goes from not true to true; also `on entering SEGMENT`
    kLeaving,   // `level` goes from true to not true
    kAt,        // once, at `instant`
    kEvery,     // each local day, week or month
    kAround,    // before or after a date or time of the record
    kManually,
  };
  Kind kind = Kind::kManually;
  std::string text;  // as written, for explanations
  EventMatch match;  // kEvent, kChange
  int64_t late = 0;  // kEvent: an event at least this old when it arrives fires nothing; microseconds (sem T4)
  std::vector<Given> given;
  uint32_t level = kNowhere;  // result column of the object; always known
  Ask seen;                   // the same condition as a question, for what it saw
  int64_t instant = 0;        // kAt
  int weekday = -1;           // kEvery: 0 Monday; -1: `unit`
  rt::TimeUnit unit = rt::TimeUnit::kDay;
  int64_t day = 1;     // kEvery month: 1..31, cut to the month's last
  int64_t clock = -1;  // kEvery, kAround: microseconds since midnight; -1: kAround keeps the moment's own
  Ask moment;          // kAround: an instant; a date is its first instant
  Length offset;
  bool before = true;
};

// How often a record may enter (sem R3).
struct ReEntry {
  enum class Policy : uint8_t { kOnce, kReEnter, kRestart };
  Policy policy = Policy::kReEnter;
  Length after;
  int64_t at_most = 0;  // 0: any number
};

// `2 per 7 days`, `1 per day`: a calendar period or one that rolls.
struct Rate {
  int64_t count = 0;
  bool calendar = false;
  Length per;
};

// When messages may go out (sem D7). Hours are half-open and may cross midnight.
struct SendWindow {
  struct Hours {
    uint8_t weekdays = 0;  // bit 0 Monday
    int64_t begins = 0;    // microseconds since midnight
    int64_t ends = 0;
  };
  std::vector<Hours> hours;
  uint32_t calendar = kNowhere;  // whose holidays are closed
  Ask zone;                      // a text, the record's zone; not there: the project's
  std::string zone_fallback;
  bool tasks_too = false;
  Length spread;
};

// What a message is for (sem G4), in the order of check::MessageClass.
enum class MessageClass : uint8_t { kMarketing, kOneToOne, kTransactional, kInternal };

// A template. Its pieces are asked of the one who gets it.
struct MessageTemplate {
  std::string name;
  std::string label;
  ObjectId object;
  MessageClass message_class = MessageClass::kMarketing;
  std::string reason;  // kTransactional
  uint8_t laws = 0;    // of check::Law
  Ask from_record;     // `from owner`: whose address; or
  Message from;
  Message from_name;
  Message reply_to;
  Message subject;
  Message body;
  Message html;
  Message sender_info;
  Message inquiries;
  std::string consent;  // the purpose
};

// How many messages of a class a record may get (sem G8).
struct Cap {
  MessageClass message_class = MessageClass::kMarketing;
  std::vector<Rate> rates;
  bool defer = true;
};

// One value that a flow keeps from outside: a field of the event that started it, or of one that it waited for.
struct Input {
  std::string name;  // `event.form`, for explanations
  Type type;
};

// A workflow or a sequence.
struct Flow {
  static constexpr uint32_t kEventInput = 0;   // in `where` of events: the event, a row of its series
  static constexpr uint32_t kTargetInput = 1;  // in `where` of targets: the record, a row of its table

  std::string name;
  std::string label;
  ObjectId object;
  bool sequence = false;
  int64_t priority = 0;
  std::string group;    // exclusive; empty: none
  std::string version;  // changes with anything that the flow means
  // Of an older version, which only those who are inside go on in: the flow of this name as it is now (sem R6).
  uint32_t newest = kNowhere;
  std::vector<Trigger> triggers;
  std::vector<Input> inputs;       // [0] the event and [1] the target of the expression being asked, then what is kept
  Ask key;                         // R1; not there: the record
  std::vector<uint32_t> suppress;  // result columns
  std::vector<std::string> suppress_names;
  std::vector<Ask> suppress_seen;  // the same conditions as questions, for what they saw when they held
  uint32_t goal = kNowhere;        // result column
  Ask goal_seen;                   // the same as a question, for what it saw when it held
  Ask goal_of_run;  // instead, where the goal reads what the run was given: asked at each commit of each run
  Length goal_counts_for;
  Ask only_if;
  uint32_t stay = kNowhere;  // `leave when not matching`: the level of `only if`
  Ask stay_of_run;           // instead, as goal_of_run
  ReEntry re_entry;
  bool existing_enrol = false;
  Rate existing_limit;  // count 0: none
  bool import_edges = false;
  bool publish_fires = false;
  std::string consent;  // `require consent`; empty: none
  uint32_t calendar = kNowhere;
  SendWindow window;  // no hours: always
  Length stale_after;
  enum class InFlight : uint8_t { kStay, kMoveAtNextWait, kEnd };
  InFlight in_flight = InFlight::kStay;
  std::vector<EventId> stop_on;
  std::vector<std::string> stop_states;  // by stop_on: `replied`, `meeting`, ... (sem G2a)
  std::vector<Step> steps;
  uint32_t first = kNowhere;
};

// What a property, or a `let` of an object, with a role (`as address`, `as opt_out`) is for one record.
struct RoleValue {
  ObjectId object;
  Role role;
  Ask value;
};

// What a question reads, for explanations: as written in the rules, and where its kernel has the value.
struct Seen {
  std::string what;  // `industry`
  ValueId value;     // of a type that can be spelled
};

// All automation of a project. Kernels of Program::asked belong to it.
struct Automation {
  std::vector<Flow> flows;  // as in the checked program
  std::vector<MessageTemplate> messages;
  std::vector<Cap> caps;
  std::vector<RoleValue> roles;
  std::vector<std::vector<EventId>> grants;  // by score: its granted points as an event (sem SC6); at most one
  std::vector<std::vector<Seen>> seen;       // by Program::asked; shorter: nothing is named behind its end

  bool empty() const { return flows.empty(); }
};

// What the program and its automation read and write of the database.
Needs NeedsOf(const Program& program, const Automation& automation);

// Checks what the engine relies on: every number is of something that is there, every question is one of
// Program::asked and of its type; the words of the first breach, or empty. The program itself is checked by its own
// Verify.
std::string Verify(const Program& program, const Automation& automation);

// The automation as text, for `saiten emit --ir` and tests. Questions are named `?N` by their kernel.
std::string Print(const Program& program, const Automation& automation);

}  // namespace saiten::ir
