#include "compiler/ir/verify_types.h"

#include <algorithm>

#include "runtime/decay.h"
#include "runtime/local_time.h"
#include "runtime/next_change.h"

namespace saiten::ir {
namespace {

using enum TypeKind;

constexpr auto kLongestUnit = static_cast<uint32_t>(rt::TimeUnit::kFiscalYear);

bool IsTime(Type type) { return type.is(kInstant) || type.is(kDate); }
bool IsNumeric(Type type) {
  return type.is_number() || type.is(kMoney) || type.is(kDuration) || IsTime(type) || type.is(kClock);
}

// The checks of one instruction; each returns empty words if all is well.
class Checker {
 public:
  Checker(const Program& program, const Kernel& kernel, const Inst& inst)
      : program_(program), catalog_(*program.catalog), kernel_(kernel), inst_(inst) {}

  std::string Run() {
    for (size_t i = 0; i < inst_.args.size(); ++i) {
      if (Arg(i).is_list != WantsList(i)) return WantsList(i) ? "an argument is no list" : "an argument is a list";
    }
    if (inst_.is_list != Has(kGivesList)) return "result list or not";
    if (inst_.is_list && inst_.type.optional) return "elements of a list are known";
    if (std::string words = Shape(); !words.empty()) return words;
    if (Has(kStrict)) {
      for (size_t i = 0; i < inst_.args.size(); ++i) {
        if (ArgType(i).optional && !inst_.type.optional) return "may be unknown, but its type is not optional";
      }
    }
    return {};
  }

 private:
  const Inst& Arg(size_t i) const { return kernel_[inst_.args[i]]; }
  saiten::Type ArgType(size_t i) const { return Arg(i).type; }
  saiten::Type BlockType(size_t i) const { return kernel_[kernel_[inst_.blocks[i]].result].type; }

  bool Has(OpTraits trait) const { return InfoOf(inst_.op).Has(trait); }
  bool WantsList(size_t i) const { return Has(kLists) || (Has(kListFirst) && i == 0); }

  std::string Shape() const {
    switch (inst_.op) {
      case Op::kConst:
        return Need(!inst_.type.optional && !inst_.type.is(kError) && !inst_.type.is(kNothing) && InRange(),
                    "a constant needs a known value of a real type");
      case Op::kUnknown:
        return Need(inst_.type.optional, "unknown is optional");
      case Op::kNow:
        return Gives(kInstant);
      case Op::kNamed: {
        if (!inst_.type.is(kRef) || !inst_.type.optional) return "gives a record, which may be unknown";
        const auto& properties = catalog_[inst_.type.object_id()].properties;
        return Need(inst_.aux < properties.size() && properties[inst_.aux].type.is(kText), "wants a text property");
      }
      case Op::kRow:
        return Need(inst_.type == Type::Ref(kernel_.object), "not the kernel's object");
      case Op::kElement:
      case Op::kSoFar:
        return {};
      case Op::kInput:
        return Need(!inst_.type.is(kError) && !inst_.type.is(kNothing), "wants a real type");
      case Op::kLoad:
        return LoadShape();
      case Op::kLoadResult:
        return ResultShape();
      case Op::kLoadField:
        return FieldShape();
      case Op::kEventTime:
        return Need(ArgType(0).is(kEvent) && inst_.type.is(kInstant), "an event gives an instant");
      case Op::kEventOwner:
        return Need(ArgType(0).is(kEvent) && inst_.type.SameBase(Type::Ref(catalog_[ArgType(0).event_id()].object)),
                    "an event gives its record");
      case Op::kEventAfter: {
        if (inst_.aux >= catalog_.events.size()) return "no such event";
        if (!ArgType(0).SameBase(Type::Ref(catalog_[EventId(inst_.aux)].object))) return "an event of another object";
        return Need(
            ArgType(1).is(kInstant) && inst_.type == Type::Instant().Optional() && inst_.imm >= 0 && inst_.imm <= 1,
            "a record and an instant give an instant, which may be unknown");
      }
      case Op::kInList:
        return Need(inst_.aux < catalog_.lists.size() &&
                        ArgType(0).SameBase(Type::Ref(catalog_[ListId(inst_.aux)].object)) && inst_.type.is(kBool),
                    "a record of the list's object gives a bool");
      case Op::kAnd:
      case Op::kOr:
        return Need(ArgType(0).is(kBool) && ArgType(1).is(kBool) && inst_.type.is(kBool), "wants bools");
      case Op::kNot:
        return Need(ArgType(0).is(kBool) && inst_.type.is(kBool), "wants a bool");
      case Op::kIsKnown:
        return Need(inst_.type == Type::Bool(), "gives a known bool");
      case Op::kTruth:
        return Need(ArgType(0).is(kBool) && inst_.type == Type::Bool(), "a bool gives a known bool");
      case Op::kSelect:
        if (!ArgType(0).is(kBool) || !inst_.type.SameBase(ArgType(1)) || !inst_.type.SameBase(ArgType(2)))
          return "wants equal arms";
        return Need(inst_.type.optional || !(ArgType(1).optional || ArgType(2).optional), "an arm may be unknown");
      case Op::kElse:
        if (!inst_.type.SameBase(ArgType(0)) || !inst_.type.SameBase(ArgType(1))) return "wants equal sides";
        return Need(inst_.type.optional || !ArgType(1).optional, "the default may be unknown");
      case Op::kEq:
      case Op::kNe:
        return Need(ArgType(0).SameBase(ArgType(1)) && !ArgType(0).is(kText) && inst_.type.is(kBool),
                    "wants equal types");
      case Op::kLt:
      case Op::kLe:
      case Op::kGt:
      case Op::kGe:
        return Need(
            ArgType(0).SameBase(ArgType(1)) && (IsNumeric(ArgType(0)) || ArgType(0).is(kEnum)) && inst_.type.is(kBool),
            "wants equal ordered types");
      case Op::kInMask:
        return Need(ArgType(0).is(kEnum) && catalog_[ArgType(0).enum_id()].members.size() <= 64 && inst_.type.is(kBool),
                    "wants a member of an enum of at most 64");
      case Op::kSetHas:
        return Need(
            ArgType(0).is(kSet) && ArgType(1).is(kEnum) && ArgType(0).ref == ArgType(1).ref && inst_.type.is(kBool),
            "wants a set and a member of it");
      case Op::kSetOverlaps:
        return Need(ArgType(0).is(kSet) && ArgType(0).SameBase(ArgType(1)) && inst_.type.is(kBool), "wants equal sets");
      case Op::kSetSize:
        return Need(ArgType(0).is(kSet) && inst_.type.is(kInt), "wants a set");
      case Op::kAdd:
      case Op::kSub:
      case Op::kMin:
      case Op::kMax:
        return Need(IsNumeric(ArgType(0)) && IsNumeric(ArgType(1)) && IsNumeric(inst_.type), "wants numbers");
      case Op::kMul:
        return Need(IsNumeric(ArgType(0)) && IsNumeric(ArgType(1)) && IsNumeric(inst_.type) && inst_.imm >= 0 &&
                        inst_.imm <= 18,
                    "wants numbers and 0..18");
      case Op::kDiv:
        if (!IsNumeric(ArgType(0)) || !IsNumeric(ArgType(1)) || inst_.imm < -18 || inst_.imm > 18)
          return "wants numbers and -18..18";
        return Need(inst_.type.optional || (Arg(1).op == Op::kConst && Arg(1).imm != 0), "the divisor may be 0");
      case Op::kNeg:
        return Need(IsNumeric(ArgType(0)) && IsNumeric(inst_.type), "wants a number");
      case Op::kRescale:
        return Need(IsNumeric(ArgType(0)) && IsNumeric(inst_.type) && inst_.imm >= -18 && inst_.imm <= 18,
                    "wants a number and -18..18");
      case Op::kDateOf:
        return Need(ArgType(0).is(kInstant) && inst_.type.is(kDate), "an instant gives a date");
      case Op::kDayStart:
      case Op::kDayEnd:
        return Need(ArgType(0).is(kDate) && inst_.type.is(kInstant), "a date gives an instant");
      case Op::kMoveDate:
        return Need(ArgType(0).is(kDate) && inst_.type.is(kDate) && IsUnit(rt::TimeUnit::kDay),
                    "a date, by a day or longer");
      case Op::kMoveInstant:
      case Op::kStepBack:
        return Need(ArgType(0).is(kInstant) && inst_.type.is(kInstant) && IsUnit(rt::TimeUnit::kSecond),
                    "wants an instant");
      case Op::kCalendarFirst:
        return Need(ArgType(0).is(kInstant) && inst_.type.is(kInstant) && IsUnit(rt::TimeUnit::kDay) && inst_.imm > 0,
                    "wants an instant and a day or longer");
      case Op::kStepsBetween:
        return Need(ArgType(0).is(kInstant) && ArgType(1).is(kInstant) && inst_.type.is(kInt) &&
                        IsUnit(rt::TimeUnit::kSecond) && inst_.imm > 0,
                    "two instants give an int");
      case Op::kNextCrossing: {
        const auto reading = static_cast<rt::CalendarReading>(inst_.aux >> 8);
        if (reading > rt::CalendarReading::kCalendarFirst || (inst_.aux & 0xFF) > kLongestUnit)
          return "no such reading";
        const bool dates = reading == rt::CalendarReading::kDate || reading == rt::CalendarReading::kMovedDate;
        return Need(ArgType(0).is(dates ? kDate : kInstant) && ArgType(1).is(kInstant) && inst_.type.is(kInstant),
                    "a bound and an instant give an instant");
      }
      case Op::kNextStep:
        return Need(ArgType(0).is(kInstant) && ArgType(1).is(kInstant) && inst_.type.is(kInstant) &&
                        IsUnit(rt::TimeUnit::kSecond) && inst_.imm > 0,
                    "two instants give one");
      case Op::kMoveBusiness:
        return Need(IsTime(ArgType(0)) && inst_.type.SameBase(ArgType(0)) && inst_.aux < catalog_.calendars.size(),
                    "wants a date or an instant, and a calendar");
      case Op::kTextEq:
        return Need(ArgType(0).is(kText) && ArgType(1).is(kText) && inst_.type.is(kBool), "wants texts");
      case Op::kTextTest:
        return Need(ArgType(0).is(kText) && ArgType(1).is(kText) && inst_.type.is(kBool) && inst_.aux <= 3,
                    "wants texts");
      case Op::kLike:
        return Need(ArgType(0).is(kText) && inst_.type.is(kBool) && inst_.aux < program_.like_patterns.size(),
                    "wants a text and a pattern");
      case Op::kMatches:
        return Need(ArgType(0).is(kText) && inst_.type.is(kBool) && inst_.aux < program_.regexes.size(),
                    "wants a text and a regular expression");
      case Op::kFold:
        return Need(ArgType(0).is(kText) && inst_.type.is(kText), "wants a text");
      case Op::kLift:
        if (!ArgType(0).is(kText) || !inst_.type.SameBase(BlockType(0))) return "wants a text and its block's type";
        return Need(inst_.type.optional || !(ArgType(0).optional || BlockType(0).optional), "may be unknown");
      case Op::kCall:
        return Need(inst_.aux < program_.functions.size(), "no such function");
      case Op::kDecayLinear:
      case Op::kDecayCompound:
        return Need(ArgType(0).SameBase(Type::Points()) && ArgType(1).is(kInt) && inst_.type.SameBase(Type::Points()) &&
                        inst_.imm >= 0,
                    "wants points, steps and a rate");
      case Op::kHalfLife:
        return Need(ArgType(0).SameBase(Type::Points()) && ArgType(1).is(kDuration) && ArgType(2).is(kDuration) &&
                        inst_.type.SameBase(Type::Points()),
                    "wants points and two durations");
      case Op::kEvents:
      case Op::kEachEvents: {
        if (inst_.aux >= catalog_.events.size()) return "no such event";
        if (!ArgType(0).is(kRef) || ArgType(0).object_id() != catalog_[EventId(inst_.aux)].object)
          return "an event of another object";
        if (!ArgType(1).is(kInstant) || !ArgType(2).is(kInstant)) return "a window of instants";
        if (inst_.type != Type::Event(EventId(inst_.aux))) return "not the event's type";
        return FilterBlock();
      }
      case Op::kRelated:
      case Op::kEachRelated: {
        if (!ArgType(0).is(kRef)) return "wants a record";
        const auto& properties = catalog_[ArgType(0).object_id()].properties;
        if (inst_.aux >= properties.size() || !properties[inst_.aux].is_many) return "no such relation";
        if (!inst_.type.SameBase(properties[inst_.aux].type)) return "not the relation's type";
        return inst_.op == Op::kRelated ? FilterBlock() : std::string();
      }
      case Op::kEachRef: {
        if (!ArgType(0).is(kRef) && !ArgType(0).is(kEvent)) return "wants records or events";
        const auto& columns =
            ArgType(0).is(kRef) ? catalog_[ArgType(0).object_id()].properties : catalog_[ArgType(0).event_id()].fields;
        return Need(inst_.aux < columns.size() && columns[inst_.aux].type.is(kRef) && !columns[inst_.aux].is_many &&
                        columns[inst_.aux].type.SameBase(inst_.type),
                    "not the relation's type");
      }
      case Op::kFilter:
        return Need(inst_.type.SameBase(ArgType(0)) && BlockType(0).is(kBool), "wants a bool of each element");
      case Op::kDistinct:
        return Need(inst_.type.SameBase(ArgType(0)) && (inst_.imm == 0 || inst_.imm == 1), "keeps the elements' type");
      case Op::kCapPeriod:
        return Need(Timed(0) && inst_.type.SameBase(ArgType(0)) && inst_.imm >= 0 && IsUnit(rt::TimeUnit::kDay),
                    "wants events and a day or longer");
      case Op::kCapRolling:
        return Need(Timed(0) && inst_.type.SameBase(ArgType(0)) && inst_.imm >= 0 && inst_.imm2 > 0 &&
                        IsUnit(rt::TimeUnit::kSecond),
                    "wants events and a span");
      case Op::kKeepLatest:
        return Need(inst_.type.SameBase(ArgType(0)) && inst_.imm >= 0, "keeps the elements' type");
      case Op::kStretches:
        return Need(Timed(0) && ArgType(1).is(kInstant) && ArgType(2).is(kInstant) && inst_.type == Type::Instant() &&
                        inst_.imm > 0 && IsUnit(rt::TimeUnit::kSecond),
                    "wants events, two instants and a span");
      case Op::kCount:
        return Gives(kInt);
      case Op::kExists:
        return Gives(kBool);
      case Op::kFirst:
      case Op::kLast:
        return Need(inst_.type.optional && inst_.type.SameBase(ArgType(0)), "gives an optional element");
      case Op::kSum:
        return Need(inst_.type.SameBase(BlockType(0)) && IsNumeric(inst_.type), "wants numbers");
      case Op::kAvg:
        return Need(IsNumeric(BlockType(0)) && inst_.type.optional && inst_.imm >= -18 && inst_.imm <= 18,
                    "wants numbers");
      case Op::kMinOf:
      case Op::kMaxOf:
        return Need(inst_.type.optional && inst_.type.SameBase(BlockType(0)) && !inst_.type.is(kText),
                    "wants ordered values");
      case Op::kRunning: {
        if (inst_.args.size() != inst_.blocks.size()) return "wants a block for each list";
        for (size_t i = 0; i < inst_.args.size(); ++i) {
          if (!Timed(i) || !BlockType(i).SameBase(Type::Points())) return "wants points of events";
        }
        if (!inst_.limits.empty() && inst_.limits.size() != inst_.args.size()) return "wants limits for each list";
        const bool held = std::ranges::all_of(inst_.limits, [](SumLimits each) { return each.min <= each.max; });
        return Need(inst_.type == Type::Points() && inst_.imm <= inst_.imm2 && held, "gives points");
      }
    }
    return {};
  }

  std::string LoadShape() const {
    if (!ArgType(0).is(kRef)) return "wants a record";
    const ObjectInfo& object = catalog_[ArgType(0).object_id()];
    if (inst_.aux >= object.properties.size()) return "no such property";
    const PropertyInfo& property = object.properties[inst_.aux];
    if (property.is_many || !property.type.SameBase(inst_.type)) return "not the property's type";
    if (property.type.optional && !inst_.type.optional) return "the property may be unknown";
    if (!inst_.type.is(kText)) return {};
    return Pool(PoolSource::Kind::kProperty, ArgType(0).ref);
  }

  std::string FieldShape() const {
    if (!ArgType(0).is(kEvent)) return "wants an event";
    const EventInfo& event = catalog_[ArgType(0).event_id()];
    if (inst_.aux >= event.fields.size()) return "no such field";
    const PropertyInfo& field = event.fields[inst_.aux];
    if (!field.type.SameBase(inst_.type)) return "not the field's type";
    if (field.type.optional && !inst_.type.optional) return "the field may be unknown";
    if (!inst_.type.is(kText)) return {};
    return Pool(PoolSource::Kind::kField, ArgType(0).ref);
  }

  std::string Pool(PoolSource::Kind kind, uint32_t owner) const {
    if (inst_.imm < 0 || static_cast<size_t>(inst_.imm) >= program_.pools.size()) return "no such pool";
    const PoolSource& pool = program_.pools[static_cast<size_t>(inst_.imm)];
    return Need(pool.kind == kind && pool.owner == owner && pool.column == inst_.aux, "the pool of another column");
  }

  std::string ResultShape() const {
    if (!ArgType(0).is(kRef)) return "wants a record";
    const auto& results = program_.results[ArgType(0).ref];
    if (inst_.aux >= results.size()) return "no such result";
    if (!results[inst_.aux].type.SameBase(inst_.type)) return "not the result's type";
    return Need(inst_.type.optional || !results[inst_.aux].type.optional, "the result may be unknown");
  }

  std::string FilterBlock() const {
    if (inst_.blocks.empty()) return {};
    return Need(inst_.blocks.size() == 1 && BlockType(0).is(kBool), "the filter is no bool");
  }

  static std::string Need(bool holds, std::string_view words) { return holds ? std::string() : std::string(words); }
  std::string Gives(TypeKind kind) const {
    return Need(inst_.type.is(kind) && !inst_.type.optional, "another result type");
  }
  bool Timed(size_t i) const { return ArgType(i).is(kEvent) || ArgType(i).is(kInstant); }
  bool IsUnit(rt::TimeUnit shortest) const {
    return inst_.aux >= static_cast<uint32_t>(shortest) && inst_.aux <= kLongestUnit;
  }
  bool InRange() const {
    if (inst_.imm == INT64_MIN) return false;
    if (inst_.type.is(kBool)) return inst_.imm == 0 || inst_.imm == 1;
    if (inst_.type.is(kEnum)) {
      return inst_.imm >= 0 && static_cast<size_t>(inst_.imm) < catalog_[inst_.type.enum_id()].members.size();
    }
    return true;
  }

  const Program& program_;
  const Catalog& catalog_;
  const Kernel& kernel_;
  const Inst& inst_;
};

}  // namespace

Type ElementType(const Kernel& kernel, const Inst& owner, BlockId block) {
  if (owner.op == Op::kEvents || owner.op == Op::kEachEvents || owner.op == Op::kRelated) return owner.type;
  for (size_t i = 0; i < owner.blocks.size(); ++i) {
    if (owner.blocks[i] == block && i < owner.args.size()) return kernel[owner.args[i]].type;
  }
  return Type::Error();
}

std::string CheckTypes(const Program& program, const Kernel& kernel, const Inst& inst) {
  return Checker(program, kernel, inst).Run();
}

}  // namespace saiten::ir
