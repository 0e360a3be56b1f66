#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/flow_checker.h"

// What starts a workflow (sem E1), and the events that it is given by name.
namespace saiten::check {
namespace {

using ast::TriggerKind;
using diag::Code;

Watched::Kind WatchedKindOf(Symbol::Kind kind) {
  if (kind == Symbol::Kind::kProperty) return Watched::Kind::kProperty;
  if (kind == Symbol::Kind::kBand) return Watched::Kind::kBand;
  return kind == Symbol::Kind::kGrid ? Watched::Kind::kGrid : Watched::Kind::kNone;
}

}  // namespace

EventId FlowChecker::CheckEvent(const ast::Source& source) {
  Scope scope = RecordScope();
  const auto element = c_.ResolveSource(source, scope, false, "on");
  const auto found = program_.sources.find(&source);
  if (!element || found == program_.sources.end()) return EventId();
  const SourceInfo& info = found->second;
  if (!info.element.is(TypeKind::kEvent) || info.steps.size() != 1) {
    auto builder = sink_.Report(Code::kNotOwnEvent, At(source.span), {c_.Source(source.path->span), object().name});
    builder.Note(fmt::format("a workflow of `{0}` is started by an event of `{0}`", object().name),
                 fmt::format("`{0}` のワークフローは `{0}` のイベントで始まります", object().name));
    return EventId();
  }
  return info.element.event_id();
}

Watched FlowChecker::CheckChange(const ast::Source& source) {
  auto* name = ast::As<ast::NameRef>(Bare(source.path));
  if (!name) {
    if (source.path && source.path->kind != ast::ExprKind::kError) {
      sink_.Report(Code::kNotOwnValue, c_.At(source.path), {c_.Source(source.path->span), object().name});
    }
    return {};
  }
  const auto found = c_.LookupOfObject(flow_->object, name->name.text);
  if (!found) {
    c_.ReportUnknownProperty(name->name, Type::Ref(flow_->object));
    return {};
  }
  Watched watched{.index = found->symbol.index, .type = found->type};
  watched.kind = WatchedKindOf(found->symbol.kind);
  if (watched.kind == Watched::Kind::kNone) {
    sink_.Report(Code::kNotWatched, c_.At(source.path), {std::string(name->name.text)})
        .Note("`on becoming ...` takes any condition", "条件なら `on becoming ...` と書けます");
    return {};
  }
  program_.exprs[source.path] = {found->type, found->symbol};
  for (const ast::Expr* end : {source.change_from, source.change_to}) {
    if (end) c_.Expect(end, c_.Expr(end, RecordScope(), found->type), found->type);
  }
  if (source.where) c_.Condition(source.where, RecordScope());
  return watched;
}

void FlowChecker::NeedZone(Span at) { c_.NeedZone("a time of day", "時刻", at); }

void FlowChecker::CheckTrigger(const ast::Trigger& trigger) {
  TriggerInfo& info = flow_->triggers.emplace_back(
      TriggerInfo{.trigger = &trigger, .text = c_.Source(trigger.span), .event = {}, .watched = {}});
  switch (trigger.kind) {
    case TriggerKind::kEvent:
      if (trigger.source.is_change) {
        info.watched = CheckChange(trigger.source);
      } else {
        info.event = CheckEvent(trigger.source);
      }
      if (trigger.has_late) c_.CheckPositive(trigger.late);
      break;
    case TriggerKind::kBecoming: {
      c_.Condition(trigger.condition, RecordScope());
      break;
    }
    case TriggerKind::kEntering:
    case TriggerKind::kLeaving:
      info.segment = FindSegment(trigger.segment, flow_->object).value_or(kNoIndex);
      break;
    case TriggerKind::kAt:
      c_.Expr(trigger.moment, RecordScope());
      if (ast::As<ast::DateLit>(trigger.moment)) NeedZone(trigger.moment->span);
      break;
    case TriggerKind::kEvery:
      NeedZone(trigger.span);
      if (trigger.weekday.valid() && !DayNumber(trigger.weekday.text)) {
        sink_.Report(Code::kBadDayName, At(trigger.weekday.span), {std::string(trigger.weekday.text)});
      }
      if (trigger.day_of_unit < 0 || (trigger.day_of_unit > 31 && trigger.unit == ast::TimeUnit::kMonth)) {
        sink_.Report(Code::kNoSuchDay, At(trigger.span), {std::to_string(trigger.day_of_unit)});
      }
      break;
    case TriggerKind::kAround: {
      const Type type = c_.Expr(trigger.property, RecordScope());
      if (!type.is_error() && !type.is(TypeKind::kDate) && !type.is(TypeKind::kInstant)) {
        sink_.Report(Code::kTypeMismatch, c_.At(trigger.property),
                     {diag::Both("date` or `time", "date` か `time"), c_.Spell(type)});
      }
      if (trigger.offset.business) CheckDuration(trigger.offset, {});
      if (trigger.clock || type.is(TypeKind::kDate) || trigger.offset.unit >= ast::TimeUnit::kDay) {
        NeedZone(trigger.span);
      }
      break;
    }
    case TriggerKind::kManually:
      break;
  }
}

// `event` is the event of all triggers that have one, if that is one declaration; `as r` names each by itself. Where a
// trigger has none, what is read of it may be unknown.
void FlowChecker::NameLocals() {
  EventId common;
  bool several = false;
  for (TriggerInfo& info : flow_->triggers) {
    if (!info.event.valid()) continue;
    several = several || (common.valid() && common != info.event);
    common = info.event;
  }
  const bool always = flow_->triggers.size() == 1 && !enrolled_.contains(flow_->decl->name.text);
  uint32_t event_local = kNoIndex;
  if (common.valid() && !several) {
    // Whom another workflow enrols has no event.
    const bool certain = !enrolled_.contains(flow_->decl->name.text) &&
                         std::ranges::all_of(flow_->triggers, [](const TriggerInfo& t) { return t.event.valid(); });
    event_local = static_cast<uint32_t>(flow_->locals.size());
    flow_->locals.push_back({"event", Type::Event(common).Optional(!certain), At(flow_->triggers[0].trigger->span)});
  }
  for (TriggerInfo& info : flow_->triggers) {
    if (!info.event.valid()) continue;
    if (event_local != kNoIndex) info.locals.push_back(event_local);
    const ast::Name& as = info.trigger->as;
    if (!as.valid()) continue;
    info.locals.push_back(static_cast<uint32_t>(flow_->locals.size()));
    AddLocal(as, info.event, always);
  }
}

void FlowChecker::AddLocal(const ast::Name& name, EventId event, bool always) {
  // Of the object, a named value, or the clock.
  const bool known = c_.LookupBare(name.text, Scope{.frames = {Type::Ref(flow_->object)}}).has_value();
  const auto before = std::ranges::find(flow_->locals, name.text, &Local::name);
  if (known) {
    sink_.Report(Code::kLocalClash, At(name.span), {std::string(name.text), object().name});
  } else if (before != flow_->locals.end()) {
    sink_.Report(Code::kNameClash, At(name.span), {std::string(name.text)})
        .Other(before->at, "first here", "最初はここです");
  }
  flow_->locals.push_back({std::string(name.text), Type::Event(event).Optional(!always), At(name.span)});
}

void FlowChecker::CheckTriggers() {
  for (const ast::TriggersClause* clause : flow_->clauses.triggers) {
    for (const ast::Trigger& trigger : clause->triggers) CheckTrigger(trigger);
  }
  NameLocals();
}

}  // namespace saiten::check
