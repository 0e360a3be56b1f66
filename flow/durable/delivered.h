#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "flow/state.h"
#include "store/sqlite/sqlite.h"

// What came of calls that workflows wait for, as the outbox or somebody else who delivers has written it (sem O2).
namespace saiten::flow {

// The end of one delivery.
struct DeliveryEnd {
  size_t instance = 0;          // that waits for it, in State::instances
  bool sent = false;            // else it was given up, or dropped by a person
  std::optional<int64_t> time;  // of the last attempt; nothing: nobody has told
};

// Those that have come to an end, in the order of the instances.
Result<std::vector<DeliveryEnd>> ReadDeliveryEnds(store::Connection& connection, const State& state);

}  // namespace saiten::flow
