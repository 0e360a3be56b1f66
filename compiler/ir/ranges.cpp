#include "compiler/ir/ranges.h"

#include <algorithm>

#include "runtime/civil.h"
#include "runtime/decimal.h"

namespace saiten::ir {
namespace {

constexpr Range kAll{rt::kNumberMin, rt::kNumberMax};
constexpr Range kNever{1, 0};
// No table or series has more rows.
constexpr int64_t kMostRows = int64_t{1} << 32;

int64_t Cut(rt::Int128 value) {
  bool saturated = false;
  return rt::Saturate(value, &saturated);
}

Range Hull(Range a, Range b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

// value * 10^digits, as Op::kRescale gives it.
int64_t Scaled(int64_t value, int64_t digits) {
  bool saturated = false;
  return rt::Rescale(value, 0, static_cast<int>(digits), &saturated);
}

// The hull of f over the four corners.
template <typename F>
Range Corners(Range a, Range b, F f) {
  Range result = kNever;
  for (int64_t x : {a.min, a.max}) {
    for (int64_t y : {b.min, b.max}) {
      const int64_t value = f(x, y);
      result = Hull(result, {value, value});
    }
  }
  return result;
}

class Analysis {
 public:
  Analysis(const Program& program, const Kernel& kernel)
      : program_(program), catalog_(*program.catalog), kernel_(kernel), ranges_(kernel.insts.size(), kAll) {}

  std::vector<Range> Run() {
    VisitBlock(BlockId(0));
    return std::move(ranges_);
  }

 private:
  void VisitBlock(BlockId id) {
    for (ValueId value : kernel_[id].insts) {
      const Inst& inst = kernel_[value];
      if (inst.op == Op::kRunning) running_ = {std::min<int64_t>(inst.imm, 0), std::max<int64_t>(inst.imm2, 0)};
      for (BlockId block : inst.blocks) VisitBlock(block);
      Range range = RangeOf(inst);
      if (!inst.is_list && !range.empty()) {
        const Range of_type = RangeOfType(catalog_, inst.type);
        range = {std::max(range.min, of_type.min), std::min(range.max, of_type.max)};
      }
      ranges_[value.index()] = range;
    }
  }

  Range Arg(const Inst& inst, size_t i) const { return ranges_[inst.args[i].index()]; }
  Range OfBlock(const Inst& inst, size_t i) const { return ranges_[kernel_[inst.blocks[i]].result.index()]; }
  // Of operations that are unknown if an argument is.
  bool AnyNever(const Inst& inst) const {
    return std::ranges::any_of(inst.args,
                               [&](ValueId arg) { return !kernel_[arg].is_list && ranges_[arg.index()].empty(); });
  }

  Range RangeOf(const Inst& inst) {
    const Range type = RangeOfType(catalog_, inst.type);
    switch (inst.op) {
      case Op::kConst:
        return {inst.imm, inst.imm};
      case Op::kUnknown:
        return kNever;
      case Op::kLoadResult: {
        const ResultColumn& column = program_.results[kernel_[inst.args[0]].type.ref][inst.aux];
        return {column.min, column.max};
      }
      case Op::kSoFar:
        return running_;
      case Op::kSelect: {
        const Range condition = Arg(inst, 0);
        if (condition == Range{1, 1} && !kernel_[inst.args[0]].type.optional) return Arg(inst, 1);
        if (condition.empty() || condition.max == 0) return Arg(inst, 2);
        return Hull(Arg(inst, 1), Arg(inst, 2));
      }
      case Op::kElse:
        return kernel_[inst.args[0]].type.optional ? Hull(Arg(inst, 0), Arg(inst, 1)) : Arg(inst, 0);
      case Op::kAdd:
      case Op::kSub:
      case Op::kMul:
      case Op::kDiv:
      case Op::kNeg:
      case Op::kRescale:
      case Op::kMin:
      case Op::kMax:
      case Op::kDecayLinear:
      case Op::kDecayCompound:
      case Op::kHalfLife:
      case Op::kStepsBetween:
        return AnyNever(inst) ? kNever : Number(inst);
      case Op::kSum:
        return SumOf(inst);
      case Op::kMinOf:
      case Op::kMaxOf:
        return Arg(inst, 0).max == 0 ? kNever : OfBlock(inst, 0);
      case Op::kAvg: {
        const Range each = OfBlock(inst, 0);
        if (each.empty()) return kNever;
        return {Scaled(each.min, inst.imm), Scaled(each.max, inst.imm)};
      }
      case Op::kLift:
        return OfBlock(inst, 0);
      case Op::kRunning:
        return {std::min<int64_t>(inst.imm, 0), std::max<int64_t>(inst.imm2, 0)};
      case Op::kCount:
        return Arg(inst, 0);
      case Op::kSetSize:
        return {0, 64};
      // Lists: how long they can be.
      case Op::kKeepLatest:
        return {0, std::min(Arg(inst, 0).max, inst.imm)};
      case Op::kEvents:
      case Op::kRelated:
      case Op::kEachRelated:
      case Op::kEachRef:
      case Op::kEachEvents:
      case Op::kStretches:
        return {0, inst.op == Op::kStretches ? rt::kNumberMax : kMostRows};
      case Op::kFilter:
      case Op::kDistinct:
      case Op::kCapPeriod:
      case Op::kCapRolling:
        return {0, Arg(inst, 0).max};
        // clang-format off
      case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kInput: case Op::kLoad: case Op::kLoadField: case Op::kEventTime:
      case Op::kEventOwner: case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown:
      case Op::kTruth: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe:
      case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kDateOf: case Op::kDayStart:
      case Op::kDayEnd: case Op::kMoveDate: case Op::kMoveInstant: case Op::kStepBack: case Op::kCalendarFirst:
      case Op::kNextCrossing: case Op::kNextStep: case Op::kEventAfter:
      case Op::kMoveBusiness: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
      case Op::kCall: case Op::kExists: case Op::kFirst: case Op::kLast:
        return type;
        // clang-format on
    }
    return type;
  }

  Range Number(const Inst& inst) const {
    const Range a = Arg(inst, 0);
    const Range b = inst.args.size() > 1 ? Arg(inst, 1) : Range{0, 0};
    if (inst.op == Op::kAdd) return {Cut(rt::Int128{a.min} + b.min), Cut(rt::Int128{a.max} + b.max)};
    if (inst.op == Op::kSub) return {Cut(rt::Int128{a.min} - b.max), Cut(rt::Int128{a.max} - b.min)};
    if (inst.op == Op::kNeg) return {-a.max, -a.min};
    if (inst.op == Op::kRescale) return {Scaled(a.min, inst.imm), Scaled(a.max, inst.imm)};
    if (inst.op == Op::kMin) return {std::min(a.min, b.min), std::min(a.max, b.max)};
    if (inst.op == Op::kMax) return {std::max(a.min, b.min), std::max(a.max, b.max)};
    if (inst.op == Op::kStepsBetween) return {0, rt::kNumberMax};
    const auto digits = static_cast<int>(inst.imm);
    bool saturated = false;
    if (inst.op == Op::kMul) {
      return Corners(a, b, [&](int64_t x, int64_t y) { return rt::MulScaled(x, y, digits, &saturated); });
    }
    if (inst.op == Op::kDiv) {
      if (b.min <= 0 && b.max >= 0) return kAll;
      return Corners(a, b, [&](int64_t x, int64_t y) { return rt::DivDecimal(x, 0, y, 0, &saturated, digits); });
    }
    // A decay takes a number towards 0, never beyond.
    return {std::min<int64_t>(a.min, 0), std::max<int64_t>(a.max, 0)};
  }

  Range SumOf(const Inst& inst) const {
    const Range each = OfBlock(inst, 0);
    const int64_t most = Arg(inst, 0).max;
    if (each.empty() || most == 0) return {0, 0};
    return {std::min<int64_t>(0, Cut(rt::Int128{each.min} * most)),
            std::max<int64_t>(0, Cut(rt::Int128{each.max} * most))};
  }

  const Program& program_;
  const Catalog& catalog_;
  const Kernel& kernel_;
  std::vector<Range> ranges_;
  Range running_ = kAll;
};

}  // namespace

Range RangeOfType(const Catalog& catalog, Type type) {
  switch (type.kind) {
    case TypeKind::kBool:
      return {0, 1};
    case TypeKind::kEnum:
      return {0, static_cast<int64_t>(catalog[type.enum_id()].members.size()) - 1};
    case TypeKind::kClock:
      return {0, rt::kMicrosPerDay};
    case TypeKind::kRef:
    case TypeKind::kEvent:
      return {0, kMostRows};
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kMoney:
    case TypeKind::kDate:
    case TypeKind::kInstant:
    case TypeKind::kDuration:
    case TypeKind::kText:
    case TypeKind::kSet:
      return kAll;
  }
  return kAll;
}

std::vector<Range> RangesOf(const Program& program, const Kernel& kernel) { return Analysis(program, kernel).Run(); }

void SetResultRanges(Program& program) {
  for (const Kernel& kernel : program.kernels) {
    const std::vector<Range> ranges = RangesOf(program, kernel);
    const std::vector<bool> whole = WholeValues(program, kernel, ranges);
    for (const Output& output : kernel.outputs) {
      ResultColumn& column = program.results[kernel.object.index()][output.result];
      const Range range = ranges[output.value.index()];
      column.min = range.empty() ? 0 : range.min;
      column.max = range.empty() ? 0 : range.max;
      const int64_t one = rt::Pow10(column.type.is(TypeKind::kDecimal) ? column.type.scale : 0);
      const bool narrower = rt::WidthFor(column.min / one, column.max / one) < rt::WidthFor(column.min, column.max);
      column.unit = whole[output.value.index()] && narrower ? one : 1;
    }
  }
}

rt::Width WidthOf(const ResultColumn& column) {
  if (column.type.is(TypeKind::kBool) && !column.type.optional) return rt::Width::kBit;
  return rt::WidthFor(column.min / column.unit, column.max / column.unit);
}

}  // namespace saiten::ir
