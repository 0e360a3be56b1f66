#include "tests/parity/engines.h"

#include "runtime/decimal.h"
#include "runtime/zone.h"
#include "vm/interp/interp.h"

namespace saiten::parity {
namespace {

Result<std::unique_ptr<vm::RunContext>> ContextOf(const ir::Program& program, const World& world, int64_t now = kNow) {
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, rt::Zone::Find("America/New_York"));
  return vm::RunContext::Create(program, world.data, now, zone);
}

std::string Spell(const rt::Column& column, size_t row) {
  return column.Known(row) ? std::to_string(column.Raw(row)) : "unknown";
}

}  // namespace

Result<Outcome> RunInterpreter(const ir::Program& program, const World& world, int64_t now) {
  SAITEN_ASSIGN_OR_RETURN(const auto context, ContextOf(program, world, now));
  Outcome outcome{context->MakeResults(), {}};
  for (size_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    vm::Interpreter interpreter(*context, kernel, outcome.results);
    interpreter.Run(0, context->table(program.kernels[kernel].object).size, outcome.traps);
  }
  return outcome;
}

Result<Outcome> RunJit(const ir::Program& program, const World& world, const jit::Options& options) {
  SAITEN_ASSIGN_OR_RETURN(const auto context, ContextOf(program, world));
  Outcome outcome{context->MakeResults(), {}};
  SAITEN_ASSIGN_OR_RETURN(const jit::Compiled compiled, jit::Compile(program, jit::LayoutOf(*context), options));
  SAITEN_RETURN_IF_ERROR(jit::RunAll(compiled, *context, outcome.results, outcome.traps));
  return outcome;
}

std::string FirstDifference(const ir::Program& program, const Outcome& interpreter, const Outcome& jit) {
  for (size_t object = 0; object < interpreter.results.columns.size(); ++object) {
    for (size_t result = 0; result < interpreter.results.columns[object].size(); ++result) {
      const rt::Column& want = interpreter.results.columns[object][result];
      const rt::Column& got = jit.results.columns[object][result];
      for (size_t row = 0; row < want.size(); ++row) {
        if (want.Raw(row) == got.Raw(row)) continue;
        return program.results[object][result].name + " of row " + std::to_string(row) + ": interpreter " +
               Spell(want, row) + ", JIT " + Spell(got, row);
      }
    }
  }
  const auto& wanted = interpreter.traps.traps();
  const auto& made = jit.traps.traps();
  for (size_t i = 0; i < std::max(wanted.size(), made.size()); ++i) {
    const auto spell = [i](const std::vector<vm::Trap>& traps) {
      if (i >= traps.size()) return std::string("none");
      return "value " + std::to_string(traps[i].value.value) + " of kernel " + std::to_string(traps[i].kernel) +
             " row " + std::to_string(traps[i].row);
    };
    if (spell(wanted) != spell(made)) {
      return "trap " + std::to_string(i) + ": interpreter " + spell(wanted) + ", JIT " + spell(made);
    }
  }
  if (interpreter.traps.count() != jit.traps.count()) {
    return "interpreter " + std::to_string(interpreter.traps.count()) + " traps, JIT " +
           std::to_string(jit.traps.count());
  }
  return {};
}

ir::ResultColumn ColumnFor(Type type) {
  ir::ResultColumn column{.kind = ir::ResultColumn::Kind::kInternal, .name = "result", .type = type};
  column.min = type.is(TypeKind::kBool) ? 0 : rt::kNumberMin;
  column.max = type.is(TypeKind::kBool) ? 1 : rt::kNumberMax;
  return column;
}

}  // namespace saiten::parity
