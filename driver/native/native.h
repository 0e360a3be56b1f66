#pragma once

#include "driver/native.h"

namespace saiten::driver {

// The table of the JIT that is linked into this program or library.
const NativeApi* NativeHere();

}  // namespace saiten::driver
