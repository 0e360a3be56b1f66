#include "driver/flow_figures.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "driver/flow_chart.h"
#include "driver/flow_slices.h"
#include "driver/flow_ways.h"
#include "store/sqlite/sqlite.h"
#include "tests/driver/flow_fixture.h"
#include "tests/support/golden.h"

namespace saiten::driver {
namespace {

// The cases that acc A6 counts.
const std::vector<std::string> kA6 = {"N1:", "N2:", "N3:", "N4:", "N5:", "N6:", "N7:", "N8:"};

const StepFigures& StepOf(const FlowFigures& flow, std::string_view name) {
  const auto found = std::ranges::find(flow.steps, name, &StepFigures::name);
  EXPECT_NE(found, flow.steps.end()) << name;
  return *found;
}

std::vector<CameBack> AnswersToFirstCall() {
  return {{"reply", "Q2", "first_call", "intro", "2026-09-24T10:00:00+09:00"},
          {"email_open", "Q1", "first_call", "intro", "2026-09-18T10:00:00+09:00"},
          {"email_open", "Q2", "first_call", "intro", "2026-09-18T10:00:00+09:00"},
          {"email_click", "Q2", "first_call", "intro", "2026-09-18T10:01:00+09:00"},
          {"email_click", "Q2", "first_call", "intro", "2026-09-18T10:02:00+09:00"},
          {"bounce", "Q5", "first_call", "intro", "2026-09-17T17:05:00+09:00"}};
}

// acc A6: of N1..N8 created 7, goal 1, refused one contact.
// req S0-3 S0-15 S0-31 S1-40 S1-107 S1-108 S1-109 S1-115 S1-124
TEST(FlowFigures, Nurture) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  const auto flow = FiguresOf(fixture.compiled(), fixture.db(), "nurture", INT64_MIN);
  ASSERT_TRUE(flow.ok());
  EXPECT_EQ(flow->enrolled, 7u);
  EXPECT_EQ(flow->ended.at("goal"), 1u);
  EXPECT_EQ(flow->goal_rate().k, 1u);
  EXPECT_NEAR(*flow->goal_rate().value(), 0.143, 0.0005);
  EXPECT_EQ(flow->influenced_rate().k, 1u);
  EXPECT_EQ(flow->refused.at("suppressed"), 1u);
  EXPECT_EQ(flow->refused.at("already active"), 1u);
  EXPECT_EQ(StepOf(*flow, "send welcome").reached, 7u);
  // N4 leaves before the third mail, N8 has opted out, N6 and N7 end their tests before.
  const StepFigures& third = StepOf(*flow, "benefits");
  EXPECT_EQ(third.skipped.at("opted out"), 1u);
  EXPECT_EQ(third.reached, third.made() + third.left_out());
  const StepFigures& wait = StepOf(*flow, "wait for email_open");
  EXPECT_EQ(wait.ways.at("then"), 2u);
  EXPECT_EQ(wait.ways.at("else"), 2u);
  EXPECT_EQ(StepOf(*flow, "set lifecycle").reached, 0u + flow->ended.at("completed"));
}

// Whoever is enrolled is inside a step, or ended; nobody is counted twice.
TEST(FlowFigures, NobodyIsLostOnTheWay) {
  const FlowFixture fixture("tests/acceptance/automation/webinar", {});
  for (const check::FlowInfo& info : fixture.compiled().checked.flows) {
    const auto flow = FiguresOf(fixture.compiled(), fixture.db(), std::string(info.decl->name.text), INT64_MIN);
    ASSERT_TRUE(flow.ok());
    EXPECT_EQ(flow->enrolled, flow->inside + flow->all_ended());
    uint64_t waiting = 0;
    for (const StepFigures& step : flow->steps) waiting += step.waiting;
    EXPECT_EQ(waiting, flow->inside);
  }
}

// acc A9: enrolled 6; mail 1 sent 6, delivered 5, replied 1 -> 20.0 %; meetings 1 of 6 -> 16.7 %; mail 2 sent 2.
// req S0-18 S0-32 S0-33 S0-34 S0-35 S0-36 S0-37 S1-110 S1-111
TEST(FlowFigures, FirstCall) {
  const FlowFixture fixture("tests/acceptance/automation/first_call", AnswersToFirstCall());
  const auto flow = FiguresOf(fixture.compiled(), fixture.db(), "first_call", INT64_MIN);
  ASSERT_TRUE(flow.ok());
  EXPECT_EQ(flow->enrolled, 6u);
  const StepFigures& first = StepOf(*flow, "intro");
  EXPECT_EQ(first.made(), 6u);
  EXPECT_EQ(first.RateOf("reply").n, 5u);
  EXPECT_DOUBLE_EQ(*first.RateOf("reply").value(), 0.2);
  EXPECT_EQ(first.RateOf("email_open").k, 2u);
  EXPECT_EQ(first.RateOf("email_click").k, 1u);  // two clicks of one contact
  EXPECT_NEAR(*flow->meeting_rate().value(), 0.167, 0.0005);
  EXPECT_EQ(flow->meeting_rate().n, 6u);
  EXPECT_EQ(StepOf(*flow, "remind").made(), 2u);
  EXPECT_GE(StepOf(*flow, "call").outcomes.at("done"), 1u);
}

// Everybody who was split is in one arm, the holdout too.
// req S1-14 S1-118 S1-119
TEST(FlowFigures, ArmsOfASplit) {
  const FlowFixture fixture("tests/acceptance/automation/variants", {});
  size_t splits = 0;
  for (const check::FlowInfo& info : fixture.compiled().checked.flows) {
    const auto flow = FiguresOf(fixture.compiled(), fixture.db(), std::string(info.decl->name.text), INT64_MIN);
    ASSERT_TRUE(flow.ok());
    for (const SplitFigures& split : flow->splits) {
      ++splits;
      uint64_t runs = 0;
      for (const ArmFigures& arm : split.arms) runs += arm.runs;
      const auto step = std::ranges::find_if(flow->steps, [&](const StepFigures& one) {
        return one.kind == "split" && one.name.find(split.name) != std::string::npos;
      });
      ASSERT_NE(step, flow->steps.end()) << split.name;
      EXPECT_EQ(runs, step->reached - step->waiting) << split.name;
      EXPECT_GT(runs, 0u) << split.name;
    }
  }
  EXPECT_GT(splits, 0u);
}

TEST(FlowFigures, OfThoseEnrolledSince) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  // 2026-06-02 00:00 in Tokyo: N6 alone comes later.
  const auto flow = FiguresOf(fixture.compiled(), fixture.db(), "nurture", 1780326000000000);
  ASSERT_TRUE(flow.ok());
  EXPECT_EQ(flow->enrolled, 1u);
  EXPECT_EQ(StepOf(*flow, "send welcome").made(), 1u);
  const auto none = FiguresOf(fixture.compiled(), fixture.db(), "nurture", INT64_MAX);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->enrolled, 0u);
  EXPECT_FALSE(none->goal_rate().value());
}

const FlowSlice& SliceOf(const FlowSlices& slices, std::string_view name) {
  const auto found = std::ranges::find(slices.slices, name, &FlowSlice::name);
  EXPECT_NE(found, slices.slices.end()) << name;
  return *found;
}

// All slices of a partition together are the whole.
// req S0-39 S3-16 S3-28
TEST(FlowSlices, ByTime) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  for (const std::string by : {"week", "month", "year", "start", "2026-06-02"}) {
    const auto slices = SlicesOf(fixture.compiled(), fixture.db(), "nurture", by, INT64_MIN);
    ASSERT_TRUE(slices.ok()) << by;
    uint64_t enrolled = 0;
    uint64_t goal = 0;
    for (const FlowSlice& slice : slices->slices) {
      enrolled += slice.enrolled;
      goal += slice.goal_rate().k;
    }
    EXPECT_EQ(enrolled, 7u) << by;
    EXPECT_EQ(goal, 1u) << by;
  }
  // N6 comes on a later day of Tokyo than all others.
  const auto split = SlicesOf(fixture.compiled(), fixture.db(), "nurture", "2026-06-02", INT64_MIN);
  ASSERT_TRUE(split.ok());
  ASSERT_EQ(split->slices.size(), 2u);
  EXPECT_EQ(split->slices[0].enrolled, 6u);
  EXPECT_EQ(split->slices[1].enrolled, 1u);
  EXPECT_EQ(split->Before(1), split->slices.data());
  EXPECT_EQ(split->Before(0), nullptr);
}

// Periods follow the project's zone, have no gaps, and find the same one a year before.
// req S0-39 S3-28
TEST(FlowSlices, PeriodsAreThoseOfTheZone) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  auto connection = store::Connection::Open(fixture.db(), store::OpenMode::kWrite);
  ASSERT_TRUE(connection.ok());
  ASSERT_TRUE(connection->Run("DELETE FROM saiten_enrolments").ok());
  const auto enrol = [&](int64_t instant) {
    ASSERT_TRUE(connection
                    ->Run("INSERT INTO saiten_enrolments(workflow, object, id, status, enrolled, messages) VALUES "
                          "('nurture', 'contact', 'x', 'goal', " +
                          std::to_string(instant) + ", 0)")
                    .ok());
  };
  enrol(1748703599000000);  // 2025-05-31 23:59:59 in Tokyo, a Saturday
  enrol(1748703600000000);  // 2025-06-01 00:00, a Sunday
  enrol(1748790000000000);  // 2025-06-02 00:00, a Monday
  enrol(1780239600000000);  // 2026-06-01 00:00
  enrol(1780239601000000);
  const auto months = SlicesOf(fixture.compiled(), fixture.db(), "nurture", "month", INT64_MIN);
  ASSERT_TRUE(months.ok());
  ASSERT_EQ(months->slices.size(), 14u);  // May of a year to June of the next
  EXPECT_EQ(months->slices.front().name, "2025-05");
  EXPECT_EQ(SliceOf(*months, "2025-06").enrolled, 2u);
  EXPECT_EQ(SliceOf(*months, "2025-07").enrolled, 0u);
  EXPECT_EQ(SliceOf(*months, "2026-06").enrolled, 2u);
  ASSERT_NE(months->YearBefore(13), nullptr);
  EXPECT_EQ(months->YearBefore(13)->name, "2025-06");
  EXPECT_EQ(months->YearBefore(11), nullptr);
  const auto weeks = SlicesOf(fixture.compiled(), fixture.db(), "nurture", "week", INT64_MIN);
  ASSERT_TRUE(weeks.ok());
  EXPECT_EQ(weeks->slices.front().name, "2025-05-26");
  EXPECT_EQ(weeks->slices.front().enrolled, 2u);
  EXPECT_EQ(SliceOf(*weeks, "2025-06-02").enrolled, 1u);
  EXPECT_EQ(SliceOf(*weeks, "2026-06-01").enrolled, 2u);
}

// req S0-44
TEST(FlowSlices, ByRepAndTeam) {
  const FlowFixture fixture("tests/acceptance/automation/first_call", AnswersToFirstCall());
  const auto reps = SlicesOf(fixture.compiled(), fixture.db(), "first_call", "rep", INT64_MIN);
  ASSERT_TRUE(reps.ok());
  uint64_t tasks = 0;
  for (const FlowSlice& slice : reps->slices) {
    for (const auto& [state, count] : slice.tasks) tasks += count;
  }
  const auto flow = FiguresOf(fixture.compiled(), fixture.db(), "first_call", INT64_MIN);
  ASSERT_TRUE(flow.ok());
  uint64_t made = 0;
  for (const StepFigures& step : flow->steps) {
    if (step.kind == "task") made += step.made();
  }
  EXPECT_GT(made, 0u);
  EXPECT_EQ(tasks, made);
}

TEST(FlowSlices, ByTemplate) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  const auto slices = SlicesOf(fixture.compiled(), fixture.db(), "nurture", "template", INT64_MIN);
  ASSERT_TRUE(slices.ok());
  EXPECT_EQ(SliceOf(*slices, "welcome").enrolled, 7u);
  EXPECT_EQ(SliceOf(*slices, "welcome").RateOf("reply").n, 7u);
}

// A property is that of the record today; spellings of a member are one.
// req S3-32
TEST(FlowSlices, ByProperty) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  auto connection = store::Connection::Open(fixture.db(), store::OpenMode::kWrite);
  ASSERT_TRUE(connection.ok());
  const Catalog& catalog = fixture.compiled().checked.catalog;
  const ObjectInfo& contact = catalog[*catalog.FindObject("contact")];
  const auto property = contact.Find("lifecycle");
  ASSERT_TRUE(property && contact.key);
  const PropertyInfo& stage = contact.properties[*property];
  const EnumInfo& stages = catalog[EnumId(stage.type.ref)];
  const std::string table = store::QuoteName(contact.table);
  const std::string spelled = stages.members[0].display();
  ASSERT_TRUE(connection
                  ->Run("CREATE TABLE " + table + "(" + store::QuoteName(contact.properties[*contact.key].column) +
                        " TEXT, " + store::QuoteName(stage.column) + "); INSERT INTO " + table + " VALUES ('N1', '" +
                        spelled + "'), ('N2', '" + stages.members[0].name + "'), ('N3', 'x')")
                  .ok());
  const auto slices = SlicesOf(fixture.compiled(), fixture.db(), "nurture", "lifecycle", INT64_MIN);
  ASSERT_TRUE(slices.ok());
  EXPECT_EQ(SliceOf(*slices, stages.members[0].name).enrolled, 2u);
  EXPECT_EQ(SliceOf(*slices, "x").enrolled, 1u);
  EXPECT_EQ(SliceOf(*slices, "").enrolled, 4u);
  EXPECT_EQ(slices->slices.back().name, "");
  const auto none = SlicesOf(fixture.compiled(), fixture.db(), "nurture", "lifecicle", INT64_MIN);
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().hint.find("lifecycle"), std::string::npos);
}

TEST(FlowFigures, UnknownWorkflowIsNamed) {
  const FlowFixture fixture("tests/acceptance/automation/nurture", {}, kA6);
  const auto flow = FiguresOf(fixture.compiled(), fixture.db(), "nurtur", INT64_MIN);
  ASSERT_FALSE(flow.ok());
  EXPECT_NE(flow.error().hint.find("nurture"), std::string::npos);
}

// Pictures with numbers, looked at.
// req S1-106
TEST(FlowChart, Goldens) {
  struct Case {
    std::string project, flow;
    Language language;
  };
  for (const Case& one :
       {Case{"nurture", "nurture", Language::kEnglish}, Case{"nurture", "nurture", Language::kJapanese},
        Case{"first_call", "first_call", Language::kEnglish}, Case{"webinar", "webinar", Language::kEnglish}}) {
    const bool call = one.project == "first_call";
    const FlowFixture fixture("tests/acceptance/automation/" + one.project,
                              call ? AnswersToFirstCall() : std::vector<CameBack>(),
                              one.project == "nurture" ? kA6 : std::vector<std::string>());
    const auto info = FindFlow(fixture.compiled(), one.flow);
    const auto figures = FiguresOf(fixture.compiled(), fixture.db(), one.flow, INT64_MIN);
    ASSERT_TRUE(info.ok() && figures.ok());
    const Chart chart = ChartOf(fixture.compiled(), **info, &*figures, one.language);
    const std::string name = "tests/driver/golden/" + one.flow + (one.language == Language::kJapanese ? "_ja" : "");
    test::ExpectGolden(name + ".svg", ToSvg(chart));
    if (one.language == Language::kEnglish) test::ExpectGolden(name + ".dot", ToDot(chart));
  }
}

}  // namespace
}  // namespace saiten::driver
