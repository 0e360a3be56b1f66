#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace saiten::rt {

// One yearly clock change of a POSIX time-zone rule, such as "M3.2.0/2".
struct RuleDate {
  enum class Kind : uint8_t { kJulian, kDayOfYear, kMonthWeekDay };
  Kind kind = Kind::kMonthWeekDay;
  int month = 0;          // kMonthWeekDay: 1..12
  int week = 0;           // kMonthWeekDay: 1..5, 5 is the last one
  int day = 0;            // kMonthWeekDay: 0 (Sunday)..6; kJulian: 1..365, never 29 February; kDayOfYear: 0..365
  int64_t second = 7200;  // on the clock before the change, may be negative or above a day

  // Seconds since 1970 on the clock before the change, in that year.
  int64_t LocalSecond(int64_t year) const;
};

// How a zone goes on after the last change that its file lists: the footer of a TZif file (RFC 8536, 3.3).
struct ZoneRule {
  int64_t standard_offset = 0;  // seconds east of UTC
  bool has_summer = false;
  int64_t summer_offset = 0;
  RuleDate summer_begins;
  RuleDate summer_ends;

  // Reads a rule such as "EST5EDT,M3.2.0,M11.1.0" or "<+09>-9"; nullopt if it is none.
  static std::optional<ZoneRule> Parse(std::string_view text);
};

}  // namespace saiten::rt
