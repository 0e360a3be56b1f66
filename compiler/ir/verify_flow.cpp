#include <algorithm>

#include <fmt/format.h>

#include "compiler/ir/flow.h"

namespace saiten::ir {
namespace {

class Verifier {
 public:
  Verifier(const Program& program, const Automation& automation)
      : program_(program), catalog_(*program.catalog), automation_(automation) {}

  std::string Run() {
    for (const MessageTemplate& message : automation_.messages) CheckMessage(message);
    for (const Flow& flow : automation_.flows) CheckFlow(flow);
    place_ = "roles";
    for (const RoleValue& role : automation_.roles) Check(role.value, role.object);
    if (!automation_.grants.empty()) {
      for (const auto& events : automation_.grants) {
        for (EventId event : events) Need(event.index() < catalog_.events.size(), "no such event");
      }
    }
    return std::move(breach_);
  }

 private:
  void Need(bool holds, std::string_view words) {
    if (!holds && breach_.empty()) breach_ = fmt::format("{}: {}", place_, words);
  }

  // A question to records of `object`, if there is one. `wanted`: of which kind its value is.
  void Check(const Ask& ask, ObjectId object, TypeKind wanted = TypeKind::kError) {
    if (!ask) return;
    if (ask.kernel >= program_.asked.size()) return Need(false, "a question without a kernel");
    const Kernel& kernel = program_.asked[ask.kernel];
    Need(kernel.object == object, "a question to another object");
    if (ask.value.index() >= kernel.insts.size()) return Need(false, "a question without a value");
    const auto& root = kernel[BlockId(0)].insts;
    Need(std::ranges::find(root, ask.value) != root.end(), "the value of a question is inside a block");
    Need(kernel[ask.value].type == ask.type && !kernel[ask.value].is_list, "a question of another type");
    Need(wanted == TypeKind::kError || ask.type.is(wanted), "a question of another kind");
    if (flow_ == nullptr) return;
    for (const Inst& inst : kernel.insts) {
      if (inst.op != Op::kInput) continue;
      Need(inst.aux < flow_->inputs.size(), "an input that the flow does not have");
      const bool kept = inst.aux > Flow::kTargetInput && inst.aux < flow_->inputs.size();
      Need(!kept || flow_->inputs[inst.aux].type.SameBase(inst.type), "an input of another type");
    }
  }
  void Condition(const Ask& ask, ObjectId object) {
    Check(ask, object, TypeKind::kBool);
    Need(!ask || !ask.type.optional, "a condition that may be unknown");
  }

  void Check(const Message& message, ObjectId object) {
    for (const TextPiece& piece : message) Check(piece.value, object);
  }

  void CheckMessage(const MessageTemplate& message) {
    place_ = fmt::format("message {}", message.name);
    Check(message.from_record, message.object, TypeKind::kRef);
    for (const Message* text : {&message.from, &message.from_name, &message.reply_to, &message.subject, &message.body,
                                &message.html, &message.sender_info, &message.inquiries}) {
      Check(*text, message.object);
    }
  }

  void Column(uint32_t column) {
    if (column == kNowhere) return;
    const auto& columns = program_.results[flow_->object.index()];
    if (column >= columns.size()) return Need(false, "no such result column");
    Need(columns[column].type == Type::Bool(), "a level that may be unknown");
  }
  void Goes(uint32_t step) { Need(step == kNowhere || step < flow_->steps.size(), "no such step"); }
  void Calendar(const Length& length) {
    Need(!length.business || length.calendar < catalog_.calendars.size(), "business days of no calendar");
  }

  ObjectId Check(const Path& path) {
    ObjectId object = flow_->object;
    for (uint32_t relation : path.relations) {
      const auto& properties = catalog_[object].properties;
      if (relation >= properties.size() || !properties[relation].type.is(TypeKind::kRef)) {
        Need(false, "no such relation");
        return object;
      }
      object = properties[relation].type.object_id();
    }
    Need(path.object == object, "a path that ends elsewhere");
    return object;
  }

  void Check(const EventMatch& match) {
    Condition(match.where, flow_->object);
    switch (match.change.kind) {
      case Watch::Kind::kNone:
        Need(match.event.valid() && match.event.index() < catalog_.events.size(), "no such event");
        return;
      case Watch::Kind::kProperty:
        Need(match.change.index < catalog_[flow_->object].properties.size(), "no such property");
        break;
      case Watch::Kind::kResult:
        Need(match.change.index < program_.results[flow_->object.index()].size(), "no such result column");
        break;
    }
    Check(match.change.from, flow_->object);
    Check(match.change.to, flow_->object);
  }

  void Check(const std::vector<Given>& given, const EventMatch& match) {
    for (const Given& each : given) {
      Need(each.input > Flow::kTargetInput && each.input < flow_->inputs.size(), "no such input");
      if (each.field == Given::kTime || !breach_.empty()) continue;
      const auto& fields = catalog_[match.event].fields;
      if (each.field >= fields.size()) return Need(false, "no such field");
      Need(fields[each.field].type.SameBase(flow_->inputs[each.input].type), "a field of another type than its input");
    }
  }

  void CheckFlow(const Flow& flow) {
    flow_ = &flow;
    place_ = flow.name;
    Need(flow.inputs.size() > Flow::kTargetInput, "no place for the event and the target");
    for (const Trigger& trigger : flow.triggers) {
      const bool matches = trigger.kind == Trigger::Kind::kEvent || trigger.kind == Trigger::Kind::kChange;
      if (matches) Check(trigger.match);
      if (breach_.empty()) Check(trigger.given, trigger.match);
      Column(trigger.level);
      Condition(trigger.seen, flow.object);
      Check(trigger.moment, flow.object, TypeKind::kInstant);
    }
    Check(flow.key, flow.object);
    for (uint32_t column : flow.suppress) Column(column);
    Column(flow.goal);
    Condition(flow.goal_seen, flow.object);
    Condition(flow.goal_of_run, flow.object);
    Need(flow.suppress_seen.size() == flow.suppress.size(), "a suppression without its question");
    for (const Ask& seen : flow.suppress_seen) Condition(seen, flow.object);
    Condition(flow.only_if, flow.object);
    Column(flow.stay);
    Condition(flow.stay_of_run, flow.object);
    Check(flow.window.zone, flow.object, TypeKind::kText);
    Need(flow.stop_on.size() == flow.stop_states.size(), "a stop without its state");
    Goes(flow.first);
    for (const Step& step : flow.steps) {
      place_ = fmt::format("{}, step {}", flow.name, step.name);
      Condition(step.guard, flow.object);
      Goes(step.next);
      std::visit([&](const auto& body) { CheckBody(body); }, step.body);
    }
    flow_ = nullptr;
  }

  void CheckBody(const SendStep& step) {
    if (step.message >= automation_.messages.size()) return Need(false, "no such message");
    const ObjectId to = Check(step.to);
    Need(automation_.messages[step.message].object == to, "a message for another object");
    Condition(step.where, flow_->object);
    Check(step.subject, to);
  }
  void CheckBody(const WaitStep& step) { Calendar(step.length); }
  void CheckBody(const WaitUntilStep& step) { Check(step.moment, flow_->object, TypeKind::kInstant); }
  void CheckBody(const WaitForStep& step) {
    Check(step.match);
    if (breach_.empty()) Check(step.given, step.match);
    Calendar(step.up_to);
    for (uint32_t to : {step.then, step.otherwise, step.about}) Goes(to);
  }
  void CheckBody(const GrantStep& step) {
    Check(step.points, flow_->object);
    Need(step.points.type.SameBase(Type::Points()), "points of another type");
    Check(step.reason, flow_->object);
  }
  void CheckBody(const SetStep& step) {
    const ObjectId to = Check(step.to);
    const auto& properties = catalog_[to].properties;
    if (step.property >= properties.size()) return Need(false, "no such property");
    Check(step.value, flow_->object);
    Need(step.value.type.SameBase(properties[step.property].type), "a value of another type");
  }
  void CheckBody(const NotifyStep& step) {
    Check(step.to.record, flow_->object, TypeKind::kRef);
    Check(step.text, flow_->object);
  }
  void CheckBody(const TaskStep& step) {
    Check(step.title, flow_->object);
    Check(step.assign.record, flow_->object, TypeKind::kRef);
    Calendar(step.due_in);
    Calendar(step.up_to);
    Need(step.message == kNowhere || step.message < automation_.messages.size(), "no such message");
    for (const TaskStep::Outcome& outcome : step.outcomes) Goes(outcome.steps);
  }
  void CheckBody(const CallStep& step) {
    Check(step.url, flow_->object);
    for (const CallStep::Field& field : step.fields) {
      Check(field.text, flow_->object);
      Check(field.value, flow_->object);
    }
    Goes(step.on_failure.steps);
  }
  void CheckBody(const MembershipStep& step) { Need(step.list.index() < catalog_.lists.size(), "no such list"); }
  void CheckBody(const EnrolStep& step) {
    if (step.flow >= automation_.flows.size()) return Need(false, "no such flow");
    Need(automation_.flows[step.flow].object == Check(step.who), "a flow of another object");
  }
  void CheckBody(const CreateStep& step) {
    if (step.object.index() >= catalog_.objects.size()) return Need(false, "no such object");
    for (const CreateStep::Field& field : step.fields) {
      Need(field.property < catalog_[step.object].properties.size(), "no such property");
      Check(field.text, flow_->object);
      Check(field.value, flow_->object);
    }
  }
  void CheckBody(const ExitStep&) {}
  void CheckBody(const ChoiceStep& step) {
    for (const ChoiceStep::Branch& branch : step.branches) {
      Condition(branch.condition, flow_->object);
      Goes(branch.steps);
    }
    Goes(step.otherwise);
  }
  void CheckBody(const SplitStep& step) {
    uint32_t sum = 0;
    for (const SplitStep::Arm& arm : step.arms) {
      sum += arm.share;
      Goes(arm.steps);
    }
    Need(sum == 10'000, "shares that do not come to all");
  }

  const Program& program_;
  const Catalog& catalog_;
  const Automation& automation_;
  const Flow* flow_ = nullptr;
  std::string place_;
  std::string breach_;
};

}  // namespace

std::string Verify(const Program& program, const Automation& automation) { return Verifier(program, automation).Run(); }

}  // namespace saiten::ir
