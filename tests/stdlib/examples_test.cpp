#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/lower/lower.h"
#include "runtime/dataset.h"
#include "runtime/time_parse.h"
#include "tests/stdlib/program.h"
#include "vm/interp/interp.h"
#include "vm/run_context.h"

namespace saiten::stdlib {
namespace {

// One contact: number 1, interested in Security and Cloud, born 1990-06-15, whose budget is approved.
constexpr std::string_view kSchema = R"(
timezone "Asia/Tokyo"
enum Topic { Security  Cloud  Network }
object contact from "contacts" {
  id: int key
  topics: set<Topic>
  birthday: date?
  budget: Budget?
  authority: Authority?
  needs: Needs?
  timeframe: Timeframe?
  competitor: Competitor?
  human_resources: HumanResources?
  lifecycle: Lifecycle?
}
)";

rt::Column OneValue(int64_t value) {
  rt::ColumnBuilder builder;
  builder.Append(value);
  return builder.Finish();
}

rt::Dataset OneContact(const Catalog& catalog) {
  rt::Dataset data;
  data.tables.resize(catalog.objects.size());
  data.events.resize(catalog.events.size());
  const ObjectId object = *catalog.FindObject("contact");
  const ObjectInfo& contact = catalog[object];
  rt::Table& table = data.tables[object.index()];
  table.size = 1;
  table.keys.ints = {1};
  table.pools.resize(contact.properties.size());
  table.many.resize(contact.properties.size());
  for (const PropertyInfo& property : contact.properties) {
    table.columns.push_back(rt::Column::Unknowns(rt::Width::k1, 1));
    if (property.name == "id") table.columns.back() = OneValue(1);
    if (property.name == "topics") table.columns.back() = OneValue(0b011);
    if (property.name == "birthday") table.columns.back() = OneValue(rt::DaysFromCivil(1990, 6, 15));
    if (property.name == "budget") table.columns.back() = OneValue(2);
  }
  return data;
}

// The value of each condition for that contact, by the interpreter; now is 2026-06-30 09:00 in Tokyo.
std::vector<CallValue> Evaluate(const std::vector<std::string>& conditions) {
  std::string rules(kSchema);
  for (size_t i = 0; i < conditions.size(); ++i) {
    rules += fmt::format("segment holds_{} for contact where {}\n", i, conditions[i]);
  }
  const TestProgram program(rules);
  if (program.sink.has_errors()) {
    ADD_FAILURE() << program.Messages();
    return {};
  }
  const lower::LowerResult lowered = lower::Lower(program.checked);
  const rt::Dataset data = OneContact(program.checked.catalog);
  int64_t now = 0;
  EXPECT_EQ(rt::ParseInstant("2026-06-30T09:00+09:00", nullptr, &now), rt::ParseStatus::kOk);
  auto context = vm::RunContext::Create(lowered.program, data, now, *rt::Zone::Find("Asia/Tokyo"));
  EXPECT_TRUE(context.ok());
  if (!context.ok()) return {};
  rt::Results results = (*context)->MakeResults();
  for (size_t kernel = 0; kernel < lowered.program.kernels.size(); ++kernel) {
    vm::TrapLog traps;
    vm::Interpreter(**context, kernel, results)
        .Run(0, data.tables[lowered.program.kernels[kernel].object.index()].size, traps);
    EXPECT_EQ(traps.count(), 0u);
  }
  std::vector<CallValue> values;
  for (const lower::ResultRef& segment : lowered.segments) {
    const rt::Column& column = results.columns[segment.object.index()][segment.column];
    values.push_back({column.Raw(0), column.Known(0)});
  }
  return values;
}

TEST(Examples, AllModulesReadAndCheckWithoutAMessage) {
  const TestProgram program{std::string(kSchema)};
  EXPECT_TRUE(program.sink.all().empty()) << program.Messages();
}

TEST(Examples, EveryExampleIsTrue) {
  std::vector<std::string> examples;
  for (const FunctionRecord& record : Records().all()) examples.emplace_back(record.example);
  const std::vector<CallValue> values = Evaluate(examples);
  ASSERT_EQ(values.size(), examples.size());
  for (size_t i = 0; i < examples.size(); ++i) {
    EXPECT_TRUE(values[i].known && values[i].value == 1) << examples[i];
  }
}

TEST(Examples, CallsWithLeftOutArguments) {
  const std::vector<std::string> conditions = {
      "age(birthday) == 36",
      "round(2.5) == 3",
      R"(slice("150-0001", 5) == "0001")",
      "age(birthday, 2026-06-14) == 35",
      R"(contains_any("代表取締役社長", "社長"))",
      "not any(topics, [Network])",
      "any(topics, Cloud)",
      "all(topics, topics)",
      "min(3, 2) == 2",
  };
  const std::vector<CallValue> values = Evaluate(conditions);
  ASSERT_EQ(values.size(), conditions.size());
  for (size_t i = 0; i < conditions.size(); ++i) {
    EXPECT_TRUE(values[i].known && values[i].value == 1) << conditions[i];
  }
}

// req S3-24 S3-25 S3-26
TEST(Examples, BantCountsWhatIsKnown) {  // S3-24..27
  const std::string four = "budget, authority, needs, timeframe";
  const std::vector<std::string> conditions = {
      "bant_count(" + four + ") == 1",
      "not bant_complete(" + four + ")",
      "bant_complete(budget, Authority.Decider, Needs.Clear, Timeframe.WithinYear)",
      "bantch_count(" + four + ", competitor, human_resources) == 1",
      "bantch_count(budget, Authority.User, Needs.Clear, timeframe, Competitor.Alone, human_resources) == 4",
      "not bantch_complete(" + four + ", competitor, human_resources)",
  };
  const std::vector<CallValue> values = Evaluate(conditions);
  ASSERT_EQ(values.size(), conditions.size());
  for (size_t i = 0; i < conditions.size(); ++i) {
    EXPECT_TRUE(values[i].known && values[i].value == 1) << conditions[i];
  }
}

TEST(Examples, TheStagesAreInOrder) {  // S2-21
  const TestProgram program{std::string(kSchema)};
  const Catalog& catalog = program.checked.catalog;
  const auto id = catalog.FindEnum("Lifecycle");
  ASSERT_TRUE(id);
  const EnumInfo& lifecycle = catalog[*id];
  EXPECT_TRUE(lifecycle.ordered);
  EXPECT_TRUE(lifecycle.forward_only);
  std::vector<std::string> names;
  for (const EnumMember& member : lifecycle.members) names.push_back(member.name);
  EXPECT_EQ(names, (std::vector<std::string>{"Other", "Subscriber", "Lead", "MQL", "SQL", "Opportunity", "Customer",
                                             "Evangelist"}));
  EXPECT_EQ(lifecycle.members[6].display(), "顧客");
}

TEST(Examples, TheCalendarsOfTheModulesAreTheirHolidays) {
  const TestProgram program{std::string(kSchema)};
  const std::vector<CalendarInfo>& calendars = program.checked.catalog.calendars;
  ASSERT_EQ(calendars.size(), 2u);
  for (const CalendarInfo& info : calendars) {
    const bool japan = info.name == "JP";
    EXPECT_EQ(info.calendar.holidays().size(), japan ? 75u : 84u) << info.name;
    EXPECT_EQ(info.calendar.LastHolidayYear(), japan ? 2027 : 2030);
    EXPECT_FALSE(info.calendar.IsBusinessDay(rt::DaysFromCivil(2026, japan ? 9 : 7, japan ? 22 : 3)));
  }
}

}  // namespace
}  // namespace saiten::stdlib
