#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/cell.h"
#include "store/load/key_map.h"

namespace saiten::store {

// Which ids have been seen, and in which row. Ids are whole numbers or texts; `7` as text is the number.
class IdSet {
 public:
  // The row with this id if there is one, else KeyMap::kNone after adding `row`.
  uint32_t Add(const Cell& id, uint32_t row);
  // The row that Add found gives its place to another one.
  void Replace(uint32_t row) { *last_ = row; }

 private:
  KeyMap numbers_{false};
  KeyMap texts_{true};
  std::vector<uint32_t> number_rows_;
  std::vector<uint32_t> text_rows_;
  uint32_t* last_ = nullptr;
};

}  // namespace saiten::store
