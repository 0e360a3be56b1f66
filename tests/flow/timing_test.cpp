#include "flow/timing.h"

#include <gtest/gtest.h>

#include "flow/action_key.h"
#include "flow/state.h"
#include "runtime/civil.h"

// Waits, windows and schedules (sem D1 to D7, O7), with the examples of the semantics and of acceptance A5 and A9.
namespace saiten::flow {
namespace {

constexpr int64_t kHour = rt::kMicrosPerHour;

const rt::Zone& Zone(const char* name) { return **rt::Zone::Find(name); }

// A local time of a zone as an instant.
int64_t At(const rt::Zone& zone, int year, int month, int day, int hour, int minute = 0) {
  return zone.ToInstant(rt::DaysFromCivil(year, month, day) * rt::kMicrosPerDay + hour * kHour +
                        minute * rt::kMicrosPerMinute);
}

class Timing : public testing::Test {
 protected:
  const rt::Zone& tokyo_ = Zone("Asia/Tokyo");
  const rt::Zone& new_york_ = Zone("America/New_York");
  std::vector<rt::Calendar> calendars_ = {rt::Calendar({.weekdays = 0b001'1111,
                                                        .holidays = {{rt::DaysFromCivil(2026, 9, 21), ""},
                                                                     {rt::DaysFromCivil(2026, 9, 22), ""},
                                                                     {rt::DaysFromCivil(2026, 9, 23), ""}},
                                                        .hours = rt::WorkHours{9 * kHour, 18 * kHour}})};
  Local local_{&tokyo_, calendars_};

  static ir::Length Days(int64_t n) { return {.count = n}; }
  static ir::Length BusinessDays(int64_t n) { return {.count = n, .business = true, .calendar = 0}; }
  ir::SendWindow Window(int64_t begins, int64_t ends, uint8_t weekdays = 0b001'1111) {
    ir::SendWindow window;
    window.hours.push_back({weekdays, begins * kHour, ends * kHour});
    window.calendar = 0;
    return window;
  }
};

TEST_F(Timing, DaysKeepTheWallTimeAndHoursElapse) {
  const Local local{&new_york_, calendars_};
  const int64_t saturday = At(new_york_, 2026, 3, 7, 9);
  EXPECT_EQ(EndOf(Days(1), saturday, local), saturday + 23 * kHour);
  EXPECT_EQ(EndOf({.count = 24, .unit = rt::TimeUnit::kHour}, saturday, local), saturday + 24 * kHour);
}

TEST_F(Timing, AMonthEndsOnTheLastDay) {
  EXPECT_EQ(EndOf({.count = 1, .unit = rt::TimeUnit::kMonth}, At(tokyo_, 2026, 1, 31, 12), local_),
            At(tokyo_, 2026, 2, 28, 12));
}

TEST_F(Timing, BusinessDaysLeaveOutHolidays) {
  EXPECT_EQ(EndOf(BusinessDays(4), At(tokyo_, 2026, 9, 17, 17), local_), At(tokyo_, 2026, 9, 28, 17));
  EXPECT_EQ(EndOf(BusinessDays(1), At(tokyo_, 2026, 9, 19, 10), local_), At(tokyo_, 2026, 9, 24, 10));
  EXPECT_EQ(EndOf(BusinessDays(0), At(tokyo_, 2026, 9, 19, 10), local_), At(tokyo_, 2026, 9, 24, 10));
}

TEST_F(Timing, BusinessHoursCountWhileOpen) {
  const ir::Length four{.count = 4, .unit = rt::TimeUnit::kHour, .business = true, .calendar = 0};
  EXPECT_EQ(EndOf(four, At(tokyo_, 2026, 9, 17, 10), local_), At(tokyo_, 2026, 9, 17, 14));
  EXPECT_EQ(EndOf(four, At(tokyo_, 2026, 9, 18, 16), local_), At(tokyo_, 2026, 9, 24, 11));
  EXPECT_EQ(EndOf(four, At(tokyo_, 2026, 9, 17, 3), local_), At(tokyo_, 2026, 9, 17, 13));
}

TEST_F(Timing, TheSameTimeCountsAsTheNext) {
  const int64_t nine = At(tokyo_, 2026, 6, 1, 9);  // a Monday
  EXPECT_EQ(NextClock(nine, 9 * kHour, -1, tokyo_), nine);
  EXPECT_EQ(NextClock(nine + 1, 9 * kHour, -1, tokyo_), At(tokyo_, 2026, 6, 2, 9));
  EXPECT_EQ(NextClock(nine + 1, 9 * kHour, 0, tokyo_), At(tokyo_, 2026, 6, 8, 9));
}

TEST_F(Timing, AWindowIsHalfOpenAndMovesToItsStart) {
  const ir::SendWindow window = Window(9, 17);
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 17, 9), local_), At(tokyo_, 2026, 9, 17, 9));
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 17, 17), local_), At(tokyo_, 2026, 9, 18, 9));
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 18, 20), local_), At(tokyo_, 2026, 9, 24, 9));
  EXPECT_EQ(NextOpen({}, At(tokyo_, 2026, 9, 18, 20), local_), At(tokyo_, 2026, 9, 18, 20));
}

TEST_F(Timing, AWindowOverMidnightBelongsToTheDayItOpens) {
  const ir::SendWindow window = Window(22, 2);
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 18, 1), local_), At(tokyo_, 2026, 9, 18, 1));
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 18, 2), local_), At(tokyo_, 2026, 9, 18, 22));
  // Saturday 01:00 is still Friday's window; Sunday 01:00 is nobody's.
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 19, 1), local_), At(tokyo_, 2026, 9, 19, 1));
  EXPECT_EQ(NextOpen(window, At(tokyo_, 2026, 9, 20, 1), local_), At(tokyo_, 2026, 9, 24, 22));
}

TEST_F(Timing, AWindowInTheGapOpensBehindIt) {
  const ir::SendWindow window = [&] {
    ir::SendWindow all = Window(2, 4, 0b111'1111);
    all.calendar = ir::kNowhere;
    return all;
  }();
  const Local local{&new_york_, calendars_};
  // 2026-03-08 02:00 does not exist: 03:00 EDT.
  EXPECT_EQ(NextOpen(window, At(new_york_, 2026, 3, 8, 1), local), At(new_york_, 2026, 3, 8, 3));
}

TEST_F(Timing, SchedulesFireBehindAndNotAtTheirLastTime) {
  ir::Trigger monday{.kind = ir::Trigger::Kind::kEvery, .weekday = 0, .clock = 9 * kHour};
  const int64_t first = At(tokyo_, 2026, 6, 1, 9);
  EXPECT_EQ(NextFiring(monday, first - 1, tokyo_), first);
  EXPECT_EQ(NextFiring(monday, first, tokyo_), At(tokyo_, 2026, 6, 8, 9));
  ir::Trigger month{.kind = ir::Trigger::Kind::kEvery, .unit = rt::TimeUnit::kMonth, .day = 31, .clock = 0};
  EXPECT_EQ(NextFiring(month, first, tokyo_), At(tokyo_, 2026, 6, 30, 0));
  ir::Trigger once{.kind = ir::Trigger::Kind::kAt, .instant = first};
  EXPECT_EQ(NextFiring(once, first - 1, tokyo_), first);
  EXPECT_EQ(NextFiring(once, first, tokyo_), kNever);
}

TEST_F(Timing, DaysBeforeADate) {
  const ir::Trigger trigger{.kind = ir::Trigger::Kind::kAround, .clock = 9 * kHour, .offset = Days(30)};
  EXPECT_EQ(Around(trigger, At(tokyo_, 2026, 7, 31, 0), local_), At(tokyo_, 2026, 7, 1, 9));
}

TEST_F(Timing, AReminderNeverComesBehindTheDueDate) {
  const int64_t due = rt::DaysFromCivil(2026, 6, 3);
  EXPECT_EQ(Reminder(At(tokyo_, 2026, 6, 1, 8, 15), 9 * kHour, due, tokyo_), At(tokyo_, 2026, 6, 1, 9));
  EXPECT_EQ(Reminder(At(tokyo_, 2026, 6, 1, 14, 30), 9 * kHour, due, tokyo_), At(tokyo_, 2026, 6, 2, 9));
  const int64_t today = rt::DaysFromCivil(2026, 6, 1);
  EXPECT_EQ(Reminder(At(tokyo_, 2026, 6, 1, 8, 15), 9 * kHour, today, tokyo_), At(tokyo_, 2026, 6, 1, 9));
  const int64_t late = At(tokyo_, 2026, 6, 1, 14, 30);
  EXPECT_EQ(Reminder(late, 9 * kHour, today, tokyo_), late);
}

TEST(ActionKey, DependsOnEveryPart) {
  const ActionIdentity one{.flow = "nurture", .object = "contact", .record = "7", .number = 1, .step = "send welcome"};
  EXPECT_EQ(ActionKey(one).size(), 32u);
  EXPECT_EQ(ActionKey(one), ActionKey(one));
  ActionIdentity other = one;
  other.number = 2;
  EXPECT_NE(ActionKey(one), ActionKey(other));
  other = one;
  other.loop = 1;
  EXPECT_NE(ActionKey(one), ActionKey(other));
  // 0x1F keeps the parts apart.
  ActionIdentity moved = one;
  moved.flow = "nurturec";
  moved.object = "ontact";
  EXPECT_NE(ActionKey(one), ActionKey(moved));
}

}  // namespace
}  // namespace saiten::flow
