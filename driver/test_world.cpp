#include "driver/test_world.h"

#include "runtime/decimal.h"
#include "runtime/zone.h"

namespace saiten::driver {
namespace {

const rt::Zone& ZoneOr(const rt::Zone* zone) { return zone ? *zone : *rt::Zone::Utc(); }

int ScaleOf(Type type) { return type.is(TypeKind::kDecimal) ? type.scale : 0; }

}  // namespace

Result<std::unique_ptr<Evaluation>> Evaluation::Make(const lower::LowerResult& lowered, rt::Dataset data, int64_t now,
                                                     const rt::Zone* zone) {
  auto evaluation = std::make_unique<Evaluation>();
  evaluation->lowered_ = &lowered;
  evaluation->data_ = std::move(data);
  SAITEN_ASSIGN_OR_RETURN(evaluation->context_, vm::RunContext::Create(lowered.program, evaluation->data_, now, zone));
  evaluation->results_ = evaluation->context_->MakeResults();
  for (size_t kernel = 0; kernel < lowered.program.kernels.size(); ++kernel) {
    vm::TrapLog traps;
    vm::Interpreter interpreter(*evaluation->context_, kernel, evaluation->results_);
    interpreter.Run(0, evaluation->context_->table(lowered.program.kernels[kernel].object).size, traps);
  }
  return evaluation;
}

vm::Interpreter& Evaluation::At(uint32_t kernel) {
  auto& slot = interpreters_[kernel];
  if (!slot) slot = std::make_unique<vm::Interpreter>(*context_, kernel, results_);
  return *slot;
}

CallValue Evaluation::ValueOf(size_t extra, size_t row) {
  const lower::ItemTrace& trace = lowered_->trace.extras[extra];
  vm::TrapLog traps;
  vm::Interpreter& interpreter = At(trace.kernel);
  interpreter.Evaluate(row, traps);
  return interpreter.ValueOf(trace.value);
}

Type Evaluation::TypeOf(size_t extra) const {
  const lower::ItemTrace& trace = lowered_->trace.extras[extra];
  return lowered_->program.kernels[trace.kernel][trace.value].type;
}

int64_t InstantOf(const ast::Expr* moment, const rt::Zone* zone) {
  if (auto* date = ast::As<ast::DateLit>(moment)) return ZoneOr(zone).StartOfDay(date->days);
  auto* time = ast::As<ast::DateTimeLit>(moment);
  if (!time) return 0;
  return time->has_zone ? time->micros : ZoneOr(zone).ToInstant(time->micros);
}

int64_t ConvertTo(Type from, Type to, int64_t value, const rt::Zone* zone) {
  if (from.is(TypeKind::kDate) && to.is(TypeKind::kInstant)) return ZoneOr(zone).StartOfDay(value);
  if (from.is_number() && to.is_number()) {
    bool saturated = false;
    return rt::Rescale(value, ScaleOf(from), ScaleOf(to), &saturated);
  }
  return value;
}

}  // namespace saiten::driver
