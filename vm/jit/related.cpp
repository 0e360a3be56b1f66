#include "vm/jit/related.h"

#include <algorithm>
#include <map>
#include <set>

#include "vm/jit/facts.h"

namespace saiten::jit {
namespace {

using ir::Inst;
using ir::Kernel;
using ir::Op;
using ir::ValueId;

// Unknown where all arguments are, or more often.
constexpr Op kStrict[] = {Op::kAnd, Op::kOr,  Op::kNot,    Op::kEq,          Op::kNe,     Op::kLt,  Op::kLe,
                          Op::kGt,  Op::kGe,  Op::kInMask, Op::kSetHas,      Op::kAdd,    Op::kSub, Op::kMul,
                          Op::kNeg, Op::kMin, Op::kMax,    Op::kSetOverlaps, Op::kSetSize};

bool IsRelation(const Kernel& kernel, ValueId id) {
  const Inst& inst = kernel[id];
  return inst.op == Op::kLoad && inst.type.is(TypeKind::kRef) && kernel[inst.args[0]].op == Op::kRow;
}

// Bits are read with one instruction for 16 records, a column one by one; the bits of four tests are no smaller.
constexpr size_t kMostBitsAColumn = 4;

// What a relation's tests read.
struct Reads {
  size_t bits = 0;
  std::set<ValueId> values;  // all that they are made of
  size_t columns = 0;

  void Add(const Kernel& kernel, ValueId id, ValueId relation) {
    if (id == relation || !values.insert(id).second) return;
    const Inst& inst = kernel[id];
    if (!inst.args.empty() && inst.args[0] == relation) ++columns;
    for (ValueId arg : inst.args) Add(kernel, arg, relation);
  }
};

}  // namespace

std::vector<ValueId> RelatedTests(const Kernel& kernel, const std::vector<Range>& ranges,
                                  const std::vector<bool>& uniform) {
  // By value: the one relation that it is made of.
  std::vector<ValueId> of(kernel.insts.size());
  if (kernel.blocks.empty()) return of;
  const std::vector<ValueId>& root = kernel[ir::BlockId(0)].insts;
  for (ValueId id : root) {
    const Inst& inst = kernel[id];
    if (inst.is_list || uniform[id.index()] || MayTrap(kernel, inst, ranges)) continue;
    const bool read = inst.op == Op::kLoad || inst.op == Op::kLoadResult || inst.op == Op::kInList;
    if (read && IsRelation(kernel, inst.args[0]) && !inst.type.is(TypeKind::kText)) of[id.index()] = inst.args[0];
    if (std::ranges::find(kStrict, inst.op) == std::end(kStrict) || !IsVector(kernel, inst, ranges)) continue;
    ValueId relation;
    bool one = true;
    for (ValueId arg : inst.args) {
      if (uniform[arg.index()]) {
        // Whether `and` and `or` are unknown then depends on it.
        one = one && inst.op != Op::kAnd && inst.op != Op::kOr;
        continue;
      }
      const ValueId its = of[arg.index()];
      one = one && its.valid() && (!relation.valid() || relation == its);
      relation = its;
    }
    if (one) of[id.index()] = relation;
  }
  // The outermost conditions, and what others need of them.
  std::vector<bool> wanted(kernel.insts.size());
  for (const ir::Output& output : kernel.outputs) wanted[output.value.index()] = true;
  for (size_t number = 0; number < kernel.blocks.size(); ++number) {
    const ir::Block& block = kernel.blocks[number];
    if (block.result.valid()) wanted[block.result.index()] = true;
    for (ValueId id : block.insts) {
      if (number == 0 && of[id.index()].valid()) continue;
      for (ValueId arg : kernel[id].args) wanted[arg.index()] = true;
    }
  }
  for (size_t i = 0; i < of.size(); ++i) {
    if (!wanted[i] || !kernel.insts[i].type.is(TypeKind::kBool)) of[i] = {};
  }
  return of;
}

void KeepFewTests(const Kernel& kernel, std::vector<ValueId>& relations) {
  std::map<ValueId, Reads> reads;  // by relation
  for (size_t i = 0; i < relations.size(); ++i) {
    if (!relations[i].valid()) continue;
    Reads& its = reads[relations[i]];
    its.bits += kernel.insts[i].type.optional ? 2 : 1;
    its.Add(kernel, ValueId(i), relations[i]);
  }
  for (ValueId& relation : relations) {
    if (!relation.valid()) continue;
    const Reads& its = reads[relation];
    if (its.bits > kMostBitsAColumn * its.columns) relation = {};
  }
}

}  // namespace saiten::jit
