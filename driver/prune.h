#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/results/prune.h"

// Runs that nobody needs any more.
namespace saiten::driver {

struct PruneOptions {
  std::optional<int64_t> keep;  // so many of the last runs stay, at least one
  std::string older_than;       // only runs that began before: "400d" ago, or a date or time (in UTC)
  int64_t now = 0;              // of the machine's clock
  bool dry = false;
};

struct PruneReport {
  store::Pruned pruned;
  std::optional<int64_t> first;  // the oldest run that is still there
};

// Micros of an age in days, `400d`; nullopt for anything else.
std::optional<int64_t> ParseAge(std::string_view text);

// Which runs go when one is written at `now`: those that began before this instant. `retention`: as in the settings, an
// age or empty; nullopt: none goes.
std::optional<int64_t> ForgetBefore(std::string_view retention, int64_t now);

// Forgets the oldest runs of the database `path`, one after the other as long as each is both older and behind those
// that stay. kUsage: neither is said, or it is no time; kBusy: a run is working.
Result<PruneReport> Prune(const std::string& path, const PruneOptions& options);

}  // namespace saiten::driver
