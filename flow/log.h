#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/types/type.h"
#include "flow/fields.h"

// What automation decided and did, a row each (sem O5), in the order of W1a.
namespace saiten::flow {

// The parts of a commit, in their order (sem W1).
enum class Phase : uint8_t { kIngest, kEdges, kExits, kEnrolments, kSteps, kWrites };

// What a row tells.
enum class RowKind : uint8_t {
  kEnrolled,
  kRefused,       // detail: the reason of R2
  kLateIgnored,   // an event older than `accept late`
  kBranch,        // detail: which way
  kSkipped,       // a step that was left out; detail: why
  kDeferred,      // a message that waits for its window or for room under a cap; detail: why
  kWaiting,       // at a wait; detail: until when
  kAction,        // something that leaves the engine: `action` says what
  kWrite,         // fields: property, before, after
  kGranted,       // fields: score, points, reason
  kOverridden,    // a write that lost against one of a higher priority (sem W3)
  kRefusedWrite,  // a lower value of a `forward only` enum (sem W5)
  kCascadeLimit,  // the cycle was cut (sem W2)
  kEnded,         // detail: the state of R5
  kSwitched,      // a flow as a whole; detail: how it stands now (sem O3)
  kMerged,        // another record has become part of this one (sem O4)
  kMoved,         // a run goes on in the newest version of its flow; detail: the version it leaves (sem R6)
  kGoalAfter,     // the goal was reached within `count for` after the steps were done (sem G2)
  kCreated,       // a record was made; fields: object, id
};
std::string_view NameOf(RowKind kind);

// What leaves the engine.
enum class ActionKind : uint8_t { kNone, kMail, kNotification, kTask, kWebhook, kCall };
std::string_view NameOf(ActionKind kind);

inline constexpr uint32_t kNoFlow = UINT32_MAX;
// Of a row about a flow and nobody in it.
inline constexpr uint32_t kNoRow = UINT32_MAX;

// One row of the log.
struct LogRow {
  int64_t instant = 0;
  ObjectId object;
  uint32_t row = 0;
  uint32_t cycle = 0;
  Phase phase = Phase::kIngest;
  uint32_t flow = kNoFlow;
  uint32_t step = UINT32_MAX;  // index in the flow
  uint32_t number = 0;         // of the instance under its key; 0: none
  std::string instance_key;    // R1; empty: the record itself
  int64_t instance = 0;        // its id; 0: none
  RowKind kind = RowKind::kAction;
  ActionKind action = ActionKind::kNone;
  std::string key;     // of an action: 32 hexadecimal digits (sem O1)
  std::string detail;  // a stable English word or phrase; for people it is put in their language
  Fields fields;
};

}  // namespace saiten::flow
