#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/ast/steps.h"
#include "compiler/ast/version_name.h"
#include "compiler/check/flow_checker.h"

// Steps that wait or choose, and what steps are called (sem 3.6, A1).
namespace saiten::check {
namespace {

using ast::StepKind;
using diag::Code;

// How a kind of step is called where it has no name.
const char* WordOf(StepKind kind) {
  switch (kind) {
    case StepKind::kSend:
      return "send";
    case StepKind::kWait:
      return "wait";
    case StepKind::kWaitUntil:
      return "wait until";
    case StepKind::kWaitFor:
      return "wait for";
    case StepKind::kGrant:
      return "grant";
    case StepKind::kSet:
      return "set";
    case StepKind::kNotify:
      return "notify";
    case StepKind::kTask:
      return "task";
    case StepKind::kCall:
      return "call";
    case StepKind::kWebhook:
      return "webhook";
    case StepKind::kMembership:
      return "add to";
    case StepKind::kEnrol:
      return "enrol in";
    case StepKind::kCreate:
      return "create";
    case StepKind::kExit:
      return "exit";
    case StepKind::kIf:
      return "if";
    case StepKind::kMatch:
      return "match";
    case StepKind::kSplit:
      return "split";
  }
  return "step";
}

bool NeedsUnsaid(ast::OnPast answer) { return answer == ast::OnPast::kUnsaid; }

}  // namespace

std::string FlowChecker::TargetOf(const StepInfo& info) const {
  const ast::Step& step = *info.step;
  switch (step.kind) {
    case StepKind::kSend:
      return std::string(ast::PlainName(static_cast<const ast::SendStep&>(step).message.text));
    case StepKind::kWaitFor: {
      const ast::Source& source = static_cast<const ast::WaitForStep&>(step).source;
      return source.path ? c_.Source(source.path->span) : std::string();
    }
    case StepKind::kGrant:
      return std::string(static_cast<const ast::GrantStep&>(step).score.text);
    case StepKind::kSet: {
      const ast::Expr* target = static_cast<const ast::SetStep&>(step).target;
      return target ? c_.Source(target->span) : std::string();
    }
    case StepKind::kTask: {
      const auto& task = static_cast<const ast::TaskStep&>(step);
      if (task.message.valid()) return std::string(ast::PlainName(task.message.text));
      auto* title = ast::As<ast::TextLit>(task.title);
      return title && !title->has_interpolation() ? fmt::format("\"{}\"", title->plain()) : std::string();
    }
    case StepKind::kCall:
      return std::string(ast::PlainName(static_cast<const ast::CallStep&>(step).action.text));
    case StepKind::kMembership:
      return std::string(static_cast<const ast::MembershipStep&>(step).list.text);
    case StepKind::kEnrol:
      return std::string(static_cast<const ast::EnrolStep&>(step).workflow.text);
    case StepKind::kCreate:
      return std::string(static_cast<const ast::CreateStep&>(step).object.text);
    case StepKind::kSplit:
      return std::string(static_cast<const ast::SplitStep&>(step).split.text);
    case StepKind::kWait:
    case StepKind::kWaitUntil:
    case StepKind::kNotify:
    case StepKind::kWebhook:
    case StepKind::kExit:
    case StepKind::kIf:
    case StepKind::kMatch:
      return {};
  }
  return {};
}

void FlowChecker::NameSteps() {
  std::map<std::string, const ast::Step*> taken;
  for (StepInfo& info : flow_->steps) {
    const ast::Name& name = info.step->name;
    if (!name.valid()) continue;
    info.name = std::string(name.text);
    const auto [at, fresh] = taken.try_emplace(info.name, info.step);
    if (fresh) continue;
    sink_.Report(Code::kNameClash, At(name.span), {info.name})
        .Other(At(at->second->name.span), "first here", "最初はここです");
  }
  std::map<std::string, int> count;
  for (StepInfo& info : flow_->steps) {
    if (!info.name.empty()) continue;
    std::string word = WordOf(info.step->kind);
    if (auto* step = ast::As<ast::MembershipStep>(info.step); step && !step->add) word = "remove from";
    if (auto* step = ast::As<ast::EnrolStep>(info.step); step && !step->enrol) word = "unenrol from";
    const std::string target = TargetOf(info);
    if (!target.empty()) word += " " + target;
    // The first has no number, so that a second one does not rename it.
    do {
      const int number = ++count[word];
      info.name = number == 1 ? word : fmt::format("{} {}", word, number);
    } while (!taken.try_emplace(info.name, info.step).second);
  }
}

void FlowChecker::CheckSteps(ast::Steps steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    CheckStep(*steps[i]);
    if (i + 1 == steps.size() || !ast::AlwaysEnds(steps.subspan(i, 1))) continue;
    const bool exit = steps[i]->kind == StepKind::kExit;
    sink_.Report(Code::kStepUnreached, At(steps[i + 1]->span))
        .Other(At(steps[i]->span), exit ? "it ends here" : "every way through this ends",
               exit ? "ここで終わります" : "どの道を通っても終わります");
  }
}

void FlowChecker::CheckStep(const ast::Step& step) {
  const auto index = static_cast<uint32_t>(flow_->steps.size());
  flow_->steps.push_back({.step = &step, .name = {}, .event = {}, .watched = {}, .path = {}});
  flow_->step_index[&step] = index;
  if (step.guard) c_.Condition(step.guard, RecordScope());
  // Of a copy: steps inside this one are added to the same list.
  StepInfo info = flow_->steps[index];
  switch (step.kind) {
    case StepKind::kSend:
      CheckSend(static_cast<const ast::SendStep&>(step), info);
      break;
    case StepKind::kWait:
      CheckWait(static_cast<const ast::WaitStep&>(step));
      break;
    case StepKind::kWaitUntil:
      CheckWaitUntil(static_cast<const ast::WaitUntilStep&>(step));
      break;
    case StepKind::kWaitFor:
      CheckWaitFor(static_cast<const ast::WaitForStep&>(step), info);
      break;
    case StepKind::kGrant:
      CheckGrant(static_cast<const ast::GrantStep&>(step), info);
      break;
    case StepKind::kSet:
      CheckSet(static_cast<const ast::SetStep&>(step), info);
      break;
    case StepKind::kNotify: {
      const auto& notify = static_cast<const ast::NotifyStep&>(step);
      CheckRecipient(notify.to);
      CheckText(notify.text, RecordScope());
      break;
    }
    case StepKind::kTask:
      CheckTask(static_cast<const ast::TaskStep&>(step), info);
      break;
    case StepKind::kCall:
      CheckCall(static_cast<const ast::CallStep&>(step), info);
      break;
    case StepKind::kWebhook: {
      const auto& webhook = static_cast<const ast::WebhookStep&>(step);
      CheckText(webhook.url, RecordScope());
      CheckFields(webhook.body, ObjectId(), false);
      CheckFailure(webhook.on_failure);
      break;
    }
    case StepKind::kMembership:
      CheckMembership(static_cast<const ast::MembershipStep&>(step), info);
      break;
    case StepKind::kEnrol:
      CheckEnrol(static_cast<const ast::EnrolStep&>(step), info);
      break;
    case StepKind::kCreate:
      CheckCreate(static_cast<const ast::CreateStep&>(step), info);
      break;
    case StepKind::kExit:
      break;
    case StepKind::kIf: {
      const auto& choice = static_cast<const ast::IfStep&>(step);
      for (const ast::Branch& branch : choice.branches) {
        c_.Condition(branch.condition, RecordScope());
        CheckSteps(branch.steps);
      }
      CheckSteps(choice.otherwise);
      break;
    }
    case StepKind::kMatch:
      CheckMatchStep(static_cast<const ast::MatchStep&>(step));
      break;
    case StepKind::kSplit:
      CheckSplit(static_cast<const ast::SplitStep&>(step));
      break;
  }
  flow_->steps[index] = std::move(info);
}

void FlowChecker::CheckDuration(const ast::Duration& duration, const ast::Name& calendar) {
  if (duration.business) {
    const auto named = calendar.valid() ? FindCalendar(calendar) : flow_->calendar;
    if (!named && !calendar.valid()) {
      auto builder = sink_.Report(Code::kNoCalendar, At(duration.span));
      if (catalog().calendars.size() == 1) {
        const std::string& only = catalog().calendars[0].name;
        builder.Fix("name the calendar", "カレンダーを指定する",
                    {{At({duration.span.end, duration.span.end}), fmt::format(" of {}", only)}});
      } else {
        builder.Note("write `calendar NAME` among the clauses of the workflow",
                     "ワークフローの句に `calendar 名前` と書いてください");
      }
    }
    const bool in_hours = duration.unit < ast::TimeUnit::kDay;
    if (named && in_hours && !catalog().calendars[*named].calendar.hours()) {
      sink_.Report(Code::kNoHours, At(duration.span), {catalog().calendars[*named].name})
          .Other(catalog().calendars[*named].at, "declared here without hours", "営業時間なしで宣言されています")
          .Note("write them behind the days: `mon..fri 09:00-18:00`", "曜日の後に書きます: `mon..fri 09:00-18:00`");
    }
    c_.NeedZone("a business day", "営業日", duration.span);
  } else if (calendar.valid()) {
    FindCalendar(calendar);
    sink_.Report(Code::kCalendarUnused, At(calendar.span), {std::string(calendar.text)})
        .Note("only business days and hours need one: `wait 4 business days of JP`",
              "カレンダーは営業日・営業時間のときだけ使います: `wait 4 business days of JP`");
  }
  if (!duration.business) c_.CheckPositive(duration);
  if (duration.unit >= ast::TimeUnit::kDay) c_.NeedZone("a wait of days", "日数の待機", duration.span);
}

void FlowChecker::CheckWait(const ast::WaitStep& wait) { CheckDuration(wait.duration, wait.calendar); }

void FlowChecker::CheckWaitUntil(const ast::WaitUntilStep& wait) {
  if (wait.day_of_enrolment != 0) {
    NeedZone(wait.span);
    if (wait.day_of_enrolment < 1) sink_.Report(Code::kCountAtLeastOne, At(wait.span));
    return;
  }
  if (wait.weekday.valid() && !DayNumber(wait.weekday.text)) {
    sink_.Report(Code::kBadDayName, At(wait.weekday.span), {std::string(wait.weekday.text)});
  }
  if (!wait.moment) return;
  if (ast::As<ast::ClockLit>(wait.moment)) {
    NeedZone(wait.span);
    return;
  }
  const Type type = c_.Expr(wait.moment, RecordScope());
  if (type.is_error()) return;
  if (!type.is(TypeKind::kDate) && !type.is(TypeKind::kInstant)) {
    sink_.Report(Code::kTypeMismatch, c_.At(wait.moment),
                 {diag::Both("date` or `time", "date` か `time"), c_.Spell(type)});
    return;
  }
  if (type.is(TypeKind::kDate)) NeedZone(wait.span);
  const std::string source = c_.Source(wait.moment->span);
  const Location end = At({wait.span.end, wait.span.end});
  if (NeedsUnsaid(wait.if_past)) {
    const std::string unknown = type.optional ? " if unknown exit" : "";
    sink_.Report(Code::kPastUnsaid, c_.At(wait.moment), {source})
        .Fix("leave out this wait and the step behind it", "この待機と次のステップを省く",
             {{end, " if past skip" + unknown}}, diag::FixSafety::kUnsafe)
        .Fix("go on at once", "すぐ次に進む", {{end, " if past continue" + unknown}}, diag::FixSafety::kUnsafe)
        .Fix("end the run", "終了する", {{end, " if past exit" + unknown}}, diag::FixSafety::kUnsafe);
  } else if (type.optional && NeedsUnsaid(wait.if_unknown)) {
    sink_.Report(Code::kUnknownUnsaid, c_.At(wait.moment), {source})
        .Fix("leave out this wait and the step behind it", "この待機と次のステップを省く", {{end, " if unknown skip"}},
             diag::FixSafety::kUnsafe)
        .Fix("end the run", "終了する", {{end, " if unknown exit"}}, diag::FixSafety::kUnsafe);
  }
}

void FlowChecker::CheckWaitFor(const ast::WaitForStep& wait, StepInfo& info) {
  if (wait.source.is_change) {
    info.watched = CheckChange(wait.source);
  } else {
    info.event = CheckEvent(wait.source);
  }
  CheckDuration(wait.up_to, {});
  if (wait.as.valid() && info.event.valid()) {
    info.local = static_cast<uint32_t>(flow_->locals.size());
    AddLocal(wait.as, info.event, true);
  }
  // Where it came it is known; anywhere else it may not have come.
  CheckSteps(wait.then);
  if (info.local != kNoIndex) flow_->locals[info.local].type.optional = true;
  CheckSteps(wait.otherwise);
}

void FlowChecker::CheckMatchStep(const ast::MatchStep& match) {
  const Scope scope = RecordScope();
  const std::vector<Type> subjects = c_.Subjects(match.subjects, scope);
  for (const ast::StepRow& row : match.rows) {
    for (const ast::Pattern& pattern : row.patterns) c_.CheckPattern(pattern, subjects, scope);
    CheckSteps(row.steps);
  }
}

void FlowChecker::CheckSplit(const ast::SplitStep& split) {
  if (split.by.valid() && split.by.text != object().name && split.by.text != "enrolment") {
    sink_.Report(Code::kSplitBy, At(split.by.span), {std::string(split.by.text), object().name});
  }
  int64_t sum = 0;  // of ten-thousandths
  std::map<std::string_view, Span> names;
  for (const ast::SplitArm& arm : split.arms) {
    auto* share = ast::As<ast::NumberLit>(arm.share);
    if (share) {
      // 12.5% is mantissa 125, scale 3.
      int64_t points = share->mantissa;
      for (int digit = share->scale; digit < 4; ++digit) points *= 10;
      for (int digit = share->scale; digit > 4; --digit) {
        if (points % 10 != 0) sink_.Report(Code::kSplitFine, c_.At(arm.share), {c_.Source(arm.share->span)});
        points /= 10;
      }
      sum += points;
    }
    if (arm.name.valid()) {
      const auto [at, fresh] = names.try_emplace(arm.name.text, arm.name.span);
      if (!fresh) {
        sink_.Report(Code::kNameClash, At(arm.name.span), {std::string(arm.name.text)})
            .Other(At(at->second), "first here", "最初はここです");
      }
    }
    CheckSteps(arm.steps);
  }
  if (sum != 10000 && !c_.HasErrorIn(split.span)) {
    sink_.Report(Code::kSplitSum, At(split.split.valid() ? split.split.span : split.span),
                 {std::string(split.split.text), fmt::format("{}", static_cast<double>(sum) / 100)});
  }
}

}  // namespace saiten::check
