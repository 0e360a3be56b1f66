#include "driver/tick.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "driver/gone_records.h"
#include "driver/tick_items.h"
#include "driver/tick_writer.h"
#include "driver/versions.h"
#include "flow/durable/delivered.h"
#include "flow/durable/json_text.h"
#include "flow/durable/ledger.h"
#include "flow/durable/source_cell.h"
#include "flow/engine.h"
#include "flow/version.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"
#include "store/own/automation_tables.h"

namespace saiten::driver {
namespace {

using flow::KeptValues;
using flow::Ledger;
using flow::Value;

std::string InstantText(int64_t instant) { return rt::FormatInstant(instant, *rt::Zone::Utc()); }

Status CheckClock(int64_t now, std::optional<int64_t> until) {
  if (!until || now >= *until) return {};
  return Fail(ErrorKind::kUsage,
              {fmt::format("the last run went up to {}, and this one is as of {}: workflows do not run backwards",
                           InstantText(*until), InstantText(now)),
               fmt::format("前回の実行は{}までですが、今回は{}時点です。ワークフローは過去に戻れません",
                           InstantText(*until), InstantText(now))},
              {"give a later `--as-of`, or set the machine's clock right; `--dry-run` of an older time is not possible "
               "either, `saiten why` shows what was",
               "`--as-of`に後の時刻を指定するか、機械の時計を直してください。"
               "過去の時刻は`--dry-run`でも実行できません。当時の状態は`saiten why`で確認できます"});
}

class Ticker {
 public:
  Ticker(const Compiled& compiled, Loaded& loaded, LoadedWorld& world, KeptValues& values, Ledger& ledger,
         const TickOptions& options, std::vector<uint32_t> first_gone = {})
      : automation_(compiled.lowered->automation),
        program_(compiled.lowered->program),
        catalog_(compiled.checked.catalog),
        old_versions_(compiled.old_versions),
        loaded_(loaded),
        world_(world),
        values_(values),
        ledger_(ledger),
        options_(options),
        engine_(world, automation_, loaded.zone, state_, log_),
        first_gone_(std::move(first_gone)),
        writer_(ledger, catalog_, loaded, world, options.write) {}

  // Everything that is there is history (sem E4).
  Status First() {
    report.first = true;
    engine_.AwaitDeliveries();
    SAITEN_RETURN_IF_ERROR(EvaluateAll(loaded_.now));
    state_.now = loaded_.now;
    engine_.Open(loaded_.now, loaded_.now);
    KeepFirstHistory();
    writer_.WriteAnew(std::vector<bool>(catalog_.objects.size(), true));
    for (uint32_t list = 0; list < catalog_.lists.size(); ++list)
      writer_.WriteAnew(ListId(list), MembersOf(ListId(list)));
    writer_.DropLog();
    SAITEN_RETURN_IF_ERROR(TakeAsked(loaded_.now));
    for (uint32_t flow = 0; flow < automation_.flows.size(); ++flow) {
      if (automation_.flows[flow].existing_enrol) engine_.EnrolExisting(flow);
    }
    return Work();
  }

  Status Next(int64_t from) {
    report.from = from;
    engine_.AwaitDeliveries();
    state_.now = from;
    SAITEN_ASSIGN_OR_RETURN(const std::vector<bool> known, ledger_.KnownFlows());
    SAITEN_RETURN_IF_ERROR(GoBack(from));
    SAITEN_RETURN_IF_ERROR(EvaluateAll(from));
    SAITEN_RETURN_IF_ERROR(ledger_.ReadState(state_, log_));
    report.removed = log_.size() + ledger_.lost();
    TellVersions();
    // A flow that is new in the rules begins now: what happened before is history for it (sem E4).
    for (uint32_t flow = 0; flow < known.size(); ++flow) {
      if (!known[flow]) engine_.Sleep(flow);
    }
    engine_.Open(from, loaded_.now);
    for (flow::Item& item : items_) engine_.Add(std::move(item));
    report.items = items_.size();
    SAITEN_RETURN_IF_ERROR(TakeAsked(from));
    SAITEN_RETURN_IF_ERROR(TakeDelivered(from));
    items_.clear();
    SAITEN_RETURN_IF_ERROR(Work());
    bool woken = false;
    for (uint32_t flow = 0; flow < known.size(); ++flow) {
      if (known[flow]) continue;
      engine_.Wake(flow);
      if (!automation_.flows[flow].existing_enrol) continue;
      engine_.EnrolExisting(flow);
      woken = true;
    }
    return woken ? Work() : Status();
  }

  Status Simulate(int64_t from) {
    report.from = from;
    state_.now = from;
    // What real runs have written since is not part of this story.
    for (uint32_t event = 0; event < catalog_.events.size(); ++event) {
      const EventInfo& info = catalog_.events[event];
      if (info.engine_kept && !info.message_event) world_.Forget(EventId(event), from);
    }
    ItemFinder finder(world_, catalog_, loaded_.data, from, loaded_.now);
    for (uint32_t object = 0; object < catalog_.objects.size(); ++object) {
      const size_t rows = loaded_.data.data.tables[object].size;
      for (uint32_t row = 0; row < rows; ++row) finder.Old(ObjectId(object), row);
    }
    SAITEN_RETURN_IF_ERROR(ReadCreated([&](ObjectId object, uint32_t row, const flow::MadeRecord& made) {
      if (made.instant > from && !made.in_source) finder.Leave(object, row);
    }));
    finder.Finish(std::vector<int64_t>(catalog_.events.size(), -1));
    items_ = finder.TakeItems();
    SAITEN_RETURN_IF_ERROR(EvaluateAll(from));
    engine_.Open(from, loaded_.now);
    report.items = items_.size();
    for (flow::Item& item : items_) engine_.Add(std::move(item));
    items_.clear();
    for (uint32_t flow = 0; flow < automation_.flows.size(); ++flow) {
      if (automation_.flows[flow].existing_enrol) engine_.EnrolExisting(flow);
    }
    return Work();
  }

  int64_t NextDue() const { return std::min(engine_.NextDue(), later_); }

  TickReport report;

 private:
  void TellVersions() {
    for (const flow::InsideVersion& inside : ledger_.inside_versions()) {
      const ir::Flow& newest = automation_.flows[inside.flow];
      TickReport::Version version{.workflow = newest.name, .version = inside.version, .way = inside.way};
      version.runs = inside.runs;
      version.moves = newest.in_flight == ir::Flow::InFlight::kMoveAtNextWait;
      for (const OldVersion& old : old_versions_) {
        if (old.flow != newest.name || old.version != inside.version) continue;
        version.why = old.why;
        const bool own = inside.way == flow::InsideVersion::Way::kOwn;
        if (own && version.moves) version.missing = flow::WaitsWithoutStep(automation_.flows[old.index], newest);
      }
      report.versions.push_back(std::move(version));
    }
  }

  // The results of all records at an instant.
  Status EvaluateAll(int64_t at) {
    SAITEN_ASSIGN_OR_RETURN(const auto context, vm::RunContext::Create(program_, loaded_.data.data, at, loaded_.zone));
    ExecuteOptions execute{.engine = options_.engine, .threads = options_.threads, .code_cache = options_.code_cache};
    world_.Pack();
    SAITEN_ASSIGN_OR_RETURN(Executed executed, Execute(*context, execute));
    world_.SetResults(std::move(executed.results));
    return {};
  }

  // What waits for its instant, and what people asked for.
  Status TakeAsked(int64_t from) {
    SAITEN_ASSIGN_OR_RETURN(std::vector<flow::Item> requests, ledger_.ReadRequests());
    report.items += requests.size();
    for (flow::Item& request : requests) {
      request.instant = std::max(request.instant, from);
      engine_.Add(std::move(request));
    }
    SAITEN_ASSIGN_OR_RETURN(const std::vector<flow::Control> controls, ledger_.ReadControls());
    for (flow::Control control : controls) {
      control.instant = std::max(control.instant, from);
      if (control.instant > loaded_.now) {
        later_ = std::min(later_, control.instant);
      } else {
        engine_.Add(control);
      }
    }
    for (const flow::LostAsked& lost : ledger_.lost_asked()) {
      report.lost.push_back({lost.asked, lost.flow, lost.why == flow::kNoSuchRecord});
    }
    return {};
  }

  // What came of calls that somebody waits for, behind everything else of its instant.
  Status TakeDelivered(int64_t from) {
    constexpr uint64_t kOrder = uint64_t{1} << 61;
    SAITEN_ASSIGN_OR_RETURN(const auto ends, flow::ReadDeliveryEnds(ledger_.connection(), state_));
    for (const flow::DeliveryEnd& end : ends) {
      const int64_t instant = std::max(end.time.value_or(from), from);
      if (instant > loaded_.now) {
        later_ = std::min(later_, instant);
        continue;
      }
      const flow::Instance& waits = state_.instances[end.instance];
      engine_.Add({.instant = instant,
                   .order = kOrder,
                   .object = waits.object,
                   .row = waits.row,
                   .what = flow::Delivered{end.instance, end.sent}});
      ++report.items;
    }
    return {};
  }

  // Those records that workflows made and that are among the data.
  Status ReadCreated(const std::function<void(ObjectId, uint32_t row, const flow::MadeRecord&)>& visit) {
    return ledger_.ReadCreated([&](ObjectId object, const flow::MadeRecord& made) {
      const uint32_t row = values_.RowOf(object, made.id);
      if (row != KeptValues::kNone) visit(object, row, made);
    });
  }

  // Finds what happened since, and takes the data back to how they were.
  Status GoBack(int64_t from) {
    ItemFinder finder(world_, catalog_, loaded_.data, from, loaded_.now, first_gone_);
    for (uint32_t object = 0; object < catalog_.objects.size(); ++object) {
      SAITEN_RETURN_IF_ERROR(writer_.source_log().Read(
          ObjectId(object), writer_.seen()[object].properties(),
          [&](flow::LoggedRecord logged) { finder.Logged(ObjectId(object), std::move(logged)); }));
    }
    SAITEN_RETURN_IF_ERROR(
        ledger_.ReadValues([&](ObjectId object, uint32_t row, uint32_t property, const Value& value) {
          finder.Overlay(object, row, property, value);
          writer_.Overlaid(object, row, property, value);
        }));
    SAITEN_ASSIGN_OR_RETURN(const auto members, writer_.seen_lists().Read());
    for (uint32_t i = 0; i < members.size(); ++i) {
      const ListId list(i);
      auto now = MembersOf(list);
      if (now && members[i]) {
        finder.Members(list, *members[i]);
      } else if (now || members[i]) {
        writer_.WriteAnew(list, std::move(now));
      }
    }
    std::vector<bool> anew;
    for (uint32_t object = 0; object < catalog_.objects.size(); ++object) {
      if (!IsRead(loaded_.data.data, ObjectId(object))) {
        // What was known of it stays: when rules ask for it again, what changed meanwhile is told then.
        anew.push_back(false);
        continue;
      }
      SAITEN_ASSIGN_OR_RETURN(const bool fits, writer_.seen()[object].Fits());
      anew.push_back(!fits);
      const Status read = writer_.seen()[object].Read(
          [&](const flow::Kept& id, std::span<const uint32_t> told, std::span<const Value> values) {
            const uint32_t row = values_.RowOf(ObjectId(object), id);
            if (row == KeptValues::kNone) return;
            finder.Seen(ObjectId(object), row, told, values);
            writer_.Seen(ObjectId(object), row, told, values);
          });
      SAITEN_RETURN_IF_ERROR(read);
    }
    SAITEN_RETURN_IF_ERROR(ReadCreated([&](ObjectId object, uint32_t row, const flow::MadeRecord& made) {
      finder.Known(object, row);
      writer_.Made(object, made.id, row, made.in_source);
    }));
    SAITEN_ASSIGN_OR_RETURN(const std::vector<int64_t> marks, ledger_.ReadEventMarks());
    finder.Finish(marks);
    items_ = finder.TakeItems();
    later_ = std::min(later_, finder.later().value_or(flow::kNever));
    for (EventId event : finder.renumbered()) report.renumbered.push_back(catalog_[event].name);
    writer_.WriteAnew(std::move(anew));
    writer_.Changed(finder.TakeChanged());
    writer_.Listed(finder.TakeListed());
    writer_.Spent(finder.TakeSpent());
    return {};
  }

  // Who is in a list in the source; nothing: nobody asks for it, and it is not loaded.
  std::optional<std::vector<uint32_t>> MembersOf(ListId list) const {
    const auto& lists = loaded_.data.data.tables[catalog_[list].object.index()].lists;
    if (list.index() >= lists.size() || lists[list.index()].size() == 0) return std::nullopt;
    const rt::Column& column = lists[list.index()];
    std::vector<uint32_t> rows;
    for (uint32_t row = 0; row < column.size(); ++row) {
      if (column.Raw(row) != 0) rows.push_back(row);
    }
    return rows;
  }

  // The engine's history of values begins with the first run (sem E1a).
  void KeepFirstHistory() {
    for (size_t i = 0; i < catalog_.events.size(); ++i) {
      const EventInfo& event = catalog_.events[i];
      if (!event.engine_kept || !event.is_change() || loaded_.data.data.events[i].offsets.empty()) continue;
      const size_t rows = loaded_.data.data.tables[event.object.index()].size;
      for (uint32_t row = 0; row < rows; ++row) {
        const Value value = event.change_of ? world_.Get(event.object, row, *event.change_of) : ResultOf(event, row);
        if (value.known) world_.AddEvent(EventId(i), row, loaded_.now, {{0, value}});
      }
    }
  }

  Value ResultOf(const EventInfo& event, uint32_t row) {
    const auto& columns = program_.results[event.object.index()];
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string& name = columns[i].column.empty() ? columns[i].name : columns[i].column;
      if (name != event.change_of_result) continue;
      const rt::Column& column = world_.results().columns[event.object.index()][i];
      return column.Known(row) ? Value::Of(column.Raw(row)) : Value::Unknown();
    }
    return Value::Unknown();
  }

  // Instant by instant, written together up to so many steps.
  Status Work() {
    bool more = true;
    while (more) {
      more = engine_.RunNext(loaded_.now);
      report.instants += more ? 1 : 0;
      if (options_.progress) options_.progress(report.steps + log_.size());
      if (more && log_.size() < options_.steps_at_once) continue;
      Count();
      if (!options_.dry_run) SAITEN_RETURN_IF_ERROR(writer_.Write(TakeBatch(!more)));
      log_.clear();
    }
    if (options_.dry_run) return {};
    SAITEN_RETURN_IF_ERROR(writer_.Finish());
    report.source_writes = writer_.source_writes();
    report.source_refused = writer_.source_refused();
    report.source_why = writer_.source_why();
    return {};
  }

  void Count() {
    report.steps += log_.size();
    if (options_.tell) options_.tell(log_);
    for (const flow::LogRow& row : log_) {
      report.enrolled += row.kind == flow::RowKind::kEnrolled ? 1 : 0;
      report.refused += row.kind == flow::RowKind::kRefused ? 1 : 0;
      report.ended += row.kind == flow::RowKind::kEnded ? 1 : 0;
      report.actions += row.kind == flow::RowKind::kAction ? 1 : 0;
      report.writes += row.kind == flow::RowKind::kWrite ? 1 : 0;
    }
  }

  TickBatch TakeBatch(bool last) {
    TickBatch batch{.log = std::exchange(log_, {}),
                    .state = flow::TakeChanges(state_),
                    .writes = world_.TakeWrites(),
                    .property_texts = {},
                    .event_texts = {},
                    .created_fields = {},
                    .pending = engine_.pending()};
    batch.state.last = last;
    for (const WorldWrites::Property& set : batch.writes.properties) {
      const Type type = catalog_[set.object].properties[set.property].type;
      batch.property_texts.push_back(engine_.evaluator().Spell(type, set.value));
    }
    for (const WorldWrites::Created& made : batch.writes.created) {
      flow::JsonText fields;
      const auto& properties = catalog_[made.object].properties;
      for (const auto& [property, value] : made.properties) {
        fields.Add(properties[property].name, TextForSource(properties[property], value));
      }
      batch.created_fields.push_back(fields.Text());
    }
    for (const WorldWrites::Event& added : batch.writes.events) {
      const auto value = added.fields.find(0);
      const Type type = catalog_[added.event].fields[0].type;
      batch.event_texts.push_back(value == added.fields.end() ? "" : SpellKept(type, value->second));
    }
    return batch;
  }

  // As a text cell of the object's table.
  std::string TextForSource(const PropertyInfo& property, const Value& value) {
    const flow::SourceCell cell = flow::SpellForSource(values_, property, value, store::Cell::OfText(""));
    const auto* number = std::get_if<int64_t>(&cell);
    return number ? std::to_string(*number) : std::get<std::string>(cell);
  }

  // As the source's own tables spell it, so that it is read like theirs.
  std::string SpellKept(Type type, const Value& value) {
    if (!value.known) return {};
    if (type.is(TypeKind::kEnum)) return catalog_[type.enum_id()].members[static_cast<size_t>(value.number)].name;
    if (type.is(TypeKind::kInstant)) return InstantText(value.number);
    return engine_.evaluator().Spell(type, value);
  }

  const ir::Automation& automation_;
  const ir::Program& program_;
  const Catalog& catalog_;
  const std::vector<OldVersion>& old_versions_;
  Loaded& loaded_;
  LoadedWorld& world_;
  KeptValues& values_;
  Ledger& ledger_;
  const TickOptions& options_;
  flow::State state_;
  std::vector<flow::LogRow> log_;
  flow::Engine engine_;
  std::vector<flow::Item> items_;
  std::vector<uint32_t> first_gone_;  // PutBack
  int64_t later_ = flow::kNever;      // what is known to come then, behind this tick
  TickWriter writer_;
};

}  // namespace

bool GoesThroughTime(const check::CheckedProgram& checked) {
  if (!checked.flows.empty()) return true;
  return std::ranges::any_of(checked.catalog.events,
                             [](const EventInfo& event) { return event.engine_kept && event.is_change(); });
}

Result<bool> GoesThroughTime(const check::CheckedProgram& checked, const std::string& db, int64_t now) {
  if (!checked.flows.empty() || !GoesThroughTime(checked)) return !checked.flows.empty();
  SAITEN_ASSIGN_OR_RETURN(auto connection, store::Connection::Open(db, store::OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const auto until, store::ReadAutomationUntil(connection));
  return !until || now >= *until;
}

Result<TickReport> Tick(const Compiled& compiled, Loaded& loaded, std::unique_ptr<LoadedWorld>& world,
                        const TickOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  // The data are changed from here on.
  loaded.load.FinishKeeping();
  KeptValues values(compiled.checked.catalog, loaded.data.data);
  SAITEN_ASSIGN_OR_RETURN(const auto ledger,
                          Ledger::Open(loaded.db, compiled.lowered->automation, values, !options.dry_run,
                                       loaded.load.snapshot != 0 ? &loaded.load.base : nullptr));
  SAITEN_RETURN_IF_ERROR(flow::CheckWritten(ledger->connection(), compiled.checked.catalog, options.write));
  ledger->UseVersions(RulesTextOf(compiled), PlacesOf(compiled));
  SAITEN_ASSIGN_OR_RETURN(const std::optional<int64_t> until, ledger->Until());
  SAITEN_RETURN_IF_ERROR(CheckClock(loaded.now, until));
  std::vector<uint32_t> first_gone;
  if (until) {
    flow::SourceLog log(ledger->connection(), values, loaded.zone, loaded.load.value_logs);
    SAITEN_ASSIGN_OR_RETURN(const GoneRecords gone, FindGone(*ledger, log, loaded.data.data));
    for (const auto& keys : gone) loaded.put_back += keys.size();
    if (loaded.put_back > 0) {
      first_gone = PutBack(compiled.checked.catalog, gone, loaded.data);
      values.Grown();
    }
  }
  SAITEN_ASSIGN_OR_RETURN(world, LoadedWorld::Make(compiled.lowered->program, loaded.data, loaded.zone));
  world->TellKeysTo(values);
  Ticker ticker(compiled, loaded, *world, values, *ledger, options, std::move(first_gone));
  SAITEN_RETURN_IF_ERROR(until ? ticker.Next(*until) : ticker.First());
  if (const int64_t due = ticker.NextDue(); due != flow::kNever) ticker.report.next_due = due;
  world->Pack();
  ticker.report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(ticker.report);
}

Result<TickReport> Simulate(const Compiled& compiled, Loaded& loaded, std::unique_ptr<LoadedWorld>& world, int64_t from,
                            const TickOptions& given) {
  const auto start = std::chrono::steady_clock::now();
  TickOptions options = given;
  options.dry_run = true;
  loaded.load.FinishKeeping();
  SAITEN_ASSIGN_OR_RETURN(world, LoadedWorld::Make(compiled.lowered->program, loaded.data, loaded.zone));
  KeptValues values(compiled.checked.catalog, loaded.data.data);
  world->TellKeysTo(values);
  SAITEN_ASSIGN_OR_RETURN(const auto ledger, Ledger::Open(loaded.db, compiled.lowered->automation, values, false));
  Ticker ticker(compiled, loaded, *world, values, *ledger, options);
  SAITEN_RETURN_IF_ERROR(ticker.Simulate(from));
  ticker.report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(ticker.report);
}

}  // namespace saiten::driver
