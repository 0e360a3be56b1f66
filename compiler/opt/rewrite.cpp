#include "compiler/opt/rewrite.h"

namespace saiten::opt {

void ReplaceUses(ir::Kernel& kernel, std::vector<ir::ValueId> replacement) {
  replacement.resize(kernel.insts.size());
  auto final_of = [&](ir::ValueId id) {
    while (replacement[id.index()].valid()) id = replacement[id.index()];
    return id;
  };
  for (ir::Inst& inst : kernel.insts) {
    for (ir::ValueId& arg : inst.args) arg = final_of(arg);
  }
  for (ir::Block& block : kernel.blocks) {
    if (block.result.valid()) block.result = final_of(block.result);
  }
  for (ir::Output& output : kernel.outputs) output.value = final_of(output.value);
}

}  // namespace saiten::opt
