#include "compiler/ir/scalar.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "runtime/decay.h"
#include "runtime/decimal.h"
#include "runtime/kleene.h"
#include "runtime/local_time.h"
#include "runtime/next_change.h"
#include "runtime/normalize.h"
#include "runtime/text.h"

namespace saiten::ir {
namespace {

constexpr CallValue kUnknownValue{0, false};

CallValue Known(int64_t value) { return {value, true}; }
CallValue Known(bool value) { return {value ? 1 : 0, true}; }
rt::Tri ToTri(CallValue value) { return rt::FromBool(value.value != 0, value.known); }
CallValue FromTri(rt::Tri tri) { return {tri.is_true ? 1 : 0, tri.known}; }

bool Test(TextTest test, std::string_view text, std::string_view part) {
  switch (test) {
    case TextTest::kContains:
      return rt::Contains(text, part);
    case TextTest::kContainsWord:
      return rt::ContainsWord(text, part);
    case TextTest::kStartsWith:
      return rt::StartsWith(text, part);
    case TextTest::kEndsWith:
      return rt::EndsWith(text, part);
  }
  return false;
}

CallValue Call(const Inst& inst, std::span<const CallValue> args, std::span<const Type> types,
               const ScalarContext& context, bool* saturated) {
  const FunctionRecord& record = *context.program->functions[inst.aux];
  for (const CallValue& arg : args) {
    if (!arg.known && !record.takes_unknown) return kUnknownValue;
  }
  rt::CallContext call = context.call;
  call.saturated = saturated;
  return record.call({.context = call, .args = args, .types = types, .result = inst.type});
}

// Operations that an unknown argument makes unknown; all arguments are known here.
CallValue EvaluateKnown(const Inst& inst, std::span<const CallValue> args, const ScalarContext& context,
                        bool* saturated) {
  const int64_t a = args.empty() ? 0 : args[0].value;
  const int64_t b = args.size() < 2 ? 0 : args[1].value;
  const auto digits = static_cast<int>(inst.imm);  // of kMul, kDiv, kRescale
  const auto unit = static_cast<rt::TimeUnit>(inst.aux);
  const rt::Zone* zone = context.call.zone;
  const rt::TextStore* texts = context.call.texts;
  switch (inst.op) {
    case Op::kEq:
      return Known(a == b);
    case Op::kNe:
      return Known(a != b);
    case Op::kLt:
      return Known(a < b);
    case Op::kLe:
      return Known(a <= b);
    case Op::kGt:
      return Known(a > b);
    case Op::kGe:
      return Known(a >= b);
    case Op::kInMask:
      return Known((static_cast<uint64_t>(inst.imm) >> a & 1) != 0);
    case Op::kSetHas:
      return Known((static_cast<uint64_t>(a) >> b & 1) != 0);
    case Op::kSetOverlaps:
      return Known((a & b) != 0);
    case Op::kSetSize:
      return Known(int64_t{std::popcount(static_cast<uint64_t>(a))});
    case Op::kAdd:
      return Known(rt::Add(a, b, saturated));
    case Op::kSub:
      return Known(rt::Sub(a, b, saturated));
    case Op::kMul:
      return Known(rt::MulScaled(a, b, digits, saturated));
    case Op::kDiv:
      return b == 0 ? kUnknownValue : Known(rt::DivDecimal(a, 0, b, 0, saturated, digits));
    case Op::kNeg:
      return Known(-a);
    case Op::kRescale:
      return Known(rt::Rescale(a, 0, digits, saturated));
    case Op::kMin:
      return Known(std::min(a, b));
    case Op::kMax:
      return Known(std::max(a, b));
    case Op::kDateOf:
      return Known(rt::LocalDate(a, *zone));
    case Op::kDayStart:
      return Known(zone->StartOfDay(a));
    case Op::kDayEnd:
      return Known(zone->StartOfDay(a + 1) - 1);
    case Op::kMoveDate:
      return Known(rt::MoveDate(a, inst.imm, unit, saturated));
    case Op::kMoveInstant:
      return Known(rt::MoveInstant(a, inst.imm, unit, *zone, saturated));
    case Op::kStepBack:
      return Known(rt::AgeBack(a, inst.imm, unit, *zone));
    case Op::kStepsBetween:
      return Known(rt::StepsBetween(a, b, inst.imm, unit, *zone));
    case Op::kCalendarFirst:
      return Known(rt::CalendarWindowFirst(a, inst.imm, unit, *zone));
    case Op::kNextCrossing:
      return Known(rt::NextCrossing(static_cast<rt::CalendarReading>(inst.aux >> 8), inst.imm,
                                    static_cast<rt::TimeUnit>(inst.aux & 0xFF), a, b, *zone));
    case Op::kNextStep:
      return Known(rt::NextStep(a, b, inst.imm, unit, *zone));
    case Op::kMoveBusiness: {
      const rt::Calendar& calendar = context.call.calendars[inst.aux];
      if (inst.type.is(TypeKind::kDate)) return Known(calendar.AddBusinessDays(a, inst.imm, saturated));
      return Known(calendar.AddBusinessDays(a, inst.imm, *zone, saturated));
    }
    case Op::kTextEq:
      return Known(a == b || texts->Nfkc(a) == texts->Nfkc(b));
    case Op::kTextTest:
      return Known(Test(static_cast<TextTest>(inst.aux), texts->Nfkc(a), texts->Nfkc(b)));
    case Op::kLike:
      return Known(context.likes[inst.aux].Matches(texts->Nfkc(a)));
    case Op::kMatches:
      return Known(context.regexes[inst.aux]->Matches(texts->Nfkc(a)));
    case Op::kFold:
      return Known(context.call.texts->Make(rt::Fold(texts->View(a))));
    case Op::kDecayLinear:
      return Known(rt::DecayLinear(a, inst.imm, b));
    case Op::kDecayCompound:
      return Known(rt::DecayCompound(a, inst.imm, b));
    case Op::kHalfLife:
      return Known(rt::DecayHalfLife(a, std::max<int64_t>(b, 0), std::max<int64_t>(args[2].value, 1)));
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar:
    case Op::kInput:
    case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner:
    case Op::kEventAfter:
    case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect:
    case Op::kElse: case Op::kLift: case Op::kCall: case Op::kEvents: case Op::kRelated: case Op::kFilter:
    case Op::kEachRelated: case Op::kEachRef: case Op::kEachEvents: case Op::kDistinct: case Op::kCapPeriod:
    case Op::kCapRolling: case Op::kKeepLatest: case Op::kStretches: case Op::kCount: case Op::kExists:
    case Op::kFirst: case Op::kLast: case Op::kSum: case Op::kAvg: case Op::kMinOf: case Op::kMaxOf: case Op::kRunning:
      SAITEN_UNREACHABLE("not a strict scalar operation");
      // clang-format on
  }
  return kUnknownValue;
}

}  // namespace

CallValue EvaluateScalar(const Inst& inst, std::span<const CallValue> args, std::span<const Type> types,
                         const ScalarContext& context, bool* saturated) {
  if (inst.op == Op::kConst) return Known(inst.imm);
  if (inst.op == Op::kUnknown) return kUnknownValue;
  if (inst.op == Op::kNow) return Known(context.call.now);
  if (inst.op == Op::kAnd) return FromTri(rt::And(ToTri(args[0]), ToTri(args[1])));
  if (inst.op == Op::kOr) return FromTri(rt::Or(ToTri(args[0]), ToTri(args[1])));
  if (inst.op == Op::kNot) return FromTri(rt::Not(ToTri(args[0])));
  if (inst.op == Op::kIsKnown) return Known(args[0].known);
  if (inst.op == Op::kTruth) return Known(rt::Holds(ToTri(args[0])));
  if (inst.op == Op::kSelect) return rt::Holds(ToTri(args[0])) ? args[1] : args[2];
  if (inst.op == Op::kElse) return args[0].known ? args[0] : args[1];
  if (inst.op == Op::kCall) return Call(inst, args, types, context, saturated);
  for (const CallValue& arg : args) {
    if (!arg.known) return kUnknownValue;
  }
  return EvaluateKnown(inst, args, context, saturated);
}

}  // namespace saiten::ir
