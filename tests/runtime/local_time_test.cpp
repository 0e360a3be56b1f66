#include "runtime/local_time.h"

#include <gtest/gtest.h>

#include "tests/runtime/times.h"

namespace saiten::rt {
namespace {

int64_t InTokyo(int64_t year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return Tokyo().ToInstant(Wall(year, month, day, hour, minute, second));
}
int64_t InNewYork(int64_t year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return NewYork().ToInstant(Wall(year, month, day, hour, minute, second));
}

TEST(MoveInstant, DaysKeepTheWallTimeAndHoursAreElapsed) {  // sem D4
  bool saturated = false;
  const int64_t saturday = InNewYork(2026, 3, 7, 9);
  const int64_t next = MoveInstant(saturday, 1, TimeUnit::kDay, NewYork(), &saturated);
  EXPECT_EQ(next, saturday + 23 * kMicrosPerHour);
  EXPECT_EQ(NewYork().LocalOf(next), Wall(2026, 3, 8, 9));
  EXPECT_EQ(NewYork().LocalOf(MoveInstant(saturday, 24, TimeUnit::kHour, NewYork(), &saturated)), Wall(2026, 3, 8, 10));
  EXPECT_EQ(NewYork().LocalOf(MoveInstant(saturday, -1, TimeUnit::kWeek, NewYork(), &saturated)), Wall(2026, 2, 28, 9));
  EXPECT_FALSE(saturated);
}

TEST(MoveInstant, IntoAGapIsTheFirstInstantAfterIt) {
  bool saturated = false;
  const int64_t at = MoveInstant(InNewYork(2026, 3, 7, 2, 30), 1, TimeUnit::kDay, NewYork(), &saturated);
  EXPECT_EQ(NewYork().LocalOf(at), Wall(2026, 3, 8, 3));
}

TEST(MoveInstant, ByNothingStaysInTheRepeatedHour) {
  bool saturated = false;
  const int64_t second_half_past_one = Wall(2026, 11, 1, 6, 30);
  EXPECT_EQ(NewYork().LocalOf(second_half_past_one), Wall(2026, 11, 1, 1, 30));
  EXPECT_EQ(MoveInstant(second_half_past_one, 0, TimeUnit::kDay, NewYork(), &saturated), second_half_past_one);
}

TEST(MoveInstant, OneMonth) {  // acc A7 O1, O3
  bool saturated = false;
  EXPECT_EQ(MoveInstant(InTokyo(2026, 1, 31, 12), 1, TimeUnit::kMonth, Tokyo(), &saturated), InTokyo(2026, 2, 28, 12));
  EXPECT_EQ(MoveInstant(InTokyo(2026, 2, 10, 12), 1, TimeUnit::kMonth, Tokyo(), &saturated), InTokyo(2026, 3, 10, 12));
  EXPECT_EQ(MoveInstant(InTokyo(2024, 2, 29, 12), 1, TimeUnit::kYear, Tokyo(), &saturated), InTokyo(2025, 2, 28, 12));
  EXPECT_EQ(MoveInstant(InTokyo(2026, 11, 30, 12), 1, TimeUnit::kQuarter, Tokyo(), &saturated),
            InTokyo(2027, 2, 28, 12));
  EXPECT_FALSE(saturated);
}

TEST(MoveInstant, BeyondTheYearsIsHeld) {
  for (TimeUnit unit :
       {TimeUnit::kSecond, TimeUnit::kHour, TimeUnit::kDay, TimeUnit::kWeek, TimeUnit::kMonth, TimeUnit::kYear}) {
    bool saturated = false;
    const int64_t late = MoveInstant(0, kNumberMax, unit, NewYork(), &saturated);
    EXPECT_TRUE(saturated);
    EXPECT_LE(late, kMaxInstant);
    EXPECT_GE(late, Wall(9999, 12, 31));
    saturated = false;
    const int64_t early = MoveInstant(0, kNumberMin, unit, NewYork(), &saturated);
    EXPECT_TRUE(saturated);
    EXPECT_GE(early, kMinInstant);
    EXPECT_LE(early, Wall(1, 1, 2));
  }
}

TEST(MoveDate, DaysWeeksMonths) {
  bool saturated = false;
  EXPECT_EQ(MoveDate(Day(2026, 2, 28), 1, TimeUnit::kDay, &saturated), Day(2026, 3, 1));
  EXPECT_EQ(MoveDate(Day(2026, 2, 28), -2, TimeUnit::kWeek, &saturated), Day(2026, 2, 14));
  EXPECT_EQ(MoveDate(Day(2026, 1, 31), 1, TimeUnit::kMonth, &saturated), Day(2026, 2, 28));
  EXPECT_EQ(MoveDate(Day(2026, 1, 31), 5, TimeUnit::kHour, &saturated), Day(2026, 1, 31));
  EXPECT_FALSE(saturated);
  EXPECT_EQ(MoveDate(kMaxDay, 1, TimeUnit::kDay, &saturated), kMaxDay);
  EXPECT_TRUE(saturated);
}

TEST(Window, ThirtyDaysAreThirtyTimesTwentyFourHours) {  // acc A10
  const int64_t now = InTokyo(2026, 6, 30, 9);
  const int64_t first = AgeBack(now, 30, TimeUnit::kDay, Tokyo()) + 1;
  EXPECT_LT(InTokyo(2026, 5, 31, 9), first);        // G2: age exactly 30 days
  EXPECT_GE(InTokyo(2026, 5, 31, 9, 0, 1), first);  // G3
  EXPECT_LT(InTokyo(2026, 5, 31, 9, 0, 1), first + kMicrosPerSecond);
  EXPECT_EQ(first, now - 30 * kMicrosPerDay + 1);
  // Over a clock change the wall time is not kept where an age is measured (sem T3a).
  EXPECT_EQ(NewYork().LocalOf(AgeBack(InNewYork(2026, 3, 8, 12), 1, TimeUnit::kDay, NewYork())), Wall(2026, 3, 7, 11));
  EXPECT_EQ(AgeBack(now, 1, TimeUnit::kWeek, Tokyo()), now - 168 * kMicrosPerHour);
}

TEST(Window, MonthsStepBackAlongTheCalendar) {
  EXPECT_EQ(AgeBack(InTokyo(2026, 3, 31, 9), 1, TimeUnit::kMonth, Tokyo()), InTokyo(2026, 2, 28, 9));
  EXPECT_EQ(AgeBack(InTokyo(2026, 3, 31, 9), 1, TimeUnit::kQuarter, Tokyo()), InTokyo(2025, 12, 31, 9));
  EXPECT_EQ(AgeBack(InTokyo(2024, 2, 29, 9), 1, TimeUnit::kYear, Tokyo()), InTokyo(2023, 2, 28, 9));
}

TEST(Window, OfTenThousandYearsIsEverything) {
  const int64_t now = InTokyo(2026, 6, 30, 9);
  for (TimeUnit unit : {TimeUnit::kDay, TimeUnit::kMonth, TimeUnit::kYear}) {
    EXPECT_EQ(AgeBack(now, 10'000 * 366, unit, Tokyo()), kMinInstant);
    EXPECT_EQ(AgeBack(now, kNumberMax, unit, Tokyo()), kMinInstant);
  }
  EXPECT_EQ(CalendarWindowFirst(now, kNumberMax, TimeUnit::kDay, Tokyo()), kMinInstant);
}

TEST(Window, CalendarDaysBeginAtMidnight) {  // sem T3
  const int64_t now = InTokyo(2026, 6, 30, 9);
  EXPECT_EQ(CalendarWindowFirst(now, 30, TimeUnit::kDay, Tokyo()), InTokyo(2026, 6, 1));
  EXPECT_EQ(CalendarWindowFirst(now, 1, TimeUnit::kDay, Tokyo()), InTokyo(2026, 6, 30));
  EXPECT_EQ(CalendarWindowFirst(now, 2, TimeUnit::kWeek, Tokyo()), InTokyo(2026, 6, 22));
  EXPECT_EQ(CalendarWindowFirst(now, 2, TimeUnit::kMonth, Tokyo()), InTokyo(2026, 5, 1));
  EXPECT_EQ(CalendarWindowFirst(now, 1, TimeUnit::kQuarter, Tokyo()), InTokyo(2026, 4, 1));
  EXPECT_EQ(NewYork().LocalOf(CalendarWindowFirst(InNewYork(2026, 3, 8, 12), 2, TimeUnit::kDay, NewYork())),
            Wall(2026, 3, 7));
}

TEST(Steps, OfDaysAndOfMonths) {
  const int64_t then = InTokyo(2026, 1, 31, 12);
  EXPECT_EQ(StepsBetween(then, then + 30 * kMicrosPerDay - 1, 30, TimeUnit::kDay, Tokyo()), 0);
  EXPECT_EQ(StepsBetween(then, then + 30 * kMicrosPerDay, 30, TimeUnit::kDay, Tokyo()), 1);
  EXPECT_EQ(StepsBetween(then, InTokyo(2026, 2, 28, 12), 1, TimeUnit::kMonth, Tokyo()), 0);  // back from 28 Feb: 28 Jan
  EXPECT_EQ(StepsBetween(then, InTokyo(2026, 3, 1, 11), 1, TimeUnit::kMonth, Tokyo()), 1);   // back from 1 Mar: 1 Feb
  EXPECT_EQ(StepsBetween(then, InTokyo(2026, 3, 31, 12), 1, TimeUnit::kMonth, Tokyo()), 2);
  EXPECT_EQ(StepsBetween(then, InTokyo(2026, 3, 31, 11, 59, 59), 1, TimeUnit::kMonth, Tokyo()), 1);
  EXPECT_EQ(StepsBetween(then, InTokyo(2027, 1, 31, 12), 1, TimeUnit::kYear, Tokyo()), 1);
  EXPECT_EQ(StepsBetween(then, then - 1, 1, TimeUnit::kMonth, Tokyo()), 0);
  EXPECT_EQ(StepsBetween(InTokyo(1, 1, 2), InTokyo(9999, 12, 31), kNumberMax, TimeUnit::kYear, Tokyo()), 0);
}

TEST(Steps, AreTheLargestNumberWhoseAgeIsReached) {
  const int64_t then = InNewYork(2026, 1, 30, 2, 30);
  for (int64_t hours = 0; hours < 24 * 800; hours += 5) {
    const int64_t now = then + hours * kMicrosPerHour;
    const int64_t steps = StepsBetween(then, now, 1, TimeUnit::kMonth, NewYork());
    ASSERT_GE(AgeBack(now, steps, TimeUnit::kMonth, NewYork()), then);
    ASSERT_LT(AgeBack(now, steps + 1, TimeUnit::kMonth, NewYork()), then);
  }
}

TEST(Periods, StartAndEndOfDates) {
  const int64_t day = Day(2026, 5, 20);  // a Wednesday
  EXPECT_EQ(StartOfDate(day, TimeUnit::kWeek), Day(2026, 5, 18));
  EXPECT_EQ(EndOfDate(day, TimeUnit::kWeek), Day(2026, 5, 24));
  EXPECT_EQ(StartOfDate(day, TimeUnit::kWeek, {Weekday::kSunday, 1}), Day(2026, 5, 17));
  EXPECT_EQ(StartOfDate(Day(2026, 5, 17), TimeUnit::kWeek, {Weekday::kSunday, 1}), Day(2026, 5, 17));
  EXPECT_EQ(EndOfDate(Day(2026, 5, 16), TimeUnit::kWeek, {Weekday::kSunday, 1}), Day(2026, 5, 16));
  EXPECT_EQ(StartOfDate(day, TimeUnit::kMonth), Day(2026, 5, 1));
  EXPECT_EQ(EndOfDate(day, TimeUnit::kMonth), Day(2026, 5, 31));
  EXPECT_EQ(StartOfDate(day, TimeUnit::kQuarter), Day(2026, 4, 1));
  EXPECT_EQ(EndOfDate(day, TimeUnit::kQuarter), Day(2026, 6, 30));
  EXPECT_EQ(StartOfDate(day, TimeUnit::kYear), Day(2026, 1, 1));
  EXPECT_EQ(EndOfDate(day, TimeUnit::kYear), Day(2026, 12, 31));
  EXPECT_EQ(EndOfDate(Day(2024, 2, 3), TimeUnit::kMonth), Day(2024, 2, 29));
  EXPECT_EQ(EndOfDate(kMaxDay, TimeUnit::kYear), kMaxDay);
  EXPECT_EQ(StartOfDate(day, TimeUnit::kDay), day);
}

TEST(Periods, FiscalYears) {
  const PeriodStarts april{Weekday::kMonday, 4};
  EXPECT_EQ(StartOfDate(Day(2026, 3, 31), TimeUnit::kFiscalYear, april), Day(2025, 4, 1));
  EXPECT_EQ(StartOfDate(Day(2026, 4, 1), TimeUnit::kFiscalYear, april), Day(2026, 4, 1));
  EXPECT_EQ(EndOfDate(Day(2026, 4, 1), TimeUnit::kFiscalYear, april), Day(2027, 3, 31));
  EXPECT_EQ(StartOfDate(Day(2026, 6, 30), TimeUnit::kFiscalQuarter, april), Day(2026, 4, 1));
  const PeriodStarts february{Weekday::kMonday, 2};
  EXPECT_EQ(StartOfDate(Day(2026, 1, 15), TimeUnit::kFiscalQuarter, february), Day(2025, 11, 1));
  EXPECT_EQ(EndOfDate(Day(2026, 1, 15), TimeUnit::kFiscalQuarter, february), Day(2026, 1, 31));
}

TEST(Periods, StartAndEndOfInstants) {
  const int64_t at = InTokyo(2026, 5, 20, 8, 15, 30) + 5;
  EXPECT_EQ(StartOfInstant(at, TimeUnit::kDay, Tokyo()), InTokyo(2026, 5, 20));
  EXPECT_EQ(EndOfInstant(at, TimeUnit::kDay, Tokyo()), InTokyo(2026, 5, 21) - 1);
  EXPECT_EQ(StartOfInstant(at, TimeUnit::kHour, Tokyo()), InTokyo(2026, 5, 20, 8));
  EXPECT_EQ(EndOfInstant(at, TimeUnit::kMinute, Tokyo()), InTokyo(2026, 5, 20, 8, 16) - 1);
  EXPECT_EQ(StartOfInstant(at, TimeUnit::kMonth, Tokyo()), InTokyo(2026, 5, 1));
  // A day of 23 hours, and the second half hour of a repeated hour.
  EXPECT_EQ(EndOfInstant(InNewYork(2026, 3, 8, 12), TimeUnit::kDay, NewYork()) -
                StartOfInstant(InNewYork(2026, 3, 8, 12), TimeUnit::kDay, NewYork()),
            23 * kMicrosPerHour - 1);
  EXPECT_EQ(StartOfInstant(Wall(2026, 11, 1, 6, 30), TimeUnit::kHour, NewYork()), Wall(2026, 11, 1, 6));
}

TEST(Periods, CapsCountLocalDays) {  // acc A13: 23:50 and 00:05 Tokyo are two days
  EXPECT_NE(PeriodOf(InTokyo(2026, 6, 1, 23, 55), TimeUnit::kDay, Tokyo()),
            PeriodOf(InTokyo(2026, 6, 2, 0, 5), TimeUnit::kDay, Tokyo()));
  EXPECT_EQ(PeriodOf(InTokyo(2026, 6, 2, 0, 5), TimeUnit::kDay, Tokyo()),
            PeriodOf(InTokyo(2026, 6, 2, 23, 59), TimeUnit::kDay, Tokyo()));
  EXPECT_EQ(PeriodOf(InTokyo(2026, 6, 1), TimeUnit::kWeek, Tokyo()),
            PeriodOf(InTokyo(2026, 6, 7, 23), TimeUnit::kWeek, Tokyo()));
  EXPECT_NE(PeriodOf(InTokyo(2026, 6, 7), TimeUnit::kWeek, Tokyo()),
            PeriodOf(InTokyo(2026, 6, 8), TimeUnit::kWeek, Tokyo()));
}

}  // namespace
}  // namespace saiten::rt
