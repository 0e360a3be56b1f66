#pragma once

#include <cstdint>

#include "runtime/decimal.h"
#include "runtime/local_time.h"
#include "runtime/zone.h"

// When a value that follows the clock passes a bound: what next_change (sem T5) is made of. An answer is never later
// than the truth, and it is consistent: asked again at any time before it, it is the same. Both hold because an answer
// is always the earliest instant behind the clock of a set of instants that does not depend on the clock.
namespace saiten::rt {

// Never: no instant at all.
inline constexpr int64_t kNever = kNumberMax;

// What is read from the local calendar at an instant x; with n units where it moves.
enum class CalendarReading : uint8_t {
  kDate,           // its local date
  kMovedDate,      // MoveDate(local date, n, unit)
  kMovedInstant,   // MoveInstant(x, n, unit)
  kAgeBack,        // AgeBack(x, n, unit)
  kCalendarFirst,  // CalendarWindowFirst(x, n, unit)
};

// The earliest instant > now at which `reading >= bound` may differ from what it is at `now`; kNever if it stays.
// `bound` is a date for the first two readings, else an instant. Exact where the reading grows with the clock; in the
// hours and days in which it goes back and forth (the end of summer time, the ends of months) it is now + 1.
int64_t NextCrossing(CalendarReading reading, int64_t n, TimeUnit unit, int64_t bound, int64_t now, const Zone& zone);

// The earliest instant > now at which StepsBetween(then, ., n, unit) may differ from what it is at `now`.
int64_t NextStep(int64_t then, int64_t now, int64_t n, TimeUnit unit, const Zone& zone);

}  // namespace saiten::rt
