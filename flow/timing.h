#pragma once

#include <cstdint>
#include <span>

#include "compiler/ir/flow.h"
#include "runtime/calendar.h"
#include "runtime/zone.h"

// When waits end, windows open and schedules fire (sem D1 to D7). Pure; instants are microseconds UTC.
namespace saiten::flow {

// What the calendar words of a flow mean.
struct Local {
  const rt::Zone* zone = nullptr;
  std::span<const rt::Calendar> calendars;
};

// The end of a wait that begins at `from` (sem D2, D3): hours are elapsed time, days keep the local wall time, business
// hours count while the calendar is open.
int64_t EndOf(const ir::Length& length, int64_t from, const Local& local);

// The first instant at or behind `from` at which a local clock shows `clock` (sem D5), on that weekday if it is not
// below 0.
int64_t NextClock(int64_t from, int64_t clock, int weekday, const rt::Zone& zone);

// `day 7 of enrolment`: the same local time that many units behind it.
int64_t DayOfEnrolment(const ir::Length& length, int64_t enrolled, const rt::Zone& zone);

// The first instant at or behind `from` at which the window is open (sem D7); `from` itself where there is no window.
int64_t NextOpen(const ir::SendWindow& window, int64_t from, const Local& local);

// The first instant behind `after` at which an `every` or `on DATE` trigger fires; kNever if never.
int64_t NextFiring(const ir::Trigger& trigger, int64_t after, const rt::Zone& zone);

// `30 days before P at 09:00`, of a moment P.
int64_t Around(const ir::Trigger& trigger, int64_t moment, const Local& local);

// When a task's reminder comes (sem O7): at the next `clock` behind `created`, but never behind the due date; then at
// `clock` of the due date, else at once. `due` is a local date, INT64_MAX if there is none.
int64_t Reminder(int64_t created, int64_t clock, int64_t due, const rt::Zone& zone);

}  // namespace saiten::flow
