#pragma once

#include <optional>

#include "driver/run.h"

// A run that finds the database as the last one left it, and no instant passed at which a result changes, has nothing
// to read, compute or compare: it takes the results over.
namespace saiten::driver {

// The whole run; nullopt where something may have changed, the run asks for more than results, or one before it did not
// end: nothing has happened then. The program of `compiled` must be as it was lowered. Errors as Run.
Result<std::optional<RunReport>> RunUnchanged(const Compiled& compiled, const RunOptions& options);

}  // namespace saiten::driver
