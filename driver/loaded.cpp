#include "driver/loaded.h"

#include <chrono>

#include <fmt/format.h>

#include "driver/overlay.h"
#include "driver/words.h"
#include "runtime/civil.h"
#include "runtime/local_time.h"
#include "runtime/time_parse.h"

namespace saiten::driver {

uint64_t Loaded::quarantined() const {
  uint64_t n = 0;
  for (const auto& object : data.objects) n += object.quarantined;
  for (const auto& event : data.events) n += event.quarantined;
  return n;
}

uint64_t Loaded::records() const {
  uint64_t n = 0;
  for (const rt::Table& table : data.data.tables) n += table.size;
  return n - put_back;
}

uint64_t Loaded::events() const {
  uint64_t n = 0;
  for (const auto& event : data.events) n += event.kept;
  return n;
}

uint64_t Loaded::future_events() const {
  uint64_t n = 0;
  for (const auto& event : data.events) n += event.future;
  return n;
}

int64_t MachineNow() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<std::string> DatabaseOf(const Config& config, const std::string& db) {
  if (!db.empty()) {
    for (const DataSource& source : config.data) {
      if (!source.name.empty() && source.name == db) return source.db;
    }
    return db;
  }
  if (config.data.size() == 1) return config.data[0].db;
  if (config.data.empty()) {
    return Fail(ErrorKind::kUsage,
                {"which database? give `--db FILE`", "データベースを`--db ファイル`で指定してください"},
                {"or write it into saiten.toml: [data] db = \"crm.db\"",
                 "saiten.tomlに書くこともできます: [data] db = \"crm.db\""});
  }
  std::string names;
  for (const DataSource& source : config.data)
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", source.name.empty() ? source.db : source.name);
  return Fail(ErrorKind::kUsage,
              {fmt::format("saiten.toml names more than one database ({}); say which with --db", names),
               fmt::format("saiten.tomlに複数のデータベースがあります({})。--dbで選んでください", names)});
}

Result<const rt::Zone*> ZoneOf(const Compiled& compiled) {
  const std::string& name = compiled.checked.catalog.timezone;
  if (name.empty()) return nullptr;
  return rt::Zone::Find(name);
}

Result<int64_t> ParseAsOf(const std::string& text, const rt::Zone* zone) {
  int64_t instant = 0;
  const rt::ParseStatus status = rt::ParseInstant(text, zone, &instant);
  if (status == rt::ParseStatus::kOk) return instant;
  if (status == rt::ParseStatus::kNeedsZone) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("`{}` has no zone and the project names none", text),
                 fmt::format("`{}`に時間帯がなく、プロジェクトにも指定がありません", text)},
                {"write `2026-06-30T09:00Z`, or put `timezone \"Asia/Tokyo\"` into the rules",
                 "`2026-06-30T09:00Z`のように書くか、ルールに`timezone \"Asia/Tokyo\"`を加えてください"});
  }
  return Fail(ErrorKind::kUsage,
              {fmt::format("`{}` is not a time: write `2026-06-30 09:00`, or a date for its midnight", text),
               fmt::format("`{}`は日時ではありません。`2026-06-30 09:00`か、日付(その日の0時)を書いてください", text)});
}

std::vector<uint32_t> EndedCalendars(const Compiled& compiled, int64_t now, const rt::Zone* zone) {
  const int64_t year = rt::CivilFromDays(rt::LocalDate(now, zone ? *zone : *rt::Zone::Utc())).year;
  std::vector<uint32_t> ended;
  const check::CheckedProgram& checked = compiled.checked;
  for (uint32_t i = 0; i < checked.calendars_used.size(); ++i) {
    const auto last = checked.catalog.calendars[i].calendar.LastHolidayYear();
    if (checked.calendars_used[i] && last && *last < year) ended.push_back(i);
  }
  return ended;
}

Result<Clock> ClockOf(const Compiled& compiled, const DataOptions& options) {
  constexpr int64_t kSecond = 1'000'000;
  Clock clock{.machine = MachineNow() / kSecond * kSecond};
  clock.now = clock.machine;
  if (!options.as_of.empty()) {
    SAITEN_ASSIGN_OR_RETURN(const rt::Zone* const zone, ZoneOf(compiled));
    SAITEN_ASSIGN_OR_RETURN(clock.now, ParseAsOf(options.as_of, zone));
  }
  return clock;
}

Result<std::unique_ptr<Loaded>> LoadData(const Compiled& compiled, const ir::Program& program,
                                         const DataOptions& options) {
  auto loaded = std::make_unique<Loaded>();
  SAITEN_ASSIGN_OR_RETURN(loaded->db, DatabaseOf(compiled.project.config.config, options.db));
  SAITEN_ASSIGN_OR_RETURN(loaded->zone, ZoneOf(compiled));
  std::optional<Clock> clock = options.clock;
  if (!clock) {
    SAITEN_ASSIGN_OR_RETURN(clock, ClockOf(compiled, options));
  }
  loaded->machine_now = clock->machine;
  loaded->threads = options.threads;
  loaded->now = clock->now;
  loaded->ended_calendars = EndedCalendars(compiled, loaded->now, loaded->zone);
  store::LoadOptions load{.now = loaded->now, .zone = loaded->zone, .threads = options.threads};
  load.keep_rowids = options.automation;
  const Needs needs = options.automation ? ir::NeedsOf(program, compiled.lowered->automation) : ir::NeedsOf(program);
  load.progress = [&](uint64_t rows, uint64_t total) { options.progress(Progress::Phase::kLoad, rows, total); };
  SAITEN_ASSIGN_OR_RETURN(loaded->load, store::LoadCached(loaded->db, compiled.checked.catalog, needs, load,
                                                          options.cache, loaded->data, loaded->errors));
  if (!options.automation && !compiled.checked.flows.empty()) {
    SAITEN_RETURN_IF_ERROR(LayOver(compiled, program, *loaded));
  }
  SAITEN_ASSIGN_OR_RETURN(loaded->context,
                          vm::RunContext::Create(program, loaded->data.data, loaded->now, loaded->zone));
  return loaded;
}

}  // namespace saiten::driver
