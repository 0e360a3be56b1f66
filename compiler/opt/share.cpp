#include <fmt/format.h>

#include <iterator>
#include <string>
#include <unordered_map>

#include "compiler/opt/opt.h"
#include "compiler/opt/rewrite.h"

namespace saiten::opt {
namespace {

using ir::BlockId;
using ir::ValueId;

class Sharer {
 public:
  explicit Sharer(ir::Kernel& kernel) : kernel_(kernel), replacement_(kernel.insts.size()) {}

  void Run() {
    Visit(BlockId(0));
    ReplaceUses(kernel_, replacement_);
  }

 private:
  void Visit(BlockId id) {
    std::vector<std::string> entered;
    for (ValueId value : kernel_[id].insts) {
      // Inside first: shared parts make the keys of the owners equal.
      for (BlockId block : kernel_[value].blocks) Visit(block);
      const ir::Op op = kernel_[value].op;
      if (op == ir::Op::kElement || op == ir::Op::kSoFar) continue;
      std::string key;
      locals_.clear();
      AppendKey(value, key);
      auto [first, is_new] = seen_.try_emplace(key, value);
      if (is_new) {
        entered.push_back(std::move(key));
      } else {
        replacement_[value.index()] = first->second;
      }
    }
    // Values of a block are not visible behind it.
    for (const std::string& key : entered) seen_.erase(key);
  }

  // Equal keys, equal values: the operation, its operands, and its blocks with their values numbered from inside.
  void AppendKey(ValueId id, std::string& key) {
    const ir::Inst& inst = kernel_[id];
    const Type& t = inst.type;
    fmt::format_to(std::back_inserter(key), "{}:{}.{}.{}.{}:{}:{}:{}", static_cast<int>(inst.op),
                   static_cast<int>(t.kind), t.scale, t.optional ? 1 : 0, t.ref, inst.imm, inst.imm2, inst.aux);
    for (const ir::SumLimits& each : inst.limits) {
      fmt::format_to(std::back_inserter(key), "[{},{}]", each.min, each.max);
    }
    for (ValueId arg : inst.args) AppendRef(arg, key);
    for (BlockId block : inst.blocks) {
      key += '{';
      for (ValueId inner : kernel_[block].insts) {
        if (replacement_[inner.index()].valid()) continue;
        locals_.emplace(inner.value, locals_.size());
        AppendKey(inner, key);
        key += ';';
      }
      AppendRef(kernel_[block].result, key);
      key += '}';
    }
  }

  void AppendRef(ValueId id, std::string& key) {
    while (replacement_[id.index()].valid()) id = replacement_[id.index()];
    auto local = locals_.find(id.value);
    if (local != locals_.end()) {
      fmt::format_to(std::back_inserter(key), " L{}", local->second);
    } else {
      fmt::format_to(std::back_inserter(key), " %{}", id.value);
    }
  }

  ir::Kernel& kernel_;
  std::vector<ValueId> replacement_;
  std::unordered_map<std::string, ValueId> seen_;
  std::unordered_map<uint32_t, size_t> locals_;
};

}  // namespace

void ShareCommon(ir::Kernel& kernel) { Sharer(kernel).Run(); }

}  // namespace saiten::opt
