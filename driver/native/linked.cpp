#include "driver/native/native.h"

namespace saiten::driver {

Result<const NativeApi*> LoadNative() { return NativeHere(); }

}  // namespace saiten::driver
