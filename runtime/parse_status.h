#pragma once

#include <cstdint>

namespace saiten::rt {

// What reading a text of the data as a value of a declared type found (sem N2, N2b). Everything but kOk and kEmpty is a
// data error; the words for the user are made where it is reported.
enum class ParseStatus : uint8_t {
  kOk,
  kEmpty,            // nothing but spaces: unknown, no error (sem N2)
  kSyntax,           // not one of the accepted spellings
  kOutOfRange,       // well formed, but no such value: 31 April, year 0, more than 64 bits
  kTooManyDecimals,  // more decimals than the type declares (sem N2b)
  kNeedsZone,        // a local time, and the project declares no time zone (sem T2)
};

}  // namespace saiten::rt
