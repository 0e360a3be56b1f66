#include "driver/run_unchanged.h"

#include <algorithm>
#include <chrono>

#include "base/cut_file.h"
#include "driver/blocks.h"
#include "driver/doctor.h"
#include "driver/prune.h"
#include "driver/run_before.h"
#include "driver/run_outcome.h"
#include "driver/run_state.h"
#include "runtime/normalize.h"
#include "store/changes/own_write.h"
#include "store/results/write.h"
#include "store/runs/run_lock.h"
#include "store/runs/run_note.h"
#include "store/snapshot/snapshot.h"

namespace saiten::driver {
namespace {

bool AsksForMore(const RunOptions& options) {
  // Who names the JIT is told whether it is there.
  return options.dry_run || options.full || options.resume || options.shard || !options.data.cache.use ||
         options.engine == Engine::kJit;
}

// Whether the results of `kept` are those of this instant, as far as the state itself tells.
bool Holds(const KeptRun& kept, int64_t now) {
  const RunOutcome& outcome = kept.outcome;
  if (outcome.database.empty() || kept.head.as_of > now) return false;
  // Numbers that were cut are told of by each run, which evaluates them.
  if (outcome.traps > 0 || kept.any_again) return false;
  if (outcome.next_change && *outcome.next_change <= now) return false;
  const bool any_future = std::ranges::any_of(outcome.read.events, [](const auto& event) { return event.future > 0; });
  return kept.head.as_of == now || !any_future;
}

// The rows are still those that the results are of, for the next run.
bool HasSnapshot(const std::string& db, const RunHead& head) {
  const auto snapshot = store::Snapshot::Open(store::SnapshotPathOf(db));
  return snapshot.ok() && snapshot->has_value() && (*snapshot)->stamp().id == head.snapshot;
}

Result<std::unique_ptr<Loaded>> LoadedOf(const Compiled& compiled, const Clock& clock, const std::string& db,
                                         const KeptRun& kept) {
  auto loaded = std::make_unique<Loaded>();
  loaded->db = db;
  SAITEN_ASSIGN_OR_RETURN(loaded->zone, ZoneOf(compiled));
  loaded->now = clock.now;
  loaded->machine_now = clock.machine;
  loaded->ended_calendars = EndedCalendars(compiled, loaded->now, loaded->zone);
  loaded->errors = kept.outcome.errors;
  const RunOutcome& outcome = kept.outcome;
  loaded->data.objects = outcome.read.objects;
  loaded->data.events = outcome.read.events;
  for (const rt::Table& table : outcome.read.data.tables) loaded->data.data.tables.emplace_back().size = table.size;
  loaded->data.data.events.resize(outcome.read.events.size());
  loaded->load.source = store::CachedLoad::Source::kSnapshot;
  loaded->load.snapshot = kept.head.snapshot;
  SAITEN_ASSIGN_OR_RETURN(
      loaded->context, vm::RunContext::Create(compiled.lowered->program, loaded->data.data, loaded->now, loaded->zone));
  return loaded;
}

}  // namespace

Result<std::optional<RunReport>> RunUnchanged(const Compiled& compiled, const RunOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  SAITEN_CHECK(compiled.lowered.has_value());
  if (AsksForMore(options)) return std::optional<RunReport>();
  SAITEN_ASSIGN_OR_RETURN(const std::string db, DatabaseOf(compiled.project.config.config, options.data.db));
  // What is wrong with the state, or with a database that cannot be opened, is said by the run that goes on.
  auto read = ReadKeptRun(db);
  if (!read.ok() || !read->has_value()) return std::optional<RunReport>();
  KeptRun& kept = **read;
  std::optional<Clock> given = options.data.clock;
  if (!given) {
    SAITEN_ASSIGN_OR_RETURN(given, ClockOf(compiled, options.data));
  }
  const Clock clock = *given;
  const Versions versions = VersionsOfParts();
  if (!Holds(kept, clock.now) || kept.head.program != ProgramHash(compiled, versions.saiten))
    return std::optional<RunReport>();
  const size_t objects = compiled.checked.catalog.objects.size();
  const RunOutcome& outcome = kept.outcome;
  if (outcome.read.objects.size() != objects || outcome.read.data.tables.size() != objects ||
      outcome.read.events.size() != compiled.checked.catalog.events.size()) {
    return std::optional<RunReport>();
  }
  auto base = store::DatabaseState::Decode(outcome.base);
  // Before anything is locked: most often somebody has written.
  if (!base || !HasSnapshot(db, kept.head) || !store::IsUnchangedSince(db, outcome.database))
    return std::optional<RunReport>();
  auto lock = store::RunLock::Take(db, store::LockedFor::kRun);
  if (!lock.ok() || store::ReadRunNote(db)) return std::optional<RunReport>();

  RunReport report;
  SAITEN_ASSIGN_OR_RETURN(report.loaded, LoadedOf(compiled, clock, db, kept));
  const Loaded& loaded = *report.loaded;
  report.summary = outcome.summary;
  report.next_change = outcome.next_change;
  if (GoesThroughTime(compiled.checked)) {
    report.tick.emplace();
    report.tick->from = kept.head.as_of;
    report.tick->next_due = outcome.next_change;
  }
  report.evaluated.resize(objects);
  report.record = {.started = clock.machine,
                   .as_of = clock.now,
                   .rules = compiled.rules_hash,
                   .version = versions.saiten,
                   .engine = "interp",
                   .zone = compiled.checked.catalog.timezone,
                   .zone_data = rt::ZoneDataVersion(),
                   .unicode = std::string(rt::UnicodeVersion()),
                   .records = loaded.records(),
                   .events = loaded.events(),
                   .scores = outcome.scores,
                   .members = outcome.members,
                   .data_errors = loaded.errors.total(),
                   .quarantined = loaded.quarantined(),
                   .load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                   .threads = ThreadsFor(options.threads, BlocksOf(loaded.records()))};
  report.record.finished = MachineNow();
  const store::ReadBase read_base{.state = std::move(*base), .fingerprint = outcome.database};
  SAITEN_ASSIGN_OR_RETURN(auto written,
                          store::WriteUnchanged(db, report.record, report.summary, loaded.errors,
                                                {.run = kept.head.run, .token = kept.head.token, .came = {}}, read_base,
                                                {ForgetBefore(compiled.project.config.config.retention, clock.machine),
                                                 /*automation=*/report.tick.has_value()}));
  if (!written) return std::optional<RunReport>();
  SayResultsAreKept();
  report.record = std::move(*written);
  report.written = true;
  report.results_in = db;
  const auto seen = store::SeenDatabase::Read(db);
  kept.outcome.database = seen && seen->state == store::SeenDatabase::IdOf(read_base.state) ? seen->fingerprint : "";
  kept.head.as_of = clock.now;
  kept.head.run = report.record.run;
  kept.head.token = report.record.token;
  WarnNotKept(options.data.cache, WriteKeptRun(db, kept));
  return std::optional<RunReport>(std::move(report));
}

}  // namespace saiten::driver
