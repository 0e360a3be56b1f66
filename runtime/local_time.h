#pragma once

#include <cstdint>

#include "runtime/civil.h"
#include "runtime/zone.h"

// How instants and dates move, and where windows and periods begin (sem T3, T3a, T3b, D2, D4). Instants are
// microseconds UTC, dates are days since 1970-01-01. Where a result would leave the years 0001..9999 it is held at the
// end
// and `*saturated` becomes true.
namespace saiten::rt {

// The units of a duration as written. A number of business days is no unit here: see calendar.h.
enum class TimeUnit : uint8_t {
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kFiscalQuarter,  // as kQuarter and kYear but for where a period begins
  kFiscalYear,
};

// Where a week and a fiscal year begin (`calendar JP { ... week starts monday  fiscal year starts april }`).
struct PeriodStarts {
  Weekday week = Weekday::kMonday;
  int fiscal_month = 1;  // 1..12
};

// The length of a unit that always has the same (a day is 24 hours here), in microseconds; 0 for months and longer.
constexpr int64_t FixedLength(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
      return kMicrosPerSecond;
    case TimeUnit::kMinute:
      return kMicrosPerMinute;
    case TimeUnit::kHour:
      return kMicrosPerHour;
    case TimeUnit::kDay:
      return kMicrosPerDay;
    case TimeUnit::kWeek:
      return 7 * kMicrosPerDay;
    case TimeUnit::kMonth:
    case TimeUnit::kQuarter:
    case TimeUnit::kYear:
    case TimeUnit::kFiscalQuarter:
    case TimeUnit::kFiscalYear:
      return 0;
  }
  return 0;
}

// How many months a unit is; 0 for weeks and shorter.
constexpr int64_t MonthsIn(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
    case TimeUnit::kMinute:
    case TimeUnit::kHour:
    case TimeUnit::kDay:
    case TimeUnit::kWeek:
      return 0;
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kQuarter:
    case TimeUnit::kFiscalQuarter:
      return 3;
    case TimeUnit::kYear:
    case TimeUnit::kFiscalYear:
      return 12;
  }
  return 0;
}

// The local date of an instant, and the microseconds since local midnight on its clock.
inline int64_t LocalDate(int64_t instant, const Zone& zone) { return DayOfLocal(zone.LocalOf(instant)); }
inline int64_t LocalClock(int64_t instant, const Zone& zone) { return TimeOfLocal(zone.LocalOf(instant)); }

// `date + n units` for days and longer (sem D2); n may be negative. Units shorter than a day do not move a date.
int64_t MoveDate(int64_t day, int64_t n, TimeUnit unit, bool* saturated);

// `instant + n units`: hours and shorter are elapsed time, days and longer keep the local wall time (sem T3a, D2, D4).
int64_t MoveInstant(int64_t instant, int64_t n, TimeUnit unit, const Zone& zone, bool* saturated);

// The instant whose age at `now` is n units, n >= 0, where an age is measured (sem T3a): a day is 24 hours, months and
// longer step back along the local calendar. `in last n units` is AgeBack < t <= now (sem T3). Held at kMinInstant
// without a flag: nothing is older.
int64_t AgeBack(int64_t now, int64_t n, TimeUnit unit, const Zone& zone);

// The earliest instant inside `in last n calendar days` (sem T3): local midnight n - 1 days before today. Other units,
// days and longer, likewise: the current week, month ... and the n - 1 before it.
int64_t CalendarWindowFirst(int64_t now, int64_t n, TimeUnit unit, const Zone& zone, PeriodStarts starts = {});

// How many full steps of n units lie between `then` and `now` (`decay ... every 1 month`, sem SC4); 0 if then > now.
int64_t StepsBetween(int64_t then, int64_t now, int64_t n, TimeUnit unit, const Zone& zone);

// The first and the last date of the period that `day` lies in; units of a day and longer.
int64_t StartOfDate(int64_t day, TimeUnit unit, PeriodStarts starts = {});
int64_t EndOfDate(int64_t day, TimeUnit unit, PeriodStarts starts = {});

// The first instant and the last microsecond of the local period that `instant` lies in.
int64_t StartOfInstant(int64_t instant, TimeUnit unit, const Zone& zone, PeriodStarts starts = {});
int64_t EndOfInstant(int64_t instant, TimeUnit unit, const Zone& zone, PeriodStarts starts = {});

// A number that is the same for two instants exactly when they lie in the same local day, week, month ... (`at most 3
// per day`, sem SC3). Grows with time; the first date of the period, as a day number.
inline int64_t PeriodOf(int64_t instant, TimeUnit unit, const Zone& zone, PeriodStarts starts = {}) {
  return StartOfDate(LocalDate(instant, zone), unit, starts);
}

}  // namespace saiten::rt
