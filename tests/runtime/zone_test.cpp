#include "runtime/zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>

#include "runtime/zone_file.h"
#include "runtime/zone_rule.h"
#include "tests/runtime/times.h"

namespace saiten::rt {
namespace {

TEST(Zone, NewYorkGapAndFold) {  // sem D4
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 3, 8, 2, 30))), Show(Wall(2026, 3, 8, 7, 0)));
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 11, 1, 1, 30))), Show(Wall(2026, 11, 1, 5, 30)));
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 3, 8, 1, 59, 59))), Show(Wall(2026, 3, 8, 6, 59, 59)));
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 3, 8, 3, 0))), Show(Wall(2026, 3, 8, 7, 0)));
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 11, 1, 0, 59))), Show(Wall(2026, 11, 1, 4, 59)));
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 11, 1, 1, 0))), Show(Wall(2026, 11, 1, 5, 0)));
  EXPECT_EQ(Show(NewYork().ToInstant(Wall(2026, 11, 1, 2, 0))), Show(Wall(2026, 11, 1, 7, 0)));
}

TEST(Zone, TokyoIsNineHoursAheadSince1951) {
  EXPECT_EQ(Tokyo().ToInstant(Wall(2026, 6, 30, 9)), Wall(2026, 6, 30, 0));
  EXPECT_EQ(Tokyo().LocalOf(Wall(9999, 12, 31, 0)), Wall(9999, 12, 31, 9));
  EXPECT_EQ(Tokyo().OffsetAt(Wall(1950, 7, 1)), 10 * kMicrosPerHour);  // the occupation's summer time
  EXPECT_EQ(Tokyo().OffsetAt(Wall(1, 1, 1)), (9 * 3600 + 18 * 60 + 59) * kMicrosPerSecond);
}

TEST(Zone, SummerTimeGoesOnAfterTheListedChanges) {
  for (int64_t year : {2038, 2100, 2101, 2400, 2437, 2438, 2800, 9998}) {
    EXPECT_EQ(NewYork().OffsetAt(Wall(year, 7, 1)), -4 * kMicrosPerHour) << year;
    EXPECT_EQ(NewYork().OffsetAt(Wall(year, 1, 1)), -5 * kMicrosPerHour) << year;
    const Zone& sydney = ZoneOf("Australia/Sydney");
    EXPECT_EQ(sydney.OffsetAt(Wall(year, 7, 1)), 10 * kMicrosPerHour) << year;
    EXPECT_EQ(sydney.OffsetAt(Wall(year, 1, 1)), 11 * kMicrosPerHour) << year;
  }
  // The second Sunday of March 2438, and of 400 years later, is the 14th.
  EXPECT_EQ(NewYork().ToInstant(Wall(2438, 3, 14, 2, 30)), Wall(2438, 3, 14, 7));
  EXPECT_EQ(NewYork().ToInstant(Wall(2838, 3, 14, 2, 30)), Wall(2838, 3, 14, 7));
}

TEST(Zone, DaysWithoutMidnightAndDaysLeftOut) {
  // Brazil's clocks went from 00:00 to 01:00; Samoa had no 30 December 2011.
  const Zone& sao_paulo = ZoneOf("America/Sao_Paulo");
  EXPECT_EQ(Show(sao_paulo.StartOfDay(Day(2018, 11, 4))), Show(Wall(2018, 11, 4, 3)));
  EXPECT_EQ(Show(sao_paulo.LocalOf(sao_paulo.StartOfDay(Day(2018, 11, 4)))), Show(Wall(2018, 11, 4, 1)));
  const Zone& apia = ZoneOf("Pacific/Apia");
  EXPECT_EQ(Show(apia.LocalOf(apia.ToInstant(Wall(2011, 12, 30, 12)))), Show(Wall(2011, 12, 31, 0)));
}

// glibc reads the same files by other code: offsets must agree everywhere.
TEST(Zone, OffsetsAgreeWithTheSystemsOwn) {
  const char* before = std::getenv("TZ");
  const std::string saved = before != nullptr ? before : "";
  std::mt19937_64 random(11);
  for (const char* name : {"Asia/Tokyo", "America/New_York", "Europe/Dublin", "Africa/Casablanca", "Asia/Gaza",
                           "America/Nuuk", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Africa/Cairo",
                           "Antarctica/Troll", "Pacific/Chatham", "Europe/London", "Asia/Kolkata", "Pacific/Apia",
                           "America/Caracas", "Asia/Pyongyang", "EST5EDT", "Etc/GMT-14"}) {
    const Zone& zone = ZoneOf(name);
    setenv("TZ", name, 1);
    tzset();
    for (int i = 0; i < 4'000; ++i) {
      const int64_t from = i % 2 == 0 ? Day(1850, 1, 1) : Day(2000, 1, 1);
      const int64_t to = i % 2 == 0 ? Day(9990, 1, 1) : Day(2060, 1, 1);
      const time_t second =
          from * 86'400 + static_cast<int64_t>(random() % static_cast<uint64_t>((to - from) * 86'400));
      struct tm local = {};
      localtime_r(&second, &local);
      ASSERT_EQ(zone.OffsetAt(second * kMicrosPerSecond), local.tm_gmtoff * kMicrosPerSecond)
          << name << " " << Show(second * kMicrosPerSecond);
    }
  }
  if (before != nullptr) {
    setenv("TZ", saved.c_str(), 1);
  } else {
    unsetenv("TZ");
  }
  tzset();
}

TEST(Zone, ToInstantIsTheEarliestInstantThatShowsTheTime) {
  std::mt19937_64 random(5);
  for (const char* name :
       {"America/New_York", "Australia/Lord_Howe", "Europe/London", "Africa/Casablanca", "Pacific/Apia"}) {
    const Zone& zone = ZoneOf(name);
    for (int i = 0; i < 20'000; ++i) {
      const int64_t local = Wall(1900 + static_cast<int64_t>(random() % 1'200), 1, 1) +
                            static_cast<int64_t>(random() % (366 * 24 * 4)) * 15 * kMicrosPerMinute;
      const int64_t instant = zone.ToInstant(local);
      const int64_t shown = zone.LocalOf(instant);
      if (shown == local) {
        // Nothing earlier shows the same: go back by every change of the clock that occurs.
        for (int64_t minutes = 30; minutes <= 120; minutes += 30) {
          ASSERT_NE(zone.LocalOf(instant - minutes * kMicrosPerMinute), local) << name << " " << Show(local);
        }
      } else {
        ASSERT_GT(shown, local) << name << " " << Show(local);
        ASSERT_LT(zone.LocalOf(instant - 1), local) << name << " " << Show(local);
      }
    }
  }
}

TEST(Zone, UnknownNamesAreErrorsAndNothingElseIsRead) {
  for (const char* name :
       {"Asia/Tokio", "asia/tokyo", "", "/etc/passwd", "../../../etc/passwd", "right/UTC", "posix/Asia/Tokyo", "Asia",
        "tzdata.zi", "zone.tab", "Asia/Tokyo/", "Asia//Tokyo\n", "posixrules", "localtime"}) {
    const Result<const Zone*> zone = Zone::Find(name);
    ASSERT_FALSE(zone.ok()) << name;
    EXPECT_EQ(zone.error().kind, ErrorKind::kUsage) << name;
  }
  EXPECT_EQ(Zone::Find("Asia/Tokio").error().message, "no time zone is called \"Asia/Tokio\"");
}

TEST(Zone, AZoneIsLoadedOnce) {
  EXPECT_EQ(*Zone::Find("Asia/Tokyo"), *Zone::Find("Asia/Tokyo"));
  EXPECT_EQ(Tokyo().name(), "Asia/Tokyo");
  EXPECT_EQ(*Zone::Find("UTC"), Zone::Utc());
  std::vector<std::thread> threads;
  std::vector<const Zone*> found(8);
  for (size_t i = 0; i < found.size(); ++i)
    threads.emplace_back([&found, i] { found[i] = *Zone::Find("Europe/Paris"); });
  for (std::thread& thread : threads) thread.join();
  for (const Zone* zone : found) EXPECT_EQ(zone, found[0]);
}

TEST(Zone, NamesAndVersionOfTheData) {
  const std::vector<std::string> names = ZoneNames();
  EXPECT_GT(names.size(), 300u);
  EXPECT_TRUE(std::find(names.begin(), names.end(), "Asia/Tokyo") != names.end());
  for (const std::string& name : names) EXPECT_TRUE(Zone::Find(name).ok()) << name;
  EXPECT_GE(ZoneDataVersion().size(), 5u);  // "2026f"
}

TEST(ZoneFile, BrokenFilesAreRefused) {
  EXPECT_FALSE(ZoneFile::Parse(""));
  EXPECT_FALSE(ZoneFile::Parse("TZif2"));
  std::string bytes = "TZif2" + std::string(15, '\0') + std::string(24, '\0');
  EXPECT_FALSE(ZoneFile::Parse(bytes));  // no types
  EXPECT_FALSE(ZoneFile::Parse(bytes + bytes));
  bytes = "TZif2" + std::string(15, '\0') + std::string(24, '\x7F');
  EXPECT_FALSE(ZoneFile::Parse(bytes + bytes));  // counts far beyond the end
  bytes = "TZif2" + std::string(15, '\0') + std::string(24, '\xFF');
  EXPECT_FALSE(ZoneFile::Parse(bytes + bytes));  // negative counts
}

TEST(ZoneRule, WhatFootersSay) {
  const auto tokyo = ZoneRule::Parse("JST-9");
  ASSERT_TRUE(tokyo);
  EXPECT_FALSE(tokyo->has_summer);
  EXPECT_EQ(tokyo->standard_offset, 9 * 3600);
  const auto nuuk = ZoneRule::Parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk);
  EXPECT_EQ(nuuk->summer_offset, -3600);
  EXPECT_EQ(nuuk->summer_begins.second, -3600);
  const auto julian = ZoneRule::Parse("AAA3BBB2:30,J60/1:02:03,365");
  ASSERT_TRUE(julian);
  EXPECT_EQ(julian->summer_begins.LocalSecond(2024), Day(2024, 3, 1) * 86'400 + 3'723);
  EXPECT_EQ(julian->summer_begins.LocalSecond(2025), Day(2025, 3, 1) * 86'400 + 3'723);
  EXPECT_EQ(julian->summer_ends.LocalSecond(2024), Day(2024, 12, 31) * 86'400 + 7'200);
  for (const char* bad :
       {"", "JS-9", "JST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0", "EST999", "<+09-9", "EST5EDT,M3.2.0,M11.1.0,", "EST5EDT,J0,J365"}) {
    EXPECT_FALSE(ZoneRule::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace saiten::rt
