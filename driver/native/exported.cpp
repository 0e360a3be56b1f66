#include "driver/native/native.h"

// The one function of the library (driver/native.h).
extern "C" const saiten::driver::NativeApi* saiten_native_api();

const saiten::driver::NativeApi* saiten_native_api() { return saiten::driver::NativeHere(); }
