#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {

// What PruneRuns took away, or would.
struct Pruned {
  uint64_t runs = 0;
  uint64_t band_changes = 0;
};

// Forgets all runs up to number `last` with everything that is kept of each, how bands changed in them among it. The
// results stay, so the last run has to. In one transaction. `dry`: only counts. Errors: as Connection::Open. `last`
// must not be the last run.
Result<Pruned> PruneRuns(const std::string& path, int64_t last, bool dry);

// The same, inside the write transaction of `connection`, for the runs from the oldest on that began before the instant
// `before`. The last run stays whenever it began.
Result<Pruned> ForgetRunsBefore(Connection& connection, int64_t before);

}  // namespace saiten::store
