#include "vm/jit/counts.h"

#include <algorithm>

#include "vm/jit/plan.h"

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

}  // namespace saiten::jit
