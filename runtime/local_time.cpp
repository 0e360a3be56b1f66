#include "runtime/local_time.h"

#include <algorithm>

#include "base/check.h"

namespace saiten::rt {

namespace {

// The date `months` before the one of `local`, at the same wall time; kMinInstant if there is no such date.
int64_t MonthsBack(int64_t now, Int128 months, const Zone& zone) {
  if (months > 12 * 10'000) return kMinInstant;
  const int64_t local = zone.LocalOf(now);
  bool too_old = false;
  const int64_t day = AddMonths(DayOfLocal(local), -static_cast<int64_t>(months), &too_old);
  return too_old ? kMinInstant : zone.ToInstant(day * kMicrosPerDay + TimeOfLocal(local));
}

// The first day of the month that lies `back` months before the month of `date`.
int64_t FirstOfMonth(Civil date, int back) {
  const int64_t index = date.year * 12 + date.month - 1 - back;
  return DaysFromCivil(FloorDiv(index, 12), static_cast<int>(FloorMod(index, 12)) + 1, 1);
}

// The first date of the period after the one that begins at `start`; may lie after kMaxDay.
int64_t NextStart(int64_t start, TimeUnit unit) {
  const int64_t months = MonthsIn(unit);
  if (months == 0) return start + FixedLength(unit) / kMicrosPerDay;
  return FirstOfMonth(CivilFromDays(start), -static_cast<int>(months));
}

bool IsShorterThanDay(TimeUnit unit) { return unit <= TimeUnit::kHour; }

}  // namespace

int64_t MoveDate(int64_t day, int64_t n, TimeUnit unit, bool* saturated) {
  if (const int64_t months = MonthsIn(unit); months != 0) return AddMonths(day, Mul(n, months, saturated), saturated);
  return SaturateDay(Int128{n} * (FixedLength(unit) / kMicrosPerDay) + day, saturated);
}

int64_t MoveInstant(int64_t instant, int64_t n, TimeUnit unit, const Zone& zone, bool* saturated) {
  if (IsShorterThanDay(unit)) return SaturateInstant(Int128{n} * FixedLength(unit) + instant, saturated);
  // In the hour that a clock change repeats, the way over the wall clock would lead to the earlier twin.
  if (n == 0) return instant;
  const int64_t local = zone.LocalOf(instant);
  const int64_t day = MoveDate(DayOfLocal(local), n, unit, saturated);
  return zone.ToInstant(day * kMicrosPerDay + TimeOfLocal(local));
}

int64_t AgeBack(int64_t now, int64_t n, TimeUnit unit, const Zone& zone) {
  if (const int64_t months = MonthsIn(unit); months != 0) return MonthsBack(now, Int128{n} * months, zone);
  return static_cast<int64_t>(std::max<Int128>(Int128{now} - Int128{n} * FixedLength(unit), kMinInstant));
}

int64_t CalendarWindowFirst(int64_t now, int64_t n, TimeUnit unit, const Zone& zone, PeriodStarts starts) {
  const int64_t start = StartOfDate(LocalDate(now, zone), unit, starts);
  bool too_old = false;
  const int64_t first = MoveDate(start, n > 0 ? 1 - n : 0, unit, &too_old);
  return too_old ? kMinInstant : zone.StartOfDay(first);
}

int64_t StepsBetween(int64_t then, int64_t now, int64_t n, TimeUnit unit, const Zone& zone) {
  SAITEN_CHECK(n > 0);
  if (then >= now) return 0;
  const int64_t months = MonthsIn(unit);
  if (months == 0) return static_cast<int64_t>((Int128{now} - then) / (Int128{n} * FixedLength(unit)));
  const Civil from = CivilFromDays(LocalDate(then, zone));
  const Civil to = CivilFromDays(LocalDate(now, zone));
  const Int128 step = Int128{n} * months;
  // The months on the calendar pages are at most one step too many; the exact instants decide.
  auto steps = static_cast<int64_t>(((to.year - from.year) * 12 + to.month - from.month) / step);
  while (steps > 0 && MonthsBack(now, step * steps, zone) < then) --steps;
  return steps;
}

int64_t StartOfDate(int64_t day, TimeUnit unit, PeriodStarts starts) {
  switch (unit) {
    case TimeUnit::kSecond:
    case TimeUnit::kMinute:
    case TimeUnit::kHour:
    case TimeUnit::kDay:
      return day;
    case TimeUnit::kWeek:
      return day - FloorMod(static_cast<int>(WeekdayOf(day)) - static_cast<int>(starts.week), 7);
    case TimeUnit::kMonth:
    case TimeUnit::kQuarter:
    case TimeUnit::kYear:
      break;
    case TimeUnit::kFiscalQuarter:
    case TimeUnit::kFiscalYear: {
      const Civil date = CivilFromDays(day);
      return FirstOfMonth(date, static_cast<int>(FloorMod(date.month - starts.fiscal_month, MonthsIn(unit))));
    }
  }
  const Civil date = CivilFromDays(day);
  return FirstOfMonth(date, static_cast<int>((date.month - 1) % MonthsIn(unit)));
}

int64_t EndOfDate(int64_t day, TimeUnit unit, PeriodStarts starts) {
  if (IsShorterThanDay(unit)) return day;
  return NextStart(StartOfDate(day, unit, starts), unit) - 1;
}

int64_t StartOfInstant(int64_t instant, TimeUnit unit, const Zone& zone, PeriodStarts starts) {
  const int64_t local = zone.LocalOf(instant);
  // Going back on the clock itself stays right in the hour that a clock change repeats.
  if (IsShorterThanDay(unit)) return instant - FloorMod(local, FixedLength(unit));
  return zone.StartOfDay(StartOfDate(DayOfLocal(local), unit, starts));
}

int64_t EndOfInstant(int64_t instant, TimeUnit unit, const Zone& zone, PeriodStarts starts) {
  const int64_t local = zone.LocalOf(instant);
  if (IsShorterThanDay(unit)) return instant - FloorMod(local, FixedLength(unit)) + FixedLength(unit) - 1;
  return zone.StartOfDay(NextStart(StartOfDate(DayOfLocal(local), unit, starts), unit)) - 1;
}

}  // namespace saiten::rt
