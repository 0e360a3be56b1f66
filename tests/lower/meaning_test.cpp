#include <gtest/gtest.h>

#include "tests/lower/rules_run.h"

// What the language says and the worked cases do not touch: relations, running scores, history, looking back, text.
namespace saiten::test {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kDeals = R"(
timezone "Asia/Tokyo"
enum Stage ordered { Open  Won  Lost }
enum Status { New  Recycle  Active }
object company from "companies" {
  id: int key
  contacts: many contact by company
}
object contact from "contacts" {
  id: int key
  name: text?
  company: company?
  budget: money(JPY)?
  rank: decimal(2)?
  status: Status? history "status_history"
  since_day: date?
  created_at: time? as created
  deals: many deal by contact
}
object deal from "deals" {
  id: int key
  contact: contact?
  stage: Stage?
  amount: money(JPY)?
}
event email_open of contact from "opens" { mail: text? }
event form of contact from "forms" { kind: text? }
event activity of contact = email_open, form
event unsubscribe of contact from "unsubs"
list vip of contact
)";

TEST(Meaning, RelationsBothWays) {
  RulesRun run(std::string(kDeals) + R"(
score warmth for contact {
  +10 per form
  +1 per email_open
}
score account for company {
  +1 per contacts.email_open
  +100 when max(contacts.warmth) >= 20
}
score lead for contact = (company.account else 0) + 1
let won for contact = sum(deals.amount where stage == Won)
segment rich for contact where won >= JPY 500
segment over for contact where count(deals where amount > contact.budget) >= 1
segment in_strong for contact where company.account >= 100
score spend for contact { (amount / JPY 100) points per deals where stage == Won }
score averages for contact { (avg(deals.amount) / JPY 1) points when exists(deals) }
)",
               "2026-06-30 09:00");
  run.Records("company", "id\n1\n2\n3\n");
  run.Records("contact", "id company budget\n10 1 100\n11 1 1000\n12 2 -\n13 - 5\n");
  run.Records("deal", R"(
id contact stage amount
1 10 Won 300
2 10 Won 250
3 10 Lost 999
4 11 Won 100
5 12 Open 7
6 - Won 1
7 11 Won -
)");
  run.Events("email_open", "contact time mail\n10 2026-06-01 a\n11 2026-06-02 b\n11 2026-06-03 b\n12 2026-07-03 b\n");
  run.Events("form", "contact time kind\n11 2026-06-01 x\n11 2026-06-02 y\n");
  run.Run();
  EXPECT_EQ(run.Get("warmth"), (Values{"1", "22", "0", "0"}));
  EXPECT_EQ(run.Get("account"), (Values{"103", "0", "0"}));
  EXPECT_EQ(run.Get("lead"), (Values{"104", "104", "1", "1"}));
  EXPECT_EQ(run.Get("rich"), (Values{"true", "false", "false", "false"}));
  EXPECT_EQ(run.Get("over"), (Values{"true", "false", "false", "false"}));
  EXPECT_EQ(run.Get("in_strong"), (Values{"true", "true", "false", "false"}));
  EXPECT_EQ(run.Get("spend"), (Values{"5.5", "1", "0", "0"}));
  // (300 + 250 + 999) / 3 = 516.33: an average of money keeps its minor units.
  EXPECT_EQ(run.Get("averages"), (Values{"516", "100", "7", "0"}));
}

TEST(Meaning, InactivityPenalty) {
  RulesRun run(std::string(kDeals) + R"(
score idle for contact { -10 when no activity in last 60 days, and -10 more every 30 days min -30 }
)",
               "2026-06-30 09:00");
  run.Records("contact", "id\n1\n2\n3\n4\n5\n6\n");
  run.Events("email_open",
             "contact time\n1 2026-06-01T09:00\n2 2026-05-01T09:00\n3 2026-04-02T09:00\n4 2026-04-01T09:00\n");
  run.Events("form", "contact time\n5 2025-01-01\n");
  run.Run();
  // Ages: 29, 60, 89, 90 days, years, no event at all.
  EXPECT_EQ(run.Get("idle"), (Values{"0", "-10", "-10", "-20", "-30", "-10"}));
}

TEST(Meaning, RunningScoreWithLimitsOnARule) {
  RulesRun run(std::string(kDeals) + R"(
score capped for contact running min 0 max 100 {
  +40 per form max 60
  -50 per unsubscribe min -80
  (if so_far > 90 then -10 else 30) points per email_open max 45
}
score at_least for contact running { +1 per form min 10  }
)",
               "2026-06-30 09:00");
  run.Records("contact", "id created_at\n1 2026-01-01\n2 2026-01-01\n");
  run.Events("form",
             "contact time kind\n1 2026-01-01T01:00 a\n1 2026-01-01T02:00 a\n1 2026-01-01T03:00 a\n"
             "1 2026-01-01T05:00 a\n");
  run.Events("unsubscribe", "contact time\n1 2026-01-01T04:00\n1 2026-01-01T06:00\n");
  run.Events("email_open", "contact time\n1 2026-01-01T07:00\n2 2026-01-01T01:00\n2 2026-01-01T02:00\n");
  run.Run();
  // 1: 40, 60, 60 (the rule is full), 10, 10, 10 - 30 held at 0, 30. 2: 30, 45 (15 more and the rule is full).
  EXPECT_EQ(run.Get("capped"), (Values{"30", "45"}));
  // Held from its first occurrence on: 10, 11, 12, 13; no occurrence, no points.
  EXPECT_EQ(run.Get("at_least"), (Values{"13", "0"}));
}

TEST(Meaning, RunningScore) {
  RulesRun run(std::string(kDeals) + R"(
score run for contact running min 0 max 300 reset on unsubscribe {
  +100 per form at most 1 per day
  +40 per email_open
  -10 per 30 days without activity
}
score steps for contact running min -100 max 100 {
  +60 per form
  (if so_far < 50 then -15 else -30) points per 90 days without activity
}
)",
               "2026-06-30 09:00");
  run.Records("contact",
              "id created_at\n1 2026-01-01T09:00\n2 2026-06-29\n3 2026-01-01T09:00\n4 -\n5 2026-01-01T09:00\n");
  run.Events("form", R"(
contact time kind
1 2026-06-01T10:00 a
1 2026-06-01T11:00 a
1 2026-06-02T10:00 a
1 2026-06-03T10:00 a
1 2026-06-04T10:00 a
3 2026-06-29T10:00 a
4 2026-06-01T09:00 a
5 2026-01-01T09:00 a
)");
  run.Events("email_open", "contact time\n2 2026-06-29T10:00\n2 2026-06-29T11:00\n");
  run.Events("unsubscribe", "contact time\n2 2026-06-29T10:30\n");
  run.Run();
  // 1: five idle months held at 0, then 100, 200, 300, 300. 2: only the open after the reset. 3: held at 0, then 100.
  // 4: no creation date; 100, then less than 30 days. 5: 100, then five stretches (31 Jan to 31 May) and the sixth on
  // 30 Jun.
  EXPECT_EQ(run.Get("run"), (Values{"300", "40", "100", "100", "40"}));
  // 1: one stretch of 90 days before the forms (-15), then 60 held at 100. 5: 60, then -30 at 90 days, -15 at 180.
  EXPECT_EQ(run.Get("steps"), (Values{"100", "0", "45", "60", "15"}));
}

TEST(Meaning, CapsAndWindows) {
  RulesRun run(std::string(kDeals) + R"(
score weekly for contact { +1 per email_open at most 1 every 7 days }
score latest for contact { +1 per email_open at most 2 in last 30 days decay linear 50% every 10 days }
score from_day for contact { +1 per email_open since 2026-06-10 }
score between_days for contact { +1 per email_open between 2026-06-02 and 2026-06-09 }
score calendar_days for contact { +1 per email_open in last 2 calendar days }
score month for contact { +1 per email_open in last 1 month }
segment fresh for contact where since_day in last 30 days
)",
               "2026-06-30 09:00");
  run.Records("contact", "id since_day\n1 2026-05-31\n2 2026-06-01\n3 -\n");
  run.Events("email_open", R"(
contact time
1 2026-06-01T10:00
1 2026-06-02T10:00
1 2026-06-08T09:59
1 2026-06-08T10:00
1 2026-06-10T00:00
2 2026-06-29T00:00
2 2026-06-28T23:59:59
2 2026-05-30T09:00
2 2026-05-30T09:00:01
)");
  run.Run();
  EXPECT_EQ(run.Get("weekly"), (Values{"2", "2", "0"}));
  // Of 1 the last two, 22 and 20 days old; of 2 both of June, one day old.
  EXPECT_EQ(run.Get("latest"), (Values{"0", "2", "0"}));
  EXPECT_EQ(run.Get("from_day"), (Values{"1", "2", "0"}));
  EXPECT_EQ(run.Get("between_days"), (Values{"3", "0", "0"}));
  EXPECT_EQ(run.Get("calendar_days"), (Values{"0", "1", "0"}));
  EXPECT_EQ(run.Get("month"), (Values{"5", "3", "0"}));
  EXPECT_EQ(run.Get("fresh"), (Values{"false", "true", "false"}));
}

TEST(Meaning, HistoryAndLookingBack) {
  RulesRun run(std::string(kDeals) + R"(
segment settled for contact where status has been Active for 7 days
score opened_before for contact { +1 per form where exists(email_open in the 3 days before it) }
score recycled for contact { +1 per form where status was Recycle }
score moves for contact {
  +1 per change of status from New to Recycle
  +10 per change of status
}
)",
               "2026-06-30 09:00");
  run.Records("contact", "id status\n1 Active\n2 Active\n3 Recycle\n4 Active\n");
  run.Events("change of status", R"(
contact time to from
1 2026-06-01 Recycle New
1 2026-06-23T09:00 Active Recycle
2 2026-06-23T09:00:01 Active New
3 2026-06-10 Recycle Active
)");
  run.Events("form", R"(
contact time kind
1 2026-05-01 a
1 2026-06-02 a
1 2026-06-24 a
2 2026-06-05 a
3 2026-06-10 a
4 2026-06-10 a
)");
  run.Events("email_open", "contact time\n1 2026-06-01T00:00\n1 2026-06-24\n2 2026-06-02\n3 2026-06-06T23:59\n");
  run.Run();
  EXPECT_EQ(run.Get("settled"), (Values{"true", "false", "false", "false"}));
  EXPECT_EQ(run.Get("opened_before"), (Values{"1", "0", "0", "0"}));
  EXPECT_EQ(run.Get("recycled"), (Values{"1", "0", "1", "0"}));
  EXPECT_EQ(run.Get("moves"), (Values{"21", "10", "10", "0"}));
}

TEST(Meaning, TextAndNumbers) {
  RulesRun run(std::string(kDeals) + R"(
segment same for contact where name == "ＩＴ"
segment folded for contact where name == "it" ignoring case
segment holds for contact where name contains ["東京", "it"] ignoring case
segment pattern for contact where name matches /^I.$/
segment none for contact where name not in ["IT", "x"]
score rounded for contact { (rank * 1.005) points when rank is known }
score nearly for contact { (rank / 3) points when rank > 0.5 }
score by_rank for contact { match rank { < 1 => +1  1..2 => +2  unknown => -1  otherwise => +3 } }
segment member for contact where in list vip
table tier for contact by (rank, name) gives (level, minutes) {
  (> 2, _)      => (Top, 10)
  (_, "IT")     => (Mid, 20)
  (unknown, _)  => (None, 30)
  otherwise     => (Low, 40)
}
segment mid for contact where tier.level == Mid
score minutes for contact = tier.minutes
)",
               "2026-06-30 09:00");
  run.Records("contact", "id name rank\n1 IT 0.99\n2 it 2.00\n3 - -\n4 東京都 2.01\n5 IT_x -\n");
  run.ListMembers("vip", {1, 3});
  run.Run();
  EXPECT_EQ(run.Get("same"), (Values{"true", "false", "false", "false", "false"}));
  EXPECT_EQ(run.Get("folded"), (Values{"true", "true", "false", "false", "false"}));
  EXPECT_EQ(run.Get("holds"), (Values{"true", "true", "false", "true", "true"}));
  EXPECT_EQ(run.Get("pattern"), (Values{"true", "false", "false", "false", "false"}));
  EXPECT_EQ(run.Get("none"), (Values{"false", "true", "false", "true", "true"}));
  EXPECT_EQ(run.Get("rounded"), (Values{"0.995", "2.01", "0", "2.02", "0"}));
  EXPECT_EQ(run.Get("nearly"), (Values{"0.33", "0.667", "0", "0.67", "0"}));
  EXPECT_EQ(run.Get("by_rank"), (Values{"1", "2", "-1", "3", "-1"}));
  EXPECT_EQ(run.Get("member"), (Values{"false", "true", "false", "true", "false"}));
  EXPECT_EQ(run.Get("mid"), (Values{"true", "false", "false", "false", "false"}));
  EXPECT_EQ(run.Get("minutes"), (Values{"20", "40", "30", "10", "30"}));
}

}  // namespace
}  // namespace saiten::test
