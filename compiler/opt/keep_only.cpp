#include <set>
#include <utility>

#include "compiler/opt/opt.h"

namespace saiten::opt {

void KeepOnly(ir::Program& program, ObjectId object, uint32_t result) {
  using Column = std::pair<uint32_t, uint32_t>;  // object, column
  std::set<Column> needed = {{object.value, result}};
  // What a kernel reads was written by one before it.
  for (size_t i = program.kernels.size(); i-- > 0;) {
    ir::Kernel& kernel = program.kernels[i];
    kernel.next_change.reset();
    std::erase_if(kernel.outputs,
                  [&](const ir::Output& output) { return !needed.contains({kernel.object.value, output.result}); });
    DropDead(kernel);
    for (const ir::Inst& inst : kernel.insts) {
      if (inst.op == ir::Op::kLoadResult) needed.insert({kernel[inst.args[0]].type.ref, inst.aux});
    }
  }
  std::erase_if(program.kernels, [](const ir::Kernel& kernel) { return kernel.outputs.empty(); });
  program.asked.clear();
}

}  // namespace saiten::opt
