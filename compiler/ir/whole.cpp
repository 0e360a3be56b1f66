#include <algorithm>

#include "compiler/ir/ranges.h"
#include "runtime/decimal.h"

namespace saiten::ir {
namespace {

class Whole {
 public:
  Whole(const Program& program, const Kernel& kernel, const std::vector<Range>& ranges)
      : program_(program), kernel_(kernel), ranges_(ranges), whole_(kernel.insts.size()) {}

  std::vector<bool> Run() {
    if (!kernel_.blocks.empty()) VisitBlock(BlockId(0));
    return std::move(whole_);
  }

 private:
  void VisitBlock(BlockId id) {
    for (ValueId value : kernel_[id].insts) {
      const Inst& inst = kernel_[value];
      for (BlockId block : inst.blocks) VisitBlock(block);
      if (inst.is_list || !inst.type.is_number()) continue;
      // A number that was cut is the last one there is.
      const Range range = ranges_[value.index()];
      const bool may_be_cut = range.min <= rt::kNumberMin || range.max >= rt::kNumberMax;
      whole_[value.index()] = inst.type.is(TypeKind::kInt) || (!may_be_cut && IsWhole(inst));
    }
  }

  bool Arg(const Inst& inst, size_t i) const { return whole_[inst.args[i].index()]; }
  bool Args(const Inst& inst, size_t first = 0) const {
    return std::all_of(inst.args.begin() + static_cast<ptrdiff_t>(first), inst.args.end(),
                       [&](ValueId arg) { return whole_[arg.index()]; });
  }
  bool Blocks(const Inst& inst) const {
    return std::ranges::all_of(inst.blocks, [&](BlockId block) { return whole_[kernel_[block].result.index()]; });
  }

  // Of a number with inst.type.scale digits behind the point.
  bool IsWhole(const Inst& inst) const {
    const int64_t one = rt::Pow10(inst.type.scale);
    // Operands of the same type are whole in the same unit.
    const bool same = std::ranges::all_of(inst.args, [&](ValueId arg) {
      return kernel_[arg].is_list || !kernel_[arg].type.is_number() || kernel_[arg].type.scale == inst.type.scale;
    });
    switch (inst.op) {
      case Op::kConst:
        return inst.imm % one == 0;
      case Op::kUnknown:
        return true;
      case Op::kLoadResult:
        return program_.results[kernel_[inst.args[0]].type.ref][inst.aux].unit % one == 0;
      case Op::kSelect:
        return same && Args(inst, 1);
      case Op::kElse:
      case Op::kAdd:
      case Op::kSub:
      case Op::kNeg:
      case Op::kMin:
      case Op::kMax:
        return same && Args(inst);
      case Op::kMul:
        // A whole number of ones.
        return inst.imm == 0 && Args(inst) &&
               kernel_[inst.args[0]].type.scale + kernel_[inst.args[1]].type.scale == inst.type.scale;
      case Op::kRescale:
        return inst.imm > 0 && Arg(inst, 0) && kernel_[inst.args[0]].type.scale + inst.imm == inst.type.scale;
      case Op::kSum:
      case Op::kMinOf:
      case Op::kMaxOf:
        return Blocks(inst);
      case Op::kRunning: {
        const auto whole = [one](int64_t min, int64_t max) { return min % one == 0 && max % one == 0; };
        return Blocks(inst) && whole(inst.imm, inst.imm2) &&
               std::ranges::all_of(inst.limits, [&](const SumLimits& of) { return whole(of.min, of.max); });
      }
        // clang-format off
      case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar:
    case Op::kInput: case Op::kLoad: case Op::kLoadField:
      case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter: case Op::kInList: case Op::kAnd: case Op::kOr:
      case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe:
      case Op::kGt: case Op::kGe: case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize:
      case Op::kDiv: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate: case Op::kMoveInstant:
      case Op::kStepBack: case Op::kStepsBetween: case Op::kCalendarFirst: case Op::kMoveBusiness: case Op::kNextCrossing:
      case Op::kNextStep: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
      case Op::kLift: case Op::kCall: case Op::kDecayLinear: case Op::kDecayCompound: case Op::kHalfLife:
      case Op::kEvents: case Op::kRelated: case Op::kFilter: case Op::kEachRelated: case Op::kEachRef:
      case Op::kEachEvents: case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest:
      case Op::kStretches: case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kAvg:
        return false;
        // clang-format on
    }
    return false;
  }

  const Program& program_;
  const Kernel& kernel_;
  const std::vector<Range>& ranges_;
  std::vector<bool> whole_;
};

}  // namespace

std::vector<bool> WholeValues(const Program& program, const Kernel& kernel, const std::vector<Range>& ranges) {
  return Whole(program, kernel, ranges).Run();
}

}  // namespace saiten::ir
