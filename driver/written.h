#pragma once

#include <vector>

#include "base/result.h"
#include "driver/compile.h"
#include "flow/durable/source_writer.h"

namespace saiten::driver {

// The properties that `write` of saiten.toml names (sem O1a), each once. `compiled` must be free of errors. kUsage: one
// is not in the schema, or has no column of its own that a value could be written to.
Result<std::vector<flow::WrittenProperty>> WrittenProperties(const Compiled& compiled);

}  // namespace saiten::driver
