#include "runtime/time_parse.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/runtime/times.h"

namespace saiten::rt {
namespace {

constexpr ParseStatus kOk = ParseStatus::kOk;
constexpr ParseStatus kSyntax = ParseStatus::kSyntax;
constexpr ParseStatus kRange = ParseStatus::kOutOfRange;

TEST(TimeParse, Dates) {
  struct Case {
    const char* text;
    ParseStatus status;
    int64_t day = 0;
  };
  const Case cases[] = {
      {"2026-04-01", kOk, Day(2026, 4, 1)},
      {"2026/04/01", kOk, Day(2026, 4, 1)},
      {"2026/4/1", kOk, Day(2026, 4, 1)},
      {"\xE3\x80\x80 2026-04-01 ", kOk, Day(2026, 4, 1)},
      {"0001-01-01", kOk, kMinDay},
      {"9999-12-31", kOk, kMaxDay},
      {"1900-02-28", kOk, Day(1900, 2, 28)},
      {"2024-02-29", kOk, Day(2024, 2, 29)},
      {"", ParseStatus::kEmpty},
      {"  ", ParseStatus::kEmpty},
      {"2026-02-29", kRange},
      {"2026-04-31", kRange},
      {"2026-13-01", kRange},
      {"2026-00-01", kRange},
      {"2026-01-00", kRange},
      {"0000-01-01", kRange},
      {"2026-4-1", kSyntax},
      {"2026-04/01", kSyntax},
      {"10000-01-01", kSyntax},
      {"26-04-01", kSyntax},
      {"20260401", kSyntax},
      {"2026-04-01T00:00", kSyntax},
      {"2026-02-30x", kSyntax},
      {"April 1", kSyntax},
  };
  for (const Case& c : cases) {
    int64_t day = 77;
    EXPECT_EQ(ParseDate(c.text, &day), c.status) << c.text;
    EXPECT_EQ(day, c.status == kOk ? c.day : 77) << c.text;
  }
}

TEST(TimeParse, Instants) {
  struct Case {
    const char* text;
    ParseStatus status;
    int64_t utc = 0;
  };
  const Case cases[] = {
      {"2026-06-30T09:00:00+09:00", kOk, Wall(2026, 6, 30)},
      {"2026-06-30 09:00", kOk, Wall(2026, 6, 30)},
      {"2026-06-30T09:00", kOk, Wall(2026, 6, 30)},
      {"2026/06/30 9:00", kOk, Wall(2026, 6, 30)},
      {"2026-06-30", kOk, Wall(2026, 6, 29, 15)},
      {"2026-06-30T00:00:00Z", kOk, Wall(2026, 6, 30)},
      {"2026-06-30t00:00:00z", kOk, Wall(2026, 6, 30)},
      {"2026-06-30 00:00:00 +00", kOk, Wall(2026, 6, 30)},
      {"2026-06-30 00:00:00-0530", kOk, Wall(2026, 6, 30, 5, 30)},
      {"2026-06-30T00:00:00.5Z", kOk, Wall(2026, 6, 30) + 500'000},
      {"2026-06-30T00:00:00,123456789Z", kOk, Wall(2026, 6, 30) + 123'456},
      {"0001-01-01T00:00:00Z", kOk, Wall(1, 1, 1)},
      {"9999-12-31T23:59:59.999999Z", kOk, Wall(9999, 12, 31, 23, 59, 59) + 999'999},
      {"1969-12-31T23:59:59Z", kOk, -kMicrosPerSecond},
      {"0", kOk, 0},
      {"1782777600", kOk, Wall(2026, 6, 30)},
      {"1782777600000", kOk, Wall(2026, 6, 30)},
      {"1782777600.25", kOk, Wall(2026, 6, 30) + 250'000},
      {"1782777600000.5", kOk, Wall(2026, 6, 30) + 500},
      {"-86400", kOk, Wall(1969, 12, 31)},
      {"99999999999", kOk, Wall(5138, 11, 16, 9, 46, 39)},
      {"100000000000", kOk, Wall(1973, 3, 3, 9, 46, 40)},
      {"", ParseStatus::kEmpty},
      {"999999999999999999", kRange},
      {"9999999999999999999999", kRange},
      {"2026-06-31 09:00", kRange},
      {"2026-06-30 24:00", kRange},
      {"2026-06-30 23:60", kRange},
      {"2026-06-30 23:59:60", kRange},
      {"2026-06-30 09:00+25:00", kRange},
      {"2026-06-30 9", kSyntax},
      {"2026-06-30 09:00:0", kSyntax},
      {"2026-06-30 09:00:00.", kSyntax},
      {"2026-06-30 09:00 JST", kSyntax},
      {"2026-06-30 09:00+9:00", kSyntax},
      {"2026-06-30T", kSyntax},
      {"2026-06-31 rubbish", kSyntax},
      {"1.2.3", kSyntax},
      {"--1", kSyntax},
      {"-", kSyntax},
      {"1e9", kSyntax},
      {"now", kSyntax},
  };
  for (const Case& c : cases) {
    int64_t instant = 77;
    EXPECT_EQ(ParseInstant(c.text, &Tokyo(), &instant), c.status) << c.text;
    EXPECT_EQ(Show(instant), Show(c.status == kOk ? c.utc : 77)) << c.text;
  }
}

TEST(TimeParse, LocalTimesFollowTheZonesClock) {  // sem D4
  int64_t instant = 0;
  EXPECT_EQ(ParseInstant("2026-03-08 02:30", &NewYork(), &instant), kOk);
  EXPECT_EQ(Show(instant), Show(Wall(2026, 3, 8, 7)));
  EXPECT_EQ(ParseInstant("2026-11-01 01:30", &NewYork(), &instant), kOk);
  EXPECT_EQ(Show(instant), Show(Wall(2026, 11, 1, 5, 30)));
}

TEST(TimeParse, WithoutAZoneOnlyAbsoluteTimesAreRead) {
  int64_t instant = 0;
  EXPECT_EQ(ParseInstant("2026-06-30 09:00", nullptr, &instant), ParseStatus::kNeedsZone);
  EXPECT_EQ(ParseInstant("2026-06-30", nullptr, &instant), ParseStatus::kNeedsZone);
  EXPECT_EQ(ParseInstant("2026-06-30 09:00Z", nullptr, &instant), kOk);
  EXPECT_EQ(ParseInstant("1782777600", nullptr, &instant), kOk);
}

TEST(TimeParse, BinaryNumbers) {
  int64_t instant = 0;
  EXPECT_EQ(InstantFromNumber(1'782'777'600, &instant), kOk);
  EXPECT_EQ(instant, Wall(2026, 6, 30));
  EXPECT_EQ(InstantFromNumber(-1'782'777'600'000, &instant), kOk);
  EXPECT_EQ(instant, -Wall(2026, 6, 30));
  EXPECT_EQ(InstantFromNumber(std::numeric_limits<int64_t>::min(), &instant), kRange);
  EXPECT_EQ(InstantFromNumber(std::numeric_limits<int64_t>::max(), &instant), kRange);
  EXPECT_EQ(InstantFromDouble(1'782'777'600.1, &instant), kOk);
  EXPECT_EQ(instant, Wall(2026, 6, 30) + 100'000);
  EXPECT_EQ(InstantFromDouble(-1.5, &instant), kOk);
  EXPECT_EQ(instant, -1'500'000);
  EXPECT_EQ(InstantFromDouble(1e-9, &instant), kOk);
  EXPECT_EQ(instant, 0);
  EXPECT_EQ(InstantFromDouble(1e300, &instant), kRange);
  EXPECT_EQ(InstantFromDouble(std::numeric_limits<double>::quiet_NaN(), &instant), kSyntax);
}

TEST(TimeParse, Clocks) {
  int64_t clock = 0;
  EXPECT_EQ(ParseClock("09:00", &clock), kOk);
  EXPECT_EQ(clock, 9 * kMicrosPerHour);
  EXPECT_EQ(ParseClock("9:00:01", &clock), kOk);
  EXPECT_EQ(clock, 9 * kMicrosPerHour + kMicrosPerSecond);
  EXPECT_EQ(ParseClock("23:59:59.999999", &clock), kOk);
  EXPECT_EQ(clock, kMicrosPerDay - 1);
  EXPECT_EQ(ParseClock("00:00", &clock), kOk);
  EXPECT_EQ(clock, 0);
  EXPECT_EQ(ParseClock("24:00", &clock), kRange);
  EXPECT_EQ(ParseClock("09", &clock), kSyntax);
  EXPECT_EQ(ParseClock("09:0", &clock), kSyntax);
  EXPECT_EQ(ParseClock("09:00pm", &clock), kSyntax);
  EXPECT_EQ(ParseClock(" ", &clock), ParseStatus::kEmpty);
}

TEST(TimeParse, ElapsedTimes) {
  int64_t micros = 0;
  const auto parsed = [&](std::string_view text) { return ParseElapsed(text, &micros) == kOk ? micros : -999; };
  EXPECT_EQ(parsed("30 days"), 30 * kMicrosPerDay);
  EXPECT_EQ(parsed("1 day"), kMicrosPerDay);
  EXPECT_EQ(parsed(" 72h "), 72 * kMicrosPerHour);
  EXPECT_EQ(parsed("1h 30m"), 90 * kMicrosPerMinute);
  EXPECT_EQ(parsed("2 weeks 3 days 4 hours 5 minutes 6 seconds"),
            17 * kMicrosPerDay + 4 * kMicrosPerHour + 5 * kMicrosPerMinute + 6 * kMicrosPerSecond);
  EXPECT_EQ(parsed("-3 days"), -3 * kMicrosPerDay);
  EXPECT_EQ(parsed("0s"), 0);
  for (const char* text :
       {"30", "30d", "1 month", "1.5 hours", "P30D", "days", "30 days x", "--3 days", "3 - days", "30 Days"}) {
    EXPECT_EQ(ParseElapsed(text, &micros), kSyntax) << text;
  }
  EXPECT_EQ(ParseElapsed("", &micros), ParseStatus::kEmpty);
  EXPECT_EQ(ParseElapsed("99999999999 weeks", &micros), kRange);
  EXPECT_EQ(ParseElapsed("99999999999999999999 s", &micros), kRange);
}

TEST(TimeParse, TruthValues) {  // sem N2b
  for (const char* text : {"1", "true", "TRUE", "Yes", "y", "T", "はい", " yes ", "ＹＥＳ"}) {
    bool value = false;
    EXPECT_EQ(ParseBool(text, &value), kOk) << text;
    EXPECT_TRUE(value) << text;
  }
  for (const char* text : {"0", "false", "False", "NO", "n", "f", "いいえ"}) {
    bool value = true;
    EXPECT_EQ(ParseBool(text, &value), kOk) << text;
    EXPECT_FALSE(value) << text;
  }
  bool value = true;
  for (const char* text : {"2", "on", "ja", "truee", "1.0", "yes, of course, why do you ask me that"}) {
    EXPECT_EQ(ParseBool(text, &value), kSyntax) << text;
  }
  EXPECT_EQ(ParseBool("", &value), ParseStatus::kEmpty);
}

TEST(TimeParse, Sets) {  // sem N2b
  std::vector<std::string> members;
  const auto read = [&members](std::string_view text) {
    members = {"before"};
    return ParseSet(text, &members);
  };
  using Members = std::vector<std::string>;
  EXPECT_EQ(read("a;b ; c"), kOk);
  EXPECT_EQ(members, (Members{"a", "b", "c"}));
  EXPECT_EQ(read("金融;医療"), kOk);
  EXPECT_EQ(members, (Members{"金融", "医療"}));
  EXPECT_EQ(read("a;;b;"), kOk);
  EXPECT_EQ(members, (Members{"a", "b"}));
  EXPECT_EQ(read("single"), kOk);
  EXPECT_EQ(members, (Members{"single"}));
  EXPECT_EQ(read(";"), kOk);
  EXPECT_EQ(members, Members{});
  EXPECT_EQ(read("[]"), kOk);
  EXPECT_EQ(members, Members{});
  EXPECT_EQ(read(R"( ["a", "b;c", 3, true, null, "\u91d1\u878d", " "] )"), kOk);
  EXPECT_EQ(members, (Members{"a", "b;c", "3", "true", "金融"}));
  for (const char* text : {"[", "[1", "[[1]]", "[{}]", "[a]", "[1,]"}) {
    EXPECT_EQ(read(text), kSyntax) << text;
    EXPECT_EQ(members, (Members{"before"})) << text;
  }
  EXPECT_EQ(read(std::string(100'000, '[')), kSyntax);
  EXPECT_EQ(read("  "), ParseStatus::kEmpty);
}

TEST(TimeFormat, Spellings) {
  EXPECT_EQ(FormatDate(Day(2026, 4, 1)), "2026-04-01");
  EXPECT_EQ(FormatDate(kMinDay), "0001-01-01");
  EXPECT_EQ(FormatClock(9 * kMicrosPerHour), "09:00:00");
  EXPECT_EQ(FormatClock(9 * kMicrosPerHour + 120'000), "09:00:00.12");
  EXPECT_EQ(FormatInstant(Wall(2026, 6, 30), Tokyo()), "2026-06-30T09:00:00+09:00");
  EXPECT_EQ(FormatInstant(Wall(2026, 6, 30), *Zone::Utc()), "2026-06-30T00:00:00Z");
  EXPECT_EQ(FormatInstant(Wall(2026, 6, 30) + 1, *Zone::Utc()), "2026-06-30T00:00:00.000001Z");
  EXPECT_EQ(FormatInstant(Wall(2026, 7, 1), NewYork()), "2026-06-30T20:00:00-04:00");
  EXPECT_EQ(FormatInstant(Wall(1800, 1, 1), Tokyo()), "1800-01-01T09:18:59+09:18:59");
}

TEST(TimeFormat, WhatIsWrittenIsReadBack) {
  for (int64_t at : {Wall(1, 1, 2), Wall(1800, 5, 6, 7, 8, 9), int64_t{-1}, int64_t{0}, Wall(2026, 11, 1, 5, 30),
                     Wall(2026, 11, 1, 6, 30), Wall(9999, 12, 30) + 123'456}) {
    for (const Zone* zone : {&Tokyo(), &NewYork(), Zone::Utc()}) {
      int64_t read = 0;
      ASSERT_EQ(ParseInstant(FormatInstant(at, *zone), nullptr, &read), kOk) << FormatInstant(at, *zone);
      EXPECT_EQ(read, at);
    }
  }
}

}  // namespace
}  // namespace saiten::rt
