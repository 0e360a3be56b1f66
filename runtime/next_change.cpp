#include "runtime/next_change.h"

#include <algorithm>

namespace saiten::rt {
namespace {

// Longer than any clock was ever put back.
constexpr int64_t kLongestRepeat = 26 * kMicrosPerHour;
// Days by which the end of a month moves a date.
constexpr int64_t kMonthEnd = 5;

// Below `from` the reading is surely less than the bound, from `to` on surely not.
struct Crossing {
  int64_t from;
  int64_t to;
};
constexpr Crossing kNoCrossing{kNever, kNever};
constexpr Crossing kAnywhere{kMinInstant, kNever};

int64_t Earliest(Crossing crossing, int64_t now) {
  if (now < crossing.from) return crossing.from;
  return now < crossing.to ? now + 1 : kNever;
}

// When a clock shows `local` or more: from the first time it does, until it does not go back below any more.
Crossing ClockReaches(int64_t local, const Zone& zone) {
  const int64_t first = zone.ToInstant(local);
  int64_t last = first;
  for (int64_t change = zone.NextChange(first); change < last + kLongestRepeat; change = zone.NextChange(change)) {
    const int64_t shown = zone.LocalOf(change);
    if (shown < local) last = change + (local - shown);
  }
  return {first, last};
}

// The first date whose move reaches `bound`; false if no date's does or the calendar ends there.
bool FirstMovedTo(int64_t bound, int64_t n, TimeUnit unit, int64_t* date) {
  bool saturated = false;
  const int64_t near = MoveDate(bound, -n, unit, &saturated);
  const int64_t slack = MonthsIn(unit) == 0 ? 0 : kMonthEnd;
  for (int64_t day = near - slack; day <= near + slack && !saturated; ++day) {
    if (MoveDate(day, n, unit, &saturated) < bound) continue;
    *date = day;
    return !saturated;
  }
  return false;
}

// Of a wall time of another date.
Crossing MovedClockReaches(int64_t bound, int64_t n, TimeUnit unit, const Zone& zone) {
  // Every wall time below `low` stands for an instant before the bound, every one from `high` on for none.
  const int64_t low = zone.LocalOf(bound - 1) + 1;
  int64_t high = zone.LocalOf(bound);
  if (zone.ToInstant(high) < bound) high += kLongestRepeat;
  const auto reaches = [&](int64_t local, bool latest, int64_t* at) {
    const int64_t day = DayOfLocal(local);
    int64_t first = 0, behind = 0;
    if (!FirstMovedTo(day, n, unit, &first) || !FirstMovedTo(day + 1, n, unit, &behind)) return false;
    // At the end of a month several days, or none, move to the date.
    const int64_t of_day = latest ? behind - 1 : first;
    *at = first == behind ? first * kMicrosPerDay : of_day * kMicrosPerDay + TimeOfLocal(local);
    return true;
  };
  int64_t from = 0, to = 0;
  if (!reaches(low, false, &from) || !reaches(high, true, &to)) return kAnywhere;
  return {ClockReaches(from, zone).from, ClockReaches(to, zone).to};
}

Crossing PeriodReaches(int64_t bound, int64_t n, TimeUnit unit, const Zone& zone) {
  int64_t day = LocalDate(bound - 1, zone);
  while (zone.StartOfDay(day) < bound) ++day;
  int64_t start = StartOfDate(day, unit);
  if (start < day) start = EndOfDate(day, unit) + 1;
  bool saturated = false;
  const int64_t first = MoveDate(start, n > 0 ? n - 1 : 0, unit, &saturated);
  return saturated ? kAnywhere : ClockReaches(first * kMicrosPerDay, zone);
}

Crossing CrossingOf(CalendarReading reading, int64_t n, TimeUnit unit, int64_t bound, const Zone& zone) {
  const bool is_date = reading == CalendarReading::kDate || reading == CalendarReading::kMovedDate;
  // The calendar's own ends: what lies beyond is never reached, or always was.
  if (is_date ? bound <= kMinDay || bound > kMaxDay : bound <= kMinInstant || bound > kMaxInstant) return kNoCrossing;
  switch (reading) {
    case CalendarReading::kDate:
      return ClockReaches(bound * kMicrosPerDay, zone);
    case CalendarReading::kMovedDate: {
      int64_t first = 0;
      if (!FirstMovedTo(bound, n, unit, &first)) return kAnywhere;
      return ClockReaches(first * kMicrosPerDay, zone);
    }
    case CalendarReading::kMovedInstant:
    case CalendarReading::kAgeBack: {
      const bool ages = reading == CalendarReading::kAgeBack;
      if (const int64_t length = FixedLength(unit); length != 0 && (ages || length < kMicrosPerDay)) {
        bool saturated = false;
        const Int128 moved = Int128{ages ? n : -n} * length + bound;
        const int64_t at = Saturate(moved, &saturated);
        return {at, at};
      }
      if (n == 0 && !ages) return {bound, bound};
      return MovedClockReaches(bound, ages ? -n : n, unit, zone);
    }
    case CalendarReading::kCalendarFirst:
      return PeriodReaches(bound, n, unit, zone);
  }
  return kAnywhere;
}

}  // namespace

int64_t NextCrossing(CalendarReading reading, int64_t n, TimeUnit unit, int64_t bound, int64_t now, const Zone& zone) {
  return Earliest(CrossingOf(reading, n, unit, bound, zone), now);
}

int64_t NextStep(int64_t then, int64_t now, int64_t n, TimeUnit unit, const Zone& zone) {
  const int64_t steps = StepsBetween(then, now, n, unit, zone);
  if (const int64_t length = FixedLength(unit); length != 0) {
    bool saturated = false;
    return Saturate((Int128{steps} + 1) * n * length + then, &saturated);
  }
  // The last step may be taken back at the end of a month, and the next one come.
  const auto crossing = [&](int64_t step) {
    bool saturated = false;
    const int64_t span = Saturate(Int128{n} * step, &saturated);
    if (saturated) return kNoCrossing;
    return CrossingOf(CalendarReading::kAgeBack, span, unit, then, zone);
  };
  const int64_t next = Earliest(crossing(steps + 1), now);
  // Steps end where their start and the clock do (none before it).
  if (steps == 0) return next;
  return std::min(next, Earliest(crossing(steps), now));
}

}  // namespace saiten::rt
