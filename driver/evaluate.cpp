#include "driver/evaluate.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "driver/doctor.h"
#include "driver/handover.h"
#include "driver/words.h"
#include "store/results/evaluations.h"

namespace saiten::driver {
namespace {

using check::EvaluateInfo;

// Which extra expressions of the lowered program belong to one declaration.
struct Wanted {
  const EvaluateInfo* info = nullptr;
  size_t positive = 0;
  std::optional<size_t> as_of;
  std::optional<size_t> exclude;
};

Result<std::vector<Wanted>> Choose(const Compiled& compiled, const std::string& name, lower::LowerOptions& lower) {
  std::vector<Wanted> wanted;
  std::vector<std::string> names;
  for (const EvaluateInfo& info : compiled.checked.evaluates) {
    names.emplace_back(info.decl->name.text);
    if (!name.empty() && name != info.decl->name.text) continue;
    const ObjectId object = compiled.checked.scores[info.score].object;
    auto add = [&](const ast::Expr* expr) {
      lower.extras.push_back({object, info.file, expr});
      return lower.extras.size() - 1;
    };
    Wanted one{.info = &info, .positive = add(info.decl->positive)};
    if (info.decl->as_of) one.as_of = add(info.decl->as_of);
    if (info.decl->exclude) one.exclude = add(info.decl->exclude);
    wanted.push_back(one);
  }
  if (!wanted.empty()) return wanted;
  if (names.empty()) {
    return Fail(ErrorKind::kUsage, {"the rules declare nothing to evaluate", "ルールに`evaluate`の宣言がありません"},
                {"write for example: evaluate outcome of fit positive when lifecycle == Customer",
                 "例: evaluate outcome of fit positive when lifecycle == Customer"});
  }
  const std::string near(Nearest(name, names));
  const std::string all = fmt::format("`{}`", fmt::join(names, "`, `"));
  return Fail(
      ErrorKind::kUsage,
      {fmt::format("no `evaluate` with the name `{}`", name), fmt::format("`{}`という`evaluate`はありません", name)},
      {fmt::format("there are: {}", all), fmt::format("あるもの: {}", all)});
}

std::vector<BandBound> BoundsOf(const Compiled& compiled, const check::ScoreInfo& score) {
  std::vector<BandBound> bounds;
  if (!score.bands.valid()) return bounds;
  const EnumInfo& labels = compiled.checked.catalog[score.bands];
  const auto bands = score.decl->bands->bands;
  for (size_t i = 0; i < bands.size(); ++i) {
    BandBound bound{.name = labels.members[i].name, .label = labels.members[i].display()};
    const ast::Expr* from = bands[i].from;
    bool negative = false;
    while (from && from->kind == ast::ExprKind::kParen) from = static_cast<const ast::Paren*>(from)->inner;
    if (auto* negate = ast::As<ast::Negate>(from)) {
      negative = true;
      from = negate->operand;
    }
    if (auto* number = ast::As<ast::NumberLit>(from)) {
      int64_t milli = number->mantissa;
      for (int scale = number->scale; scale < 3; ++scale) milli *= 10;
      bound.from = negative ? -milli : milli;
    }
    bounds.push_back(std::move(bound));
  }
  return bounds;
}

class Evaluator {
 public:
  Evaluator(const Compiled& compiled, const lower::LowerResult& lowered, const Loaded& loaded,
            const rt::Results& results, bool recompute)
      : compiled_(compiled), lowered_(lowered), loaded_(loaded), results_(results), recompute_(recompute) {}

  Result<EvaluateReport> Run(const Wanted& wanted) {
    const EvaluateInfo& info = *wanted.info;
    const check::ScoreInfo& score = compiled_.checked.scores[info.score];
    EvaluateReport report{.name = std::string(info.decl->name.text),
                          .score = std::string(score.decl->name.text),
                          .object = compiled_.checked.catalog[score.object].name,
                          .as_of = loaded_.now};
    if (auto* label = ast::As<ast::TextLit>(info.decl->meta.label)) report.label = label->plain();
    const rt::Column& points = ColumnOf(lowered_.scores[info.score]);
    const size_t rows = points.size();
    std::vector<int64_t> values(rows);
    for (size_t row = 0; row < rows; ++row) values[row] = points.Raw(row);
    std::vector<bool> counts(rows, true);
    if (wanted.exclude) {
      for (size_t row = 0; row < rows; ++row) {
        if (!IsTrue(*wanted.exclude, row)) continue;
        counts[row] = false;
        ++report.excluded;
      }
    }
    if (wanted.as_of) SAITEN_RETURN_IF_ERROR(TakeOfThen(wanted, score.object, counts, values, report));
    std::vector<Scored> scored;
    for (size_t row = 0; row < rows; ++row) {
      if (counts[row]) scored.push_back({values[row], IsTrue(wanted.positive, row)});
    }
    report.quality = Measure(std::move(scored), BoundsOf(compiled_, score));
    return report;
  }

 private:
  const rt::Column& ColumnOf(lower::ResultRef ref) const { return results_.columns[ref.object.index()][ref.column]; }
  bool IsTrue(size_t extra, size_t row) const {
    const rt::Column& column = ColumnOf(lowered_.extras[extra]);
    return column.Known(row) && column.Raw(row) == 1;
  }

  // The score at the hand-over (sem E1a): the one that a run kept, else worked out anew.
  Status TakeOfThen(const Wanted& wanted, ObjectId object, std::vector<bool>& counts, std::vector<int64_t>& values,
                    EvaluateReport& report) {
    const HandoverTimes times(ColumnOf(lowered_.extras[*wanted.as_of]),
                              compiled_.checked.TypeOf(wanted.info->decl->as_of), loaded_);
    store::Handovers handed{.object = report.object,
                            .score = report.score,
                            .keys = &loaded_.data.data.tables[object.index()].keys,
                            .ids_are_text = loaded_.data.objects[object.index()].ids_are_text};
    for (size_t row = 0; row < counts.size(); ++row) {
      if (!counts[row]) continue;
      const auto begin = times.Begin(row);
      counts[row] = begin && *begin <= loaded_.now;
      if (!begin) {
        ++report.without_date;
      } else if (!counts[row]) {
        ++report.not_yet;
      } else {
        handed.rows.push_back(row);
        handed.instants.push_back(std::min(*times.End(row), loaded_.now));
      }
    }
    std::vector<std::optional<int64_t>> kept(handed.rows.size());
    if (!recompute_) {
      SAITEN_ASSIGN_OR_RETURN(kept, store::ReadHandovers(loaded_.db, handed));
    }
    std::map<int64_t, std::vector<size_t>> others;
    for (size_t i = 0; i < kept.size(); ++i) {
      if (kept[i]) {
        values[handed.rows[i]] = *kept[i];
        ++report.kept;
      } else {
        others[handed.instants[i]].push_back(handed.rows[i]);
        ++report.recomputed;
      }
    }
    if (others.empty()) return {};
    SAITEN_ASSIGN_OR_RETURN(const auto as_of, ScoreAsOf::Create(compiled_, wanted.info->score, loaded_));
    as_of->Compute(others, values);
    return {};
  }

  const Compiled& compiled_;
  const lower::LowerResult& lowered_;
  const Loaded& loaded_;
  const rt::Results& results_;
  const bool recompute_;
};

store::EvaluationRecord RecordOf(const EvaluateReport& report, const Compiled& compiled) {
  const Quality& quality = report.quality;
  store::EvaluationRecord record{.name = report.name,
                                 .object = report.object,
                                 .score = report.score,
                                 .as_of = report.as_of,
                                 .written = MachineNow(),
                                 .rules = compiled.rules_hash,
                                 .version = VersionsOfParts().saiten,
                                 .n = quality.n,
                                 .positives = quality.positives,
                                 .ordered_pairs_doubled = quality.ordered_pairs_doubled,
                                 .lift_of_best_tenth = quality.lift_of_best_tenth,
                                 .monotone = quality.monotone,
                                 .excluded = report.excluded,
                                 // Kept in one column: neither was handed over at that time.
                                 .without_date = report.without_date + report.not_yet,
                                 .recomputed = report.recomputed};
  auto part = [](const auto& from) {
    return store::EvaluationPart{from.band.name, from.band.from, from.n, from.positives};
  };
  for (const BoundQuality& bound : quality.bounds) record.bounds.push_back(part(bound));
  for (const BandQuality& band : quality.bands) record.bands.push_back(part(band));
  return record;
}

}  // namespace

Result<Evaluated> Evaluate(const Compiled& compiled, const EvaluateOptions& options) {
  lower::LowerOptions lower;
  SAITEN_ASSIGN_OR_RETURN(const std::vector<Wanted> wanted, Choose(compiled, options.name, lower));
  // Kept with the loaded data, which refers to it, until everything is measured.
  const lower::LowerResult lowered = lower::Lower(compiled.checked, lower);
  Evaluated evaluated;
  SAITEN_ASSIGN_OR_RETURN(evaluated.loaded, LoadData(compiled, lowered.program, options.data));
  ExecuteOptions execute;
  execute.progress = [&](uint64_t done) { options.data.progress(Progress::Phase::kCompute, done); };
  SAITEN_ASSIGN_OR_RETURN(const Executed executed, Execute(*evaluated.loaded->context, execute));
  evaluated.without_code = executed.without_code;
  Evaluator evaluator(compiled, lowered, *evaluated.loaded, executed.results, options.recompute);
  for (const Wanted& one : wanted) {
    SAITEN_ASSIGN_OR_RETURN(EvaluateReport report, evaluator.Run(one));
    evaluated.reports.push_back(std::move(report));
  }
  evaluated.loaded->load.FinishKeeping();
  evaluated.loaded->context.reset();  // it refers to the program of this call
  if (!options.dry_run) {
    std::vector<store::EvaluationRecord> records;
    for (const EvaluateReport& report : evaluated.reports) records.push_back(RecordOf(report, compiled));
    SAITEN_RETURN_IF_ERROR(
        store::WriteEvaluations(evaluated.loaded->db, records, evaluated.loaded->load.base_to_write_on()));
    evaluated.written = true;
  }
  return evaluated;
}

}  // namespace saiten::driver
