#include "driver/run.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <optional>

#include <fmt/format.h>

#include "base/cut_file.h"
#include "base/interrupt.h"
#include "compiler/opt/opt.h"
#include "driver/blocks.h"
#include "driver/data_hash.h"
#include "driver/doctor.h"
#include "driver/gather.h"
#include "driver/handover.h"
#include "driver/prune.h"
#include "driver/run_before.h"
#include "driver/run_unchanged.h"
#include "driver/shard.h"
#include "driver/versions.h"
#include "driver/words.h"
#include "driver/written.h"
#include "runtime/normalize.h"
#include "runtime/time_parse.h"
#include "store/results/write.h"
#include "store/runs/run_lock.h"
#include "store/runs/runs.h"

namespace saiten::driver {
namespace {

class Stopwatch {
 public:
  double Lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// By place in the rules; more than anybody reads are left out.
std::vector<TrapSummary> Summarise(const vm::TrapLog& traps, const Loaded& loaded) {
  std::vector<TrapSummary> out;
  const ir::Program& program = loaded.context->program();
  for (const vm::Trap& trap : traps.firsts()) {
    const ir::Kernel& kernel = program.KernelAt(trap.kernel);
    const Location at = kernel[trap.value].at;
    auto same = std::ranges::find(out, at, &TrapSummary::at);
    if (same == out.end()) {
      out.push_back({.at = at, .object = loaded.context->catalog()[kernel.object].name, .row = trap.row});
    } else {
      same->row = std::min(same->row, trap.row);
    }
  }
  for (TrapSummary& each : out) {
    const rt::Keys& keys = loaded.context->table(*loaded.context->catalog().FindObject(each.object)).keys;
    if (each.row >= 0) each.first_key = keys.Spell(static_cast<size_t>(each.row));
  }
  return out;
}

// The note of a run under way, from its beginning. Taken away when the run has ended, one way or the other; what may
// pass (a full disk, a locked database) leaves it, so that `--resume` can go on.
class Note {
 public:
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  Note() = default;
  ~Note() {
    if (!database_.empty() && !note_.failed) store::RemoveRunNote(database_);
    OfferResume(false);
  }
  Status Begin(const std::string& database, const store::RunNote& note) {
    SAITEN_RETURN_IF_ERROR(store::WriteRunNote(database, note));
    database_ = database;
    note_ = note;
    OfferResume(true);
    return {};
  }
  void KeepAfter(const Error& error) {
    note_.failed = error.kind == ErrorKind::kIo || error.kind == ErrorKind::kBusy;
    // Where that cannot be written the note says that the run was stopped, which is nearly as good.
    if (note_.failed && !database_.empty()) (void)store::WriteRunNote(database_, note_);
  }

 private:
  std::string database_;
  store::RunNote note_;
};

std::string_view NameOf(Engine engine) {
  return engine == Engine::kJit ? "jit" : engine == Engine::kInterp ? "interp" : "auto";
}

// Takes time and engine from the run that did not end.
Status Resume(const Compiled& compiled, const std::string& database, const std::optional<store::RunNote>& note,
              RunOptions& options) {
  if (!note) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("there is no run of `{}` to go on with: the last one has ended", database),
                 fmt::format("`{}`に再開する実行はありません。前の実行は終わっています", database)},
                {"leave `--resume` away for a new run", "新しく実行するには`--resume`を外してください"});
  }
  const std::string as_of = rt::FormatInstant(note->as_of, *rt::Zone::Utc());
  if (note->rules != compiled.rules_hash) {
    return Fail(ErrorKind::kRefused,
                {fmt::format("the rules have changed since the run as of {} began: it cannot go on with them", as_of),
                 fmt::format("{}時点の実行を始めた後でルールが変わったため、再開できません", as_of)},
                {fmt::format("put them back, or begin anew: `saiten run --as-of {}`", as_of),
                 fmt::format("ルールを戻すか、`saiten run --as-of {}`でやり直してください", as_of)});
  }
  const std::string shard = options.shard ? options.shard->Text() : "";
  if (note->shard != shard) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("that run is of part `{}`, not `{}`", note->shard, shard),
                 fmt::format("その実行は`{}`の部分のもので、`{}`ではありません", note->shard, shard)});
  }
  if (!options.data.as_of.empty() && options.data.clock->now != note->as_of) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("that run is as of {}, not {}", as_of, options.data.as_of),
                 fmt::format("その実行は{}時点のもので、{}ではありません", as_of, options.data.as_of)},
                {"leave `--as-of` away", "`--as-of`を外してください"});
  }
  options.data.clock->now = note->as_of;
  options.engine = note->engine == "jit" ? Engine::kJit : note->engine == "interp" ? Engine::kInterp : Engine::kAuto;
  return {};
}

// Those of the run before with what differs, where there are any.
ResultCounts CountsNow(const ir::Program& program, const Executed& executed, RunBefore& before, size_t threads) {
  if (!before.in_place) return CountResults(program, executed.results, threads);
  ResultCounts counts = std::move(before.state->counts);
  UpdateCounts(executed.results, executed.differences, counts);
  CountMissing(program, executed.results, threads, counts);
  return counts;
}

CountsOf CountsIn(const rt::Results& results, const ResultCounts& counts) {
  return [&](const rt::Column& column) -> const ValueCounts* {
    for (size_t object = 0; object < results.columns.size(); ++object) {
      const auto& columns = results.columns[object];
      if (columns.empty() || &column < &columns.front() || &column > &columns.back()) continue;
      return &counts[object][static_cast<size_t>(&column - &columns.front())];
    }
    return nullptr;
  };
}

// Whether it is known which rows of events have come since (sem T4a).
bool HasRowNumbers(const store::LoadedData& data) {
  for (size_t i = 0; i < data.events.size(); ++i) {
    if (data.events[i].kept > 0 && data.events[i].rowids.size() == 0) return false;
  }
  return true;
}

// What goes through time writes into the database that a part only reads.
Status CheckParts(const Compiled& compiled) {
  if (!GoesThroughTime(compiled.checked)) return {};
  const Text hint{"leave `--shard` away", "`--shard`を外してください"};
  if (!compiled.checked.flows.empty()) {
    return Fail(ErrorKind::kUsage,
                {"a project with workflows is not run in parts: they write into the database itself",
                 "ワークフローのあるプロジェクトは分けて実行できません。データベースそのものに書くからです"},
                hint);
  }
  return Fail(ErrorKind::kUsage,
              {"rules that ask what a value was are not run in parts: its history is written into the database itself",
               "過去の値を調べるルールは分けて実行できません。値の履歴をデータベースそのものに書くからです"},
              {"leave `--shard` away, or name a table: `history \"table\"`",
               "`--shard`を外すか、`history \"table\"`で表を指定してください"});
}

Status RunLocked(Compiled& compiled, const RunOptions& options, RunReport& report) {
  Stopwatch watch;
  // What is kept for the next run lies beside what is kept of the data; a part of the records keeps nothing.
  // Automation changes data in memory: what a run of it worked out is not that of the snapshot.
  SAITEN_ASSIGN_OR_RETURN(const std::string source, DatabaseOf(compiled.project.config.config, options.data.db));
  SAITEN_ASSIGN_OR_RETURN(const bool automated, GoesThroughTime(compiled.checked, source, options.data.clock->now));
  const bool keep = options.data.cache.use && !options.shard && !GoesThroughTime(compiled.checked);
  const bool keep_outcome = options.data.cache.use && automated;
  const Versions versions = VersionsOfParts();
  std::string program;
  if (keep || keep_outcome) program = ProgramHash(compiled, versions.saiten);
  if (keep || automated) opt::AddNextChange(compiled.lowered->program);
  opt::Optimise(compiled.lowered->program);
  DataOptions data = options.data;
  std::future<Result<std::optional<RunState>>> reading;
  if (keep) {
    if (const auto head = ReadRunHead(source))
      data.cache.known = {.snapshot = head->snapshot, .at = head->position, .rows_again = head->rows_again};
    // Beside the data, which are mostly read by one thread where there is anything to read here.
    reading = std::async(options.threads == 1 ? std::launch::deferred : std::launch::async,
                         [&program_of = compiled.lowered->program, db = source, &program, threads = options.threads] {
                           return ReadRunState(db, program_of, program, threads);
                         });
  }
  data.automation = automated;
  SAITEN_ASSIGN_OR_RETURN(report.loaded, LoadData(compiled, compiled.lowered->program, data));
  if (automated && !HasRowNumbers(report.loaded->data) && data.cache.use) {
    data.cache.use = false;
    SAITEN_ASSIGN_OR_RETURN(report.loaded, LoadData(compiled, compiled.lowered->program, data));
  }
  report.record.load_seconds = watch.Lap();
  if (automated) {
    SAITEN_ASSIGN_OR_RETURN(auto write, WrittenProperties(compiled));
    const TickOptions tick{
        .engine = options.engine,
        .threads = options.threads,
        .code_cache = options.code_cache,
        .dry_run = options.dry_run,
        .steps_at_once = static_cast<uint64_t>(compiled.project.config.config.steps_at_once),
        .write = std::move(write),
        .progress = [&](uint64_t steps) { options.data.progress(Progress::Phase::kAutomation, steps, 0); },
        .tell = {}};
    SAITEN_ASSIGN_OR_RETURN(report.tick, Tick(compiled, *report.loaded, report.world, tick));
    SAITEN_ASSIGN_OR_RETURN(report.loaded->context,
                            vm::RunContext::Create(compiled.lowered->program, report.loaded->data.data,
                                                   report.loaded->now, report.loaded->zone));
    watch.Lap();
  }
  const Loaded& loaded = *report.loaded;

  RunBefore before;
  if (keep) {
    before = FindRunBefore(loaded, reading.get(), program, options.full);
    report.everything_because = before.why;
  }

  ExecuteOptions execute{.engine = options.engine, .threads = options.threads, .code_cache = options.code_cache};
  if (before.previous) execute.previous = &*before.previous;
  uint64_t rows = 0;
  for (const ir::Kernel& kernel : loaded.context->program().kernels) rows += loaded.context->table(kernel.object).size;
  execute.progress = [&](uint64_t done) { options.data.progress(Progress::Phase::kCompute, done, rows); };
  Part part;
  if (options.shard) part = PartOf(*options.shard, *loaded.context, options.threads);
  // Records that are gone, or come later than this run, stand among the others, and have no results.
  if (report.world) part.marks = report.world->There();
  const bool of_part = !part.marks.empty();
  if (of_part) execute.part = &part;
  SAITEN_ASSIGN_OR_RETURN(const Executed executed, Execute(*loaded.context, execute));
  const double compute_seconds = watch.Lap();

  auto results = GatherResults(compiled, loaded, executed);
  std::vector<std::unique_ptr<store::OwnedResults>> taken;
  ResultCounts counts;
  if (of_part) {
    taken = Take(compiled, results, part.marks);
    for (size_t i = 0; i < results.size(); ++i) results[i] = taken[i]->view;
    SummariseResults(results, {}, report.summary);
  } else {
    counts = CountsNow(compiled.lowered->program, executed, before, options.threads);
    SummariseResults(results, CountsIn(executed.results, counts), report.summary);
  }
  report.traps = Summarise(executed.traps, loaded);
  report.evaluated = executed.evaluated;
  report.next_change = EarliestChange(compiled.lowered->program, executed.results);
  NewHandovers handovers;
  if (!options.shard && !compiled.lowered->extras.empty()) {
    SAITEN_ASSIGN_OR_RETURN(const auto last, store::ClockOfLastRun(loaded.db));
    SAITEN_ASSIGN_OR_RETURN(handovers, FindHandovers(compiled, loaded, executed, last));
    if (handovers.next) report.next_change = std::min(report.next_change.value_or(INT64_MAX), *handovers.next);
  }
  uint64_t evaluated = 0;
  for (const EvaluatedRows& each : executed.evaluated) evaluated += each.all();
  // Places by name and number, as `runs merge` puts them together.
  for (const TrapSummary& trap : report.traps) {
    const LineColumn at = compiled.sources[trap.at.file].LineColumnOf(trap.at.span.begin);
    report.summary.traps.push_back(
        {.place = fmt::format("{}:{}:{}", compiled.sources[trap.at.file].path(), at.line, at.column),
         .object = trap.object,
         .first_key = trap.first_key,
         .row = trap.row});
  }
  SortTraps(report.summary.traps);
  report.traps.resize(std::min(report.traps.size(), report.summary.traps.size()));
  report.interpreted_rows = executed.interpreted_rows;
  report.native_rows = executed.native_rows;
  report.without_code = executed.without_code;
  report.record = {.started = loaded.machine_now,
                   .as_of = loaded.now,
                   .rules = compiled.rules_hash,
                   .version = versions.saiten,
                   .engine = executed.engine == Engine::kJit ? "jit" : "interp",
                   .zone = compiled.checked.catalog.timezone,
                   .zone_data = rt::ZoneDataVersion(),
                   .unicode = std::string(rt::UnicodeVersion()),
                   .records = loaded.records(),
                   .events = loaded.events(),
                   .data_errors = loaded.errors.total(),
                   .quarantined = loaded.quarantined(),
                   .traps = executed.traps.count(),
                   .evaluated = evaluated,
                   .load_seconds = report.record.load_seconds,
                   .compute_seconds = compute_seconds,
                   .threads = ThreadsFor(options.threads, BlocksOf(loaded.records()))};
  report.record.finished = MachineNow();
  if (!options.dry_run) {
    store::WriteOptions write;
    if (options.shard) {
      write.part = {.shard = options.shard->Text(), .data = DataHash(*loaded.context, options.threads)};
    } else {
      write.base = loaded.load.base_to_write_on();
      write.forget_before = ForgetBefore(compiled.project.config.config.retention, loaded.machine_now);
    }
    write.progress = [&](uint64_t done, uint64_t total) {
      options.data.progress(Progress::Phase::kWrite, done, total);
    };
    store::PreviousResults previous;
    if (before.same_rows) {
      previous = {.run = before.state->head.run, .token = before.state->head.token, .came = {}};
      previous.came.resize(results.size());
      write.previous = &previous;
    }
    write.everything = options.full;
    write.handovers = std::move(handovers.kept);
    SAITEN_ASSIGN_OR_RETURN(report.record,
                            store::WriteResults(options.shard ? options.results : loaded.db, report.record, results,
                                                report.summary, loaded.errors, write));
    SayResultsAreKept();
    report.written = true;
    report.results_in = options.shard ? options.results : loaded.db;
  }
  report.loaded->load.FinishKeeping();
  // What came before the first tick is not known to it: only the second knows what is still to come. Of older versions
  // each run tells.
  const bool outcome = keep_outcome && !of_part && !report.tick->first && report.tick->versions.empty();
  if ((keep || outcome) && report.written) {
    const RunHead head{.program = program,
                       .as_of = loaded.now,
                       .run = report.record.run,
                       .token = report.record.token,
                       .snapshot = loaded.load.snapshot,
                       .position = loaded.load.position,
                       .rows_again = loaded.load.rows_again};
    std::optional<int64_t> next = report.next_change;
    if (automated && report.tick->next_due) next = std::min(next.value_or(INT64_MAX), *report.tick->next_due);
    NewRun mine{.loaded = loaded,
                .executed = executed,
                .counts = counts,
                .head = head,
                .outcome = OutcomeOf(loaded, report.record, report.summary, next)};
    WarnNotKept(options.data.cache, keep ? KeepRun(std::move(mine), before) : KeepOutcome(std::move(mine)));
  }
  return {};
}

}  // namespace

Result<RunReport> Run(Compiled& compiled, const RunOptions& given) {
  SAITEN_CHECK(compiled.lowered.has_value());
  RunOptions options = given;
  options.data.cache.keep_refreshed = !options.dry_run && !options.shard;
  SAITEN_ASSIGN_OR_RETURN(options.data.clock, ClockOf(compiled, options.data));
  SAITEN_ASSIGN_OR_RETURN(auto unchanged, RunUnchanged(compiled, options));
  if (unchanged) return std::move(*unchanged);
  if (options.shard) SAITEN_RETURN_IF_ERROR(CheckParts(compiled));
  RunReport report;
  std::optional<store::RunLock> lock;
  Note note;
  if (!options.dry_run) {
    SAITEN_ASSIGN_OR_RETURN(std::string db, DatabaseOf(compiled.project.config.config, options.data.db));
    std::error_code ignored;
    if (options.shard && std::filesystem::equivalent(db, options.results, ignored)) {
      return Fail(ErrorKind::kUsage,
                  {"`--results` names the database itself, which a part only reads",
                   "`--results`が元のデータベースを指しています。分けた実行では読むだけです"},
                  {"name another file; `saiten runs merge` joins the parts into the database",
                   "別のファイルを指定し、`saiten runs merge`でまとめてください"});
    }
    if (options.shard) db = options.results;
    SAITEN_ASSIGN_OR_RETURN(store::RunLock taken, store::RunLock::Take(db, store::LockedFor::kRun));
    lock.emplace(std::move(taken));
    const bool is_new = options.shard && !std::filesystem::exists(db, ignored);
    if (!is_new) SAITEN_RETURN_IF_ERROR(store::CanWriteResults(db));
    const std::optional<store::RunNote> before = store::ReadRunNote(db);
    if (options.resume) {
      SAITEN_RETURN_IF_ERROR(Resume(compiled, db, before, options));
    } else {
      report.cut_short = before;
    }
    store::RunNote mine = store::RunNote::OfThisProcess();
    mine.started = options.data.clock->machine;
    mine.as_of = options.data.clock->now;
    mine.rules = compiled.rules_hash;
    mine.engine = NameOf(options.engine);
    if (options.shard) mine.shard = options.shard->Text();
    // Without it nobody can be told who holds the lock, and nothing can be resumed; the run itself does not need it.
    const Status noted = note.Begin(db, mine);
    if (!noted.ok() && options.data.cache.warning) {
      options.data.cache.warning({noted.error().message, noted.error().message_ja});
    }
  }
  if (!compiled.lowered->automation.empty()) {
    SAITEN_ASSIGN_OR_RETURN(const std::string db, DatabaseOf(compiled.project.config.config, options.data.db));
    SAITEN_RETURN_IF_ERROR(AddKeptVersions(compiled, db));
  }
  const Status ran = RunLocked(compiled, options, report);
  if (ran.ok()) return report;
  note.KeepAfter(ran.error());
  return ran.error();
}

}  // namespace saiten::driver
