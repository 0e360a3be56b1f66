#pragma once

#include <cstdint>

#include "runtime/decimal.h"

// Dates of the Gregorian calendar without any time zone. A date is the number of days since 1970-01-01; a wall-clock
// ("local") time is the number of microseconds since 1970-01-01 00:00 on that clock.
namespace saiten::rt {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

// A date split up; month 1..12, day 1..31.
struct Civil {
  int64_t year = 1970;
  int month = 1;
  int day = 1;

  friend constexpr bool operator==(Civil, Civil) = default;
};

// Monday first, as a week begins unless a calendar says otherwise (sem T3a).
enum class Weekday : uint8_t { kMonday, kTuesday, kWednesday, kThursday, kFriday, kSaturday, kSunday };

constexpr bool IsLeapYear(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int DaysInMonth(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

// The day number of a civil date; any year within +-10^12, month and day valid.
constexpr int64_t DaysFromCivil(int64_t year, int month, int day) {
  // Years begin in March here, so that the leap day is the last day of a year and needs no case of its own.
  const int64_t shifted = year - (month <= 2 ? 1 : 0);
  const int64_t era = FloorDiv(shifted, 400);
  const int64_t year_of_era = shifted - era * 400;
  const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}
constexpr int64_t DaysFromCivil(Civil date) { return DaysFromCivil(date.year, date.month, date.day); }

// The civil date of a day number; the inverse of DaysFromCivil.
constexpr Civil CivilFromDays(int64_t days) {
  const int64_t shifted = days + 719'468;
  const int64_t era = FloorDiv(shifted, 146'097);
  const auto day_of_era = static_cast<uint32_t>(shifted - era * 146'097);
  const uint32_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t month = (5 * day_of_year + 2) / 153;
  Civil date;
  date.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = era * 400 + year_of_era + (date.month <= 2 ? 1 : 0);
  return date;
}

// The first and the last date that rules know: 0001-01-01 and 9999-12-31.
inline constexpr int64_t kMinDay = DaysFromCivil(1, 1, 1);
inline constexpr int64_t kMaxDay = DaysFromCivil(9999, 12, 31);
// Instants, in UTC, that some local time of these dates can stand for: one day more at each end.
inline constexpr int64_t kMinInstant = (kMinDay - 1) * kMicrosPerDay;
inline constexpr int64_t kMaxInstant = (kMaxDay + 2) * kMicrosPerDay - 1;

// A day held inside kMinDay..kMaxDay.
constexpr int64_t SaturateDay(Int128 day, bool* saturated) {
  if (day >= kMinDay && day <= kMaxDay) return static_cast<int64_t>(day);
  *saturated = true;
  return day < kMinDay ? kMinDay : kMaxDay;
}

// An instant or local time held inside kMinInstant..kMaxInstant.
constexpr int64_t SaturateInstant(Int128 instant, bool* saturated) {
  if (instant >= kMinInstant && instant <= kMaxInstant) return static_cast<int64_t>(instant);
  *saturated = true;
  return instant < kMinInstant ? kMinInstant : kMaxInstant;
}

constexpr Weekday WeekdayOf(int64_t day) {
  return static_cast<Weekday>(FloorMod(day + 3, 7));  // 1970-01-01 was a Thursday
}

// The date `months` later, on the same day of the month or, where that month is shorter, on its last day (sem D2): so
// 29 February and 12 months is 28 February (sem T3a).
constexpr int64_t AddMonths(int64_t day, int64_t months, bool* saturated) {
  const Civil from = CivilFromDays(day);
  const Int128 index = Int128{from.year} * 12 + from.month - 1 + months;
  if (index < 12 || index > 9999 * 12 + 11) return SaturateDay(index < 12 ? kMinDay - 1 : kMaxDay + 1, saturated);
  const auto year = static_cast<int64_t>(index) / 12;
  const int month = static_cast<int>(static_cast<int64_t>(index) % 12) + 1;
  const int last = DaysInMonth(year, month);
  return DaysFromCivil(year, month, from.day < last ? from.day : last);
}

// Full years from `birth` to `today`: the largest n with birth + n years <= today; negative for a birth to come.
constexpr int64_t Age(int64_t birth, int64_t today) {
  const Civil from = CivilFromDays(birth);
  const Civil to = CivilFromDays(today);
  const int64_t years = to.year - from.year;
  const int last = DaysInMonth(to.year, from.month);
  const int birthday = from.day < last ? from.day : last;
  return years - (to.month < from.month || (to.month == from.month && to.day < birthday) ? 1 : 0);
}

// The date of a local time, and its microseconds since midnight.
constexpr int64_t DayOfLocal(int64_t local) { return FloorDiv(local, kMicrosPerDay); }
constexpr int64_t TimeOfLocal(int64_t local) { return FloorMod(local, kMicrosPerDay); }

}  // namespace saiten::rt
