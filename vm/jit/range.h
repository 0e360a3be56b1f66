#pragma once

#include <vector>

#include "vm/jit/layout.h"

// Which numbers the known values of a kernel can be, given the widths of the columns. From it follow the width of every
// register and which overflow checks can go.
namespace saiten::jit {

// All numbers from lo to hi.
struct Range {
  int64_t lo = 0;
  int64_t hi = 0;

  // Bits of the narrowest of i8, i16, i32, i64 that holds it.
  int bits() const;
  bool Within(int64_t low, int64_t high) const { return lo >= low && hi <= high; }
  friend bool operator==(const Range&, const Range&) = default;
};

// All numbers (sem N7a): a 64-bit column.
Range FullRange();
Range RangeOfWidth(rt::Width width);
Range Hull(Range a, Range b);

// The exact range of an operation's results before they are cut to FullRange; `cut` says whether any would be.
struct ExactRange {
  Range range;
  bool cut = false;
};
ExactRange AddRange(Range a, Range b);
ExactRange SubRange(Range a, Range b);
// a * b, without any division.
ExactRange MulRange(Range a, Range b);

// By ValueId. Lists have the range of nothing.
std::vector<Range> RangesOf(const ir::Kernel& kernel, const Layout& layout, const ir::Program& program);

}  // namespace saiten::jit
