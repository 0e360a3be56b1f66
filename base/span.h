#pragma once

#include <cstdint>

namespace saiten {

// A half-open range of bytes [begin, end) in one source file. The file comes from context (see Location).
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  constexpr uint32_t size() const { return end - begin; }
  constexpr bool empty() const { return begin == end; }
  // The smallest span that covers both.
  constexpr Span To(Span other) const {
    return {begin < other.begin ? begin : other.begin, end > other.end ? end : other.end};
  }
  friend constexpr bool operator==(Span, Span) = default;
};
static_assert(sizeof(Span) == 8);

}  // namespace saiten
