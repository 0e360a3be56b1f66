#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/run_context.h"

namespace saiten::driver {

// Names what a run has read: records with their keys and order, values, relations, lists, events, bands of the run
// before. The same for the same contents on every machine, however they were loaded. `threads` 0: one a core.
uint64_t DataHash(const vm::RunContext& context, size_t threads);

}  // namespace saiten::driver
