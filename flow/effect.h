#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "flow/item.h"
#include "flow/log.h"
#include "flow/value.h"

// What steps write: collected in one cycle, taken in by the next (sem W2).
namespace saiten::flow {

struct SetEffect {
  uint32_t property = 0;
  Value value;
  bool move_back = false;
};

struct MemberEffect {
  ListId list;
  bool add = true;
};

// Granted points as an event of the record (sem SC6).
struct GrantEffect {
  EventId event;
  std::map<uint32_t, Value> fields;
  Fields said;  // for the log
};

// The record was made by a step.
struct CreatedEffect {};

// An instance of this record goes on behind its writes.
struct ContinueEffect {
  size_t instance = 0;
};

// One write to one record, and which step it comes from.
struct Effect {
  uint32_t flow = 0;
  uint32_t step = 0;
  uint32_t number = 0;  // of the instance under
  std::string key;      // this key (sem R1)
  std::variant<SetEffect, MemberEffect, GrantEffect, CreatedEffect, Request, ContinueEffect> what;
};

}  // namespace saiten::flow
