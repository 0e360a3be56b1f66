#include "compiler/ir/ir.h"

#include <array>

namespace saiten::ir {
namespace {

constexpr OpInfo kOps[] = {
#define SAITEN_OP(name, mnemonic, args, blocks) {mnemonic, args, blocks},
#include "compiler/ir/ir.def"
#undef SAITEN_OP
};

// Operations whose result depends on a record, an element or a list whatever their arguments are.
bool ReadsData(Op op) {
  switch (op) {
    case Op::kRow:
    case Op::kElement:
    case Op::kSoFar:
    case Op::kLoad:
    case Op::kLoadResult:
    case Op::kLoadField:
    case Op::kEventTime:
    case Op::kEventOwner:
    case Op::kInList:
    case Op::kLift:
    case Op::kEvents:
    case Op::kRelated:
    case Op::kFilter:
    case Op::kEachRelated:
    case Op::kEachRef:
    case Op::kEachEvents:
    case Op::kDistinct:
    case Op::kCapPeriod:
    case Op::kCapRolling:
    case Op::kKeepLatest:
    case Op::kStretches:
    case Op::kCount:
    case Op::kExists:
    case Op::kFirst:
    case Op::kLast:
    case Op::kSum:
    case Op::kAvg:
    case Op::kMinOf:
    case Op::kMaxOf:
    case Op::kRunning:
      return true;
    case Op::kConst:
    case Op::kUnknown:
    case Op::kNow:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kIsKnown:
    case Op::kTruth:
    case Op::kSelect:
    case Op::kElse:
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe:
    case Op::kInMask:
    case Op::kSetHas:
    case Op::kSetOverlaps:
    case Op::kSetSize:
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
    case Op::kDiv:
    case Op::kNeg:
    case Op::kRescale:
    case Op::kMin:
    case Op::kMax:
    case Op::kDateOf:
    case Op::kDayStart:
    case Op::kDayEnd:
    case Op::kMoveDate:
    case Op::kMoveInstant:
    case Op::kStepBack:
    case Op::kStepsBetween:
    case Op::kCalendarFirst:
    case Op::kMoveBusiness:
    case Op::kTextEq:
    case Op::kTextTest:
    case Op::kLike:
    case Op::kMatches:
    case Op::kFold:
    case Op::kCall:
    case Op::kDecayLinear:
    case Op::kDecayCompound:
    case Op::kHalfLife:
      return false;
  }
  return true;
}

}  // namespace

const OpInfo& InfoOf(Op op) { return kOps[static_cast<size_t>(op)]; }

std::vector<bool> UniformValues(const Kernel& kernel) {
  std::vector<bool> uniform(kernel.insts.size());
  for (size_t i = 0; i < kernel.insts.size(); ++i) {
    const Inst& inst = kernel.insts[i];
    if (ReadsData(inst.op) || inst.is_list || !inst.blocks.empty()) continue;
    // A text that a function makes lives no longer than the row it was made for.
    if (inst.type.is(TypeKind::kText) && inst.op != Op::kConst && inst.op != Op::kUnknown) continue;
    bool all = true;
    for (ValueId arg : inst.args) all = all && uniform[arg.index()];
    uniform[i] = all;
  }
  return uniform;
}

}  // namespace saiten::ir
