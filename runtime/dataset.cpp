#include "runtime/dataset.h"

#include <numeric>
#include <utility>

namespace saiten::rt {

Adjacency Reverse(const Column& targets, size_t target_rows) {
  std::vector<uint32_t> offsets(target_rows + 1, 0);
  for (size_t row = 0; row < targets.size(); ++row) {
    if (targets.Known(row)) ++offsets[static_cast<size_t>(targets.Raw(row)) + 1];
  }
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<uint32_t> rows(offsets.back());
  std::vector<uint32_t> next(offsets.begin(), offsets.end() - 1);
  for (size_t row = 0; row < targets.size(); ++row) {
    if (targets.Known(row)) rows[next[static_cast<size_t>(targets.Raw(row))]++] = static_cast<uint32_t>(row);
  }
  return {std::move(offsets), std::move(rows)};
}

}  // namespace saiten::rt
