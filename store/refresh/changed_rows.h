#pragma once

#include <cstdint>
#include <vector>

namespace saiten::store {

// Whose inputs a refresh may have changed; more than really did, never fewer.
struct ChangedRows {
  struct Object {
    std::vector<uint32_t> rows;  // of the new data set, rising: values, events, lists or related rows differ, or new
    // By old row: its number now, kGone if the record is no more. Empty: all rows keep their numbers.
    std::vector<uint32_t> new_rows;
  };
  static constexpr uint32_t kGone = 0xffffffffu;
  std::vector<Object> objects;  // as in the Catalog
  // Every record is where it was, and there are no others: rows number the same records.
  bool same_rows = true;
};

}  // namespace saiten::store
