#include "vm/jit/range.h"

#include <algorithm>

#include "runtime/civil.h"
#include "runtime/decimal.h"

namespace saiten::jit {
namespace {

using ir::Op;
using rt::Int128;

// More elements than any list has: rows and events are numbered with 32 bits.
constexpr Int128 kMostElements = Int128{1} << 32;

Range Cut(Int128 lo, Int128 hi) {
  const auto cut = [](Int128 value) {
    return static_cast<int64_t>(std::clamp<Int128>(value, rt::kNumberMin, rt::kNumberMax));
  };
  return {cut(lo), cut(hi)};
}

ExactRange Exact(Int128 lo, Int128 hi) { return {Cut(lo, hi), lo < rt::kNumberMin || hi > rt::kNumberMax}; }

Int128 Power(int64_t n) { return n <= 18 ? Int128{rt::Pow10(static_cast<int>(n))} : Int128{rt::Pow10(18)} * 10; }

struct Wide {
  Int128 lo;
  Int128 hi;
};

Wide MulExact(Range a, Range b) {
  const Int128 corners[] = {Int128{a.lo} * b.lo, Int128{a.lo} * b.hi, Int128{a.hi} * b.lo, Int128{a.hi} * b.hi};
  return {*std::min_element(std::begin(corners), std::end(corners)),
          *std::max_element(std::begin(corners), std::end(corners))};
}

class Ranges {
 public:
  Ranges(const ir::Kernel& kernel, const Layout& layout, const ir::Program& program)
      : kernel_(kernel), layout_(layout), program_(program), ranges_(kernel.insts.size(), FullRange()) {}

  std::vector<Range> Compute() {
    if (!kernel_.blocks.empty()) Walk(ir::BlockId(0));
    return std::move(ranges_);
  }

 private:
  void Walk(ir::BlockId block) {
    for (ir::ValueId id : kernel_[block].insts) {
      for (ir::BlockId inner : kernel_[id].blocks) Walk(inner);
      ranges_[id.index()] = RangeOf(kernel_[id]);
    }
  }

  Range At(ir::ValueId id) const { return ranges_[id.index()]; }
  Range Arg(const ir::Inst& inst, size_t i) const { return At(inst.args[i]); }
  Range BlockRange(const ir::Inst& inst, size_t i) const {
    return inst.blocks.size() > i ? At(kernel_[inst.blocks[i]].result) : FullRange();
  }

  // A value of this type wherever it comes from.
  static Range OfType(const ir::Inst& inst) {
    if (inst.type.is(TypeKind::kBool)) return {0, 1};
    return FullRange();
  }

  Range Loaded(const ir::Inst& inst, rt::Width width) const {
    // A text is a handle: the code with the pool's number in front.
    if (inst.type.is(TypeKind::kText)) return FullRange();
    return inst.type.is(TypeKind::kBool) ? Range{0, 1} : RangeOfWidth(width);
  }

  Range RangeOf(const ir::Inst& inst) const {
    switch (inst.op) {
      case Op::kConst:
        return {inst.imm, inst.imm};
      case Op::kUnknown:
        return {0, 0};
      case Op::kLoad:
        return Loaded(inst, layout_.properties[kernel_[inst.args[0]].type.ref][inst.aux]);
      case Op::kLoadField:
        return Loaded(inst, layout_.fields[kernel_[inst.args[0]].type.ref][inst.aux]);
      case Op::kLoadResult: {
        const uint32_t object = kernel_[inst.args[0]].type.ref;
        const ir::ResultColumn& column = program_.results[object][inst.aux];
        if (inst.type.is(TypeKind::kBool)) return {0, 1};
        return inst.type.is(TypeKind::kText) ? FullRange() : Range{column.min, column.max};
      }
      case Op::kSelect:
        return Hull(Arg(inst, 1), Arg(inst, 2));
      case Op::kElse:
        return Hull(Arg(inst, 0), Arg(inst, 1));
      case Op::kMin:
        return {std::min(Arg(inst, 0).lo, Arg(inst, 1).lo), std::min(Arg(inst, 0).hi, Arg(inst, 1).hi)};
      case Op::kMax:
        return {std::max(Arg(inst, 0).lo, Arg(inst, 1).lo), std::max(Arg(inst, 0).hi, Arg(inst, 1).hi)};
      case Op::kAdd:
        return AddRange(Arg(inst, 0), Arg(inst, 1)).range;
      case Op::kSub:
        return SubRange(Arg(inst, 0), Arg(inst, 1)).range;
      case Op::kNeg:
        return {-Arg(inst, 0).hi, -Arg(inst, 0).lo};
      case Op::kMul:
        return Divided(MulExact(Arg(inst, 0), Arg(inst, 1)), Power(inst.imm));
      case Op::kDiv: {
        const ir::Inst& divisor = kernel_[inst.args[1]];
        if (divisor.op != Op::kConst || divisor.imm == 0 || inst.imm < 0) return FullRange();
        const Int128 power = Power(inst.imm);
        const Range one = Divided({Arg(inst, 0).lo * power, Arg(inst, 0).hi * power}, divisor.imm);
        return {std::min(one.lo, one.hi), std::max(one.lo, one.hi)};
      }
      case Op::kRescale: {
        const Range a = Arg(inst, 0);
        if (inst.imm < 0) return Divided({a.lo, a.hi}, Power(-inst.imm));
        return Cut(a.lo * Power(inst.imm), a.hi * Power(inst.imm));
      }
      case Op::kNamed:
      case Op::kRow:
      case Op::kElement:
      case Op::kEventOwner:
        return inst.type.is(TypeKind::kRef) || inst.type.is(TypeKind::kEvent) ? Range{0, int64_t{1} << 32}
                                                                              : OfType(inst);
      case Op::kSetSize:
        return {0, 64};
      case Op::kDateOf:
        // Any instant: 2^63 microseconds are less than 2^27 days.
        return {-(int64_t{1} << 27), int64_t{1} << 27};
      case Op::kDecayLinear:
      case Op::kDecayCompound:
      case Op::kHalfLife:
        return Hull(Arg(inst, 0), {0, 0});
      case Op::kLift:
        return inst.type.is(TypeKind::kText) ? FullRange() : BlockRange(inst, 0);
      case Op::kCount:
        // Stretches without an event are more than any list holds, and are counted without making them.
        if (kernel_[inst.args[0]].op == Op::kStretches) return {0, rt::kNumberMax};
        if (kernel_[inst.args[0]].op == Op::kKeepLatest) {
          return {0, std::clamp<int64_t>(kernel_[inst.args[0]].imm, 0, int64_t{1} << 32)};
        }
        return {0, int64_t{1} << 32};
      case Op::kSum: {
        const Range each = BlockRange(inst, 0);
        return Cut(std::min<Int128>(each.lo, 0) * kMostElements, std::max<Int128>(each.hi, 0) * kMostElements);
      }
      case Op::kMinOf:
      case Op::kMaxOf:
        return BlockRange(inst, 0);
      case Op::kRunning:
        return Hull({inst.imm, inst.imm}, Hull({inst.imm2, inst.imm2}, {0, 0}));
      case Op::kStepsBetween:
        return {0, rt::kNumberMax};
        // clang-format off
      case Op::kNow: case Op::kSoFar: case Op::kInput: case Op::kEventTime: case Op::kEventAfter: case Op::kNextCrossing: case Op::kNextStep: case Op::kDayStart: case Op::kDayEnd:
      case Op::kMoveDate: case Op::kMoveInstant: case Op::kStepBack: case Op::kCalendarFirst: case Op::kMoveBusiness:
      case Op::kFold: case Op::kCall: case Op::kFirst: case Op::kLast: case Op::kAvg:
        return OfType(inst);
      case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kEq:
      case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe: case Op::kInMask: case Op::kSetHas:
      case Op::kSetOverlaps: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kExists:
        return {0, 1};
      case Op::kEvents: case Op::kRelated: case Op::kFilter: case Op::kEachRelated: case Op::kEachRef:
      case Op::kEachEvents: case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest:
      case Op::kStretches:
        return FullRange();
        // clang-format on
    }
    return FullRange();
  }

  static Range Divided(Wide wide, Int128 by) { return Cut(rt::DivRound(wide.lo, by), rt::DivRound(wide.hi, by)); }

  const ir::Kernel& kernel_;
  const Layout& layout_;
  const ir::Program& program_;
  std::vector<Range> ranges_;
};

}  // namespace

int Range::bits() const {
  for (int bits = 8; bits < 64; bits *= 2) {
    const int64_t end = int64_t{1} << (bits - 1);
    if (lo >= -end && hi < end) return bits;
  }
  return 64;
}

Range FullRange() { return {rt::kNumberMin, rt::kNumberMax}; }

Range RangeOfWidth(rt::Width width) {
  const int64_t end = -(rt::UnknownOf(width) + 1);
  return {-end, end};
}

Range Hull(Range a, Range b) { return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)}; }

ExactRange AddRange(Range a, Range b) { return Exact(Int128{a.lo} + b.lo, Int128{a.hi} + b.hi); }
ExactRange SubRange(Range a, Range b) { return Exact(Int128{a.lo} - b.hi, Int128{a.hi} - b.lo); }
ExactRange MulRange(Range a, Range b) {
  const Wide exact = MulExact(a, b);
  return Exact(exact.lo, exact.hi);
}

std::vector<Range> RangesOf(const ir::Kernel& kernel, const Layout& layout, const ir::Program& program) {
  return Ranges(kernel, layout, program).Compute();
}

}  // namespace saiten::jit
