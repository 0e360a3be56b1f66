#include "flow/timing.h"

#include <algorithm>

#include "base/check.h"
#include "flow/state.h"
#include "runtime/civil.h"
#include "runtime/local_time.h"

namespace saiten::flow {
namespace {

using rt::kMicrosPerDay;

// The weekday of a local date, 0 Monday.
int WeekdayOf(int64_t day) { return static_cast<int>(rt::WeekdayOf(day)); }

int64_t AtLocal(int64_t day, int64_t clock, const rt::Zone& zone) {
  return zone.ToInstant(day * kMicrosPerDay + clock);
}

int64_t EndOfBusinessHours(const ir::Length& length, int64_t from, const rt::Calendar& calendar, const rt::Zone& zone) {
  SAITEN_CHECK(calendar.hours().has_value());  // the checker asks for them
  int64_t left = length.count * rt::FixedLength(length.unit);
  for (int64_t day = rt::LocalDate(from, zone);; ++day) {
    if (!calendar.IsBusinessDay(day)) continue;
    const int64_t opens = std::max(from, AtLocal(day, calendar.hours()->begins, zone));
    const int64_t closes = AtLocal(day, calendar.hours()->ends, zone);
    if (closes <= opens) continue;
    if (left <= closes - opens) return opens + left;
    left -= closes - opens;
  }
}

bool IsOpenDay(const ir::SendWindow::Hours& hours, const ir::SendWindow& window, int64_t day, const Local& local) {
  if ((hours.weekdays >> WeekdayOf(day) & 1) == 0) return false;
  if (window.calendar == ir::kNowhere) return true;
  const std::vector<rt::Holiday>& holidays = local.calendars[window.calendar].holidays();
  return !std::ranges::binary_search(holidays, day, {}, &rt::Holiday::day);
}

}  // namespace

int64_t EndOf(const ir::Length& length, int64_t from, const Local& local) {
  bool saturated = false;
  if (!length.business) return rt::MoveInstant(from, length.count, length.unit, *local.zone, &saturated);
  const rt::Calendar& calendar = local.calendars[length.calendar];
  if (length.unit < rt::TimeUnit::kDay) return EndOfBusinessHours(length, from, calendar, *local.zone);
  return calendar.AddBusinessDays(from, length.count, *local.zone, &saturated);
}

int64_t NextClock(int64_t from, int64_t clock, int weekday, const rt::Zone& zone) {
  for (int64_t day = rt::LocalDate(from, zone);; ++day) {
    if (weekday >= 0 && WeekdayOf(day) != weekday) continue;
    const int64_t at = AtLocal(day, clock, zone);
    if (at >= from) return at;
  }
}

int64_t DayOfEnrolment(const ir::Length& length, int64_t enrolled, const rt::Zone& zone) {
  bool saturated = false;
  return rt::MoveInstant(enrolled, length.count, length.unit, zone, &saturated);
}

int64_t NextOpen(const ir::SendWindow& window, int64_t from, const Local& local) {
  if (window.hours.empty()) return from;
  int64_t best = kNever;
  // A window of the day before may reach over midnight. Beyond a year nothing opens that a week of open days would not.
  const int64_t today = rt::LocalDate(from, *local.zone);
  for (int64_t day = today - 1; day <= today + 400 && best == kNever; ++day) {
    for (const ir::SendWindow::Hours& hours : window.hours) {
      if (!IsOpenDay(hours, window, day, local)) continue;
      const int64_t opens = AtLocal(day, hours.begins, *local.zone);
      const int64_t closes = AtLocal(hours.ends > hours.begins ? day : day + 1, hours.ends, *local.zone);
      if (closes <= from || closes <= opens) continue;
      best = std::min(best, std::max(opens, from));
    }
  }
  return best;
}

int64_t NextFiring(const ir::Trigger& trigger, int64_t after, const rt::Zone& zone) {
  if (trigger.kind == ir::Trigger::Kind::kAt) return trigger.instant > after ? trigger.instant : kNever;
  SAITEN_CHECK(trigger.kind == ir::Trigger::Kind::kEvery);
  const int64_t clock = std::max<int64_t>(trigger.clock, 0);
  if (trigger.weekday >= 0) return NextClock(after + 1, clock, trigger.weekday, zone);
  for (int64_t day = rt::LocalDate(after, zone);; ++day) {
    if (trigger.unit != rt::TimeUnit::kDay) {
      const int64_t first = rt::StartOfDate(day, trigger.unit);
      const int64_t last = rt::EndOfDate(day, trigger.unit);
      if (day != std::min(first + std::max<int64_t>(trigger.day, 1) - 1, last)) continue;
    }
    const int64_t at = AtLocal(day, clock, zone);
    if (at > after) return at;
  }
}

int64_t Around(const ir::Trigger& trigger, int64_t moment, const Local& local) {
  ir::Length offset = trigger.offset;
  if (trigger.before) offset.count = -offset.count;
  const int64_t moved = EndOf(offset, moment, local);
  if (trigger.clock < 0) return moved;
  return AtLocal(rt::LocalDate(moved, *local.zone), trigger.clock, *local.zone);
}

int64_t Reminder(int64_t created, int64_t clock, int64_t due, const rt::Zone& zone) {
  const int64_t next = NextClock(created, clock, -1, zone);
  if (due == INT64_MAX || rt::LocalDate(next, zone) <= due) return next;
  return std::max(created, AtLocal(due, clock, zone));
}

}  // namespace saiten::flow
