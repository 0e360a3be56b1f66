#include <algorithm>

#include "compiler/opt/opt.h"
#include "compiler/opt/rewrite.h"

namespace saiten::opt {
namespace {

using ir::BlockId;
using ir::ValueId;

class Hoister {
 public:
  explicit Hoister(ir::Kernel& kernel) : kernel_(kernel), depth_(kernel.insts.size()) {}

  void Run() { Visit(BlockId(0), 0); }

 private:
  // Moves what may move out of the blocks inside `id` to just before the instructions that own them.
  void Visit(BlockId id, int depth) {
    std::vector<ValueId> placed;
    for (ValueId value : kernel_[id].insts) {
      depth_[value.index()] = depth;
      for (BlockId block : kernel_[value].blocks) {
        Visit(block, depth + 1);
        std::vector<ValueId> stays;
        for (ValueId inner : kernel_[block].insts) {
          if (MayLeave(inner, depth + 1)) {
            depth_[inner.index()] = depth;
            placed.push_back(inner);
          } else {
            stays.push_back(inner);
          }
        }
        kernel_[block].insts = std::move(stays);
      }
      placed.push_back(value);
    }
    kernel_[id].insts = std::move(placed);
  }

  bool MayLeave(ValueId id, int depth) const {
    const ir::Inst& inst = kernel_[id];
    if (inst.op == ir::Op::kElement || inst.op == ir::Op::kSoFar || inst.is_list || !inst.blocks.empty()) return false;
    if (ir::InfoOf(inst.op).Has(ir::kMayTrap)) return false;
    return std::ranges::all_of(inst.args,
                               [&](ValueId arg) { return depth_[arg.index()] < depth && !kernel_[arg].is_list; });
  }

  ir::Kernel& kernel_;
  std::vector<int> depth_;  // of the block that each value stands in
};

}  // namespace

void Hoist(ir::Kernel& kernel) { Hoister(kernel).Run(); }

}  // namespace saiten::opt
