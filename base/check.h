#pragma once

namespace saiten {

// Prints `what` with its place on stderr and aborts. For our own bugs only, never for bad input.
[[noreturn]] void CheckFailed(const char* file, int line, const char* what);

}  // namespace saiten

// States what must hold if this program is right; kept in release builds.
#define SAITEN_CHECK(condition) ((condition) ? void(0) : ::saiten::CheckFailed(__FILE__, __LINE__, #condition))
#define SAITEN_UNREACHABLE(what) ::saiten::CheckFailed(__FILE__, __LINE__, what)
