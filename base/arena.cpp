#include "base/arena.h"

#include <algorithm>

namespace saiten {

void* Arena::Allocate(size_t size, size_t alignment) {
  size_t begin = (used_ + alignment - 1) & ~(alignment - 1);
  if (chunks_.empty() || begin + size > capacity_) {
    constexpr size_t kChunk = 64 * 1024;
    capacity_ = std::max(kChunk, size);
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(capacity_));
    begin = 0;
  }
  used_ = begin + size;
  return chunks_.back().get() + begin;
}

}  // namespace saiten
