#include "compiler/parse/build_decl.h"
#include "compiler/parse/build_expr.h"
#include "compiler/parse/build_flow.h"
#include "compiler/parse/literals.h"

namespace saiten::parse {
namespace {

using ast::Clause;
using ast::TriggerKind;

ast::TimeUnit UnitOf(Context& context, const Node& token) {
  return ReadUnit(context.TextOf(token)).value_or(ast::TimeUnit::kDay);
}

void BuildOn(Context& context, const Node& node, ast::Trigger& trigger) {
  if (const Node late = node.Child(Rule::kDuration)) {
    trigger.has_late = true;
    trigger.late = BuildDuration(context, late);
  }
  if (node.Has(Kind::kBecoming)) {
    trigger.kind = TriggerKind::kBecoming;
    trigger.condition = BuildCondition(context, node.Child(Rule::kCondition));
  } else if (node.Has(Kind::kEntering) || node.Has(Kind::kLeaving)) {
    trigger.kind = node.Has(Kind::kEntering) ? TriggerKind::kEntering : TriggerKind::kLeaving;
    trigger.segment = context.NameOf(node.Child(Rule::kName));
  } else if (const Node moment = node.Child(Rule::kMoment)) {
    trigger.kind = TriggerKind::kAt;
    trigger.moment = BuildMoment(context, moment);
  } else {
    trigger.source = BuildEvent(context, node.Child(Rule::kEventTrigger), trigger.as);
  }
}

ast::Trigger BuildTrigger(Context& context, const Node& node) {
  ast::Trigger trigger{.span = context.SpanOf(node)};
  if (node.Has(Kind::kOn) && !node.Has(Kind::kEvery)) {
    BuildOn(context, node, trigger);
  } else if (node.Has(Kind::kEvery)) {
    trigger.kind = TriggerKind::kEvery;
    trigger.weekday = context.NameOf(node.Child(Kind::kId));
    if (const Node unit = node.Child(Kind::kUnit)) trigger.unit = UnitOf(context, unit);
    trigger.day_of_unit = BuildCount(context, node.Child(Kind::kNumber));
    trigger.clock = BuildClock(context, node.Child(Kind::kClock));
  } else if (node.Has(Kind::kManually)) {
    trigger.kind = TriggerKind::kManually;
  } else {
    trigger.kind = TriggerKind::kAround;
    trigger.offset = BuildDuration(context, node.Child(Rule::kDuration));
    trigger.before = node.Has(Kind::kBefore);
    trigger.property = BuildPath(context, node.Child(Rule::kPath));
    trigger.clock = BuildClock(context, node.Child(Kind::kClock));
  }
  return trigger;
}

ast::SendWindow BuildSendWindow(Context& context, const Node& node) {
  ast::SendWindow window;
  window.days = BuildWorkDays(context, node);
  window.calendar = context.NameOf(node.Child(Rule::kName));
  window.zone = BuildPath(context, node.Child(Rule::kPath));
  window.zone_fallback = BuildText(context, node.Child(Kind::kText));
  window.tasks_too = node.Has(Kind::kTasks);
  window.has_spread = node.Has(Kind::kSpread);
  window.spread = BuildDuration(context, node.Child(Rule::kDuration));
  return window;
}

Clause* BuildReEntry(Context& context, const Node& node, Span span) {
  auto* clause = Make<ast::ReEntryClause>(context, span);
  using Policy = ast::ReEntryClause::Policy;
  clause->policy = node.Has(Kind::kOnce)      ? Policy::kOnce
                   : node.Has(Kind::kRestart) ? Policy::kRestart
                                              : Policy::kReEnter;
  clause->has_after = node.Has(Kind::kAfter);
  clause->after = BuildDuration(context, node.Child(Rule::kDuration));
  clause->at_most = BuildCount(context, node.Child(Kind::kNumber));
  return clause;
}

Clause* BuildExisting(Context& context, const Node& node, Span span) {
  auto* clause = Make<ast::ExistingClause>(context, span);
  clause->enrol = node.Has(Kind::kEnrol);
  if (const Node rate = node.Child(Rule::kRate)) {
    clause->has_limit = true;
    clause->limit = BuildRate(context, rate);
  }
  return clause;
}

Clause* BuildGoal(Context& context, const Node& node, Span span) {
  auto* clause = Make<ast::GoalClause>(context, span);
  clause->condition = BuildCondition(context, node.Child(Rule::kCondition));
  clause->has_count_for = node.Has(Kind::kCount);
  clause->count_for = BuildDuration(context, node.Child(Rule::kDuration));
  return clause;
}

Clause* BuildInFlight(Context& context, const Node& node, Span span) {
  auto* clause = Make<ast::InFlightClause>(context, span);
  using Policy = ast::InFlightClause::Policy;
  clause->policy = node.Has(Kind::kMove)      ? Policy::kMoveAtNextWait
                   : node.Has(Kind::kEndWord) ? Policy::kEnd
                                              : Policy::kStay;
  return clause;
}

Clause* BuildStopOn(Context& context, const Node& node, Span span) {
  auto* clause = Make<ast::StopOnClause>(context, span);
  std::vector<const ast::Expr*> events;
  for (const Node& path : node.Children(Rule::kPath)) events.push_back(BuildPath(context, path));
  clause->events = context.Copy(events);
  return clause;
}

Clause* BuildPlain(Context& context, Span span, ast::ClauseKind kind) {
  auto* clause = context.arena().New<ast::PlainClause>();
  clause->kind = kind;
  clause->span = span;
  return clause;
}

// A clause that is one name or one condition.
template <typename T, typename Member, typename Value>
Clause* BuildOne(Context& context, Span span, Member member, Value value) {
  auto* clause = Make<T>(context, span);
  clause->*member = value;
  return clause;
}

}  // namespace

ast::Source BuildEvent(Context& context, const Node& event, ast::Name& as) {
  as = context.NameOf(event.Child(Rule::kName));
  return BuildSource(context, event);
}

ast::Rate BuildRate(Context& context, const Node& node) {
  ast::Rate rate{.count = BuildCount(context, node.Child(Kind::kNumber)), .span = context.SpanOf(node)};
  if (const Node unit = node.Child(Kind::kUnit)) {
    rate.calendar = true;
    rate.per = {.count = 1, .unit = UnitOf(context, unit), .span = context.SpanOf(unit)};
  } else {
    rate.per = BuildDuration(context, node.Child(Rule::kDuration));
  }
  return rate;
}

const Clause* BuildClause(Context& context, const Node& node) {
  const Span span = context.SpanOf(node);
  const Node first = node.First();
  const ast::Name name = context.NameOf(node.Child(Rule::kName));
  if (first.Is(Rule::kTrigger)) {
    std::vector<ast::Trigger> triggers;
    for (const Node& trigger : node.Children(Rule::kTrigger)) triggers.push_back(BuildTrigger(context, trigger));
    return BuildOne<ast::TriggersClause>(context, span, &ast::TriggersClause::triggers, context.Copy(triggers));
  }
  if (first.Is(Rule::kSendWindow)) {
    return BuildOne<ast::SendWindowClause>(context, span, &ast::SendWindowClause::window,
                                           BuildSendWindow(context, first));
  }
  if (first.Is(Kind::kKey)) {
    return BuildOne<ast::KeyClause>(context, span, &ast::KeyClause::value, BuildExpr(context, node.Child(Rule::kExpr)));
  }
  if (first.Is(Kind::kSuppress)) {
    return BuildOne<ast::SuppressClause>(context, span, &ast::SuppressClause::segments,
                                         context.Copy(BuildNames(context, node)));
  }
  if (first.Is(Kind::kOnly)) {
    return BuildOne<ast::OnlyIfClause>(context, span, &ast::OnlyIfClause::condition,
                                       BuildCondition(context, node.Child(Rule::kCondition)));
  }
  if (first.Is(Kind::kImport)) {
    return BuildOne<ast::ImportFiresClause>(context, span, &ast::ImportFiresClause::edges, node.Has(Kind::kEdges));
  }
  if (first.Is(Kind::kRequire)) {
    return BuildOne<ast::RequireConsentClause>(context, span, &ast::RequireConsentClause::purpose, name);
  }
  if (first.Is(Kind::kExclusive)) {
    return BuildOne<ast::ExclusiveGroupClause>(context, span, &ast::ExclusiveGroupClause::group, name);
  }
  if (first.Is(Kind::kCalendar)) {
    return BuildOne<ast::CalendarClause>(context, span, &ast::CalendarClause::calendar, name);
  }
  if (first.Is(Kind::kStale)) {
    return BuildOne<ast::StaleAfterClause>(context, span, &ast::StaleAfterClause::after,
                                           BuildDuration(context, node.Child(Rule::kDuration)));
  }
  if (first.Is(Kind::kGoal)) return BuildGoal(context, node, span);
  if (first.Is(Kind::kExisting)) return BuildExisting(context, node, span);
  if (first.Is(Kind::kInFlight)) return BuildInFlight(context, node, span);
  if (first.Is(Kind::kStop)) return BuildStopOn(context, node, span);
  if (first.Is(Kind::kLeave)) return BuildPlain(context, span, ast::ClauseKind::kLeaveWhenNotMatching);
  if (first.Is(Kind::kPublish)) return BuildPlain(context, span, ast::ClauseKind::kPublishFires);
  return BuildReEntry(context, node, span);
}

}  // namespace saiten::parse
