#include "compiler/opt/rewrite.h"

namespace saiten::opt {

using ir::Op;

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

bool MayTrap(Op op) {
  switch (op) {
      // clang-format off
    case Op::kAdd: case Op::kSub: case Op::kMul: case Op::kDiv: case Op::kRescale: case Op::kMoveDate:
    case Op::kMoveInstant: case Op::kMoveBusiness: case Op::kCall: case Op::kSum: case Op::kAvg: case Op::kRunning:
      return true;
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kRow: case Op::kElement: case Op::kSoFar:
    case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner:
    case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect:
    case Op::kElse: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe:
    case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize: case Op::kNeg: case Op::kMin:
    case Op::kMax: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kStepBack: case Op::kStepsBetween:
    case Op::kCalendarFirst: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
    case Op::kLift: case Op::kDecayLinear: case Op::kDecayCompound: case Op::kHalfLife: case Op::kEvents:
    case Op::kRelated: case Op::kFilter: case Op::kEachRelated: case Op::kEachRef: case Op::kEachEvents:
    case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest: case Op::kStretches:
    case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kMinOf: case Op::kMaxOf:
      return false;
      // clang-format on
  }
  return true;
}

}  // namespace saiten::opt
