#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/ast/ast.h"

// Literals as values, without positions. Text is what the lexer took for one.
namespace saiten::parse {

// value = mantissa * 10^-scale
struct Decimal {
  int64_t mantissa = 0;
  uint8_t scale = 0;
};
// "1_000", "+2.50", "-10": nothing where it needs more than 18 digits or more than 9 decimals. Trailing zeros stay.
std::optional<Decimal> ReadDecimal(std::string_view text);

// Days since 1970-01-01 of "2026-04-01", "2026/4/1"; nothing for a day that the calendar does not have.
std::optional<int32_t> ReadDate(std::string_view text);
// Microseconds since midnight of "09:00", "9:00", "09:00:01"; nothing beyond 23:59:59.
std::optional<int64_t> ReadClock(std::string_view text);
// "2026-04-01T09:00+09:00"
struct Moment {
  int64_t micros = 0;  // UTC if has_zone, else local
  bool has_zone = false;
};
std::optional<Moment> ReadDateTime(std::string_view text);
// `days`, `month`, `日`, `h`; nothing for another word.
std::optional<ast::TimeUnit> ReadUnit(std::string_view word);

}  // namespace saiten::parse
