#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/flow_checker.h"

// Workflows and sequences as a whole: their clauses, how often a record may enter, when messages may go out.
namespace saiten::check {
namespace {

using ast::ClauseKind;
using diag::Code;

// Puts a clause at its place; the one that stood there, null if none did.
template <typename T>
const ast::Clause* Place(const T*& place, const ast::Clause* clause) {
  return std::exchange(place, static_cast<const T*>(clause));
}

bool IsManual(const FlowInfo& flow) {
  return std::ranges::all_of(
      flow.triggers, [](const TriggerInfo& trigger) { return trigger.trigger->kind == ast::TriggerKind::kManually; });
}

}  // namespace

void FlowChecker::CollectClauses() {
  Clauses& to = flow_->clauses;
  for (const ast::Clause* clause : flow_->decl->clauses) {
    if (!clause) continue;
    const ast::Clause* before = nullptr;
    switch (clause->kind) {
      case ClauseKind::kTriggers:
        to.triggers.push_back(static_cast<const ast::TriggersClause*>(clause));
        break;
      case ClauseKind::kSuppress:
        to.suppress.push_back(static_cast<const ast::SuppressClause*>(clause));
        break;
      case ClauseKind::kKey:
        before = Place(to.key, clause);
        break;
      case ClauseKind::kGoal:
        before = Place(to.goal, clause);
        break;
      case ClauseKind::kOnlyIf:
        before = Place(to.only_if, clause);
        break;
      case ClauseKind::kReEntry:
        before = Place(to.re_entry, clause);
        break;
      case ClauseKind::kLeaveWhenNotMatching:
        before = Place(to.leave, clause);
        break;
      case ClauseKind::kExisting:
        before = Place(to.existing, clause);
        break;
      case ClauseKind::kImportFires:
        before = Place(to.import_fires, clause);
        break;
      case ClauseKind::kRequireConsent:
        before = Place(to.consent, clause);
        break;
      case ClauseKind::kExclusiveGroup:
        before = Place(to.group, clause);
        break;
      case ClauseKind::kCalendar:
        before = Place(to.calendar, clause);
        break;
      case ClauseKind::kSendWindow:
        before = Place(to.window, clause);
        break;
      case ClauseKind::kStaleAfter:
        before = Place(to.stale, clause);
        break;
      case ClauseKind::kInFlight:
        before = Place(to.in_flight, clause);
        break;
      case ClauseKind::kPublishFires:
        before = Place(to.publish_fires, clause);
        break;
      case ClauseKind::kStopOn:
        before = Place(to.stop_on, clause);
        break;
    }
    if (!before) continue;
    sink_.Report(Code::kClauseTwice, At(clause->span), {c_.Source(clause->span)})
        .Other(At(before->span), "first here", "最初はここです");
  }
}

std::optional<uint32_t> FlowChecker::FindCalendar(const ast::Name& name) {
  if (!name.valid()) return std::nullopt;
  for (uint32_t i = 0; i < catalog().calendars.size(); ++i) {
    if (catalog().calendars[i].name != name.text) continue;
    if (program_.calendars_used.size() <= i) program_.calendars_used.resize(i + 1);
    program_.calendars_used[i] = true;
    return i;
  }
  c_.ReportUnknownDecl("calendar", name, NamesOfAll(catalog().calendars));
  return std::nullopt;
}

std::optional<uint32_t> FlowChecker::FindSegment(const ast::Name& name, ObjectId object) {
  if (!name.valid()) return std::nullopt;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < program_.segments.size(); ++i) {
    const SegmentInfo& segment = program_.segments[i];
    names.emplace_back(segment.decl->name.text);
    if (segment.decl->name.text != name.text) continue;
    if (segment.object.valid() && segment.object != object) {
      sink_
          .Report(Code::kWrongObject, At(name.span),
                  {std::string(name.text), catalog()[segment.object].name, catalog()[object].name})
          .Other({segment.file, segment.decl->name.span}, "declared here", "宣言はここです");
    }
    return i;
  }
  if (catalog().FindList(name.text)) {
    sink_.Report(Code::kUnknownDecl, At(name.span), {"segment", std::string(name.text)})
        .Note(fmt::format("it is a list: declare `segment NAME for {} where in list {}`", catalog()[object].name,
                          name.text),
              fmt::format("これはリストです。`segment 名前 for {} where in list {}` を宣言してください",
                          catalog()[object].name, name.text));
    return std::nullopt;
  }
  c_.ReportUnknownDecl("segment", name, names);
  return std::nullopt;
}

void FlowChecker::CheckWindow(const ast::SendWindowClause& clause) {
  const ast::SendWindow& window = clause.window;
  c_.NeedZone("a send window", "送信時間帯", clause.span);
  flow_->window_calendar = window.calendar.valid() ? FindCalendar(window.calendar) : flow_->calendar;
  for (const ast::WorkDays& days : window.days) {
    for (const ast::Name& day : {days.first, days.last}) {
      if (day.valid() && !DayNumber(day.text)) {
        sink_.Report(Code::kBadDayName, At(day.span), {std::string(day.text)});
      }
    }
    auto* hours = ast::As<ast::ClockRangeLit>(days.hours);
    if (hours && hours->begin_micros == hours->end_micros) {
      sink_.Report(Code::kWindowEmpty, c_.At(days.hours), {c_.Source(days.hours->span)});
    }
  }
  if (window.zone) {
    const Type type = c_.Expr(window.zone, RecordScope());
    if (type.is(TypeKind::kRef) && !catalog()[type.object_id()].FindRole(Role::kZone)) {
      ReportRole(window.zone->span, "`timezone`", type.object_id(), Role::kZone);
    } else if (!type.is_error() && !type.is(TypeKind::kRef)) {
      sink_.Report(Code::kTypeMismatch, c_.At(window.zone), {diag::Both("record", "レコード"), c_.Spell(type)});
    }
    const std::string fallback = c_.PlainText(window.zone_fallback);
    if (window.zone_fallback && !rt::Zone::Find(fallback)) {
      sink_.Report(Code::kBadTimezone, c_.At(window.zone_fallback), {fallback});
    }
  }
  if (window.has_spread) c_.CheckPositive(window.spread);
}

void FlowChecker::CheckPolicy() {
  const ast::FlowDecl& decl = *flow_->decl;
  const ast::ReEntryClause* policy = flow_->clauses.re_entry;
  if (flow_->sequence && policy && policy->policy == ast::ReEntryClause::Policy::kRestart) {
    sink_.Report(Code::kNotHere, At(policy->span), {"restart", diag::Both("sequence", "シーケンス")});
  }
  if (policy && policy->has_after) {
    c_.CheckPositive(policy->after);
    c_.NeedZoneFor(policy->after);
  }
  if (policy || flow_->sequence || flow_->triggers.empty() || IsManual(*flow_)) return;
  const auto at = [&](std::string_view word) {
    const uint32_t end = flow_->clauses.triggers.back()->span.end;
    return std::vector<diag::Edit>{{At({end, end}), fmt::format("\n  {}", word)}};
  };
  sink_.Report(Code::kNoPolicy, At(decl.name.span), {std::string(decl.name.text)})
      .Other(At(flow_->clauses.triggers[0]->span), "this may happen again", "これは何度も起こりえます")
      .Fix("only the first time", "最初の一回だけ", at("once"), diag::FixSafety::kUnsafe)
      .Fix("each time, behind the end of the run before", "前回が終わっていれば毎回", at("re-enter"),
           diag::FixSafety::kUnsafe)
      .Fix("each time, but not within 30 days", "前回の終了から30日たっていれば", at("re-enter after 30 days"),
           diag::FixSafety::kUnsafe);
}

void FlowChecker::CheckClauses() {
  const Clauses& clauses = flow_->clauses;
  if (clauses.calendar) flow_->calendar = FindCalendar(clauses.calendar->calendar);
  CheckTriggers();
  if (flow_->sequence) {
    const auto refuse = [&](const ast::Clause* clause, std::string_view word) {
      if (clause)
        sink_.Report(Code::kNotHere, At(clause->span), {std::string(word), diag::Both("sequence", "シーケンス")});
    };
    if (!clauses.triggers.empty()) {
      sink_
          .Report(Code::kNotHere, At(clauses.triggers[0]->span),
                  {c_.Source(clauses.triggers[0]->span), diag::Both("sequence", "シーケンス")})
          .Note("a sequence is started by a person, or by `enrol in` of a workflow; or write `workflow` instead",
                "シーケンスは人、またはワークフローの `enrol in` が開始します。条件で始めるなら `workflow` と書きます");
    }
    refuse(clauses.existing, "existing");
    refuse(clauses.import_fires, "import fires");
    refuse(clauses.publish_fires, "publish fires triggers");
  } else if (clauses.stop_on) {
    sink_.Report(Code::kNotHere, At(clauses.stop_on->span), {"stop on", diag::Both("workflow", "ワークフロー")})
        .Note("in a workflow write `goal exists(reply since ...)`, or `sequence` instead of `workflow`",
              "ワークフローでは `goal` を使うか、`sequence` にしてください");
  }
  CheckPolicy();
  const Scope scope = RecordScope();
  if (clauses.key) {
    const Type type = c_.Expr(clauses.key->value, scope);
    if (type.optional && !type.is_error()) {
      sink_.Report(Code::kKeyUnknown, c_.At(clauses.key->value), {c_.Source(clauses.key->value->span)})
          .Note("a record whose key is unknown is not enrolled", "キーが不明なレコードは登録されません");
    }
    if (type.is(TypeKind::kEvent) || type.is(TypeKind::kSet)) ExpectSpelled(clauses.key->value, type);
  }
  for (const ast::SuppressClause* suppress : clauses.suppress) {
    for (const ast::Name& name : suppress->segments) {
      if (auto segment = FindSegment(name, flow_->object)) flow_->suppress.push_back(*segment);
    }
  }
  if (clauses.goal) {
    c_.Condition(clauses.goal->condition, scope);
    if (clauses.goal->has_count_for) c_.CheckPositive(clauses.goal->count_for);
  }
  if (clauses.only_if) c_.Condition(clauses.only_if->condition, scope);
  if (clauses.leave && !clauses.only_if) {
    sink_.Report(Code::kLeaveWithout, At(clauses.leave->span))
        .Note("it ends a run when `only if` no longer holds", "`only if` が成り立たなくなったときに終了します");
  }
  if (clauses.consent && !HasRole(flow_->object, Role::kConsent)) {
    ReportRole(clauses.consent->span, "`require consent`", flow_->object, Role::kConsent);
  }
  if (clauses.window) CheckWindow(*clauses.window);
  if (clauses.stale) c_.CheckPositive(clauses.stale->after);
  if (clauses.existing && clauses.existing->has_limit && clauses.existing->limit.count < 1) {
    sink_.Report(Code::kCountAtLeastOne, At(clauses.existing->limit.span));
  }
  for (const ast::Expr* path : clauses.stop_on ? clauses.stop_on->events : std::span<const ast::Expr* const>()) {
    auto* name = ast::As<ast::NameRef>(Bare(path));
    if (!name) {
      const bool broken = !path || Bare(path)->kind == ast::ExprKind::kError;
      if (!broken) sink_.Report(Code::kNotOwnEvent, c_.At(path), {c_.Source(path->span), object().name});
      continue;
    }
    const auto event = catalog().FindEvent(name->name.text, flow_->object);
    if (!event) {
      c_.ReportUnknownDecl("event", name->name, NamesOfAll(catalog().events));
    } else if (catalog()[*event].object != flow_->object) {
      sink_.Report(Code::kWrongObject, c_.At(path),
                   {catalog()[*event].name, catalog()[catalog()[*event].object].name, object().name});
    } else {
      flow_->stop_on.push_back(*event);
    }
  }
}

void FlowChecker::CheckFlow(FlowInfo& info) {
  c_.file_ = info.file;
  if (!info.object.valid()) return;
  flow_ = &info;
  CollectClauses();
  CheckClauses();
  CheckSteps(info.decl->steps);
  NameSteps();
  if (info.decl->steps.empty() && !c_.HasErrorIn(info.decl->span)) {
    sink_.Report(Code::kNoSteps, At(info.decl->name.span), {std::string(info.decl->name.text)});
  }
  flow_ = nullptr;
}

}  // namespace saiten::check
