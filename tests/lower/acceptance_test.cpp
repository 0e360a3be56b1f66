#include <gtest/gtest.h>

#include "tests/lower/rules_run.h"

// The worked cases of the design, A1, A2, A10, A11 (grid) and A13, through the checker, the lowering and the
// interpreter.
namespace saiten::test {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kCrm = R"(
timezone "Asia/Tokyo"
enum Industry { IT  Finance "金融"  Healthcare "医療"  Manufacturing "製造" }
enum Title ordered { Staff  Manager  Director  Executive }
enum Country { Japan  USA }
object contact from "contacts" {
  id:        int key
  industry:  Industry?
  employees: int?
  title:     Title?
  fit_given: int?
  customer:  bool
  personal:  bool
  country:   Country?
  created_at: time? as created
}
event email_open  of contact from "events" where type == "email_open"  { email: text? }
event email_click of contact from "events" where type == "email_click" { email: text? }
event page_view   of contact from "page_views" { path: text? }
event sales_contact of contact from "sales"
event webinar of contact from "webinars"
event inquiry of contact from "inquiries"
event seminar of contact from "seminars"
)";

TEST(Acceptance, A1AttributeScore) {
  RulesRun run(std::string(kCrm) + R"(
score fit for contact max 50 {
  match industry { IT, Finance, Healthcare => +15 }
  match employees { 100..500 => +15  500.. => +5 }
  match title { Executive => +20  Director => +15  Manager => +10 }
  bands priority { later  next from 20  first from 35 }
}
)",
               "2026-06-30 09:00");
  run.Records("contact", R"(
id industry employees title
1  IT 300 Director
2  Finance 500 Executive
3  Healthcare 501 Manager
4  Manufacturing 100 Director
5  IT 99 Staff
6  - - Executive
7  - - -
8  Finance 1200 -
9  IT 499 -
10 IT - Executive
11 Manufacturing 500 Executive
12 Healthcare 100 Manager
)");
  run.Run();
  EXPECT_EQ(run.Get("fit"), (Values{"45", "50", "30", "30", "15", "20", "0", "20", "30", "35", "35", "40"}));
  EXPECT_EQ(run.Get("priority"), (Values{"first", "first", "next", "next", "later", "next", "later", "next", "next",
                                         "first", "first", "first"}));
}

constexpr const char* kBehaviour = R"(
score given for contact = (fit_given else 0)
score behaviour for contact {
  +1 per email_open
  +3 per email_click
}
score total for contact = given + behaviour {
  bands temperature { cold  warm from 30  hot from 50 }
}
score once for contact { +1 per email_open distinct by email }
grid priority for contact by (given, behaviour) { (20.., 5..) => toss  (20.., ..4) => nurture_fit  otherwise => rest }
)";

TEST(Acceptance, A2OpensAndClicks) {
  RulesRun run(std::string(kCrm) + kBehaviour, "2026-06-30 09:00");
  run.Records("contact", "id fit_given\n1 30\n2 45\n3 0\n4 45\n5 15\n6 45\n7 0\n");
  std::string opens = "contact time email\n";
  std::string clicks = "contact time email\n";
  auto add = [](std::string& to, int contact, int count, const char* email) {
    for (int i = 0; i < count; ++i) {
      to += std::to_string(contact) + " 2026-06-0" + std::to_string(1 + i % 9) + "T10:00 " + email + "\n";
    }
  };
  add(opens, 1, 4, "a");
  add(clicks, 1, 2, "a");
  add(opens, 2, 5, "a");
  add(clicks, 3, 10, "a");
  add(opens, 4, 4, "b");
  add(opens, 5, 14, "c");
  add(opens, 6, 3, "d");
  add(clicks, 7, 17, "d");
  run.Events("email_open", opens);
  run.Events("email_click", clicks);
  run.Run();
  EXPECT_EQ(run.Get("behaviour"), (Values{"10", "5", "30", "4", "14", "3", "51"}));
  EXPECT_EQ(run.Get("total"), (Values{"40", "50", "30", "49", "29", "48", "51"}));
  EXPECT_EQ(run.Get("temperature"), (Values{"warm", "hot", "warm", "warm", "cold", "warm", "hot"}));
  EXPECT_EQ(run.Get("once"), (Values{"1", "1", "0", "1", "1", "1", "0"}));
  EXPECT_EQ(run.Get("priority"), (Values{"toss", "toss", "rest", "nurture_fit", "rest", "nurture_fit", "rest"}));
}

constexpr const char* kUntouched = R"(
segment untouched for contact where
  exists(page_view where path like "/pricing*" in last 30 days)
  and no sales_contact in last 30 days
  and not customer
segment abroad for contact where country != Japan
segment maybe_abroad for contact where country != Japan or unknown
segment keen for contact where count(page_view) >= 3
)";

TEST(Acceptance, A10Segment) {
  const char* records = "id customer country\n1 no Japan\n2 no USA\n3 no -\n4 no -\n5 no -\n6 no -\n7 no -\n8 yes -\n";
  const char* views = R"(
contact time path
1 2026-06-15T12:00 /pricing
2 2026-05-31T09:00:00 /pricing
3 2026-05-31T09:00:01 /pricing/big
4 2026-06-20 /pricing
5 2026-06-20 /pricing
5 2026-06-21 /about
5 2026-06-22 /about
7 2026-07-01T00:00 /pricing
8 2026-06-20 /pricing
)";
  for (const bool later : {false, true}) {
    RulesRun run(std::string(kCrm) + kUntouched, later ? "2026-06-30 09:00:01" : "2026-06-30 09:00:00");
    run.Records("contact", records);
    run.Events("page_view", views);
    run.Events("sales_contact", "contact time\n4 2026-06-21\n5 2026-05-01\n");
    run.Run();
    const std::string third = later ? "false" : "true";
    EXPECT_EQ(run.Get("untouched"), (Values{"true", "false", third, "false", "true", "false", "false", "false"}));
    EXPECT_EQ(run.Get("abroad"), (Values{"false", "true", "false", "false", "false", "false", "false", "false"}));
    EXPECT_EQ(run.Get("maybe_abroad"), (Values{"false", "true", "true", "true", "true", "true", "true", "true"}));
    EXPECT_EQ(run.Get("keen"), (Values{"false", "false", "false", "false", "true", "false", "false", "false"}));
  }
}

TEST(Acceptance, A11Route) {
  RulesRun run(R"(
enum Phase ordered { P1  P2  P3  P4 }
object lead from "leads" { id: int key  phase: Phase?  points: int }
score total for lead = points
grid route for lead by (phase, total) { (>= P3, 50..) => field  (>= P3, < 50) => inside  otherwise => nurture }
)",
               "2026-06-30T09:00Z");
  run.Records("lead", "id phase points\n1 P4 60\n2 P3 50\n3 P4 20\n4 P2 60\n5 P1 10\n6 - 55\n");
  run.Run();
  EXPECT_EQ(run.Get("route"), (Values{"field", "field", "inside", "nurture", "nurture", "nurture"}));
}

TEST(Acceptance, A13Decay) {
  RulesRun run(std::string(kCrm) + R"(
score linear for contact { +20 per webinar decay linear 25% every 30 days }
score compound for contact { +20 per webinar decay compound 25% every 30 days }
score half for contact { +20 per webinar decay half-life 30 days }
score gone for contact { +20 per webinar expires after 30 days }
)",
               "2026-06-30 09:00");
  run.Records("contact", "id\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  // Ages 0, 29, 30, 59, 60, 89, 90, 119 and 120 days.
  run.Events("webinar", R"(
contact time
1 2026-06-30T09:00
2 2026-06-01T09:00
3 2026-05-31T09:00
4 2026-05-02T09:00
5 2026-05-01T09:00
6 2026-04-02T09:00
7 2026-04-01T09:00
8 2026-03-03T09:00
9 2026-03-02T09:00
)");
  run.Run();
  EXPECT_EQ(run.Get("linear"), (Values{"20", "20", "15", "15", "10", "10", "5", "5", "0"}));
  EXPECT_EQ(run.Get("compound"), (Values{"20", "20", "15", "15", "11.25", "11.25", "8.438", "8.438", "6.329"}));
  EXPECT_EQ(run.Get("half"), (Values{"20", "10.234", "10", "5.117", "5", "2.558", "2.5", "1.279", "1.25"}));
  EXPECT_EQ(run.Get("gone"), (Values{"20", "20", "0", "0", "0", "0", "0", "0", "0"}));
}

TEST(Acceptance, A13Caps) {
  RulesRun run(std::string(kCrm) + R"(
score shanon for contact max 50 {
  group hot max 40 {
    +30 per inquiry max 30
    +10 per seminar
  }
  -100 when personal
}
score floor for contact min 0 max 50 {
  group hot max 40 {
    +30 per inquiry max 30
    +10 per seminar
  }
  -100 when personal
  bands temperature { cold  warm from 30 }
}
score inside for contact {
  group hot max 40 {
    +30 per inquiry max 30
    +10 per seminar
    -100 when personal
  }
}
score daily for contact { +1 per email_open at most 3 per day }
)",
               "2026-06-30 09:00");
  run.Records("contact", "id personal\n1 yes\n2 no\n3 no\n");
  run.Events("inquiry", "contact time\n1 2026-06-01\n2 2026-06-01\n2 2026-06-02\n");
  run.Events("seminar", R"(
contact time
1 2026-06-01
1 2026-06-02
1 2026-06-03
1 2026-06-04
2 2026-06-01
)");
  run.Events("email_open", R"(
contact time
1 2026-06-10T23:50
1 2026-06-10T23:55
1 2026-06-11T00:05
1 2026-06-11T00:10
1 2026-06-11T00:15
2 2026-06-10T10:00
2 2026-06-10T10:01
2 2026-06-10T10:02
2 2026-06-10T10:03
2 2026-06-10T10:04
)");
  run.Run();
  EXPECT_EQ(run.Get("shanon"), (Values{"-60", "40", "0"}));
  EXPECT_EQ(run.Get("floor"), (Values{"0", "40", "0"}));
  EXPECT_EQ(run.Get("temperature"), (Values{"cold", "warm", "cold"}));
  EXPECT_EQ(run.Get("inside"), (Values{"-30", "40", "0"}));
  EXPECT_EQ(run.Get("daily"), (Values{"5", "3", "0"}));
}

}  // namespace
}  // namespace saiten::test
