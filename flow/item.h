#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/types/type.h"
#include "flow/value.h"

// What comes in from outside, a commit each (sem E2).
namespace saiten::flow {

// The record is there from this instant on (sem E5). Its properties are in the data already, but for those of one that
// was there before, was deleted, and comes again.
struct Created {
  std::vector<std::pair<uint32_t, Value>> properties = {};
};

// Properties were given these values, and the source took the record into lists (true) or out of them.
struct Changed {
  std::vector<std::pair<uint32_t, Value>> properties = {};
  std::vector<std::pair<ListId, bool>> lists = {};
};

// An event arrived. It stands in the data already, invisible before its time; `arrival` is that of its series.
struct Happened {
  EventId event;
  int64_t time = 0;
  uint32_t arrival = 0;
};

// A person, or an `enrol in` of a workflow, wants the record in a flow, or out of it.
struct Request {
  uint32_t flow = 0;
  bool enrol = true;
  bool by_hand = false;  // skips `not matching` (sem R3)
};

// The record is gone (sem O4).
struct Deleted {};

// Another record has become this one, and brought its events and runs (sem O4): they stand in the data already.
struct Joined {};

// What came in the end of a call that an instance waits for (sem O2); its place in State::instances.
struct Delivered {
  size_t instance = 0;
  bool sent = false;
};

// One thing that happened to one record. Items of one instant come by `order`.
struct Item {
  int64_t instant = 0;
  uint64_t order = 0;
  ObjectId object;
  uint32_t row = 0;
  std::variant<Created, Changed, Happened, Request, Deleted, Joined, Delivered> what;
};

}  // namespace saiten::flow
