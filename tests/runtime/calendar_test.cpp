#include "runtime/calendar.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/runtime/times.h"

namespace saiten::rt {
namespace {

Calendar Japan() {
  Calendar::Spec spec;
  spec.holidays = {{Day(2026, 9, 22), "国民の休日"}, {Day(2026, 9, 21), "敬老の日"}, {Day(2026, 9, 23), "秋分の日"}};
  return Calendar(std::move(spec));
}

int64_t AddTo(const Calendar& calendar, int64_t day, int64_t n) {
  bool saturated = false;
  const int64_t result = calendar.AddBusinessDays(day, n, &saturated);
  EXPECT_FALSE(saturated);
  return result;
}

TEST(Calendar, SequenceOfTheAcceptanceCases) {  // acc A9
  const Calendar japan = Japan();
  EXPECT_EQ(AddTo(japan, Day(2026, 9, 17), 4), Day(2026, 9, 28));
  EXPECT_EQ(AddTo(japan, Day(2026, 9, 28), 2), Day(2026, 9, 30));
  EXPECT_EQ(AddTo(japan, Day(2026, 10, 1), 1), Day(2026, 10, 2));
  EXPECT_EQ(AddTo(japan, Day(2026, 9, 18), 4), Day(2026, 9, 29));
  EXPECT_EQ(AddTo(japan, Day(2026, 9, 19), 1), Day(2026, 9, 24));
  EXPECT_EQ(AddTo(Calendar(Calendar::Spec{}), Day(2026, 9, 17), 4), Day(2026, 9, 23));
  EXPECT_EQ(AddTo(japan, Day(2026, 6, 5), 2), Day(2026, 6, 9));  // acc A5
}

TEST(Calendar, TheLocalTimeStays) {
  bool saturated = false;
  const int64_t from = Tokyo().ToInstant(Wall(2026, 9, 17, 17));
  EXPECT_EQ(Japan().AddBusinessDays(from, 4, Tokyo(), &saturated), Tokyo().ToInstant(Wall(2026, 9, 28, 17)));
  EXPECT_EQ(Japan().AddBusinessDays(from, 0, Tokyo(), &saturated), from);
  const int64_t friday = NewYork().ToInstant(Wall(2026, 3, 6, 9));
  EXPECT_EQ(NewYork().LocalOf(Calendar(Calendar::Spec{}).AddBusinessDays(friday, 1, NewYork(), &saturated)),
            Wall(2026, 3, 9, 9));
}

TEST(Calendar, ZeroDays) {  // sem D3
  EXPECT_EQ(AddTo(Japan(), Day(2026, 9, 18), 0), Day(2026, 9, 18));
  EXPECT_EQ(AddTo(Japan(), Day(2026, 9, 19), 0), Day(2026, 9, 24));
  EXPECT_EQ(AddTo(Japan(), Day(2026, 9, 22), 0), Day(2026, 9, 24));
}

TEST(Calendar, BackwardsCountsDaysBefore) {
  EXPECT_EQ(AddTo(Japan(), Day(2026, 9, 28), -1), Day(2026, 9, 25));
  EXPECT_EQ(AddTo(Japan(), Day(2026, 9, 28), -4), Day(2026, 9, 17));
  EXPECT_EQ(AddTo(Japan(), Day(2026, 9, 20), -1), Day(2026, 9, 18));
}

TEST(Calendar, HolidaysAreClosed) {
  const Calendar japan = Japan();
  EXPECT_FALSE(japan.IsBusinessDay(Day(2026, 9, 21)));
  EXPECT_FALSE(japan.IsBusinessDay(Day(2026, 9, 20)));
  EXPECT_TRUE(japan.IsBusinessDay(Day(2026, 9, 24)));
  EXPECT_EQ(japan.LastHolidayYear(), 2026);
  EXPECT_EQ(Calendar(Calendar::Spec{}).LastHolidayYear(), std::nullopt);
  EXPECT_EQ(AddTo(japan, Day(2026, 9, 18), 1), Day(2026, 9, 24));
}

TEST(Calendar, BeyondTheYearsIsHeld) {
  bool saturated = false;
  EXPECT_EQ(Japan().AddBusinessDays(Day(2026, 9, 18), kNumberMax, &saturated), kMaxDay);
  EXPECT_TRUE(saturated);
  saturated = false;
  EXPECT_EQ(Japan().AddBusinessDays(Day(2026, 9, 18), kNumberMin, &saturated), kMinDay);
  EXPECT_TRUE(saturated);
}

// The definition: one day at a time.
int64_t Walk(const Calendar& calendar, int64_t day, int64_t n) {
  if (n == 0) {
    while (!calendar.IsBusinessDay(day)) ++day;
    return day;
  }
  const int64_t step = n < 0 ? -1 : 1;
  while (n != 0) {
    day += step;
    if (calendar.IsBusinessDay(day)) n -= step;
  }
  return day;
}

TEST(Calendar, ArithmeticEqualsCounting) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 60; ++round) {
    Calendar::Spec spec;
    spec.weekdays = static_cast<uint8_t>(random() % 127 + 1);
    const int64_t base = Day(1969, 11, 1);
    for (uint64_t i = random() % 60; i > 0; --i)
      spec.holidays.push_back({base + static_cast<int64_t>(random() % 120), ""});
    const Calendar calendar(std::move(spec));
    for (int i = 0; i < 100; ++i) {
      const int64_t day = base + static_cast<int64_t>(random() % 130) - 5;
      const int64_t n = static_cast<int64_t>(random() % 41) - 20;
      const int64_t expected = Walk(calendar, day, n);
      ASSERT_EQ(AddTo(calendar, day, n), expected) << day << " " << n;
      if (n != 0) {
        ASSERT_EQ(calendar.BusinessDaysBetween(day, expected), n) << day << " " << n;
      }
    }
  }
}

TEST(Calendar, BetweenCountsTheLastDayAndNotTheFirst) {
  const Calendar japan = Japan();
  EXPECT_EQ(japan.BusinessDaysBetween(Day(2026, 9, 17), Day(2026, 9, 28)), 4);
  EXPECT_EQ(japan.BusinessDaysBetween(Day(2026, 9, 18), Day(2026, 9, 23)), 0);
  EXPECT_EQ(japan.BusinessDaysBetween(Day(2026, 9, 18), Day(2026, 9, 18)), 0);
  EXPECT_EQ(japan.BusinessDaysBetween(Day(2026, 9, 28), Day(2026, 9, 17)), -4);
}

}  // namespace
}  // namespace saiten::rt
