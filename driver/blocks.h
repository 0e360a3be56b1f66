#pragma once

#include <cstddef>

#include "base/parallel.h"

// Rows in pieces over threads; the same for both engines.
namespace saiten::driver {

// Rows of one piece of work: large enough that handing it out costs nothing.
inline constexpr size_t kBlockRows = 4096;

inline size_t BlocksOf(size_t rows) { return (rows + kBlockRows - 1) / kBlockRows; }

}  // namespace saiten::driver
