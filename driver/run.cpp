#include "driver/run.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "compiler/opt/opt.h"
#include "driver/doctor.h"
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

// The results of the run as the store wants them, and as a summary.
class Gatherer {
 public:
  Gatherer(const Compiled& compiled, const Loaded& loaded, const rt::Results& results, RunReport& report)
      : compiled_(compiled), lowered_(*compiled.lowered), loaded_(loaded), results_(results), report_(report) {}

  std::vector<store::ObjectResults> Gather() {
    const check::CheckedProgram& checked = compiled_.checked;
    std::vector<store::ObjectResults> all;
    for (size_t o = 0; o < checked.catalog.objects.size(); ++o) {
      const ObjectId object(o);
      store::ObjectResults out{.object = checked.catalog[object].name,
                               .keys = &loaded_.data.data.tables[o].keys,
                               .ids_are_text = loaded_.data.objects[o].ids_are_text};
      for (size_t i = 0; i < checked.scores.size(); ++i) {
        if (checked.scores[i].object == object) out.scores.push_back(Score(i));
      }
      for (size_t i = 0; i < checked.grids.size(); ++i) {
        if (checked.grids[i].object == object) out.scores.push_back(Grid(i));
      }
      for (size_t i = 0; i < checked.segments.size(); ++i) {
        if (checked.segments[i].object == object) out.segments.push_back(Segment(i));
      }
      if (!out.scores.empty() || !out.segments.empty()) all.push_back(std::move(out));
    }
    return all;
  }

 private:
  const rt::Column& ColumnOf(lower::ResultRef ref) const { return results_.columns[ref.object.index()][ref.column]; }

  std::vector<BandCount> CountLabels(const rt::Column& column, const EnumInfo& labels) const {
    std::vector<BandCount> counts;
    for (const EnumMember& member : labels.members) counts.push_back({member.name, 0});
    for (size_t row = 0; row < column.size(); ++row) {
      if (column.Known(row)) ++counts[static_cast<size_t>(column.Raw(row))].n;
    }
    return counts;
  }

  store::ScoreResult Score(size_t index) {
    const check::ScoreInfo& info = compiled_.checked.scores[index];
    const rt::Column& points = ColumnOf(lowered_.scores[index]);
    store::ScoreResult result{.name = std::string(info.decl->name.text), .points = &points};
    ScoreSummary summary{
        .object = compiled_.checked.catalog[info.object].name, .name = result.name, .n = points.size()};
    double sum = 0;
    for (size_t row = 0; row < points.size(); ++row) {
      const int64_t value = points.Raw(row);
      summary.min = row == 0 ? value : std::min(summary.min, value);
      summary.max = row == 0 ? value : std::max(summary.max, value);
      sum += static_cast<double>(value);
    }
    if (points.size() > 0) summary.mean = sum / static_cast<double>(points.size());
    if (info.bands.valid()) {
      result.band = &ColumnOf(lowered_.bands[index]);
      result.labels = &compiled_.checked.catalog[info.bands];
      summary.bands = CountLabels(*result.band, *result.labels);
      std::ranges::reverse(summary.bands);
    }
    report_.scores.push_back(std::move(summary));
    return result;
  }

  store::ScoreResult Grid(size_t index) {
    const check::GridInfo& info = compiled_.checked.grids[index];
    const rt::Column& labels = ColumnOf(lowered_.grids[index]);
    store::ScoreResult result{
        .name = std::string(info.decl->name.text), .band = &labels, .labels = &compiled_.checked.catalog[info.labels]};
    report_.scores.push_back({.object = compiled_.checked.catalog[info.object].name,
                              .name = result.name,
                              .is_grid = true,
                              .n = labels.size(),
                              .bands = CountLabels(labels, *result.labels)});
    return result;
  }

  store::SegmentResult Segment(size_t index) {
    const check::SegmentInfo& info = compiled_.checked.segments[index];
    const rt::Column& members = ColumnOf(lowered_.segments[index]);
    SegmentSummary summary{.object = compiled_.checked.catalog[info.object].name,
                           .name = std::string(info.decl->name.text)};
    for (size_t row = 0; row < members.size(); ++row) summary.members += members.Known(row) && members.Raw(row) == 1;
    report_.segments.push_back(summary);
    return {.name = summary.name, .members = &members};
  }

  const Compiled& compiled_;
  const lower::LowerResult& lowered_;
  const Loaded& loaded_;
  const rt::Results& results_;
  RunReport& report_;
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
  report.load_seconds = watch.Lap();

  ExecuteOptions execute{.engine = options.engine, .threads = options.threads};
  execute.progress = [&](uint64_t done) { options.data.progress(Progress::Phase::kCompute, done); };
  SAITEN_ASSIGN_OR_RETURN(const Executed executed, Execute(*loaded.context, execute));
  report.compute_seconds = watch.Lap();

  const auto results = Gatherer(compiled, loaded, executed.results, report).Gather();
  report.traps = Summarise(executed.traps, loaded);
  const Versions versions = VersionsOfParts();
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
                   .traps = executed.traps.count()};
  if (!options.dry_run) {
    report.record.finished = MachineNow();
    store::WriteOptions write;
    write.progress = [&](uint64_t rows) { options.data.progress(Progress::Phase::kWrite, rows); };
    SAITEN_ASSIGN_OR_RETURN(report.record,
                            store::WriteResults(loaded.db, report.record, results, loaded.errors, write));
    report.written = true;
  }
  report.write_seconds = watch.Lap();
  return report;
}

}  // namespace saiten::driver
