#include "runtime/civil.h"

#include <gtest/gtest.h>

#include <chrono>

namespace saiten::rt {
namespace {

int64_t D(int64_t year, int month, int day) { return DaysFromCivil(year, month, day); }

TEST(Civil, AgreesWithTheStandardLibraryOnEveryDay) {
  namespace chr = std::chrono;
  for (int64_t day = D(-400, 1, 1); day <= D(10'400, 12, 31); ++day) {
    const chr::sys_days at{chr::days{day}};
    const chr::year_month_day ymd{at};
    const Civil civil = CivilFromDays(day);
    ASSERT_EQ(civil.year, static_cast<int>(ymd.year()));
    ASSERT_EQ(civil.month, static_cast<int>(static_cast<unsigned>(ymd.month())));
    ASSERT_EQ(civil.day, static_cast<int>(static_cast<unsigned>(ymd.day())));
    ASSERT_EQ(DaysFromCivil(civil), day);
    ASSERT_EQ(static_cast<unsigned>(WeekdayOf(day)), chr::weekday{at}.iso_encoding() - 1);
    ASSERT_EQ(IsLeapYear(civil.year), ymd.year().is_leap());
    ASSERT_LE(civil.day, DaysInMonth(civil.year, civil.month));
  }
}

TEST(Civil, KnownDays) {
  EXPECT_EQ(D(1970, 1, 1), 0);
  EXPECT_EQ(D(2000, 3, 1), 11'017);
  EXPECT_EQ(kMinDay, -719'162);
  EXPECT_EQ(kMaxDay, 2'932'896);
  EXPECT_EQ(WeekdayOf(D(2026, 6, 1)), Weekday::kMonday);
  EXPECT_EQ(WeekdayOf(D(1969, 12, 28)), Weekday::kSunday);
}

TEST(Civil, MonthsClampToTheLastDay) {
  bool saturated = false;
  EXPECT_EQ(AddMonths(D(2026, 1, 31), 1, &saturated), D(2026, 2, 28));
  EXPECT_EQ(AddMonths(D(2024, 1, 31), 1, &saturated), D(2024, 2, 29));
  EXPECT_EQ(AddMonths(D(2026, 3, 31), -1, &saturated), D(2026, 2, 28));
  EXPECT_EQ(AddMonths(D(2026, 12, 15), 1, &saturated), D(2027, 1, 15));
  EXPECT_EQ(AddMonths(D(2026, 1, 15), -1, &saturated), D(2025, 12, 15));
  EXPECT_EQ(AddMonths(D(2026, 1, 15), -13, &saturated), D(2024, 12, 15));
  EXPECT_EQ(AddMonths(D(2024, 2, 29), 12, &saturated), D(2025, 2, 28));
  EXPECT_EQ(AddMonths(D(2024, 2, 29), 48, &saturated), D(2028, 2, 29));
  EXPECT_EQ(AddMonths(D(2024, 2, 29), -124 * 12, &saturated), D(1900, 2, 28));
  EXPECT_EQ(AddMonths(kMaxDay, 0, &saturated), kMaxDay);
  EXPECT_EQ(AddMonths(kMinDay, 0, &saturated), kMinDay);
  EXPECT_FALSE(saturated);
}

TEST(Civil, DatesBeyondTheRangeAreHeld) {
  for (int64_t months : {int64_t{1}, int64_t{1'000'000}, kNumberMax}) {
    bool saturated = false;
    EXPECT_EQ(AddMonths(kMaxDay, months, &saturated), kMaxDay);
    EXPECT_TRUE(saturated);
    saturated = false;
    EXPECT_EQ(AddMonths(kMinDay, -months, &saturated), kMinDay);
    EXPECT_TRUE(saturated);
  }
}

TEST(Civil, AgeInFullYears) {
  EXPECT_EQ(Age(D(1990, 6, 15), D(2026, 6, 14)), 35);
  EXPECT_EQ(Age(D(1990, 6, 15), D(2026, 6, 15)), 36);
  EXPECT_EQ(Age(D(2004, 2, 29), D(2025, 2, 27)), 20);
  EXPECT_EQ(Age(D(2004, 2, 29), D(2025, 2, 28)), 21);
  EXPECT_EQ(Age(D(2004, 2, 29), D(2028, 2, 28)), 23);
  EXPECT_EQ(Age(D(2004, 2, 29), D(2028, 2, 29)), 24);
  EXPECT_EQ(Age(D(2026, 6, 15), D(2026, 6, 15)), 0);
  EXPECT_EQ(Age(D(2026, 6, 15), D(2026, 6, 14)), -1);
}

TEST(Civil, AgeIsTheLargestNumberOfYearsThatFits) {
  for (int64_t birth = D(2003, 1, 1); birth <= D(2004, 12, 31); birth += 7) {
    for (int64_t today = D(2001, 1, 1); today <= D(2009, 3, 1); today += 5) {
      bool saturated = false;
      const int64_t age = Age(birth, today);
      ASSERT_LE(AddMonths(birth, 12 * age, &saturated), today);
      ASSERT_GT(AddMonths(birth, 12 * (age + 1), &saturated), today);
    }
  }
}

TEST(Civil, LocalTimesBefore1970) {
  EXPECT_EQ(DayOfLocal(-1), -1);
  EXPECT_EQ(TimeOfLocal(-1), kMicrosPerDay - 1);
  EXPECT_EQ(DayOfLocal(kMicrosPerDay), 1);
  EXPECT_EQ(TimeOfLocal(kMicrosPerDay), 0);
}

}  // namespace
}  // namespace saiten::rt
