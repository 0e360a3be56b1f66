#include <fmt/format.h>

#include <iterator>

#include "compiler/ir/flow.h"
#include "compiler/ir/print_words.h"

namespace saiten::ir {
namespace {

constexpr std::string_view kDays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::string_view kClasses[] = {"marketing", "one_to_one", "transactional", "internal"};
constexpr std::string_view kPolicies[] = {"once", "re-enter", "restart"};
constexpr std::string_view kInFlight[] = {"stay", "move at next wait", "end"};
constexpr std::string_view kOnPast[] = {"skip", "continue", "exit"};
constexpr std::string_view kThen[] = {"continue", "exit", "steps"};
constexpr std::string_view kChannels[] = {"", "phone ", "mail "};
constexpr std::string_view kRecipients[] = {"nobody", "record", "user", "team", "by turn", "by fewest open"};

template <typename E, size_t N>
std::string_view WordOf(const std::string_view (&words)[N], E value) {
  return words[static_cast<size_t>(value)];
}

std::string Clock(int64_t micros) {
  const int64_t minutes = micros / 60'000'000;
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

class FlowPrinter {
 public:
  FlowPrinter(const Program& program, const Automation& automation)
      : program_(program), catalog_(*program.catalog), automation_(automation) {}

  std::string Run() {
    for (const MessageTemplate& message : automation_.messages) PrintMessage(message);
    for (const Cap& cap : automation_.caps) {
      Put("cap {}{}{}\n\n", WordOf(kClasses, cap.message_class), Rates(cap.rates), cap.defer ? " defer" : " skip");
    }
    for (const Flow& flow : automation_.flows) PrintFlow(flow);
    for (const RoleValue& role : automation_.roles) {
      Put("role {} of {} {}\n", NameOf(role.role), catalog_[role.object].name, Of(role.value));
    }
    for (size_t score = 0; score < automation_.grants.size(); ++score) {
      for (EventId event : automation_.grants[score]) Put("grants {} {}\n", score, catalog_[event].name);
    }
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void Put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  std::string Of(const Ask& ask) const {
    return fmt::format("?{} %{} : {}", ask.kernel, ask.value.value, catalog_.Spell(ask.type));
  }

  std::string Of(const Length& length) const {
    std::string out =
        fmt::format("{} {}{}", length.count, length.business ? "business " : "", WordOf(kUnits, length.unit));
    if (length.calendar != kNowhere) out += " of " + catalog_.calendars[length.calendar].name;
    return out;
  }

  static std::string Of(const Rate& rate, const std::string& per) {
    return fmt::format(" {} per {}{}", rate.count, rate.calendar ? "calendar " : "", per);
  }
  std::string Rates(const std::vector<Rate>& rates) const {
    std::string out;
    for (const Rate& rate : rates) out += Of(rate, Of(rate.per));
    return out;
  }

  std::string Of(const Message& message) const {
    std::string out;
    for (const TextPiece& piece : message) {
      if (!out.empty()) out += ' ';
      if (piece.unsubscribe_link) {
        out += "unsubscribe_link";
      } else {
        out += piece.value ? "(" + Of(piece.value) + ")" : Quoted(piece.characters);
        if (!piece.otherwise.empty()) out += " else " + Quoted(piece.otherwise);
      }
    }
    return out;
  }

  std::string Of(const Path& path, ObjectId from) const {
    std::string out = catalog_[from].name;
    for (uint32_t relation : path.relations) {
      const PropertyInfo& property = catalog_[from].properties[relation];
      out += "." + property.name;
      from = property.type.object_id();
    }
    return out;
  }

  std::string Of(const Recipient& to) const {
    std::string out(WordOf(kRecipients, to.kind));
    if (!to.name.empty()) out += " " + Quoted(to.name);
    if (to.record) out += " " + Of(to.record);
    return out;
  }

  std::string Column(uint32_t column) const {
    const ResultColumn& result = program_.results[flow_->object.index()][column];
    return result.column.empty() ? Quoted(result.name) : Quoted(result.name + "." + result.column);
  }

  std::string Of(const EventMatch& match) const {
    std::string out;
    if (match.change.kind == Watch::Kind::kNone) {
      out = catalog_[match.event].name;
    } else {
      const bool property = match.change.kind == Watch::Kind::kProperty;
      out = "change of " +
            (property ? catalog_[flow_->object].properties[match.change.index].name : Column(match.change.index));
      if (match.change.from) out += " from " + Of(match.change.from);
      if (match.change.to) out += " to " + Of(match.change.to);
    }
    if (match.where) out += " where " + Of(match.where);
    return out;
  }

  std::string Of(const std::vector<Given>& given, const EventMatch& match) const {
    std::string out;
    for (const Given& each : given) {
      out += out.empty() ? " given " : ", ";
      out += fmt::format("{} = {}", each.input,
                         each.field == Given::kTime ? "time" : catalog_[match.event].fields[each.field].name);
    }
    return out;
  }

  std::string To(uint32_t step) const { return step == kNowhere ? "end" : fmt::format("#{}", step); }

  void Line(std::string_view name, const Message& message) {
    if (!message.empty()) Put("  {} {}\n", name, Of(message));
  }

  void PrintMessage(const MessageTemplate& message) {
    Put("message {} for {} {}", message.name, catalog_[message.object].name, WordOf(kClasses, message.message_class));
    if (message.laws != 0) Put(" laws {}", message.laws);
    if (!message.reason.empty()) Put(" reason {}", Quoted(message.reason));
    Put(" {{\n");
    if (message.from_record) Put("  from record {}\n", Of(message.from_record));
    Line("from", message.from);
    Line("as", message.from_name);
    Line("reply_to", message.reply_to);
    Line("subject", message.subject);
    Line("body", message.body);
    Line("html", message.html);
    Line("sender_info", message.sender_info);
    Line("inquiries", message.inquiries);
    if (!message.consent.empty()) Put("  consent {}\n", Quoted(message.consent));
    Put("}}\n\n");
  }

  void PrintTrigger(const Trigger& trigger) {
    using Kind = Trigger::Kind;
    Put("  ");
    switch (trigger.kind) {
      case Kind::kEvent:
        Put("on {} late {}{}", Of(trigger.match), trigger.late, Of(trigger.given, trigger.match));
        break;
      case Kind::kChange:
        Put("on {}", Of(trigger.match));
        break;
      case Kind::kBecoming:
        Put("on becoming {}", Column(trigger.level));
        break;
      case Kind::kLeaving:
        Put("on leaving {}", Column(trigger.level));
        break;
      case Kind::kAt:
        Put("at {}", catalog_.SpellValue(Type::Instant(), trigger.instant, nullptr));
        break;
      case Kind::kEvery:
        if (trigger.weekday >= 0) {
          Put("every {} {}", WordOf(kDays, trigger.weekday), Clock(trigger.clock));
        } else {
          Put("every {} on {} {}", WordOf(kUnits, trigger.unit), trigger.day, Clock(trigger.clock));
        }
        break;
      case Kind::kAround:
        Put("{} {} {}", Of(trigger.offset), trigger.before ? "before" : "after", Of(trigger.moment));
        if (trigger.clock >= 0) Put(" at {}", Clock(trigger.clock));
        break;
      case Kind::kManually:
        Put("manually");
        break;
    }
    Put("\n");
  }

  void PrintWindow(const SendWindow& window) {
    if (window.hours.empty()) return;
    Put("  send window");
    for (const SendWindow::Hours& hours : window.hours) {
      Put(" {:07b} {}-{}", hours.weekdays, Clock(hours.begins), Clock(hours.ends));
    }
    if (window.calendar != kNowhere) Put(" of {}", catalog_.calendars[window.calendar].name);
    if (window.zone) Put(" in {}", Of(window.zone));
    if (!window.zone_fallback.empty()) Put(" else {}", Quoted(window.zone_fallback));
    if (window.tasks_too) Put(" tasks too");
    if (window.spread) Put(" spread {}", Of(window.spread));
    Put("\n");
  }

  void PrintClauses(const Flow& flow) {
    if (flow.key) Put("  key {}\n", Of(flow.key));
    for (size_t i = 0; i < flow.suppress.size(); ++i) Put("  suppress {}\n", Column(flow.suppress[i]));
    if (flow.goal != kNowhere) Put("  goal {}\n", Column(flow.goal));
    if (flow.goal_of_run) Put("  goal of run {}\n", Of(flow.goal_of_run));
    if (flow.goal_counts_for) Put("  goal counts for {}\n", Of(flow.goal_counts_for));
    if (flow.only_if) Put("  only if {}\n", Of(flow.only_if));
    if (flow.stay != kNowhere) Put("  stay {}\n", Column(flow.stay));
    if (flow.stay_of_run) Put("  stay of run {}\n", Of(flow.stay_of_run));
    Put("  {}", WordOf(kPolicies, flow.re_entry.policy));
    if (flow.re_entry.after) Put(" after {}", Of(flow.re_entry.after));
    if (flow.re_entry.at_most != 0) Put(" at most {}", flow.re_entry.at_most);
    Put("\n");
    if (flow.existing_enrol) Put("  existing enrol\n");
    if (flow.existing_limit.count != 0) Put("  limit{}\n", Of(flow.existing_limit, Of(flow.existing_limit.per)));
    if (flow.import_edges) Put("  import fires edges\n");
    if (flow.publish_fires) Put("  publish fires\n");
    if (!flow.consent.empty()) Put("  require consent {}\n", flow.consent);
    if (!flow.group.empty()) Put("  exclusive group {}\n", flow.group);
    if (flow.calendar != kNowhere) Put("  calendar {}\n", catalog_.calendars[flow.calendar].name);
    PrintWindow(flow.window);
    if (flow.stale_after) Put("  stale after {}\n", Of(flow.stale_after));
    Put("  in-flight {}\n", WordOf(kInFlight, flow.in_flight));
    for (size_t i = 0; i < flow.stop_on.size(); ++i) {
      Put("  stop on {} as {}\n", catalog_[flow.stop_on[i]].name, flow.stop_states[i]);
    }
  }

  void PrintFlow(const Flow& flow) {
    flow_ = &flow;
    Put("{} {} for {} priority {} {{\n", flow.sequence ? "sequence" : "workflow", flow.name, catalog_[flow.object].name,
        flow.priority);
    for (size_t i = Flow::kTargetInput + 1; i < flow.inputs.size(); ++i) {
      Put("  input {} {} : {}\n", i, flow.inputs[i].name, catalog_.Spell(flow.inputs[i].type));
    }
    for (const Trigger& trigger : flow.triggers) PrintTrigger(trigger);
    PrintClauses(flow);
    Put("  first {}\n", To(flow.first));
    for (size_t i = 0; i < flow.steps.size(); ++i) {
      const Step& step = flow.steps[i];
      Put("  #{} {}", i, Quoted(step.name));
      if (step.guard) Put(" when {}", Of(step.guard));
      Put(": ");
      std::visit([&](const auto& body) { PrintBody(body); }, step.body);
      Put(" -> {}\n", To(step.next));
    }
    Put("}}\n\n");
  }

  void PrintBody(const SendStep& step) {
    Put("send {} to {}", automation_.messages[step.message].name, Of(step.to, flow_->object));
    if (step.where) Put(" where {}", Of(step.where));
    if (!step.subject.empty()) Put(" subject {}", Of(step.subject));
  }
  void PrintBody(const WaitStep& step) { Put("wait {}{}", Of(step.length), step.from_planned ? " from planned" : ""); }
  void PrintBody(const WaitUntilStep& step) {
    Put("wait until");
    if (step.weekday >= 0) Put(" {}", WordOf(kDays, step.weekday));
    if (step.clock >= 0) Put(" {}", Clock(step.clock));
    if (step.of_enrolment) Put(" {} of enrolment", Of(step.of_enrolment));
    if (!step.moment) return;
    Put(" {} past {} unknown {}", Of(step.moment), WordOf(kOnPast, step.if_past), WordOf(kOnPast, step.if_unknown));
  }
  void PrintBody(const WaitForStep& step) {
    Put("wait for {}{}{} up to {} then {} else {}", Of(step.match), Of(step.given, step.match),
        step.since_enrolment ? " since enrolment" : "", Of(step.up_to), To(step.then), To(step.otherwise));
    if (step.about != kNowhere) Put(" about {}", To(step.about));
  }
  void PrintBody(const GrantStep& step) {
    Put("grant {} to score {}", Of(step.points), step.score);
    if (!step.reason.empty()) Put(" reason {}", Of(step.reason));
  }
  void PrintBody(const SetStep& step) {
    Put("set {}.{} = {}{}", Of(step.to, flow_->object), catalog_[step.to.object].properties[step.property].name,
        Of(step.value), step.move_back ? " move back" : "");
  }
  void PrintBody(const NotifyStep& step) { Put("notify {} {}", Of(step.to), Of(step.text)); }
  void PrintBody(const TaskStep& step) {
    Put("{}task {}", WordOf(kChannels, step.channel), Of(step.title));
    if (step.message != kNowhere) Put("{}", automation_.messages[step.message].name);
    Put(" assign {}", Of(step.assign));
    if (step.due_in) Put(" due in {}", Of(step.due_in));
    if (step.remind_next >= 0) Put(" remind {}", Clock(step.remind_next));
    if (step.until_done) Put(" until done{}", step.done.valid() ? " by " + catalog_[step.done].name : "");
    if (step.up_to) Put(" up to {}", Of(step.up_to));
    for (const TaskStep::Outcome& outcome : step.outcomes) {
      Put(" [");
      for (uint32_t member : outcome.members) Put("{} ", member);
      Put("{}]", To(outcome.steps));
    }
  }
  void PrintBody(const CallStep& step) {
    Put("call {}{}", step.action.empty() ? "" : step.action + " ", Of(step.url));
    for (const CallStep::Field& field : step.fields) {
      Put(" {}: {}", field.name, field.value ? Of(field.value) : Of(field.text));
    }
    const Failure& failure = step.on_failure;
    if (failure.retries != 0) Put(" retry {}", failure.retries);
    for (int64_t pause : failure.backoff) Put(" backoff {}", pause);
    Put(" on failure {}", WordOf(kThen, failure.then));
    if (failure.then == Failure::Then::kSteps) Put(" {}", To(failure.steps));
  }
  void PrintBody(const MembershipStep& step) {
    Put("{} {}", step.add ? "add to" : "remove from", catalog_[step.list].name);
  }
  void PrintBody(const EnrolStep& step) {
    Put("{} {} in {}", step.enrol ? "enrol" : "unenrol", Of(step.who, flow_->object),
        automation_.flows[step.flow].name);
  }
  void PrintBody(const CreateStep& step) {
    Put("create {}", catalog_[step.object].name);
    for (const CreateStep::Field& field : step.fields) {
      Put(" {}: {}", catalog_[step.object].properties[field.property].name,
          field.value ? Of(field.value) : Of(field.text));
    }
  }
  void PrintBody(const ExitStep&) { Put("exit"); }
  void PrintBody(const ChoiceStep& step) {
    Put("choose");
    for (const ChoiceStep::Branch& branch : step.branches) Put(" ({}) {}", Of(branch.condition), To(branch.steps));
    Put(" else {}", To(step.otherwise));
  }
  void PrintBody(const SplitStep& step) {
    Put("split {} by {}", step.split, step.by_enrolment ? "enrolment" : "record");
    for (const SplitStep::Arm& arm : step.arms) Put(" {} {} {}", arm.name, arm.share, To(arm.steps));
  }

  const Program& program_;
  const Catalog& catalog_;
  const Automation& automation_;
  const Flow* flow_ = nullptr;
  std::string out_;
};

}  // namespace

std::string Print(const Program& program, const Automation& automation) {
  return FlowPrinter(program, automation).Run();
}

}  // namespace saiten::ir
