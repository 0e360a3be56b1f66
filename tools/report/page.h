#pragma once

#include <optional>
#include <string>

#include "driver/runs.h"
#include "driver/words.h"

namespace saiten::report {

// One run as an HTML page that needs nothing but itself: no network, no other file. Every chart has a table with the
// same numbers. `before` is the run that it is compared with.
std::string Page(const driver::RunDetails& run, const std::optional<driver::RunDetails>& before,
                 driver::Language language);

}  // namespace saiten::report
