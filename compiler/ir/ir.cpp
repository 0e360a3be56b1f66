#include "compiler/ir/ir.h"

namespace saiten::ir {
namespace {

constexpr OpInfo kOps[] = {
#define SAITEN_OP(name, mnemonic, args, blocks, traits) {mnemonic, args, blocks, traits},
#include "compiler/ir/ir.def"
#undef SAITEN_OP
};

}  // namespace

const OpInfo& InfoOf(Op op) { return kOps[static_cast<size_t>(op)]; }

std::vector<bool> UniformValues(const Kernel& kernel) {
  std::vector<bool> uniform(kernel.insts.size());
  for (size_t i = 0; i < kernel.insts.size(); ++i) {
    const Inst& inst = kernel.insts[i];
    if (!InfoOf(inst.op).Has(kScalar) || inst.is_list || !inst.blocks.empty()) continue;
    // A text that a function makes lives no longer than the row it was made for.
    if (inst.type.is(TypeKind::kText) && inst.op != Op::kConst && inst.op != Op::kUnknown) continue;
    bool all = true;
    for (ValueId arg : inst.args) all = all && uniform[arg.index()];
    uniform[i] = all;
  }
  return uniform;
}

}  // namespace saiten::ir
