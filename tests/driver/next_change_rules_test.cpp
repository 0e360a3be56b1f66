#include <gtest/gtest.h>

#include "compiler/opt/opt.h"
#include "driver/compile.h"
#include "driver/execute.h"
#include "driver/loaded.h"
#include "driver/memory_data.h"
#include "runtime/time_parse.h"

// The instant that common rules announce, worked out by hand: not only never late, but as late as can be.
namespace saiten::driver {
namespace {

constexpr const char* kChangeSchema = R"(
enum Country { jp  us }
object contact from "contacts" {
  id: int key
  created_at: time? as created
  signed_on: date?
  seen_at: time?
  country: Country?
}
event visit of contact from "visits" { page: text? }
)";

struct Case {
  std::string zone;
  std::string rule;
  std::string now;
  std::string created;  // empty: unknown
  std::vector<std::string> visits;
  std::string expected;  // an instant, "never", or "always"
};

int64_t InstantAt(const std::string& text, const rt::Zone* zone) {
  int64_t instant = 0;
  EXPECT_EQ(rt::ParseInstant(text, zone, &instant), rt::ParseStatus::kOk) << text;
  return instant;
}

std::string Announced(const Case& each) {
  SourceSet sources;
  sources.Add("case.rules", "timezone \"" + each.zone + "\"\n" + kChangeSchema + each.rule + "\n");
  auto compiled = CompileSources({}, std::move(sources));
  if (!compiled->ok()) {
    std::string text;
    for (const auto& d : compiled->sink.all()) text += diag::Message(d, diag::Language::kEnglish) + "\n";
    return text;
  }
  ir::Program& program = compiled->lowered->program;
  opt::AddNextChange(program);
  opt::Optimise(program);
  const Catalog& catalog = compiled->checked.catalog;
  const rt::Zone* zone = *ZoneOf(*compiled);
  MemoryData memory(catalog);
  const ObjectId contact = *catalog.FindObject("contact");
  const size_t row = memory.AddRecord(contact);
  const auto set = [&](const char* name, int64_t value) {
    memory.Set(contact, row, *catalog[contact].Find(name), flow::Value::Of(value));
  };
  if (!each.created.empty()) {
    const int64_t created = InstantAt(each.created, zone);
    set("created_at", created);
    set("signed_on", rt::LocalDate(created, *zone));
  }
  for (const std::string& visit : each.visits) memory.AddEvent(EventId(0), row, InstantAt(visit, zone), {});
  const rt::Dataset data = memory.Build();
  const int64_t now = InstantAt(each.now, zone);
  auto context = vm::RunContext::Create(program, data, now, zone);
  if (!context.ok()) return "no context";
  auto executed = Execute(**context, {.engine = Engine::kInterp});
  if (!executed.ok()) return "not run";
  const ir::Kernel& kernel = program.kernels[0];
  if (!kernel.next_change) return "never";
  const rt::Column& next = executed->results.columns[contact.index()][*kernel.next_change];
  if (!next.Known(row)) return "never";
  if (next.Raw(row) == now + 1) return "always";
  return rt::FormatInstant(next.Raw(row), *zone);
}

TEST(NextChangeOfRules, IsTheInstantByTheCalendar) {
  const std::string tokyo = "Asia/Tokyo", new_york = "America/New_York";
  const std::string june = "2026-06-30 09:00";
  const auto segment = [](const std::string& test) { return "segment s for contact where " + test; };
  const auto score = [](const std::string& rule) { return "score s for contact {\n  " + rule + "\n}"; };
  const std::vector<Case> cases = {
      {tokyo, segment("country == jp"), june, "2026-06-01 10:00", {}, "never"},
      // Windows of events: the oldest inside leaves, a future one enters.
      {tokyo, segment("exists(visit in last 30 days)"), june, "", {}, "never"},
      {tokyo, segment("exists(visit in last 30 days)"), june, "", {"2026-06-10 12:30"}, "2026-07-10 12:30"},
      {tokyo,
       segment("exists(visit in last 30 days)"),
       june,
       "",
       {"2026-06-10 12:30", "2026-06-12 00:00"},
       "2026-07-10 12:30"},
      {tokyo, segment("exists(visit in last 30 days)"), june, "", {"2026-01-10 12:30"}, "never"},
      {tokyo,
       segment("exists(visit in last 30 days)"),
       june,
       "",
       {"2026-06-10 12:30", "2026-07-04 08:00"},
       "2026-07-04 08:00"},
      {tokyo, segment("no visit in last 60 days"), june, "", {"2026-06-10 12:30"}, "2026-08-09 12:30"},
      {tokyo, segment("exists(visit)"), june, "", {"2026-06-10 12:30"}, "never"},
      // 24 hours a day, whatever clocks do; months by the calendar.
      {new_york,
       segment("exists(visit in last 2 days)"),
       "2026-03-07 12:00",
       "",
       {"2026-03-07 09:00"},
       "2026-03-09 10:00"},
      {tokyo, segment("exists(visit in last 3 months)"), "2026-12-20", "", {"2026-11-30 12:00"}, "2027-03-01 00:00"},
      {tokyo, segment("exists(visit in last 1 month)"), june, "", {"2026-06-15 08:00"}, "2026-07-15 08:00"},
      {tokyo, segment("exists(visit in last 30 calendar days)"), june, "", {"2026-06-10 12:30"}, "2026-07-10 00:00"},
      // Properties against the clock.
      {tokyo, segment("created_at in last 30 days"), june, "2026-06-05 10:00", {}, "2026-07-05 10:00"},
      {tokyo, segment("created_at >= now - 90 days"), june, "2026-06-05 10:00", {}, "2026-09-03 10:00:00.000001"},
      {tokyo, segment("created_at < now - 7 days"), june, "2026-06-28 10:00", {}, "2026-07-05 10:00:00.000001"},
      {new_york,
       segment("created_at >= now - 2 days"),
       "2026-03-07 12:00",
       "2026-03-07 09:00",
       {},
       "2026-03-09 09:00:00.000001"},
      {tokyo, segment("created_at > now"), june, "2026-07-05 10:00", {}, "2026-07-05 10:00"},
      {tokyo, segment("signed_on >= today - 30 days"), june, "2026-06-05 10:00", {}, "2026-07-06 00:00"},
      {tokyo, segment("signed_on >= today - 1 month"), june, "2026-06-05 10:00", {}, "2026-07-06 00:00"},
      {tokyo, segment("signed_on >= today - 30 days"), june, "2026-01-05 10:00", {}, "never"},
      {tokyo, segment("signed_on >= today - 30 days"), june, "", {}, "never"},
      {tokyo, segment("signed_on == today"), june, "2026-06-30 10:00", {}, "2026-07-01 00:00"},
      {tokyo, segment("today - signed_on > 30 days"), june, "2026-06-05 10:00", {}, "2026-07-06 00:00"},
      {tokyo, segment("now - created_at >= 48 hours"), june, "2026-06-29 10:00", {}, "2026-07-01 10:00"},
      {tokyo, segment("time since last(visit) > 7 days"), june, "", {"2026-06-29 10:00"}, "2026-07-06 10:00:00.000001"},
      // What only reads dates changes at midnight at the earliest; what follows the clock itself always.
      {tokyo,
       score("+10 per visit in last 90 days decay compound 10% every 30 days"),
       june,
       "",
       {"2026-06-10 12:30"},
       "2026-07-10 12:30"},
      {tokyo, score("+10 per visit decay linear 50% every 30 days"), june, "", {"2026-01-10 12:30"}, "never"},
      {tokyo,
       score("+10 per visit expires after 14 days"),
       june,
       "",
       {"2026-06-20 12:30", "2026-06-10 12:30"},
       "2026-07-04 12:30"},
      {tokyo, score("+10 per visit decay half-life 14 days"), june, "", {"2026-06-20 12:30"}, "always"},
      {tokyo,
       "score s for contact running {\n  -5 per 14 days without visit\n}",
       june,
       "",
       {"2026-06-20 12:30"},
       "2026-07-04 12:30"},
      {tokyo,
       score("-10 when no visit in last 60 days, and -5 more every 30 days"),
       june,
       "",
       {"2026-04-01 12:00"},
       "2026-06-30 12:00"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(Announced(each), each.expected == "never" || each.expected == "always"
                                   ? each.expected
                                   : rt::FormatInstant(InstantAt(each.expected, *rt::Zone::Find(each.zone)),
                                                       **rt::Zone::Find(each.zone)))
        << each.rule << " at " << each.now;
  }
}

}  // namespace
}  // namespace saiten::driver
