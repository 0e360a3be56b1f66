#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "store/pages/page_file.h"

namespace saiten::store::pages {

// One leaf of a table's b-tree.
struct Leaf {
  uint32_t page;
  int64_t last_rowid;  // none of its rows lies above; of the last leaf the largest number there is
};

// The leaves of the table with this root page, in order of rowid. nullopt if the tree is not well formed.
std::optional<std::vector<Leaf>> LeavesOf(const PageFile& file, uint32_t root);

}  // namespace saiten::store::pages
