#include "driver/handover.h"

#include <algorithm>

#include "compiler/opt/opt.h"
#include "vm/interp/interp.h"

namespace saiten::driver {
namespace {

// Whether no record's result needs another record's.
bool IsPerRecord(const ir::Program& program, ObjectId object) {
  return std::ranges::all_of(program.kernels, [&](const ir::Kernel& kernel) {
    return kernel.object == object && std::ranges::all_of(kernel.insts, [&](const ir::Inst& inst) {
             return inst.op != ir::Op::kLoadResult || kernel[inst.args[0]].op == ir::Op::kRow;
           });
  });
}

}  // namespace

std::vector<lower::Extra> HandoverDates(const check::CheckedProgram& checked) {
  std::vector<lower::Extra> dates;
  for (const check::EvaluateInfo& info : checked.evaluates) {
    if (info.decl->as_of) dates.push_back({checked.scores[info.score].object, info.file, info.decl->as_of});
  }
  return dates;
}

HandoverTimes::HandoverTimes(const rt::Column& dates, const Type& type, const Loaded& loaded)
    : dates_(dates), zone_(loaded.zone ? *loaded.zone : *rt::Zone::Utc()), is_date_(type.is(TypeKind::kDate)) {}

std::optional<int64_t> HandoverTimes::At(size_t row, int64_t days, int64_t before) const {
  if (!dates_.Known(row)) return std::nullopt;
  const int64_t raw = dates_.Raw(row);
  return is_date_ ? zone_.StartOfDay(raw + days) - before : raw;
}

Result<std::unique_ptr<ScoreAsOf>> ScoreAsOf::Create(const Compiled& compiled, uint32_t score, const Loaded& loaded) {
  std::unique_ptr<ScoreAsOf> made(new ScoreAsOf());
  made->lowered_ = std::make_unique<lower::LowerResult>(lower::Lower(compiled.checked));
  made->ref_ = made->lowered_->scores[score];
  ir::Program& program = made->lowered_->program;
  opt::KeepOnly(program, made->ref_.object, made->ref_.column);
  opt::Optimise(program);
  made->alone_ = IsPerRecord(program, made->ref_.object);
  SAITEN_ASSIGN_OR_RETURN(made->context_, vm::RunContext::Create(program, loaded.data.data, loaded.now, loaded.zone));
  return made;
}

void ScoreAsOf::Compute(const std::map<int64_t, std::vector<size_t>>& rows, std::vector<int64_t>& values) const {
  rt::Results results = context_->MakeRoom();
  for (const auto& [instant, its_rows] : rows) {
    const auto context = vm::RunContext::At(*context_, instant);
    for (size_t kernel = 0; kernel < context->program().kernels.size(); ++kernel) {
      vm::Interpreter interpreter(*context, kernel, results);
      vm::TrapLog traps;
      if (alone_) {
        for (size_t row : its_rows) interpreter.Run(row, row + 1, traps);
      } else {
        interpreter.Run(0, context->table(context->program().kernels[kernel].object).size, traps);
      }
    }
    for (size_t row : its_rows) values[row] = results.columns[ref_.object.index()][ref_.column].Raw(row);
  }
}

Result<NewHandovers> FindHandovers(const Compiled& compiled, const Loaded& loaded, const Executed& executed,
                                   std::optional<int64_t> before) {
  NewHandovers found;
  const check::CheckedProgram& checked = compiled.checked;
  size_t extra = 0;
  for (const check::EvaluateInfo& info : checked.evaluates) {
    if (!info.decl->as_of) continue;
    const lower::ResultRef ref = compiled.lowered->extras[extra++];
    const HandoverTimes times(executed.results.columns[ref.object.index()][ref.column],
                              checked.TypeOf(info.decl->as_of), loaded);
    const check::ScoreInfo& score = checked.scores[info.score];
    const rt::Table& table = loaded.data.data.tables[ref.object.index()];
    store::Handovers kept{.object = checked.catalog[ref.object].name,
                          .score = std::string(score.decl->name.text),
                          .keys = &table.keys,
                          .ids_are_text = loaded.data.objects[ref.object.index()].ids_are_text};
    std::map<int64_t, std::vector<size_t>> rows;
    for (size_t row = 0; row < table.size; ++row) {
      const auto at = times.End(row);
      if (!at) continue;
      if (*at > loaded.now) {
        found.next = std::min(found.next.value_or(*at), *at);
      } else if (before && *at > *before) {
        rows[*at].push_back(row);
      }
    }
    if (rows.empty()) continue;
    SAITEN_ASSIGN_OR_RETURN(const auto as_of, ScoreAsOf::Create(compiled, info.score, loaded));
    if (!as_of->alone()) continue;
    std::vector<int64_t> values(table.size);
    as_of->Compute(rows, values);
    for (const auto& [instant, its_rows] : rows) {
      for (const size_t row : its_rows) {
        kept.rows.push_back(row);
        kept.instants.push_back(instant);
        kept.points.push_back(values[row]);
      }
    }
    found.kept.push_back(std::move(kept));
  }
  return found;
}

}  // namespace saiten::driver
