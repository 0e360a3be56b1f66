#include "compiler/parse/literals.h"

#include <string>

#include "compiler/parse/foreign.h"

namespace saiten::parse {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 24 * 60 * 60 * kSecond;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The digits from `at` on as a number; moves `at` behind them.
int ReadDigits(std::string_view text, size_t& at) {
  int value = 0;
  while (at < text.size() && IsDigit(text[at])) value = value * 10 + (text[at++] - '0');
  return value;
}

bool IsLeap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// Proleptic Gregorian calendar: days since 1970-01-01, counted from the last 1 March.
int32_t DaysOf(int year, int month, int day) {
  const int shifted = month <= 2 ? year - 1 : year;
  const int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const int year_of_era = shifted - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

}  // namespace

std::optional<Decimal> ReadDecimal(std::string_view text) {
  Decimal value;
  int digits = 0;
  bool negative = false;
  bool fraction = false;
  for (char c : text) {
    if (c == '-') negative = true;
    if (c == '.') fraction = true;
    if (!IsDigit(c)) continue;
    if (value.mantissa != 0 || c != '0') ++digits;
    if (fraction) ++value.scale;
    if (digits > 18 || value.scale > 9) return std::nullopt;
    value.mantissa = value.mantissa * 10 + (c - '0');
  }
  if (negative) value.mantissa = -value.mantissa;
  return value;
}

std::optional<int32_t> ReadDate(std::string_view text) {
  size_t at = 0;
  const int year = ReadDigits(text, at);
  const int month = ReadDigits(text, ++at);
  const int day = ReadDigits(text, ++at);
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > kDays[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0)) return std::nullopt;
  return DaysOf(year, month, day);
}

std::optional<int64_t> ReadClock(std::string_view text) {
  size_t at = 0;
  const int hour = ReadDigits(text, at);
  const int minute = ReadDigits(text, ++at);
  const int second = at < text.size() ? ReadDigits(text, ++at) : 0;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return ((hour * 60 + minute) * 60 + second) * kSecond;
}

std::optional<Moment> ReadDateTime(std::string_view text) {
  const size_t mark = text.find('T');
  const size_t zone = text.find_first_of("Z+-", mark);
  const auto date = ReadDate(text.substr(0, mark));
  const auto clock = ReadClock(text.substr(mark + 1, zone == std::string_view::npos ? zone : zone - mark - 1));
  if (!date || !clock) return std::nullopt;
  Moment moment{*date * kDay + *clock, zone != std::string_view::npos};
  if (moment.has_zone && text[zone] != 'Z') {
    size_t at = zone + 1;
    const int hours = ReadDigits(text, at);
    const int minutes = ReadDigits(text, ++at);
    if (hours > 23 || minutes > 59) return std::nullopt;
    const int64_t offset = (hours * 60 + minutes) * 60 * kSecond;
    moment.micros += text[zone] == '+' ? -offset : offset;
  }
  return moment;
}

std::optional<ast::TimeUnit> ReadUnit(std::string_view word) {
  using ast::TimeUnit;
  if (word == "h") return TimeUnit::kHour;
  if (word == "m") return TimeUnit::kMinute;
  if (word == "s") return TimeUnit::kSecond;
  const std::string_view unit = UnitOfAbbreviation(word);
  if (unit == "second") return TimeUnit::kSecond;
  if (unit == "minute") return TimeUnit::kMinute;
  if (unit == "hour") return TimeUnit::kHour;
  if (unit == "day") return TimeUnit::kDay;
  if (unit == "week") return TimeUnit::kWeek;
  if (unit == "month") return TimeUnit::kMonth;
  if (unit == "quarter") return TimeUnit::kQuarter;
  if (unit == "year") return TimeUnit::kYear;
  return std::nullopt;
}

}  // namespace saiten::parse
