#include "vm/jit/counts.h"

#include <algorithm>
#include <map>

#include "vm/jit/facts.h"

namespace saiten::jit {
namespace {

using ir::Inst;
using ir::Kernel;
using ir::Op;
using ir::ValueId;

// Whether the filter's instruction becomes vector code where element after element follows in memory.
bool IsOfElement(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  if (inst.is_list || MayTrap(kernel, inst, ranges)) return false;
  if (inst.op == Op::kLoadField || inst.op == Op::kEventTime) return kernel[inst.args[0]].op == Op::kElement;
  if (inst.op != Op::kLift) return inst.op != Op::kRow && IsVector(kernel, inst, ranges);
  const Inst& text = kernel[inst.args[0]];
  return IsTest(kernel, inst, ranges) && text.op == Op::kLoadField && kernel[text.args[0]].op == Op::kElement;
}

// Values by their numbers, but a list's window by which end it is, and a block's own values by their order.
class KeyMaker {
 public:
  KeyMaker(const Kernel& kernel, const Inst& events) : kernel_(kernel) {
    known_.emplace(events.args[2], -1);
    known_.insert_or_assign(events.args[1], -2);
    key_ = {events.aux, kernel[events.args[1]].type.optional, kernel[events.args[2]].type.optional,
            events.args[1] == events.args[2]};
    for (ir::BlockId block : events.blocks) Add(block);
  }
  std::vector<int64_t> Key() { return std::move(key_); }

 private:
  void Add(ir::BlockId block) {
    key_.push_back(static_cast<int64_t>(kernel_[block].insts.size()));
    for (ValueId id : kernel_[block].insts) {
      const Inst& inst = kernel_[id];
      const Type& type = inst.type;
      key_.insert(key_.end(),
                  {static_cast<int64_t>(inst.op), static_cast<int64_t>(type.kind), type.scale, type.optional, type.ref,
                   inst.is_list, inst.imm, inst.imm2, inst.aux, static_cast<int64_t>(inst.args.size())});
      for (ValueId arg : inst.args) Add(arg);
      for (const ir::SumLimits& limits : inst.limits) key_.insert(key_.end(), {limits.min, limits.max});
      for (ir::BlockId inner : inst.blocks) Add(inner);
      known_.emplace(id, -3 - static_cast<int64_t>(known_.size()));
    }
    Add(kernel_[block].result);
  }
  void Add(ValueId id) {
    const auto found = known_.find(id);
    key_.push_back(found != known_.end() ? found->second : static_cast<int64_t>(id.value));
  }

  const Kernel& kernel_;
  std::vector<int64_t> key_;
  std::map<ValueId, int64_t> known_;
};

}  // namespace

ValueId CountedList(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges,
                    const std::vector<bool>& uniform) {
  if (inst.op != Op::kCount && inst.op != Op::kExists) return {};
  ValueId list = inst.args[0];
  if (kernel[list].op == Op::kKeepLatest && inst.op == Op::kCount) list = kernel[list].args[0];
  const Inst& events = kernel[list];
  if (events.op != Op::kEvents || kernel[events.args[0]].op != Op::kRow) return {};
  if (!uniform[events.args[1].index()] || !uniform[events.args[2].index()]) return {};
  if (events.blocks.empty()) return list;
  const ir::BlockId filter = events.blocks[0];
  const std::vector<ValueId> outer = OuterValues(kernel, filter);
  if (!std::ranges::all_of(outer, [&](ValueId id) { return uniform[id.index()]; })) return {};
  const auto vector = [&](ValueId id) { return IsOfElement(kernel, kernel[id], ranges); };
  return std::ranges::all_of(kernel[filter].insts, vector) ? list : ValueId{};
}

std::vector<int64_t> CountingKey(const Kernel& kernel, ValueId list) { return KeyMaker(kernel, kernel[list]).Key(); }

}  // namespace saiten::jit
