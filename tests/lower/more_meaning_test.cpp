#include <gtest/gtest.h>

#include "tests/lower/rules_run.h"

// Expressions of every kind with results worked out by hand.
namespace saiten::test {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kMoreSchema = R"(
timezone "Asia/Tokyo"
calendar JP { mon..fri  except 2026-07-01 "closed" }
enum Topic { Sales  Data  Law }
enum Plan ordered { Free  Basic  Pro }
object person from "people" {
  id: int key
  topics: set<Topic>
  plan: Plan?
  born: date?
  seen: time?
  boss: person?
  staff: many person by boss
  pay: money(USD)?
  hours: int?
  note: text?
}
event visit of person from "visits" { page: text?  length: int? }
)";

constexpr const char* kPeople = R"(
id topics plan born seen boss pay hours note
1 Sales;Data Pro 2000-02-29 2026-06-29T09:00 - 10.50 8 Ab
2 0 Free 1990-07-01 2026-06-01T00:00 1 0.99 0 -
3 Law - - - 1 - - x_y
)";

TEST(Expressions, SetsAndEnums) {
  RulesRun run(std::string(kMoreSchema) + R"(
segment has_data for person where topics contains Data
segment any_of for person where topics contains [Law, Data]
segment sized for person where size(topics) == 2
segment paid for person where plan >= Basic
segment not_pro for person where plan != Pro or unknown
segment listed for person where plan in [Free, Basic]
segment ranged for person where plan in Free..Basic
score all_rows for person {
  match all plan { Free, Basic => +1  >= Basic => +2  Pro => +4  unknown => +8  otherwise => +16 }
}
score worth for person { (if plan == Pro then 10 else if plan is known then 5 else 1.5) points when true }
score picked for person { (match plan { Pro => 3  Basic => 2  otherwise => 0.5 }) points when true }
score pairs for person { match (plan, topics) { (Pro, _) => +3  (unknown, _) => +7 } }
)",
               "2026-06-30 09:00");
  run.Records("person", kPeople);
  run.Run();
  EXPECT_EQ(run.Get("has_data"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("any_of"), (Values{"true", "false", "true"}));
  EXPECT_EQ(run.Get("sized"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("paid"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("not_pro"), (Values{"false", "true", "true"}));
  EXPECT_EQ(run.Get("listed"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("ranged"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("all_rows"), (Values{"6", "1", "8"}));
  EXPECT_EQ(run.Get("worth"), (Values{"10", "5", "1.5"}));
  EXPECT_EQ(run.Get("picked"), (Values{"3", "0.5", "0.5"}));
  EXPECT_EQ(run.Get("pairs"), (Values{"3", "0", "7"}));
}

TEST(Expressions, TimeAndDates) {
  RulesRun run(std::string(kMoreSchema) + R"(
let grace = 2 days
segment recent for person where seen > now - 1 day
segment within for person where seen + grace > now
segment long_ago for person where now - seen >= 29 days
segment idle for person where time since last(visit) > 5 days
segment never for person where time since last(visit) is unknown
segment month_end for person where born + 1 year == 2001-02-28
segment next_business for person where today + 1 business day == 2026-07-02
segment later for person where date(seen) + 4 business days == 2026-07-06
segment days for person where today - date(seen) == 29 days
segment birthday for person where age(born) == 35
score hours_idle for person { (hours * 2 - 1) points when hours is known }
)",
               "2026-06-30 09:00");
  run.Records("person", kPeople);
  run.Events("visit", "person time page length\n1 2026-06-25T09:00 /a 5\n2 2026-06-25T08:59:59 /a 5\n");
  run.Run();
  // One day back from 09:00 is 09:00: not later than it.
  EXPECT_EQ(run.Get("recent"), (Values{"false", "false", "false"}));
  EXPECT_EQ(run.Get("within"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("long_ago"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("idle"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("never"), (Values{"false", "false", "true"}));
  EXPECT_EQ(run.Get("month_end"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("next_business"), (Values{"true", "true", "true"}));
  EXPECT_EQ(run.Get("later"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("days"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("birthday"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("hours_idle"), (Values{"15", "-1", "0"}));
}

TEST(Expressions, RelationsAndAggregates) {
  RulesRun run(std::string(kMoreSchema) + R"(
score s for person { +10 when plan == Pro }
segment led_by_pro for person where boss in segment pros
segment pros for person where plan == Pro
segment leads for person where count(staff where plan is known) >= 1
segment boss_hot for person where boss.s >= 10
let helpers for person = count(staff)
segment orphan for person where boss.helpers is unknown
score first_page for person { +1 when first(visit).page == "/a"  }
score lengths for person {
  (sum(visit.length)) points when true
}
score longest for person { (max(visit.length) else -1) points when true }
score mean for person { (avg(visit.length)) points when true }
score distinct_pages for person { (count(visit distinct by page)) points when true }
score mine for person { +1 per visit where length > person.hours }
score money for person { (pay / USD 0.5) points when true }
segment ratio for person where pay / hours > USD 1
score team for person { +1 per staff.visit at most 2 }
fn double(n: int) = n * 2
fn pages(p: person) = count(p.visit where page == "/a")
score by_fn for person { (double(pages(person)) + double(3)) points when true }
)",
               "2026-06-30 09:00");
  run.Records("person", kPeople);
  run.Events("visit", R"(
person time page length
1 2026-06-01 /a 5
1 2026-06-02 /b 9
1 2026-06-03 /a -
1 2026-07-03 /c 900
2 2026-06-01 /b 1
2 2026-06-01 - 2
2 2026-06-02 - 4
)");
  run.Run();
  EXPECT_EQ(run.Get("led_by_pro"), (Values{"false", "true", "true"}));
  EXPECT_EQ(run.Get("leads"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("boss_hot"), (Values{"false", "true", "true"}));
  EXPECT_EQ(run.Get("orphan"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("first_page"), (Values{"1", "0", "0"}));
  EXPECT_EQ(run.Get("lengths"), (Values{"14", "7", "0"}));
  EXPECT_EQ(run.Get("longest"), (Values{"9", "4", "-1"}));
  EXPECT_EQ(run.Get("mean"), (Values{"7", "2.333", "0"}));
  EXPECT_EQ(run.Get("distinct_pages"), (Values{"2", "3", "0"}));
  EXPECT_EQ(run.Get("mine"), (Values{"1", "3", "0"}));
  EXPECT_EQ(run.Get("money"), (Values{"21", "1.98", "0"}));
  // 10.50 / 8 = 1.3125; a divisor of 0 makes it unknown.
  EXPECT_EQ(run.Get("ratio"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("team"), (Values{"2", "0", "0"}));
  EXPECT_EQ(run.Get("by_fn"), (Values{"10", "6", "6"}));
}

TEST(Expressions, TextsOfTables) {
  RulesRun run(std::string(kMoreSchema) + R"(
table greeting for person by (plan) gives (hello, words) {
  Pro             => (upper(note else "none"), 2)
  [Free, Basic]   => (if hours == 0 then "idle" else note, 3)
}
segment shouts for person where greeting.hello == "AB"
segment idles for person where greeting.hello == "idle"
segment silent for person where greeting.hello is unknown
segment boss_shouts for person where boss.greeting.hello starts with "A"
segment staff_idle for person where exists(staff where greeting.hello == "idle")
score words for person { (greeting.words else 0) points when true }
)",
               "2026-06-30 09:00");
  run.Records("person", kPeople);
  run.Run();
  EXPECT_EQ(run.Get("shouts"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("idles"), (Values{"false", "true", "false"}));
  EXPECT_EQ(run.Get("silent"), (Values{"false", "false", "true"}));
  EXPECT_EQ(run.Get("boss_shouts"), (Values{"false", "true", "true"}));
  EXPECT_EQ(run.Get("staff_idle"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("words"), (Values{"2", "3", "0"}));
}

TEST(Expressions, ResetsWithoutRunning) {
  RulesRun run(std::string(kMoreSchema) + R"(
event quit of person from "quits"
score since_quit for person reset on quit {
  +1 per visit
  +100 when plan == Pro
}
)",
               "2026-06-30 09:00");
  run.Records("person", kPeople);
  run.Events("visit", "person time\n1 2026-06-01\n1 2026-06-02\n1 2026-06-03\n2 2026-06-01\n");
  run.Events("quit", "person time\n1 2026-06-02\n1 2026-05-01\n1 2026-07-02\n");
  run.Run();
  EXPECT_EQ(run.Get("since_quit"), (Values{"101", "1", "0"}));
}

TEST(Expressions, SaturationIsCutAndCounted) {
  RulesRun run(std::string(kMoreSchema) + R"(
score huge for person { (hours * 9_000_000_000_000_000) points when true }
)",
               "2026-06-30 09:00");
  run.Records("person", "id hours\n1 8\n2 1\n3 9000000000000\n");
  run.Run();
  EXPECT_EQ(run.Get("huge"), (Values{"9223372036854775.807", "9000000000000000", "9223372036854775.807"}));
  // Row 1 when the product becomes milli-points, row 3 there and in the product.
  EXPECT_EQ(run.traps(), 3u);
}

}  // namespace
}  // namespace saiten::test
