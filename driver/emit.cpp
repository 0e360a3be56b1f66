#include "driver/emit.h"

#include "compiler/ast/print.h"
#include "compiler/opt/opt.h"
#include "driver/native.h"

namespace saiten::driver {

Result<std::string> Emit(Compiled& compiled, EmitKind kind, bool optimise) {
  if (kind == EmitKind::kAst) {
    std::string out;
    for (const auto& file : compiled.checked.files) {
      // Modules of the library are not what was asked about.
      if (file->id.index() < compiled.project.files.size()) out += ast::Print(*file);
    }
    return out;
  }
  ir::Program& program = compiled.lowered->program;
  if (optimise) opt::Optimise(program);
  if (kind == EmitKind::kIr) {
    const std::string flows = ir::Print(program, compiled.lowered->automation);
    return ir::Print(program) + (flows.empty() ? "" : "\n" + flows);
  }
  SAITEN_ASSIGN_OR_RETURN(const NativeApi* native, LoadNative());
  return native->emit(program, kind == EmitKind::kAsm);
}

}  // namespace saiten::driver
