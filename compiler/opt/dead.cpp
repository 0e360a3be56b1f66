#include "compiler/opt/opt.h"

namespace saiten::opt {
namespace {

using ir::BlockId;
using ir::ValueId;

// Copies what is needed, in running order, into a kernel with fresh numbers.
class Copier {
 public:
  explicit Copier(ir::Kernel& from) : from_(from), needed_(from.insts.size()), renamed_(from.insts.size()) {}

  void Run() {
    for (const ir::Output& output : from_.outputs) Need(output.value);
    to_.object = from_.object;
    to_.next_change = from_.next_change;
    to_.blocks.emplace_back();
    CopyBlock(BlockId(0), BlockId(0));
    for (const ir::Output& output : from_.outputs)
      to_.outputs.push_back({renamed_[output.value.index()], output.result});
    from_ = std::move(to_);
  }

 private:
  void Need(ValueId start) {
    std::vector<ValueId> open = {start};
    while (!open.empty()) {
      const ValueId id = open.back();
      open.pop_back();
      if (needed_[id.index()]) continue;
      needed_[id.index()] = true;
      for (ValueId arg : from_[id].args) open.push_back(arg);
      for (BlockId block : from_[id].blocks) open.push_back(from_[block].result);
    }
  }

  void CopyBlock(BlockId source, BlockId target) {
    for (ValueId id : from_[source].insts) {
      // The element stands first in its block even if nothing asks for it.
      if (!needed_[id.index()] && from_[id].op != ir::Op::kElement) continue;
      ir::Inst inst = std::move(from_[id]);
      for (ValueId& arg : inst.args) arg = renamed_[arg.index()];
      for (BlockId& block : inst.blocks) {
        const BlockId inner(to_.blocks.size());
        to_.blocks.emplace_back();
        CopyBlock(block, inner);
        to_[inner].result = renamed_[from_[block].result.index()];
        block = inner;
      }
      renamed_[id.index()] = ValueId(to_.insts.size());
      to_.insts.push_back(std::move(inst));
      to_[target].insts.push_back(renamed_[id.index()]);
    }
  }

  ir::Kernel& from_;
  ir::Kernel to_;
  std::vector<bool> needed_;
  std::vector<ValueId> renamed_;
};

}  // namespace

void DropDead(ir::Kernel& kernel) { Copier(kernel).Run(); }

void Optimise(ir::Program& program) {
  for (ir::Kernel& kernel : program.kernels) {
    Simplify(program, kernel);
    Hoist(kernel);
    ShareCommon(kernel);
    DropDead(kernel);
    // Sharing makes arguments equal, which gives the first pass more to do.
    Simplify(program, kernel);
    ShareCommon(kernel);
    DropDead(kernel);
    LiftTexts(program, kernel);
    DropDead(kernel);
  }
  // Folding may have added texts, and readers rely on their NFKC forms.
  program.literals.PrepareNfkc();
}

}  // namespace saiten::opt
