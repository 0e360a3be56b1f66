#include "vm/jit/facts.h"

#include <algorithm>

#include "runtime/decay.h"
#include "runtime/decimal.h"

namespace saiten::jit {
namespace {

using ir::BlockId;
using ir::Inst;
using ir::Kernel;
using ir::Op;
using ir::ValueId;

void AddOuter(const Kernel& kernel, BlockId block, std::vector<bool>& own, std::vector<ValueId>& outer) {
  for (ValueId id : kernel[block].insts) own[id.index()] = true;
  const auto use = [&](ValueId id) {
    if (id.valid() && !own[id.index()] && std::find(outer.begin(), outer.end(), id) == outer.end()) outer.push_back(id);
  };
  for (ValueId id : kernel[block].insts) {
    for (BlockId inner : kernel[id].blocks) AddOuter(kernel, inner, own, outer);
    for (ValueId arg : kernel[id].args) use(arg);
  }
  use(kernel[block].result);
}

bool ConstantDivisor(const Kernel& kernel, const Inst& inst) {
  const Inst& divisor = kernel[inst.args[1]];
  return divisor.op == Op::kConst && divisor.imm != 0;
}

// arg0 * 10^imm / arg1 in 64 bits.
bool NarrowDivision(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  if (!ConstantDivisor(kernel, inst)) return false;
  const Range by = ranges[inst.args[1].index()];
  const int64_t power = rt::Pow10(static_cast<int>(inst.imm < 0 ? -inst.imm : inst.imm));
  if (inst.imm < 0) return !MulRange(by, {power, power}).cut;
  return !MulRange(ranges[inst.args[0].index()], {power, power}).cut;
}

}  // namespace

bool IsDayCompare(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges,
                  const std::vector<bool>& uniform) {
  if (inst.op != Op::kLt && inst.op != Op::kLe && inst.op != Op::kGt && inst.op != Op::kGe) return false;
  const Inst& day = kernel[inst.args[0]];
  if ((day.op != Op::kDayStart && day.op != Op::kDayEnd) || uniform[inst.args[0].index()]) return false;
  if (!uniform[inst.args[1].index()]) return false;
  // The days' ends ascend as long as they are instants at all: 2^63 microseconds are 106 million days. In effect: where
  // the dates are a column of 16 bits, up to 2059.
  constexpr int64_t kMostDays = 100'000'000;
  return ranges[day.args[0].index()].Within(-kMostDays, kMostDays);
}

bool MayTrap(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const auto arg = [&](size_t i) { return ranges[inst.args[i].index()]; };
  switch (inst.op) {
    case Op::kAdd:
      return AddRange(arg(0), arg(1)).cut;
    case Op::kSub:
      return SubRange(arg(0), arg(1)).cut;
    case Op::kMul:
      // A cut product may be small again behind the division; the operation itself decides.
      return MulRange(arg(0), arg(1)).cut;
    case Op::kDiv:
      return !NarrowDivision(kernel, inst, ranges);
    case Op::kRescale:
      return inst.imm > 0 &&
             MulRange(arg(0), {rt::Pow10(static_cast<int>(inst.imm)), rt::Pow10(static_cast<int>(inst.imm))}).cut;
    case Op::kSum: {
      const Range each = ranges[kernel[inst.blocks[0]].result.index()];
      return !each.Within(-(int64_t{1} << 31), int64_t{1} << 31);
    }
    case Op::kAvg:
    case Op::kRunning:
    case Op::kMoveDate:
    case Op::kMoveInstant:
    case Op::kMoveBusiness:
      return true;
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kInput:
    case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter:
    case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect:
    case Op::kElse: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe:
    case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize: case Op::kNeg: case Op::kMin:
    case Op::kMax: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
    case Op::kLift: case Op::kDecayLinear: case Op::kDecayCompound: case Op::kHalfLife: case Op::kEvents:
    case Op::kRelated: case Op::kFilter: case Op::kEachRelated: case Op::kEachRef: case Op::kEachEvents:
    case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest: case Op::kStretches:
    case Op::kCall: case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kMinOf: case Op::kMaxOf:
    case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kStepBack: case Op::kStepsBetween:
    case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep:
      return false;
      // clang-format on
  }
  return true;
}

bool BlockMayTrap(const Kernel& kernel, BlockId block, const std::vector<Range>& ranges) {
  for (ValueId id : kernel[block].insts) {
    if (MayTrap(kernel, kernel[id], ranges)) return true;
    for (BlockId inner : kernel[id].blocks) {
      if (BlockMayTrap(kernel, inner, ranges)) return true;
    }
  }
  return false;
}

bool HasTable(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  // A text made by the block is in no dictionary, and a trap must be told with its row.
  if (inst.type.is(TypeKind::kText) || BlockMayTrap(kernel, inst.blocks[0], ranges)) return false;
  if (!PoolOf(kernel, inst.args[0]).has_value()) return false;
  const std::vector<ValueId> outer = OuterValues(kernel, inst.blocks[0]);
  return std::all_of(outer.begin(), outer.end(), [&](ValueId id) {
    return kernel[id].op == Op::kConst || kernel[id].op == Op::kUnknown || kernel[id].op == Op::kNow;
  });
}

bool IsTest(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  return inst.op == Op::kLift && inst.type.is(TypeKind::kBool) &&
         !kernel[kernel[inst.blocks[0]].result].type.optional && HasTable(kernel, inst, ranges);
}

rt::Width LiftWidth(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const Range range = ranges[kernel[inst.blocks[0]].result.index()];
  return rt::WidthFor(range.lo, range.hi);
}

bool IsInlined(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const auto arg = [&](size_t i) { return ranges[inst.args[i].index()]; };
  if (inst.op == Op::kMul) return !MulRange(arg(0), arg(1)).cut;
  if (inst.op == Op::kDiv) return NarrowDivision(kernel, inst, ranges);
  if (inst.op == Op::kRescale) return inst.imm <= 0 || !MayTrap(kernel, inst, ranges);
  return inst.op == Op::kDecayLinear && !MulRange(arg(0), {rt::kRateOne, rt::kRateOne}).cut;
}

bool IsVector(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const auto arg = [&](size_t i) { return ranges[inst.args[i].index()]; };
  switch (inst.op) {
    // There is no division of vectors of 64 bits.
    case Op::kMul:
      return IsInlined(kernel, inst, ranges) && (inst.imm == 0 || MulRange(arg(0), arg(1)).range.bits() <= 32);
    case Op::kDiv:
      return IsInlined(kernel, inst, ranges) && inst.imm >= 0 && arg(1).bits() <= 32 &&
             MulRange(arg(0), {rt::Pow10(static_cast<int>(inst.imm)), rt::Pow10(static_cast<int>(inst.imm))})
                     .range.bits() <= 32;
    case Op::kRescale:
      return IsInlined(kernel, inst, ranges) && (inst.imm >= 0 || (inst.imm >= -9 && arg(0).bits() <= 32));
    case Op::kDecayLinear:
      return false;
    case Op::kLoad:
    case Op::kLoadResult:
    case Op::kInList:
      return kernel[inst.args[0]].op == Op::kRow;
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kInput:
    case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect: case Op::kElse: case Op::kEq:
    case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe: case Op::kInMask: case Op::kSetHas:
    case Op::kSetOverlaps: case Op::kSetSize: case Op::kAdd: case Op::kSub: case Op::kNeg: case Op::kMin: case Op::kMax:
      return true;
    case Op::kLift: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
    case Op::kCall: case Op::kDecayCompound: case Op::kHalfLife: case Op::kEvents: case Op::kRelated:
    case Op::kFilter: case Op::kEachRelated: case Op::kEachRef: case Op::kEachEvents: case Op::kDistinct:
    case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest: case Op::kStretches: case Op::kCount:
    case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kSum: case Op::kAvg: case Op::kMinOf: case Op::kMaxOf:
    case Op::kRunning: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate:
    case Op::kMoveInstant: case Op::kStepBack: case Op::kStepsBetween: case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep: case Op::kMoveBusiness:
      return false;
      // clang-format on
  }
  return false;
}

std::optional<uint32_t> PoolOf(const Kernel& kernel, ValueId text) {
  const Inst& inst = kernel[text];
  if (inst.op == Op::kLoad || inst.op == Op::kLoadField) return static_cast<uint32_t>(inst.imm);
  if (inst.op == Op::kElse || inst.op == Op::kSelect) {
    const auto one = PoolOf(kernel, inst.args[inst.args.size() - 1]);
    return one == PoolOf(kernel, inst.args[inst.args.size() - 2]) ? one : std::nullopt;
  }
  return std::nullopt;
}

std::vector<ValueId> OuterValues(const Kernel& kernel, BlockId block) {
  std::vector<bool> own(kernel.insts.size());
  std::vector<ValueId> outer;
  AddOuter(kernel, block, own, outer);
  return outer;
}

}  // namespace saiten::jit
