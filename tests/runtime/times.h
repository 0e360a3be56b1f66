#pragma once

#include <gtest/gtest.h>

#include <string>

#include "runtime/civil.h"
#include "runtime/zone.h"

// Short spellings of dates and times for the tests of this folder.
namespace saiten::rt {

inline const Zone& ZoneOf(const char* name) {
  const Result<const Zone*> zone = Zone::Find(name);
  EXPECT_TRUE(zone.ok()) << name;
  return zone.ok() ? **zone : *Zone::Utc();
}
inline const Zone& Tokyo() { return ZoneOf("Asia/Tokyo"); }
inline const Zone& NewYork() { return ZoneOf("America/New_York"); }

inline int64_t Day(int64_t year, int month, int day) { return DaysFromCivil(year, month, day); }

// What a wall clock shows.
inline int64_t Wall(int64_t year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return Day(year, month, day) * kMicrosPerDay + ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond;
}

// A microsecond count as readable text, for the messages of failing tests.
inline std::string Show(int64_t local) {
  const Civil civil = CivilFromDays(DayOfLocal(local));
  const int64_t clock = TimeOfLocal(local);
  return std::to_string(civil.year) + "-" + std::to_string(civil.month) + "-" + std::to_string(civil.day) + " " +
         std::to_string(clock / kMicrosPerHour) + ":" + std::to_string(clock / kMicrosPerMinute % 60) + ":" +
         std::to_string(clock / kMicrosPerSecond % 60) + "." + std::to_string(clock % kMicrosPerSecond);
}

}  // namespace saiten::rt
