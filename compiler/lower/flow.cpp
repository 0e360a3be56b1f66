#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/ast/version_name.h"
#include "compiler/lower/flow_lowerer.h"

// Workflows and sequences as a whole: what starts them, their clauses, how a run of them ends.
namespace saiten::lower {
namespace {

constexpr int64_t kAcceptLate = 24 * 3600 * rt::kMicrosPerSecond;  // where the trigger says nothing (sem T4)

int DayOf(const ast::Name& name) { return name.valid() ? check::DayNumber(name.text).value_or(-1) : -1; }

int64_t ClockOf(const ast::Expr* clock) {
  auto* literal = ast::As<ast::ClockLit>(clock);
  return literal != nullptr ? literal->micros : -1;
}

// How a run ends that an event of this name stops (sem R5, G2a).
std::string StateOf(std::string_view event) {
  if (event == "reply") return "replied";
  if (event == "meeting_booked") return "meeting";
  if (event == "bounce") return "bounced";
  return event == "unsubscribe" ? "unsubscribed" : "left";
}

bool ReadsInputs(const ir::Kernel& kernel) {
  return std::ranges::any_of(kernel.insts, [](const ir::Inst& inst) { return inst.op == ir::Op::kInput; });
}

}  // namespace

uint32_t FlowLowerer::Level(const ast::Expr* condition, std::string_view what) {
  auto& columns = result().program.results[flow_->object.index()];
  const auto column = static_cast<uint32_t>(columns.size());
  columns.push_back({.kind = ir::ResultColumn::Kind::kInternal,
                     .name = fmt::format("{} {}", flow_->name, what),
                     .type = Type::Bool(),
                     .written = false});
  result().levels.push_back({flow_->object, column});
  used_items_.insert(items_.size());
  items_.push_back(Lowerer(shared_, flow_->object, file_).Level(condition, column));
  return column;
}

// What a condition that reads the event of its run asks of the record alone: as levels, so that time and other records
// change it at once (sem T5).
void FlowLowerer::WatchParts(const ast::Expr* condition, const std::string& what) {
  const ast::Expr* bare = ast::Bare(condition);
  if (auto* logic = ast::As<ast::Logic>(bare)) {
    for (size_t i = 0; i < logic->operands.size(); ++i) {
      WatchParts(logic->operands[i], fmt::format("{}.{}", what, i + 1));
    }
    return;
  }
  if (auto* negated = ast::As<ast::Not>(bare)) return WatchParts(negated->operand, what);
  Lowerer lowerer(shared_, flow_->object, file_);
  lowerer.inputs_ = inputs_;
  Scope scope;
  scope.frames.push_back(lowerer.b_.Row());
  lowerer.b_.Truth(lowerer.Lower(condition, scope));
  if (!ReadsInputs(lowerer.Finish().kernel)) Level(condition, what);
}

void FlowLowerer::Goal(const ast::Expr* condition) {
  const ir::Ask question = Condition(condition);
  if (ReadsInputs(result().program.asked.back())) {
    flow_->goal_of_run = question;
    WatchParts(condition, "goal");
    return;
  }
  flow_->goal_seen = question;
  flow_->goal = Level(condition, "goal");
}

ir::Ask FlowLowerer::SegmentAsked(const check::SegmentInfo& segment) {
  const FileId file = std::exchange(file_, segment.file);
  const ir::Ask question = Condition(segment.decl->condition);
  file_ = file;
  return question;
}

ir::EventMatch FlowLowerer::Match(EventId event, const check::Watched& watched, const ast::Source& source) {
  ir::EventMatch match{.event = event};
  if (!source.is_change) {
    if (source.where == nullptr) return match;
    match.where = Ask(object_, [&](Lowerer& l, Scope scope) {
      scope.frames.push_back(l.b_.Input(Type::Event(event), ir::Flow::kEventInput));
      return l.b_.Truth(l.Lower(source.where, scope));
    });
    return match;
  }
  using Kind = ir::Watch::Kind;
  using Of = check::Watched::Kind;
  SAITEN_CHECK(watched.kind != Of::kNone);
  match.change.kind = watched.kind == Of::kProperty ? Kind::kProperty : Kind::kResult;
  match.change.index = watched.index;
  if (watched.kind == Of::kBand) match.change.index = result().bands[watched.index].column;
  if (watched.kind == Of::kGrid) match.change.index = result().grids[watched.index].column;
  if (source.change_from != nullptr) match.change.from = Value(source.change_from, watched.type);
  if (source.change_to != nullptr) match.change.to = Value(source.change_to, watched.type);
  if (source.where != nullptr) match.where = Condition(source.where);
  return match;
}

ir::Trigger FlowLowerer::Trigger(const check::TriggerInfo& info, size_t number) {
  using Kind = ir::Trigger::Kind;
  const ast::Trigger& trigger = *info.trigger;
  ir::Trigger to;
  to.text = info.text;
  switch (trigger.kind) {
    case ast::TriggerKind::kEvent:
      to.kind = trigger.source.is_change ? Kind::kChange : Kind::kEvent;
      to.match = Match(info.event, info.watched, trigger.source);
      to.late = kAcceptLate;
      if (trigger.has_late) to.late = trigger.late.count * rt::FixedLength(check::ToRuntime(trigger.late.unit));
      break;
    case ast::TriggerKind::kBecoming:
      to.kind = Kind::kBecoming;
      to.level = Level(trigger.condition, fmt::format("trigger {}", number + 1));
      to.seen = Condition(trigger.condition);
      break;
    case ast::TriggerKind::kEntering:
    case ast::TriggerKind::kLeaving:
      to.kind = trigger.kind == ast::TriggerKind::kEntering ? Kind::kBecoming : Kind::kLeaving;
      to.level = result().segments[info.segment].column;
      to.seen = SegmentAsked(checked().segments[info.segment]);
      break;
    case ast::TriggerKind::kAt: {
      to.kind = Kind::kAt;
      auto* date = ast::As<ast::DateLit>(trigger.moment);
      auto* time = ast::As<ast::DateTimeLit>(trigger.moment);
      SAITEN_CHECK(date != nullptr || time != nullptr);
      if (date != nullptr) to.instant = shared_.zone->StartOfDay(date->days);
      if (time != nullptr) {
        const bool local = !time->has_zone && shared_.zone != nullptr;
        to.instant = local ? shared_.zone->ToInstant(time->micros) : time->micros;
      }
      break;
    }
    case ast::TriggerKind::kEvery:
      to.kind = Kind::kEvery;
      to.weekday = DayOf(trigger.weekday);
      to.unit = check::ToRuntime(trigger.unit);
      to.day = std::max<int64_t>(trigger.day_of_unit, 1);
      to.clock = std::max<int64_t>(ClockOf(trigger.clock), 0);
      break;
    case ast::TriggerKind::kAround:
      to.kind = Kind::kAround;
      to.moment = Moment(trigger.property);
      to.offset = LengthOf(trigger.offset);
      to.before = trigger.before;
      to.clock = ClockOf(trigger.clock);
      break;
    case ast::TriggerKind::kManually:
      break;
  }
  return to;
}

void FlowLowerer::Window(const ast::SendWindowClause& clause) {
  const ast::SendWindow& window = clause.window;
  ir::SendWindow& to = flow_->window;
  for (const ast::WorkDays& days : window.days) {
    auto* hours = ast::As<ast::ClockRangeLit>(days.hours);
    ir::SendWindow::Hours open{.begins = 0, .ends = rt::kMicrosPerDay};
    if (hours != nullptr) open = {.begins = hours->begin_micros, .ends = hours->end_micros};
    const int last = DayOf(days.last);
    for (int day = DayOf(days.first);; day = (day + 1) % 7) {
      open.weekdays |= static_cast<uint8_t>(1U << static_cast<unsigned>(day));
      if (day == last) break;
    }
    to.hours.push_back(open);
  }
  to.calendar = info_->window_calendar.value_or(ir::kNowhere);
  if (window.zone != nullptr) {
    to.zone = Ask(object_, [&](Lowerer& l, const Scope& scope) {
      const ValueId whose = l.Lower(window.zone, scope);
      const auto property = catalog()[l.TypeOf(whose).object_id()].FindRole(Role::kZone);
      SAITEN_CHECK(property.has_value());
      return l.b_.Load(whose, *property);
    });
  }
  if (auto* fallback = ast::As<ast::TextLit>(window.zone_fallback)) to.zone_fallback = std::string(fallback->plain());
  to.tasks_too = window.tasks_too;
  if (window.has_spread) to.spread = LengthOf(window.spread);
}

void FlowLowerer::Clauses() {
  const check::Clauses& clauses = info_->clauses;
  ir::Flow& flow = *flow_;
  if (clauses.key != nullptr) flow.key = Value(clauses.key->value);
  for (uint32_t segment : info_->suppress) {
    flow.suppress.push_back(result().segments[segment].column);
    flow.suppress_names.emplace_back(ast::PlainName(checked().segments[segment].decl->name.text));
    Use(checked().segments[segment].decl);
    flow.suppress_seen.push_back(SegmentAsked(checked().segments[segment]));
  }
  if (clauses.goal != nullptr) {
    Goal(clauses.goal->condition);
    if (clauses.goal->has_count_for) flow.goal_counts_for = LengthOf(clauses.goal->count_for);
  }
  if (clauses.only_if != nullptr) {
    flow.only_if = Condition(clauses.only_if->condition);
    if (clauses.leave != nullptr) {
      if (ReadsInputs(result().program.asked.back())) {
        flow.stay_of_run = flow.only_if;
        WatchParts(clauses.only_if->condition, "only if");
      } else {
        flow.stay = Level(clauses.only_if->condition, "only if");
      }
    }
  }
  if (const ast::ReEntryClause* policy = clauses.re_entry) {
    flow.re_entry.policy = static_cast<ir::ReEntry::Policy>(policy->policy);
    if (policy->has_after) flow.re_entry.after = LengthOf(policy->after);
    flow.re_entry.at_most = policy->at_most;
  }
  if (clauses.existing != nullptr) {
    flow.existing_enrol = clauses.existing->enrol;
    if (clauses.existing->has_limit) flow.existing_limit = RateOf(clauses.existing->limit);
  }
  flow.import_edges = clauses.import_fires != nullptr && clauses.import_fires->edges;
  flow.publish_fires = clauses.publish_fires != nullptr;
  if (clauses.consent != nullptr) flow.consent = std::string(clauses.consent->purpose.text);
  if (clauses.group != nullptr) flow.group = std::string(clauses.group->group.text);
  flow.calendar = info_->calendar.value_or(ir::kNowhere);
  if (clauses.window != nullptr) Window(*clauses.window);
  if (clauses.stale != nullptr) flow.stale_after = LengthOf(clauses.stale->after);
  if (clauses.in_flight != nullptr) flow.in_flight = static_cast<ir::Flow::InFlight>(clauses.in_flight->policy);
  flow.stop_on = info_->stop_on;
  for (EventId event : flow.stop_on) flow.stop_states.push_back(StateOf(catalog()[event].name));
}

std::vector<ir::Given> FlowLowerer::GivenOf(const std::vector<uint32_t>& locals) const {
  std::vector<ir::Given> given;
  for (uint32_t i = 0; i < inputs_->sources.size(); ++i) {
    const FlowInputs::Source& source = inputs_->sources[i];
    if (std::ranges::find(locals, source.local) == locals.end()) continue;
    given.push_back({.input = ir::Flow::kTargetInput + 1 + i, .field = source.field});
  }
  return given;
}

void FlowLowerer::FillGiven() {
  for (size_t i = 0; i < info_->triggers.size(); ++i) {
    flow_->triggers[i].given = GivenOf(info_->triggers[i].locals);
  }
  for (size_t i = 0; i < info_->steps.size(); ++i) {
    auto* wait = std::get_if<ir::WaitForStep>(&flow_->steps[i].body);
    if (wait != nullptr && info_->steps[i].local != check::kNoIndex) wait->given = GivenOf({info_->steps[i].local});
  }
}

ir::Flow FlowLowerer::Flow(const check::FlowInfo& info) {
  ir::Flow flow;
  flow.name = ast::PlainName(info.decl->name.text);
  if (auto* label = ast::As<ast::TextLit>(info.decl->meta.label)) flow.label = std::string(label->plain());
  flow.object = info.object;
  flow.sequence = info.sequence;
  flow.priority = info.decl->priority;
  flow.inputs = {{"event", Type::Nothing()}, {"target", Type::Nothing()}};
  FlowInputs inputs{.info = info, .inputs = flow.inputs, .sources = {}};
  info_ = &info;
  flow_ = &flow;
  inputs_ = &inputs;
  object_ = info.object;
  file_ = info.file;
  used_.clear();
  used_items_.clear();
  const size_t first_asked = result().program.asked.size();
  for (size_t i = 0; i < info.triggers.size(); ++i) flow.triggers.push_back(Trigger(info.triggers[i], i));
  Clauses();
  Steps();
  FillGiven();
  Use(info.decl);
  for (size_t i = first_asked; i < result().program.asked.size(); ++i) {
    Use(result().program.asked[i]);
    for (const ast::Decl* decl : inlined_[i]) Use(decl);
  }
  flow.version = Version();
  info_ = nullptr;
  flow_ = nullptr;
  inputs_ = nullptr;
  return flow;
}

void FlowLowerer::Run(bool all_roles) {
  for (const check::TemplateInfo& info : checked().templates) {
    const size_t first = result().program.asked.size();
    automation().messages.push_back(Template(info));
    asked_of_[info.decl] = {first, result().program.asked.size()};
  }
  for (const check::CapInfo& info : checked().caps) automation().caps.push_back(Cap(info));
  for (const check::FlowInfo& info : checked().flows) automation().flows.push_back(Flow(info));
  Roles(all_roles);
  auto& grants = automation().grants;
  grants.resize(checked().scores.size());
  for (size_t score = 0; score < grants.size(); ++score) {
    const std::string_view name = checked().scores[score].decl->name.text;
    for (size_t event = 0; event < catalog().events.size(); ++event) {
      if (catalog().events[event].grants_to == name) grants[score].emplace_back(event);
    }
  }
}

}  // namespace saiten::lower
