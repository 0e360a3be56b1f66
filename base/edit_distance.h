#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

namespace saiten {

// How many bytes must be changed, added, dropped or swapped with their neighbour to make `b` of `a` (optimal string
// alignment): for "did you mean". More than `limit` is not counted on: it gives limit + 1, at once where the lengths
// say so.
size_t EditDistance(std::string_view a, std::string_view b, size_t limit = std::numeric_limits<size_t>::max() - 1);

}  // namespace saiten
