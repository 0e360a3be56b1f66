#pragma once

#include <cstdint>

namespace saiten::flow {

// A record, whatever its object: the number of its object, and its row.
struct RecordId {
  uint32_t object = 0;
  uint32_t row = 0;
  friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

}  // namespace saiten::flow
