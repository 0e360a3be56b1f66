#include "stdlib/modules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "runtime/calendar.h"
#include "runtime/civil.h"
#include "runtime/time_parse.h"
#include "runtime/utf8.h"

namespace saiten::stdlib {
namespace {

using rt::DaysFromCivil;
using rt::Weekday;
using rt::WeekdayOf;
using Days = std::map<int64_t, std::string>;

// The holidays that a calendar module lists: every date with the text behind it.
Days Listed(std::string_view module) {
  Days days;
  const Module* found = FindModule(module);
  EXPECT_NE(found, nullptr) << module;
  if (found == nullptr) return days;
  std::string_view rest = found->text;
  rest.remove_prefix(rest.find("except"));
  for (size_t open = rest.find('"'); open != std::string_view::npos; open = rest.find('"')) {
    int64_t day = 0;
    EXPECT_EQ(rt::ParseDate(rest.substr(open - 11, 10), &day), rt::ParseStatus::kOk) << rest.substr(open - 11, 40);
    const size_t close = rest.find('"', open + 1);
    EXPECT_TRUE(days.empty() || day > days.rbegin()->first) << rt::FormatDate(day) << " is out of order";
    days[day] = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
  }
  return days;
}

// The n-th such weekday of a month; n = -1 is the last one.
int64_t Nth(int64_t year, int month, Weekday weekday, int n) {
  int64_t day = DaysFromCivil(year, month, n > 0 ? 1 : rt::DaysInMonth(year, month));
  while (WeekdayOf(day) != weekday) day += n > 0 ? 1 : -1;
  return n > 0 ? day + 7 * (n - 1) : day;
}

// The law on national holidays as in force since 2020: fixed days, Monday holidays, equinoxes by the astronomical
// formula, then substitute holidays (article 3, 2) and days between two holidays (article 3, 3).
Days JapaneseLaw(int64_t year) {
  Days days;
  const auto fixed = [&](int month, int day, const char* name) { days[DaysFromCivil(year, month, day)] = name; };
  fixed(1, 1, "元日");
  days[Nth(year, 1, Weekday::kMonday, 2)] = "成人の日";
  fixed(2, 11, "建国記念の日");
  fixed(2, 23, "天皇誕生日");
  const auto since = static_cast<double>(year - 1980);
  const int64_t leap_days = (year - 1980) / 4;
  const auto leaps = static_cast<double>(leap_days);
  fixed(3, static_cast<int>(20.8431 + 0.242194 * since - leaps), "春分の日");
  fixed(4, 29, "昭和の日");
  fixed(5, 3, "憲法記念日");
  fixed(5, 4, "みどりの日");
  fixed(5, 5, "こどもの日");
  days[Nth(year, 7, Weekday::kMonday, 3)] = "海の日";
  fixed(8, 11, "山の日");
  days[Nth(year, 9, Weekday::kMonday, 3)] = "敬老の日";
  fixed(9, static_cast<int>(23.2488 + 0.242194 * since - leaps), "秋分の日");
  days[Nth(year, 10, Weekday::kMonday, 2)] = "スポーツの日";
  fixed(11, 3, "文化の日");
  fixed(11, 23, "勤労感謝の日");
  const Days own = days;
  for (const auto& [day, name] : own) {
    if (WeekdayOf(day) == Weekday::kSunday) {
      int64_t substitute = day + 1;
      while (own.contains(substitute)) ++substitute;
      days[substitute] = "振替休日";
    }
    if (own.contains(day + 2) && !days.contains(day + 1)) days[day + 1] = "国民の休日";
  }
  return days;
}

TEST(Modules, JapaneseHolidaysAreThoseOfTheLaw) {
  Days law;
  for (int64_t year = 2024; year <= 2027; ++year) law.merge(JapaneseLaw(year));
  EXPECT_EQ(Listed("std.calendar_jp"), law);
}

TEST(Modules, JapaneseHolidaysThatPeopleKnow) {
  const Days days = Listed("std.calendar_jp");
  EXPECT_EQ(days.at(DaysFromCivil(2026, 9, 22)), "国民の休日");
  EXPECT_EQ(days.at(DaysFromCivil(2026, 5, 6)), "振替休日");
  EXPECT_EQ(days.at(DaysFromCivil(2025, 5, 6)), "振替休日");
  EXPECT_EQ(days.at(DaysFromCivil(2024, 2, 12)), "振替休日");
  EXPECT_EQ(days.at(DaysFromCivil(2027, 3, 22)), "振替休日");
  EXPECT_EQ(days.at(DaysFromCivil(2024, 9, 22)), "秋分の日");
  EXPECT_FALSE(days.contains(DaysFromCivil(2025, 9, 22)));
  EXPECT_EQ(days.size(), 21u + 19u + 18u + 17u);
}

Days AmericanLaw(int64_t year) {
  Days own;
  own[DaysFromCivil(year, 1, 1)] = "New Year's Day";
  own[Nth(year, 1, Weekday::kMonday, 3)] = "Birthday of Martin Luther King, Jr.";
  own[Nth(year, 2, Weekday::kMonday, 3)] = "Washington's Birthday";
  own[Nth(year, 5, Weekday::kMonday, -1)] = "Memorial Day";
  own[DaysFromCivil(year, 6, 19)] = "Juneteenth National Independence Day";
  own[DaysFromCivil(year, 7, 4)] = "Independence Day";
  own[Nth(year, 9, Weekday::kMonday, 1)] = "Labor Day";
  own[Nth(year, 10, Weekday::kMonday, 2)] = "Columbus Day";
  own[DaysFromCivil(year, 11, 11)] = "Veterans Day";
  own[Nth(year, 11, Weekday::kThursday, 4)] = "Thanksgiving Day";
  own[DaysFromCivil(year, 12, 25)] = "Christmas Day";
  Days days = own;
  for (const auto& [day, name] : own) {
    if (WeekdayOf(day) == Weekday::kSaturday) days[day - 1] = name + " (observed)";
    if (WeekdayOf(day) == Weekday::kSunday) days[day + 1] = name + " (observed)";
  }
  return days;
}

TEST(Modules, AmericanHolidaysAreThoseOfTheLaw) {
  Days law;
  for (int64_t year = 2023; year <= 2031; ++year) law.merge(AmericanLaw(year));
  std::erase_if(law, [](const auto& entry) {
    return entry.first < DaysFromCivil(2024, 1, 1) || entry.first > DaysFromCivil(2030, 12, 31);
  });
  const Days days = Listed("std.calendar_us");
  EXPECT_EQ(days, law);
  EXPECT_EQ(days.at(DaysFromCivil(2026, 7, 3)), "Independence Day (observed)");
  EXPECT_EQ(days.at(DaysFromCivil(2027, 12, 31)), "New Year's Day (observed)");
}

TEST(Modules, EveryFileIsInTheProgramAndIsText) {
  std::set<std::string_view> names;
  for (const Module& module : Modules()) {
    names.insert(module.name);
    EXPECT_TRUE(rt::ValidUtf8(module.text)) << module.name;
    EXPECT_TRUE(module.text.starts_with("//")) << module.name;
    EXPECT_TRUE(module.text.ends_with("\n")) << module.name;
    EXPECT_EQ(FindModule(module.name), &module);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"std.bant", "std.calendar_jp", "std.calendar_us", "std.lifecycle",
                                               "std.messages", "std.tasks"}));
  EXPECT_EQ(FindModule("std.nothing"), nullptr);
}

}  // namespace
}  // namespace saiten::stdlib
