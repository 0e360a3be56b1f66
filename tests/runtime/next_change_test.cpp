#include "runtime/next_change.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/civil.h"

namespace saiten::rt {
namespace {

const Zone& ZoneNamed(const char* name) {
  const auto zone = Zone::Find(name);
  if (!zone.ok()) std::abort();
  return **zone;
}

int64_t At(int64_t year, int month, int day, int64_t hour, int64_t minute, const Zone& zone) {
  return zone.ToInstant(DaysFromCivil(year, month, day) * kMicrosPerDay + hour * kMicrosPerHour +
                        minute * kMicrosPerMinute);
}

int64_t Read(CalendarReading reading, int64_t n, TimeUnit unit, int64_t at, const Zone& zone) {
  bool saturated = false;
  switch (reading) {
    case CalendarReading::kDate:
      return LocalDate(at, zone);
    case CalendarReading::kMovedDate:
      return MoveDate(LocalDate(at, zone), n, unit, &saturated);
    case CalendarReading::kMovedInstant:
      return MoveInstant(at, n, unit, zone, &saturated);
    case CalendarReading::kAgeBack:
      return AgeBack(at, n, unit, zone);
    case CalendarReading::kCalendarFirst:
      return CalendarWindowFirst(at, n, unit, zone);
  }
  return 0;
}

TEST(ZoneChanges, AreFoundOneByOneAndForEver) {
  const Zone& new_york = ZoneNamed("America/New_York");
  EXPECT_EQ(new_york.NextChange(At(2026, 1, 1, 0, 0, new_york)), At(2026, 3, 8, 3, 0, new_york));
  EXPECT_EQ(new_york.NextChange(At(2026, 3, 8, 3, 0, new_york)), At(2026, 11, 1, 0, 0, new_york) + 2 * kMicrosPerHour);
  EXPECT_EQ(new_york.NextChange(At(8026, 1, 1, 0, 0, new_york)), At(8026, 3, 8, 3, 0, new_york));
  EXPECT_EQ(ZoneNamed("Asia/Tokyo").NextChange(At(2026, 1, 1, 0, 0, new_york)), INT64_MAX);
}

TEST(NextCrossing, IsTheInstantItself) {
  const Zone& tokyo = ZoneNamed("Asia/Tokyo");
  const Zone& new_york = ZoneNamed("America/New_York");
  const auto date = [](int64_t y, int m, int d) { return DaysFromCivil(y, m, d); };
  const int64_t now = At(2026, 6, 30, 9, 0, tokyo);
  EXPECT_EQ(NextCrossing(CalendarReading::kDate, 0, TimeUnit::kDay, date(2026, 7, 1), now, tokyo),
            At(2026, 7, 1, 0, 0, tokyo));
  EXPECT_EQ(NextCrossing(CalendarReading::kDate, 0, TimeUnit::kDay, date(2026, 6, 30), now, tokyo), kNever);
  // `today - 1 month` reaches 31 May on 1 July, as it is 30 May on 30 June.
  EXPECT_EQ(NextCrossing(CalendarReading::kMovedDate, -1, TimeUnit::kMonth, date(2026, 5, 31), now, tokyo),
            At(2026, 7, 1, 0, 0, tokyo));
  // The event of 30 November leaves `in last 3 months` on 1 March: back from 28 February is 28 November.
  EXPECT_EQ(NextCrossing(CalendarReading::kAgeBack, 3, TimeUnit::kMonth, At(2026, 11, 30, 12, 0, tokyo), now, tokyo),
            At(2027, 3, 1, 0, 0, tokyo));
  EXPECT_EQ(NextCrossing(CalendarReading::kAgeBack, 1, TimeUnit::kMonth, At(2026, 6, 15, 12, 30, tokyo), now, tokyo),
            At(2026, 7, 15, 12, 30, tokyo));
  // From 28 March on one month back is behind and before 28 February noon by turns, up to the end of the month.
  const int64_t wobble = At(2026, 3, 29, 10, 0, tokyo);
  EXPECT_EQ(NextCrossing(CalendarReading::kAgeBack, 1, TimeUnit::kMonth, At(2026, 2, 28, 12, 0, tokyo), wobble, tokyo),
            wobble + 1);
  // 09:00 of 7 March is one day back from 09:00 of 8 March, 23 hours later.
  EXPECT_EQ(NextCrossing(CalendarReading::kMovedInstant, -1, TimeUnit::kDay, At(2026, 3, 7, 9, 0, new_york),
                         At(2026, 3, 7, 9, 30, new_york), new_york),
            At(2026, 3, 8, 9, 0, new_york));
  EXPECT_EQ(
      NextCrossing(CalendarReading::kCalendarFirst, 30, TimeUnit::kDay, At(2026, 6, 15, 12, 0, tokyo), now, tokyo),
      At(2026, 7, 15, 0, 0, tokyo));
  EXPECT_EQ(NextCrossing(CalendarReading::kCalendarFirst, 1, TimeUnit::kQuarter, now, now, tokyo),
            At(2026, 7, 1, 0, 0, tokyo));
}

TEST(NextStep, IsTheNextBoundary) {
  const Zone& tokyo = ZoneNamed("Asia/Tokyo");
  const int64_t then = At(2026, 1, 31, 12, 0, tokyo);
  EXPECT_EQ(NextStep(then, then + 65 * kMicrosPerDay, 30, TimeUnit::kDay, tokyo), then + 90 * kMicrosPerDay);
  EXPECT_EQ(NextStep(then, then + 90 * kMicrosPerDay, 30, TimeUnit::kDay, tokyo), then + 120 * kMicrosPerDay);
  EXPECT_EQ(NextStep(then, then - kMicrosPerDay, 30, TimeUnit::kDay, tokyo), then + 30 * kMicrosPerDay);
  EXPECT_EQ(NextStep(then, At(2026, 2, 10, 0, 0, tokyo), 1, TimeUnit::kMonth, tokyo), At(2026, 3, 1, 0, 0, tokyo));
}

// Never later than the truth, and the same when asked again before: on random instants near the days on which
// calendars misbehave.
TEST(NextCrossing, NeverMissesAChange) {
  std::mt19937_64 random(7);
  const auto below = [&](int64_t bound) { return static_cast<int64_t>(random() % static_cast<uint64_t>(bound)); };
  constexpr const char* kZones[] = {"Asia/Tokyo",          "America/New_York",  "Asia/Beirut",
                                    "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia",
                                    "Africa/Cairo",        "America/Havana",    "America/Scoresbysund"};
  constexpr TimeUnit kUnits[] = {TimeUnit::kHour,  TimeUnit::kDay,     TimeUnit::kWeek,
                                 TimeUnit::kMonth, TimeUnit::kQuarter, TimeUnit::kYear};
  int settled = 0, exact = 0, asked = 0;
  for (int round = 0; round < 30'000; ++round) {
    const Zone& zone = ZoneNamed(kZones[below(std::size(kZones))]);
    const auto reading = static_cast<CalendarReading>(below(5));
    const bool whole_days = reading == CalendarReading::kMovedDate || reading == CalendarReading::kCalendarFirst;
    const TimeUnit unit = kUnits[whole_days ? 1 + below(5) : below(6)];
    const bool forward = reading == CalendarReading::kMovedDate || reading == CalendarReading::kMovedInstant;
    const int64_t n = forward ? below(9) - 5 : 1 + below(4);
    int64_t now =
        At(2008 + below(20), 1 + static_cast<int>(below(12)), 1 + static_cast<int>(below(31)) % 28, 0, 0, zone);
    if (below(2) == 0) now = zone.NextChange(now);
    if (now > At(2040, 1, 1, 0, 0, zone)) now = At(2011, 12, 29, 0, 0, zone);
    if (below(3) == 0) now = At(2020 + below(4), 1 + static_cast<int>(below(12)), 28, 0, 0, zone);
    now += below(6 * 24 * 12) * 5 * kMicrosPerMinute - 3 * kMicrosPerDay + below(3) - 1;
    const int64_t value = Read(reading, n, unit, now, zone);
    const bool is_date = reading == CalendarReading::kDate || reading == CalendarReading::kMovedDate;
    const int64_t bound = is_date ? value + below(5) - 2 : value + (below(5 * 24) - 60) * kMicrosPerHour + below(3) - 1;
    const int64_t next = NextCrossing(reading, n, unit, bound, now, zone);
    ASSERT_GT(next, now);
    ++asked;
    const auto holds = [&](int64_t at) { return Read(reading, n, unit, at, zone) >= bound; };
    for (int probe = 0; probe < 24; ++probe) {
      const int64_t reach = probe < 8 ? kMicrosPerHour : 10 * kMicrosPerDay;
      const int64_t at = now + 1 + below(reach);
      if (at >= next) continue;
      ASSERT_EQ(holds(at), holds(now)) << zone.name() << " reading " << static_cast<int>(reading) << " n " << n
                                       << " unit " << static_cast<int>(unit) << " bound " << bound << " now " << now
                                       << " at " << at << " next " << next;
      ASSERT_EQ(NextCrossing(reading, n, unit, bound, at, zone), next);
    }
    if (next == kNever || next == now + 1) continue;
    ASSERT_EQ(holds(next - 1), holds(now));
    ++settled;
    exact += holds(next) != holds(now) ? 1 : 0;
  }
  // What is announced mostly does happen.
  EXPECT_GT(settled, asked / 5);
  EXPECT_GT(exact, settled * 95 / 100);
}

TEST(NextStep, NeverMissesAStep) {
  std::mt19937_64 random(11);
  const auto below = [&](int64_t bound) { return static_cast<int64_t>(random() % static_cast<uint64_t>(bound)); };
  for (int round = 0; round < 10'000; ++round) {
    const Zone& zone = ZoneNamed(round % 2 == 0 ? "Asia/Tokyo" : "America/New_York");
    const TimeUnit unit = round % 3 == 0 ? TimeUnit::kDay : TimeUnit::kMonth;
    const int64_t n = 1 + below(3);
    const int64_t then =
        At(2025, 1 + static_cast<int>(below(12)), 26, 0, 0, zone) + below(6 * 24 * 60) * kMicrosPerMinute;
    const int64_t now = then + below(200 * 24 * 60) * kMicrosPerMinute - kMicrosPerDay;
    const int64_t next = NextStep(then, now, n, unit, zone);
    const int64_t steps = StepsBetween(then, now, n, unit, zone);
    ASSERT_GT(next, now);
    for (int probe = 0; probe < 20; ++probe) {
      const int64_t at = now + 1 + below(5 * kMicrosPerDay);
      if (at >= next) continue;
      ASSERT_EQ(StepsBetween(then, at, n, unit, zone), steps);
      ASSERT_EQ(NextStep(then, at, n, unit, zone), next);
    }
  }
}

}  // namespace
}  // namespace saiten::rt
