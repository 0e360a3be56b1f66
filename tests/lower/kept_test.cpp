#include <gtest/gtest.h>

#include "tests/lower/rules_run.h"

// Events that nobody declares: histories that the engine keeps, granted points, and events that have not arrived yet.
namespace saiten::test {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kKeptSchema = R"(
timezone "Asia/Tokyo"
enum Status { New  Recycle  Active }
object contact from "contacts" { id: int key  status: Status?  rank: int? }
event form of contact from "forms" received "arrived" { kind: text? }
event click of contact from "clicks"
event activity of contact = form, click
)";

const EventInfo& EventOf(const RulesRun& run, std::string_view name) {
  for (const EventInfo& event : run.checked().catalog.events) {
    if (event.name == name) return event;
  }
  ADD_FAILURE() << "no event " << name;
  return run.checked().catalog.events[0];
}

TEST(Kept, HistoryOfAProperty) {
  RulesRun run(std::string(kKeptSchema) + R"(
segment settled for contact where status has been Active for 7 days
score recycled for contact { +1 per form where status was Recycle }
score moves for contact {
  +1 per change of status from New to Recycle
  +10 per change of status
}
)",
               "2026-06-30 09:00");
  run.Records("contact", "id status\n1 Active\n2 Active\n3 Recycle\n");
  run.Events("change of status", R"(
contact time to from
1 2026-06-01 Recycle New
1 2026-06-23T09:00 Active Recycle
2 2026-06-23T09:00:01 Active New
3 2026-06-10 Recycle Active
)");
  run.Events("form", "contact time\n1 2026-06-02\n2 2026-06-05\n3 2026-06-10\n");
  run.Run();
  EXPECT_EQ(run.Get("settled"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("recycled"), (Values{"1", "0", "1"}));
  EXPECT_EQ(run.Get("moves"), (Values{"21", "10", "10"}));
  const EventInfo& history = EventOf(run, "change of status");
  EXPECT_TRUE(history.engine_kept);
  EXPECT_EQ(history.table, "saiten_history");
  EXPECT_EQ(history.owner_column, "id");
  ASSERT_EQ(history.where.size(), 2U);
  EXPECT_EQ(history.where[0].values, Values{"contact"});
  EXPECT_EQ(history.where[1].values, Values{"status"});
}

TEST(Kept, HistoryOfABandAndAGrid) {
  RulesRun run(std::string(kKeptSchema) + R"(
score level for contact {
  (rank) points when rank is known
  bands heat { cold  hot from 50 }
}
grid route for contact by (level, heat) {
  (50.., hot) => field
  otherwise => nurture
}
segment was_hot for contact where heat has been hot
segment long_hot for contact where heat has been hot for 7 days
segment was_field for contact where route has been field
score cooled for contact { +1 per change of heat from hot to cold }
)",
               "2026-06-30 09:00");
  run.Records("contact", "id rank\n1 60\n2 10\n3 10\n");
  run.Events("change of heat", R"(
contact time to from
1 2026-06-01 hot cold
2 2026-06-01 hot cold
2 2026-06-10 cold hot
)");
  run.Events("change of route", "contact time to from\n3 2026-06-01 field nurture\n3 2026-06-02 nurture field\n");
  run.Run();
  EXPECT_EQ(run.Get("was_hot"), (Values{"true", "true", "false"}));
  EXPECT_EQ(run.Get("long_hot"), (Values{"true", "false", "false"}));
  EXPECT_EQ(run.Get("was_field"), (Values{"true", "false", "true"}));
  EXPECT_EQ(run.Get("cooled"), (Values{"0", "1", "0"}));
  EXPECT_EQ(EventOf(run, "change of heat").change_of_result, "heat");
}

constexpr const char* kScores = R"(
score plain for contact max 40 {
  group g max 10 { +10 per click }
}
score ruled for contact {
  granted max 20 decay half-life 30 days
  +1 per click
}
score held for contact running min 0 max 15 { +10 per click }
score third for contact { +1 per click }
)";
constexpr const char* kGrants = R"(
workflow w for contact {
  manually
  grant 5 to plain reason "r"
  grant 5 to held reason "r"
}
)";

TEST(Kept, GrantedPoints) {
  RulesRun run(std::string(kKeptSchema) + kScores + kGrants, "2026-06-30 09:00");
  run.Records("contact", "id\n1\n2\n");
  run.Events("click", "contact time\n1 2026-06-05\n1 2026-06-06\n");
  run.Events("points granted to plain", "contact time points\n1 2026-06-01 5\n1 2026-06-02 7.5\n1 2026-07-01 9\n");
  run.Events("points granted to ruled",
             "contact time points\n1 2026-05-31T09:00 8\n1 2026-06-30T09:00 30\n2 2026-05-31T09:00 8\n");
  run.Events("points granted to held", "contact time points\n1 2026-06-01 10\n");
  run.Run();
  EXPECT_EQ(run.Get("plain"), (Values{"22.5", "0"}));  // outside of the group, and none of tomorrow
  EXPECT_EQ(run.Get("ruled"), (Values{"22", "4"}));
  EXPECT_EQ(run.Get("held"), (Values{"15", "0"}));
  EXPECT_EQ(run.Get("third"), (Values{"2", "0"}));
  const auto& grants = run.lowered().automation.grants;
  ASSERT_EQ(grants.size(), 4U);
  for (size_t score = 0; score < 3; ++score) EXPECT_EQ(grants[score].size(), 1U);
  EXPECT_TRUE(grants[3].empty());
  EXPECT_EQ(EventOf(run, "points granted to held").table, "saiten_grants");
}

TEST(Kept, NobodyGrantsWithoutAutomation) {
  RulesRun run(std::string(kKeptSchema) + kScores, "2026-06-30 09:00");
  for (const EventInfo& event : run.checked().catalog.events) EXPECT_FALSE(event.hidden()) << event.name;
  run.Records("contact", "id\n1\n");
  run.Events("click", "contact time\n1 2026-06-05\n");
  run.Run();
  EXPECT_EQ(run.Get("ruled"), Values{"1"});
}

constexpr const char* kCounts = R"(
score forms for contact { +1 per form where kind is unknown }
score all for contact { +1 per activity }
segment fresh for contact where exists(form in last 24 hours)
)";
constexpr const char* kForms = R"(
contact time received-at
1 2026-06-29 2026-06-29T12:00
1 2026-06-29T10:00 2026-06-30T09:00
1 2026-06-29 2026-06-30T09:00:01
2 2026-06-28 -
)";

TEST(Kept, EventsCountFromTheirArrivalOn) {
  RulesRun run(std::string(kKeptSchema) + kCounts + "workflow w for contact {\n  manually\n  exit\n}\n",
               "2026-06-30 09:00");
  run.Records("contact", "id\n1\n2\n");
  run.Events("form", kForms);
  run.Run();
  EXPECT_EQ(run.Get("forms"), (Values{"2", "1"}));
  EXPECT_EQ(run.Get("all"), (Values{"2", "1"}));
  EXPECT_EQ(run.Get("fresh"), (Values{"true", "false"}));
}

TEST(Kept, ArrivalIsNothingWithoutAutomation) {
  RulesRun run(std::string(kKeptSchema) + kCounts, "2026-06-30 09:00");
  EXPECT_EQ(EventOf(run, "form").fields.size(), 1U);
  run.Records("contact", "id\n1\n2\n");
  run.Events("form", kForms);
  run.Run();
  EXPECT_EQ(run.Get("forms"), (Values{"3", "1"}));
}

}  // namespace
}  // namespace saiten::test
