#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/local_time.h"

// The steps of workflows and sequences as data: no names left to resolve, a list in which each step says where it goes
// on. What they mean is in flow/, which follows semantics.md 3.6 to 3.9.
namespace saiten::ir {

// No step, flow, column or input.
inline constexpr uint32_t kNowhere = UINT32_MAX;

// A value that is worked out for one record at one instant, when a flow gets there: kernel number `kernel` of
// Program::asked, which computes nothing else. Not there: `kernel` is kNowhere.
struct Ask {
  uint32_t kernel = kNowhere;
  ValueId value;
  Type type;

  explicit operator bool() const { return kernel != kNowhere; }
};

// `3 days`, `4 business days`; `calendar` is of the catalog, only of business units.
struct Length {
  int64_t count = 0;
  rt::TimeUnit unit = rt::TimeUnit::kDay;
  bool business = false;
  uint32_t calendar = kNowhere;

  explicit operator bool() const { return count != 0 || business; }
};

// A piece of a text that reaches a person: characters, a value, or the link of a message by which one opts out.
struct TextPiece {
  std::string characters;
  Ask value;
  std::string otherwise = {};  // what stands there while the value is unknown
  bool unsubscribe_link = false;
};
using Message = std::vector<TextPiece>;

// From a record over relations (properties of the object reached so far) to one other, or to several; no steps: the
// record itself.
struct Path {
  std::vector<uint32_t> relations;
  ObjectId object;  // at the end
};

// Who gets a notification or a task.
struct Recipient {
  enum class Kind : uint8_t { kNone, kRecord, kUser, kTeam, kByTurn, kByFewestOpen };
  Kind kind = Kind::kNone;
  Ask record;        // kRecord: a user, may be unknown
  std::string name;  // of the user or team
};

// What `on failure` of a call says (sem O2).
struct Failure {
  enum class Then : uint8_t { kContinue, kExit, kSteps };
  int64_t retries = 0;
  std::vector<int64_t> backoff;  // microseconds; the last one repeats
  Then then = Then::kContinue;
  uint32_t steps = kNowhere;
};

// What is watched for a change, of the flow's record.
struct Watch {
  enum class Kind : uint8_t { kNone, kProperty, kResult };
  Kind kind = Kind::kNone;
  uint32_t index = 0;  // property or result column of the object
  Ask from;            // constants; not there: any
  Ask to;
};

// Which event is meant, and which it must be. The event itself is input 0 of `where` (Flow::inputs).
struct EventMatch {
  EventId event;
  Ask where;
  Watch change;  // instead of an event
};

// `input` of the flow is what `field` of the event was; kTime: its time.
struct Given {
  static constexpr uint32_t kTime = UINT32_MAX;
  uint32_t input = 0;
  uint32_t field = 0;
};

struct SendStep {
  uint32_t message = 0;  // of Program::messages
  Path to;
  Ask where;        // over the flow's record, with input 1 the one who would get it
  Message subject;  // instead of the template's; empty: the template's
};

struct WaitStep {
  Length length;
  bool from_planned = false;
};

// Until a local time of day (a weekday's, if there is one), a day of the enrolment, or a moment that is worked out.
struct WaitUntilStep {
  enum class OnPast : uint8_t { kSkip, kContinue, kExit };
  int64_t clock = -1;  // microseconds since midnight
  int weekday = -1;    // 0 Monday
  Length of_enrolment;
  Ask moment;  // an instant; a date is its first instant
  OnPast if_past = OnPast::kContinue;
  OnPast if_unknown = OnPast::kExit;
};

struct WaitForStep {
  EventMatch match;
  std::vector<Given> given;
  bool since_enrolment = false;
  Length up_to;
  uint32_t then = kNowhere;
  uint32_t otherwise = kNowhere;
  uint32_t about = kNowhere;  // the `send` step whose message the event names: left out, the else path is taken (D6)
};

struct GrantStep {
  uint32_t score = 0;  // of the checked program; its events are those of Flow::grants
  Ask points;          // milli-points
  Message reason;
};

struct SetStep {
  Path to;
  uint32_t property = 0;
  Ask value;  // of the property's type; unknown empties it
  bool move_back = false;
};

struct NotifyStep {
  Recipient to;
  Message text;
};

struct TaskStep {
  enum class Channel : uint8_t { kAny, kPhone, kMail };
  struct Outcome {
    std::vector<uint32_t> members;  // of TaskOutcome; empty: all others
    uint32_t steps = kNowhere;
  };
  Channel channel = Channel::kAny;
  Message title;
  uint32_t message = kNowhere;  // a template that a person sends by hand
  Recipient assign;
  Length due_in;
  int64_t remind_next = -1;  // microseconds since midnight
  bool until_done = false;
  EventId
      done;  // the event that closes it: task_done of the object (std.tasks), named by its field step, task or action
  Length up_to;
  std::vector<Outcome> outcomes;
};

// `webhook` and `call`, whose arguments are put in.
struct CallStep {
  struct Field {
    std::string name;
    Message text;  // or
    Ask value;
  };
  std::string action;  // empty: written in place
  Message url;
  std::vector<Field> fields;
  Failure on_failure;
};

struct MembershipStep {
  ListId list;
  bool add = true;
};

struct EnrolStep {
  uint32_t flow = 0;
  bool enrol = true;
  Path who;
};

struct CreateStep {
  struct Field {
    uint32_t property = 0;
    Message text;  // or
    Ask value;
  };
  ObjectId object;
  std::vector<Field> fields;
};

struct ExitStep {};

// `if`, and `match` over steps: the first branch whose condition holds, else `otherwise`.
struct ChoiceStep {
  struct Branch {
    Ask condition;
    uint32_t steps = kNowhere;
  };
  std::vector<Branch> branches;
  uint32_t otherwise = kNowhere;
};

struct SplitStep {
  struct Arm {
    std::string name;    // `holdout` of a holdout
    uint32_t share = 0;  // basis points; all come to 10,000
    bool holdout = false;
    uint32_t steps = kNowhere;
  };
  std::string split;
  bool by_enrolment = false;
  std::vector<Arm> arms;
};

using StepBody = std::variant<SendStep, WaitStep, WaitUntilStep, WaitForStep, GrantStep, SetStep, NotifyStep, TaskStep,
                              CallStep, MembershipStep, EnrolStep, CreateStep, ExitStep, ChoiceStep, SplitStep>;

// One step. `next` is where it goes on, also behind its branches; kNowhere: the end of the flow (`completed`). `name`
// is unique in its flow and carries metrics, versions and action keys.
struct Step {
  std::string name;
  Ask guard;
  uint32_t next = kNowhere;
  StepBody body;
  Location at;
};

}  // namespace saiten::ir
