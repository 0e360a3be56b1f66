#include "compiler/opt/next_change.h"

#include <algorithm>

#include "compiler/opt/opt.h"
#include "runtime/decimal.h"

namespace saiten::opt {

using ir::BlockId;
using ir::Inst;
using ir::Op;
using ir::ValueId;
using rt::CalendarReading;
using rt::TimeUnit;

namespace {

// Times are held inside of this before something is added: far beyond all calendars, and no sum is cut.
constexpr int64_t kFar = (int64_t{1} << 62) - 1;

int64_t Span(int64_t n, TimeUnit unit) {
  const rt::Int128 span = rt::Int128{n} * rt::FixedLength(unit);
  return static_cast<int64_t>(std::clamp<rt::Int128>(span, -kFar, kFar));
}

TimeUnit UnitOf(const Inst& inst) { return static_cast<TimeUnit>(inst.aux); }

// Whether the operation moves an instant by elapsed time alone.
bool IsElapsed(const Inst& inst) {
  return inst.op == Op::kStepBack ? rt::FixedLength(UnitOf(inst)) != 0 : UnitOf(inst) < TimeUnit::kDay;
}

}  // namespace

ValueId NextChange::Append(Inst inst) {
  inst.quiet = true;
  const ValueId id(kernel_.insts.size());
  kernel_.insts.push_back(std::move(inst));
  kernel_[block_].insts.push_back(id);
  return id;
}

ValueId NextChange::InRoot(Inst inst) {
  const BlockId inner = block_;
  block_ = BlockId(0);
  const ValueId id = Append(std::move(inst));
  block_ = inner;
  return id;
}

ValueId NextChange::Emit(Op op, Type type, std::vector<ValueId> args, int64_t imm, uint32_t aux) {
  if (op == Op::kElse) {
    type.optional = At(args[1]).type.optional;
  } else if (op == Op::kSelect) {
    type.optional = At(args[1]).type.optional || At(args[2]).type.optional;
  } else if (op != Op::kUnknown && op != Op::kIsKnown) {
    for (ValueId arg : args) type.optional = type.optional || (!At(arg).is_list && At(arg).type.optional);
  }
  return Append({.op = op, .type = type, .args = std::move(args), .imm = imm, .aux = aux, .at = at_});
}

ValueId NextChange::Never() {
  if (!never_.valid()) never_ = InRoot({.op = Op::kConst, .type = Type::Instant(), .imm = rt::kNever, .at = at_});
  return never_;
}

ValueId NextChange::Now() {
  if (!now_.valid()) now_ = InRoot({.op = Op::kNow, .type = Type::Instant(), .at = at_});
  return now_;
}

ValueId NextChange::Always() {
  if (!always_.valid()) {
    const ValueId one = InRoot({.op = Op::kConst, .type = Type::Duration(), .imm = 1, .at = at_});
    always_ = InRoot({.op = Op::kAdd, .type = Type::Instant(), .args = {Now(), one}, .at = at_});
  }
  return always_;
}

ValueId NextChange::Earlier(ValueId a, ValueId b) {
  if (!a.valid() || a == b) return b;
  if (!b.valid()) return a;
  return Emit(Op::kMin, Type::Instant(), {a, b});
}

ValueId NextChange::Held(ValueId value) {
  const Type type = At(value).type.Required();
  if (At(value).op == Op::kConst && At(value).imm >= -kFar && At(value).imm <= kFar) return value;
  return Emit(Op::kMin, type, {Emit(Op::kMax, type, {value, Const(type, -kFar)}), Const(type, kFar)});
}

ValueId NextChange::Plus(Type type, ValueId a, ValueId b) {
  a = Held(a);
  b = Held(b);
  if (At(a).op == Op::kConst && At(b).op == Op::kConst) return Const(type, At(a).imm + At(b).imm);
  return Emit(Op::kAdd, type, {a, b});
}

ValueId NextChange::Minus(Type type, ValueId a, ValueId b) {
  a = Held(a);
  b = Held(b);
  if (At(a).op == Op::kConst && At(b).op == Op::kConst) return Const(type, At(a).imm - At(b).imm);
  return Emit(Op::kSub, type, {a, b});
}

bool NextChange::Depends(ValueId id) {
  const auto known = depends_.find(id);
  if (known != depends_.end()) return known->second;
  const Inst& inst = At(id);
  bool depends = inst.op == Op::kNow;
  if (inst.op == Op::kCall) depends = program_.functions[inst.aux]->needs_zone;
  for (ValueId arg : inst.args) depends = depends || Depends(arg);
  for (BlockId block : inst.blocks) depends = depends || Depends(kernel_[block].result);
  depends_[id] = depends;
  return depends;
}

bool NextChange::Follows(ValueId id) const {
  const Inst& inst = At(id);
  if (inst.op == Op::kNow) return true;
  const bool known = inst.op == Op::kAdd || inst.op == Op::kSub || inst.op == Op::kMul || inst.op == Op::kMin ||
                     inst.op == Op::kMax || inst.op == Op::kDateOf || inst.op == Op::kDayStart ||
                     inst.op == Op::kDayEnd || inst.op == Op::kMoveDate || inst.op == Op::kMoveInstant ||
                     inst.op == Op::kStepBack || inst.op == Op::kCalendarFirst;
  return known && std::ranges::any_of(inst.args, [&](ValueId arg) { return Follows(arg); });
}

ValueId NextChange::Of(ValueId id) {
  if (!Depends(id)) return {};
  for (const auto& scope : scopes_) {
    const auto found = scope.find(id);
    if (found != scope.end()) return found->second;
  }
  const Location outer = at_;
  at_ = At(id).at;
  const ValueId next = Compute(id);
  at_ = outer;
  scopes_.back()[id] = next;
  return next;
}

ValueId NextChange::OfArguments(ValueId id) {
  ValueId next;
  const std::vector<ValueId> args = At(id).args;
  for (ValueId arg : args) next = Earlier(next, Of(arg));
  for (BlockId block : At(id).blocks) {
    if (Depends(kernel_[block].result)) return Always();
  }
  return next;
}

ValueId NextChange::Compute(ValueId id) {
  const Inst inst = At(id);
  switch (inst.op) {
    case Op::kNow:
      return Always();
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe:
      return OfComparison(id);
    case Op::kSelect: {
      // Only the side that is taken counts.
      const ValueId then = Of(inst.args[1]);
      const ValueId otherwise = Of(inst.args[2]);
      const ValueId condition = Of(inst.args[0]);
      if (!then.valid() && !otherwise.valid()) return condition;
      const ValueId taken =
          Emit(Op::kSelect, Type::Instant(),
               {inst.args[0], then.valid() ? then : Never(), otherwise.valid() ? otherwise : Never()});
      return Earlier(condition, taken);
    }
    case Op::kDateOf: {
      if (!Follows(inst.args[0])) return OfArguments(id);
      // The next date is tomorrow; and where clocks go back over midnight, today may come again.
      ValueId next;
      const ValueId tomorrow = Plus(Type::Date(), id, Const(Type::Int(), 1));
      for (ValueId bound : {tomorrow, id}) {
        const auto crossing = Cross(id, bound, &next);
        if (!crossing) return OfArguments(id);
        next = Earlier(next, OrNever(Settle(*crossing)));
      }
      return next;
    }
    case Op::kCalendarFirst:
      // A period begins with a day.
      if (!Follows(inst.args[0])) return OfArguments(id);
      return Of(Emit(Op::kDateOf, Type::Date(), {inst.args[0]}));
    case Op::kStepsBetween:
      return OfSteps(id);
    case Op::kDecayLinear:
    case Op::kDecayCompound: {
      // What has decayed to nothing stays there.
      const ValueId steps = Of(inst.args[1]);
      if (!steps.valid()) return OfArguments(id);
      const ValueId gone = Emit(Op::kEq, Type::Bool(), {id, Const(Type::Points(), 0)});
      return Earlier(Of(inst.args[0]), Emit(Op::kSelect, Type::Instant(), {gone, Never(), steps}));
    }
    case Op::kHalfLife:
      return OfHalfLife(id);
    case Op::kCall: {
      const ValueId next = OfArguments(id);
      if (!program_.functions[inst.aux]->needs_zone) return next;
      return Earlier(next, Of(Emit(Op::kDateOf, Type::Date(), {Now()})));
    }
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
      return OfList(id);
    case Op::kStretches:
      return OfStretches(id);
    case Op::kSum:
    case Op::kAvg:
    case Op::kMinOf:
    case Op::kMaxOf:
      return OfFold(id);
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kInput:
    case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner:
    case Op::kEventAfter: case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown:
    case Op::kTruth: case Op::kElse: case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize:
    case Op::kAdd: case Op::kSub: case Op::kMul: case Op::kDiv: case Op::kNeg: case Op::kRescale: case Op::kMin:
    case Op::kMax: case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate: case Op::kMoveInstant: case Op::kStepBack:
    case Op::kNextCrossing: case Op::kNextStep: case Op::kMoveBusiness: case Op::kTextEq: case Op::kTextTest:
    case Op::kLike: case Op::kMatches: case Op::kFold: case Op::kLift: case Op::kCount: case Op::kExists:
    case Op::kFirst: case Op::kLast: case Op::kRunning:
      return OfArguments(id);
      // clang-format on
  }
  return Always();
}

ValueId NextChange::OfComparison(ValueId id) {
  const Inst inst = At(id);
  const bool left = Follows(inst.args[0]);
  if (left == Follows(inst.args[1])) return OfArguments(id);
  const ValueId moving = inst.args[left ? 0 : 1];
  const ValueId bound = inst.args[left ? 1 : 0];
  // Whether the answer depends on `moving >= bound`, and on `moving > bound`.
  const bool equality = inst.op == Op::kEq || inst.op == Op::kNe;
  const bool reaches =
      equality || (left ? inst.op == Op::kGe || inst.op == Op::kLt : inst.op == Op::kLe || inst.op == Op::kGt);
  const bool exceeds = equality || !reaches;
  ValueId next = Of(bound);
  std::vector<ValueId> bounds;
  if (reaches) bounds.push_back(bound);
  if (exceeds) bounds.push_back(Plus(At(moving).type.Required(), bound, Const(At(moving).type.Required(), 1)));
  for (ValueId each : bounds) {
    const auto crossing = Cross(moving, each, &next);
    if (!crossing) return OfArguments(id);
    next = Earlier(next, OrNever(Settle(*crossing)));
  }
  return next;
}

ValueId NextChange::OfSteps(ValueId id) {
  const Inst inst = At(id);
  if (Follows(inst.args[0]) || !Follows(inst.args[1])) return OfArguments(id);
  const ValueId step = Emit(Op::kNextStep, Type::Instant(), inst.args, inst.imm, inst.aux);
  ValueId next = Of(inst.args[0]);
  const auto at = Unshift(inst.args[1], step, &next);
  return at ? Earlier(next, OrNever(*at)) : OfArguments(id);
}

ValueId NextChange::OfHalfLife(ValueId id) {
  const Inst inst = At(id);
  const Inst& half = At(inst.args[2]);
  const bool fixed = half.op == Op::kSub && At(half.args[1]).op == Op::kStepBack && IsElapsed(At(half.args[1]));
  if (!fixed) return OfArguments(id);
  const ValueId gone = Emit(Op::kEq, Type::Bool(), {id, Const(Type::Points(), 0)});
  return Earlier(Of(inst.args[0]), Emit(Op::kSelect, Type::Instant(), {gone, Never(), Always()}));
}

ValueId NextChange::Settle(Crossing crossing) {
  if (crossing.settled) return crossing.at;
  const ValueId ahead = Emit(Op::kGt, Type::Bool(), {crossing.at, Now()});
  return Emit(Op::kSelect, Type::Instant(), {ahead, crossing.at, Never()});
}

std::optional<ValueId> NextChange::Unshift(ValueId value, ValueId at, ValueId* also) {
  if (At(value).op == Op::kNow) return at;
  const auto crossing = CrossArithmetic(value, at, also);
  if (!crossing || crossing->settled) return std::nullopt;
  // Never stays never.
  const ValueId there = Emit(Op::kLt, Type::Bool(), {at, Never()});
  return Emit(Op::kSelect, Type::Instant(), {there, crossing->at, Never()});
}

std::optional<NextChange::Crossing> NextChange::CrossReading(CalendarReading reading, ValueId value, ValueId bound,
                                                             ValueId* also) {
  // `value` is the operation that reads; what is below it must be the clock moved by a span.
  const Inst inst = At(value);
  ValueId clock = inst.args[0];
  if (reading == CalendarReading::kMovedDate) clock = At(clock).args[0];
  const ValueId next =
      Emit(Op::kNextCrossing, Type::Instant(), {bound, clock}, reading == CalendarReading::kDate ? 0 : inst.imm,
           (reading == CalendarReading::kDate ? 0 : inst.aux) | static_cast<uint32_t>(reading) << 8);
  const auto at = Unshift(clock, next, also);
  if (!at) return std::nullopt;
  return Crossing{*at, true};
}

// Sums, differences, limits and moves by elapsed time.
std::optional<NextChange::Crossing> NextChange::CrossArithmetic(ValueId value, ValueId bound, ValueId* also) {
  const Inst inst = At(value);
  if (inst.op == Op::kNow) return Crossing{bound, false};
  if ((inst.op == Op::kStepBack || inst.op == Op::kMoveInstant) && IsElapsed(inst)) {
    const int64_t span = Span(inst.imm, UnitOf(inst));
    const ValueId back = Const(Type::Duration(), inst.op == Op::kStepBack ? span : -span);
    return CrossArithmetic(inst.args[0], Plus(Type::Instant(), bound, back), also);
  }
  if (inst.args.size() != 2 || Follows(inst.args[0]) == Follows(inst.args[1])) return std::nullopt;
  const bool left = Follows(inst.args[0]);
  const ValueId moving = inst.args[left ? 0 : 1];
  const ValueId other = inst.args[left ? 1 : 0];
  const Type type = At(moving).type.Required();
  *also = Earlier(*also, Of(other));
  if (inst.op == Op::kAdd) return Cross(moving, Minus(type, bound, other), also);
  if (inst.op == Op::kSub && left) return Cross(moving, Plus(type, bound, other), also);
  if (inst.op == Op::kSub) {
    // other - moving >= bound until moving > other - bound.
    return Cross(moving, Plus(type, Minus(type, other, bound), Const(type, 1)), also);
  }
  if (inst.op == Op::kMul) {
    const int64_t factor = At(other).imm;
    if (At(other).op != Op::kConst || At(bound).op != Op::kConst || factor <= 0 || inst.imm != 0) return std::nullopt;
    const int64_t least = rt::FloorDiv(At(bound).imm, factor) + (rt::FloorMod(At(bound).imm, factor) != 0 ? 1 : 0);
    return Cross(moving, Const(type, least), also);
  }
  if (inst.op != Op::kMin && inst.op != Op::kMax) return std::nullopt;
  // Beyond the limit the bound is passed at no time.
  const auto crossing = Cross(moving, bound, also);
  if (!crossing) return std::nullopt;
  const ValueId free = Emit(inst.op == Op::kMin ? Op::kLe : Op::kGt, Type::Bool(), {bound, other});
  return Crossing{Emit(Op::kSelect, Type::Instant(), {free, crossing->at, Never()}), crossing->settled};
}

std::optional<NextChange::Crossing> NextChange::Cross(ValueId value, ValueId bound, ValueId* also) {
  const Inst inst = At(value);
  if (inst.op == Op::kDateOf) return CrossReading(CalendarReading::kDate, value, bound, also);
  if (inst.op == Op::kCalendarFirst) return CrossReading(CalendarReading::kCalendarFirst, value, bound, also);
  if (inst.op == Op::kMoveInstant && !IsElapsed(inst)) {
    return CrossReading(CalendarReading::kMovedInstant, value, bound, also);
  }
  if (inst.op == Op::kStepBack && !IsElapsed(inst)) return CrossReading(CalendarReading::kAgeBack, value, bound, also);
  if (inst.op == Op::kMoveDate) {
    if (At(inst.args[0]).op == Op::kDateOf) return CrossReading(CalendarReading::kMovedDate, value, bound, also);
    if (rt::MonthsIn(UnitOf(inst)) != 0) return std::nullopt;
    const int64_t days = Span(inst.imm, UnitOf(inst)) / rt::kMicrosPerDay;
    return Cross(inst.args[0], Minus(Type::Date(), bound, Const(Type::Int(), days)), also);
  }
  if (inst.op == Op::kDayStart || inst.op == Op::kDayEnd) {
    // The first date that does not begin before the bound; or end.
    const ValueId day = Const(Type::Int(), 1);
    const ValueId one = Const(Type::Duration(), 1);
    const ValueId limit = Emit(Op::kMin, Type::Instant(),
                               {Emit(Op::kMax, Type::Instant(), {bound, Const(Type::Instant(), rt::kMinInstant)}),
                                Const(Type::Instant(), rt::kMaxInstant)});
    const ValueId date =
        inst.op == Op::kDayStart
            ? Plus(Type::Date(), Emit(Op::kDateOf, Type::Date(), {Minus(Type::Instant(), limit, one)}), day)
            : Emit(Op::kDateOf, Type::Date(), {limit});
    return Cross(inst.args[0], date, also);
  }
  return CrossArithmetic(value, bound, also);
}

ValueId NextChange::OfOutputs() {
  ValueId all;
  const std::vector<ir::Output> outputs = kernel_.outputs;
  for (const ir::Output& output : outputs) all = Earlier(all, Of(output.value));
  return all;
}

void AddNextChange(ir::Program& program) {
  for (size_t i = 0; i < program.kernels.size(); ++i) {
    ir::Kernel& kernel = program.kernels[i];
    NextChange finder(program, kernel);
    const ValueId next = finder.OfOutputs();
    if (!next.valid()) continue;
    const Type type = Type::Instant().Optional();
    const ValueId there = finder.Emit(Op::kLt, Type::Bool(), {next, finder.Never()});
    const ValueId value = finder.Emit(Op::kSelect, type, {there, next, finder.Emit(Op::kUnknown, type, {})});
    auto& results = program.results[kernel.object.index()];
    kernel.next_change = static_cast<uint32_t>(results.size());
    kernel.outputs.push_back({value, *kernel.next_change});
    results.push_back({.kind = ir::ResultColumn::Kind::kNextChange,
                       .name = "next_change",
                       .type = type,
                       .min = rt::kNumberMin,
                       .max = rt::kNumberMax,
                       .written = false});
  }
}

}  // namespace saiten::opt
