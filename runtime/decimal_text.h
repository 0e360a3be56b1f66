#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/parse_status.h"

namespace saiten::rt {

// Reads an int (scale 0) or decimal(scale) by sem N2b: digits with `-` and `.` only, no grouping, no exponent, spaces
// around it ignored. Decimals beyond `scale` are kTooManyDecimals, even zeros. `*value` is written only on kOk.
ParseStatus ParseDecimal(std::string_view text, int scale, int64_t* value);

// The same for a binary number of a database: its shortest decimal spelling is what the user stored. NaN and the
// infinities are kSyntax. 300.0 is the int 300.
ParseStatus DecimalFromDouble(double number, int scale, int64_t* value);

// Appends all `scale` decimals: (1250, 2) gives "12.50".
void AppendDecimal(std::string* out, int64_t value, int scale);

// Appends only the decimals that are not trailing zeros: (1250, 2) gives "12.5", (1200, 2) gives "12".
void AppendDecimalShort(std::string* out, int64_t value, int scale);

// All `scale` decimals: "12.50".
std::string FormatDecimal(int64_t value, int scale);

// Points as people see them (sem N7): 45000 gives "45", 10234 "10.234", -500 "-0.5".
std::string FormatPoints(int64_t milli_points);

}  // namespace saiten::rt
