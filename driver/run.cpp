#include "driver/run.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "compiler/opt/opt.h"
#include "driver/blocks.h"
#include "driver/doctor.h"
#include "driver/gather.h"
#include "runtime/normalize.h"
#include "store/run_lock.h"
#include "store/write.h"

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

std::vector<TrapSummary> Summarise(const vm::TrapLog& traps, const Loaded& loaded) {
  std::vector<TrapSummary> out;
  const ir::Program& program = loaded.context->program();
  for (const vm::Trap& trap : traps.traps()) {
    const ir::Kernel& kernel = program.kernels[trap.kernel];
    const Location at = kernel[trap.value].at;
    auto same = std::ranges::find(out, at, &TrapSummary::at);
    if (same == out.end()) {
      const rt::Keys& keys = loaded.context->table(kernel.object).keys;
      out.push_back({.at = at,
                     .first_key = trap.row < 0 ? "" : keys.Spell(static_cast<size_t>(trap.row)),
                     .object = loaded.context->catalog()[kernel.object].name});
      same = std::prev(out.end());
    }
    ++same->kept;
  }
  return out;
}

}  // namespace

Result<RunReport> Run(Compiled& compiled, const RunOptions& options) {
  SAITEN_CHECK(compiled.lowered.has_value());
  RunReport report;
  Stopwatch watch;
  std::optional<store::RunLock> lock;
  if (!options.dry_run) {
    SAITEN_ASSIGN_OR_RETURN(const std::string db, DatabaseOf(compiled.project.config.config, options.data.db));
    SAITEN_ASSIGN_OR_RETURN(store::RunLock taken, store::RunLock::Take(db));
    lock.emplace(std::move(taken));
    SAITEN_RETURN_IF_ERROR(store::CanWriteResults(db));
  }
  opt::Optimise(compiled.lowered->program);
  SAITEN_ASSIGN_OR_RETURN(report.loaded, LoadData(compiled, compiled.lowered->program, options.data));
  const Loaded& loaded = *report.loaded;
  report.record.load_seconds = watch.Lap();

  ExecuteOptions execute{.engine = options.engine, .threads = options.threads, .code_cache = options.code_cache};
  execute.progress = [&](uint64_t done) { options.data.progress(Progress::Phase::kCompute, done); };
  SAITEN_ASSIGN_OR_RETURN(const Executed executed, Execute(*loaded.context, execute));
  const double compute_seconds = watch.Lap();

  const auto results = GatherResults(compiled, loaded, executed.results, report.summary);
  report.traps = Summarise(executed.traps, loaded);
  const Versions versions = VersionsOfParts();
  for (const TrapSummary& trap : report.traps) {
    const LineColumn at = compiled.sources[trap.at.file].LineColumnOf(trap.at.span.begin);
    report.summary.traps.push_back(
        {.place = fmt::format("{}:{}:{}", compiled.sources[trap.at.file].path(), at.line, at.column),
         .object = trap.object,
         .first_key = trap.first_key});
  }
  report.interpreted_rows = executed.interpreted_rows;
  report.native_rows = executed.native_rows;
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
                   .evaluated = loaded.records(),
                   .load_seconds = report.record.load_seconds,
                   .compute_seconds = compute_seconds,
                   .threads = ThreadsFor(options.threads, BlocksOf(loaded.records()))};
  if (!options.dry_run) {
    report.record.finished = MachineNow();
    store::WriteOptions write;
    write.progress = [&](uint64_t done, uint64_t) { options.data.progress(Progress::Phase::kWrite, done); };
    SAITEN_ASSIGN_OR_RETURN(
        report.record, store::WriteResults(loaded.db, report.record, results, report.summary, loaded.errors, write));
    report.written = true;
  }
  return report;
}

}  // namespace saiten::driver
