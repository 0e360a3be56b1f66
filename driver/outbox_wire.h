#pragma once

#include <memory>

#include "base/result.h"
#include "flow/outbox/wire.h"

namespace saiten::driver {

// The network, from the library beside the program. kRefused if it cannot be loaded.
Result<std::unique_ptr<outbox::Wire>> LoadWire();

}  // namespace saiten::driver
