#include "compiler/ir/flow.h"
#include "compiler/ir/ir.h"

namespace saiten::ir {
namespace {

class Collector {
 public:
  explicit Collector(const Program& program) : program_(program), catalog_(*program.catalog) {
    needs_.objects.resize(catalog_.objects.size());
    for (const ObjectInfo& object : catalog_.objects) needs_.properties.emplace_back(object.properties.size());
    needs_.events.resize(catalog_.events.size());
    for (const EventInfo& event : catalog_.events) needs_.fields.emplace_back(event.fields.size());
    needs_.arrival.resize(catalog_.events.size());
    needs_.lists.resize(catalog_.lists.size());
  }

  Needs Take() { return std::move(needs_); }

  void Collect() {
    for (size_t object = 0; object < program_.results.size(); ++object) {
      if (!program_.results[object].empty()) needs_.objects[object] = true;
    }
    for (const auto* kernels : {&program_.kernels, &program_.asked}) {
      for (const Kernel& kernel : *kernels) {
        needs_.objects[kernel.object.index()] = true;
        for (const Inst& inst : kernel.insts) Visit(kernel, inst);
      }
    }
  }

  // What flows read and write beside what they ask: every event is something that happens to somebody, in the order of
  // arrival.
  void Collect(const Automation& automation) {
    for (const Flow& flow : automation.flows) {
      needs_.objects[flow.object.index()] = true;
      for (const Trigger& trigger : flow.triggers) {
        Match(flow, trigger.match);
        for (const Given& given : trigger.given) Take(trigger.match, given);
      }
      for (EventId event : flow.stop_on) Event(event);
      for (const Step& step : flow.steps) std::visit([&](const auto& body) { Visit(flow, body); }, step.body);
    }
    for (const auto& grants : automation.grants) {
      for (EventId event : grants) WholeEvent(event);
    }
    for (size_t event = 0; event < needs_.events.size(); ++event) {
      if (!needs_.events[event] || !catalog_.events[event].any_of.empty()) continue;
      needs_.arrival[event] = true;
      if (catalog_.events[event].received) Field(EventId(event), *catalog_.events[event].received);
      // A history is kept of what is seen to change.
      const EventInfo& info = catalog_.events[event];
      if (info.engine_kept && info.change_of) Property(info.object, *info.change_of);
    }
  }

 private:
  void Match(const Flow& flow, const EventMatch& match) {
    if (match.event.valid()) Event(match.event);
    if (match.change.kind == Watch::Kind::kProperty) Property(flow.object, match.change.index);
  }
  void Take(const EventMatch& match, const Given& given) {
    if (given.field != Given::kTime && match.event.valid()) Field(match.event, given.field);
  }
  void WholeEvent(EventId event) {
    Event(event);
    for (uint32_t field = 0; field < catalog_[event].fields.size(); ++field) Field(event, field);
  }
  ObjectId Walk(const Flow& flow, const Path& path) {
    ObjectId at = flow.object;
    for (uint32_t relation : path.relations) {
      Property(at, relation);
      at = catalog_[at].properties[relation].type.object_id();
    }
    return at;
  }
  void Users(const Recipient& to) {
    if (to.kind == Recipient::Kind::kNone) return;
    const auto users = catalog_.FindObject("user");
    if (!users) return;
    for (const char* name : {"name", "team"}) {
      if (const auto property = catalog_[*users].Find(name)) Property(*users, *property);
    }
  }

  void Visit(const Flow& flow, const SendStep& step) { Walk(flow, step.to); }
  void Visit(const Flow& flow, const WaitForStep& step) {
    Match(flow, step.match);
    for (const Given& given : step.given) Take(step.match, given);
  }
  void Visit(const Flow& flow, const SetStep& step) { Property(Walk(flow, step.to), step.property); }
  void Visit(const Flow&, const NotifyStep& step) { Users(step.to); }
  void Visit(const Flow&, const TaskStep& step) {
    Users(step.assign);
    if (step.until_done) WholeEvent(step.done);
  }
  void Visit(const Flow&, const MembershipStep& step) { needs_.lists[step.list.index()] = true; }
  void Visit(const Flow& flow, const EnrolStep& step) { Walk(flow, step.who); }
  void Visit(const Flow&, const CreateStep& step) {
    needs_.objects[step.object.index()] = true;
    for (const CreateStep::Field& field : step.fields) Property(step.object, field.property);
  }
  // These read nothing but what they ask.
  void Visit(const Flow&, const WaitStep&) {}
  void Visit(const Flow&, const WaitUntilStep&) {}
  void Visit(const Flow&, const GrantStep&) {}
  void Visit(const Flow&, const CallStep&) {}
  void Visit(const Flow&, const ExitStep&) {}
  void Visit(const Flow&, const ChoiceStep&) {}
  void Visit(const Flow&, const SplitStep&) {}

  void Visit(const Kernel& kernel, const Inst& inst) {
    switch (inst.op) {
      case Op::kLoad:
      case Op::kRelated:
      case Op::kEachRelated:
        Property(kernel[inst.args[0]].type.object_id(), inst.aux);
        break;
      case Op::kEachRef: {
        const Type from = kernel[inst.args[0]].type;
        if (from.is(TypeKind::kEvent)) {
          Field(from.event_id(), inst.aux);
        } else {
          Property(from.object_id(), inst.aux);
        }
        break;
      }
      case Op::kLoadField:
        Field(kernel[inst.args[0]].type.event_id(), inst.aux);
        break;
      case Op::kEventAfter:
      case Op::kEvents:
      case Op::kEachEvents:
        Event(EventId(inst.aux));
        if (inst.op == Op::kEachEvents) needs_.arrival[inst.aux] = true;
        break;
      case Op::kNamed:
        Property(inst.type.object_id(), inst.aux);
        break;
      case Op::kInList:
        needs_.lists[inst.aux] = true;
        break;
        // clang-format off
      case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kInput:
      case Op::kLoadResult: case Op::kEventTime: case Op::kEventOwner: case Op::kAnd: case Op::kOr: case Op::kNot:
      case Op::kIsKnown: case Op::kTruth: case Op::kSelect: case Op::kElse: case Op::kEq: case Op::kNe: case Op::kLt:
      case Op::kLe: case Op::kGt: case Op::kGe: case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps:
      case Op::kSetSize: case Op::kAdd: case Op::kSub: case Op::kMul: case Op::kDiv: case Op::kNeg: case Op::kRescale:
      case Op::kMin: case Op::kMax: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate:
      case Op::kMoveInstant: case Op::kStepBack: case Op::kStepsBetween: case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep:
      case Op::kMoveBusiness: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
      case Op::kLift: case Op::kCall: case Op::kDecayLinear: case Op::kDecayCompound: case Op::kHalfLife:  case Op::kFilter: case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling:
      case Op::kKeepLatest: case Op::kStretches: case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast:
      case Op::kSum: case Op::kAvg: case Op::kMinOf: case Op::kMaxOf: case Op::kRunning:
        break;
        // clang-format on
    }
    if (inst.op == Op::kInput && inst.type.is(TypeKind::kEvent)) Event(inst.type.event_id());
    if (inst.type.is(TypeKind::kRef)) needs_.objects[inst.type.ref] = true;
  }

  void Property(ObjectId object, uint32_t property) {
    needs_.objects[object.index()] = true;
    needs_.properties[object.index()][property] = true;
    const PropertyInfo& info = catalog_[object].properties[property];
    if (info.type.is(TypeKind::kRef)) needs_.objects[info.type.ref] = true;
    if (info.is_many) needs_.properties[info.type.ref][info.by] = true;
  }

  void Event(EventId event) {
    if (needs_.events[event.index()]) return;
    needs_.events[event.index()] = true;
    needs_.objects[catalog_[event].object.index()] = true;
    for (EventId part : catalog_[event].any_of) {
      Event(part);
      // The parts are merged by (time, arrival).
      needs_.arrival[part.index()] = true;
    }
  }

  void Field(EventId event, uint32_t field) {
    Event(event);
    needs_.fields[event.index()][field] = true;
    const PropertyInfo& info = catalog_[event].fields[field];
    if (info.type.is(TypeKind::kRef)) needs_.objects[info.type.ref] = true;
    for (EventId part : catalog_[event].any_of) {
      if (auto same = catalog_[part].Find(info.name)) Field(part, *same);
    }
  }

  const Program& program_;
  const Catalog& catalog_;
  Needs needs_;
};

}  // namespace

Needs NeedsOf(const Program& program) {
  Collector collector(program);
  collector.Collect();
  return collector.Take();
}

Needs NeedsOf(const Program& program, const Automation& automation) {
  Collector collector(program);
  collector.Collect();
  collector.Collect(automation);
  return collector.Take();
}

}  // namespace saiten::ir
