#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/compile.h"
#include "driver/proportion.h"

// What figures of workflows are to be, `[target.NAME]` of saiten.toml, and how they stand.
namespace saiten::driver {

enum class TargetState : uint8_t {
  kMet,
  kOpen,    // not met, and its deadline is still to come
  kMissed,  // not met, and its deadline is over
  kUnder,   // not met, without a deadline: beyond the limit now
  kTooFew,  // counted fewer than `after`
};

struct TargetResult {
  Target target;
  TargetState state = TargetState::kTooFew;
  Share now;
  std::optional<Share> before;  // with `rise`: of those enrolled before `since`
  double wanted = 0;            // share that now is to have
  bool at_most = false;         // at least, otherwise
};

// How all targets stand at `now`; as they are called, by name. kUsage: a workflow, step, figure or date that is none.
Result<std::vector<TargetResult>> TargetsOf(const Compiled& compiled, const std::string& db, int64_t now);

}  // namespace saiten::driver
