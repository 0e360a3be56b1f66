#include "runtime/decimal_text.h"

#include <charconv>
#include <cmath>
#include <iterator>

#include "runtime/decimal.h"
#include "runtime/trim.h"

namespace saiten::rt {

namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Adds one more digit to the size of a number; false if it no longer fits.
bool PushDigit(uint64_t* size, int digit) {
  if (__builtin_mul_overflow(*size, uint64_t{10}, size)) return false;
  if (__builtin_add_overflow(*size, static_cast<uint64_t>(digit), size)) return false;
  return *size <= static_cast<uint64_t>(kNumberMax);
}

}  // namespace

ParseStatus ParseDecimal(std::string_view text, int scale, int64_t* value) {
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty()) return ParseStatus::kEmpty;
  const char* at = trimmed.data();
  const char* const end = at + trimmed.size();
  const bool negative = *at == '-';
  if (negative) ++at;

  uint64_t size = 0;
  bool fits = true;
  bool in_fraction = false;
  int digits = 0;
  int decimals = 0;
  for (; at != end; ++at) {
    if (*at == '.') {
      if (in_fraction) return ParseStatus::kSyntax;
      in_fraction = true;
      continue;
    }
    if (!IsDigit(*at)) return ParseStatus::kSyntax;
    ++digits;
    decimals += in_fraction ? 1 : 0;
    if (decimals > scale) continue;
    fits = fits && PushDigit(&size, *at - '0');
  }
  if (digits == 0) return ParseStatus::kSyntax;
  if (decimals > scale) return ParseStatus::kTooManyDecimals;
  for (; decimals < scale; ++decimals) fits = fits && PushDigit(&size, 0);
  if (!fits) return ParseStatus::kOutOfRange;
  *value = negative ? -static_cast<int64_t>(size) : static_cast<int64_t>(size);
  return ParseStatus::kOk;
}

ParseStatus DecimalFromDouble(double number, int scale, int64_t* value) {
  if (!std::isfinite(number)) return ParseStatus::kSyntax;
  if (std::fabs(number) >= 1e19) return ParseStatus::kOutOfRange;
  // Shortest fixed spelling: at most 19 digits before the point, 324 places and 17 digits after it.
  char buffer[400];
  const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), number, std::chars_format::fixed);
  if (error != std::errc()) return ParseStatus::kOutOfRange;
  return ParseDecimal(std::string_view(buffer, static_cast<size_t>(end - buffer)), scale, value);
}

void AppendDecimal(std::string* out, int64_t value, int scale) {
  char digits[24];
  const uint64_t size = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const auto whole_end = std::to_chars(std::begin(digits), std::end(digits), size).ptr;
  const auto count = static_cast<int>(whole_end - digits);
  if (value < 0) out->push_back('-');
  if (count <= scale) {
    out->push_back('0');
  } else {
    out->append(digits, static_cast<size_t>(count - scale));
  }
  if (scale == 0) return;
  out->push_back('.');
  if (count < scale) out->append(static_cast<size_t>(scale - count), '0');
  const int fraction = count < scale ? count : scale;
  out->append(whole_end - fraction, static_cast<size_t>(fraction));
}

void AppendDecimalShort(std::string* out, int64_t value, int scale) {
  while (scale > 0 && value % 10 == 0) {
    value /= 10;
    --scale;
  }
  AppendDecimal(out, value, scale);
}

std::string FormatDecimal(int64_t value, int scale) {
  std::string out;
  AppendDecimal(&out, value, scale);
  return out;
}

std::string FormatPoints(int64_t milli_points) {
  std::string out;
  AppendDecimalShort(&out, milli_points, kPointScale);
  return out;
}

}  // namespace saiten::rt
