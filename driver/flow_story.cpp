#include "driver/flow_story.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"
#include "driver/flow_chart.h"
#include "driver/flow_ways.h"
#include "driver/loaded.h"
#include "driver/spell.h"
#include "runtime/time_parse.h"
#include "store/automation/automation_rows.h"

namespace saiten::driver {
namespace {

using store::EnrolmentRow;
using store::LogEntry;

constexpr size_t kWidth = 100;

std::string FieldOf(const Json& fields, const char* name) {
  const auto found = fields.find(name);
  return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Tells of one workflow and one record.
class Teller {
 public:
  Teller(const Compiled& compiled, const check::FlowInfo& flow, const rt::Zone* zone, const StoryRequest& request)
      : compiled_(compiled), flow_(flow), zone_(zone ? zone : rt::Zone::Utc()), request_(request) {}

  Story Tell(const store::AutomationRows& rows) {
    Story story;
    story.workflow = flow_.decl->name.text;
    if (auto* label = ast::As<ast::TextLit>(flow_.decl->meta.label)) story.label = label->plain();
    for (const LogEntry& entry : rows.log) {
      if (entry.workflow == story.workflow) story.lines.push_back(Line(entry, OfNow(rows, entry)));
    }
    story.stands = Stands(rows, story);
    return story;
  }

 private:
  std::string Say(std::string_view en, std::string_view ja) const { return std::string(In(request_.language, en, ja)); }
  template <typename... Args>
  std::string Say(std::string_view en, std::string_view ja, const Args&... args) const {
    return fmt::format(fmt::runtime(In(request_.language, en, ja)), args...);
  }
  std::string Time(int64_t instant) const { return rt::FormatInstant(instant, *zone_); }
  std::string Word(std::string_view word) const { return FlowWord(word, request_.language); }
  std::string Source(Span span) const { return OneLine(compiled_.sources.Slice({flow_.file, span}), kWidth); }

  // ---- How it stands
  std::string Stands(const store::AutomationRows& rows, const Story& story) const {
    const EnrolmentRow* last = nullptr;
    for (const EnrolmentRow& run : rows.enrolments) {
      if (run.workflow == story.workflow) last = &run;
    }
    const int64_t at = request_.at.value_or(INT64_MAX);
    if (last != nullptr && last->ended && *last->ended <= at) {
      return Say("not inside: run {} began {} and ended {}: {}",
                 "登録中ではありません。{}回目は{}に開始し、{}に終了しました({})", last->number, Time(last->enrolled),
                 Time(*last->ended), Word(last->status));
    }
    if (last != nullptr) return Inside(rows, *last, story);
    const auto refused = std::ranges::find_if(story.lines.rbegin(), story.lines.rend(),
                                              [](const StoryLine& line) { return !line.checks.empty(); });
    if (refused != story.lines.rend()) {
      return Say("never enrolled: last refused {}: {}",
                 "登録されていません。最後に見送られたのは{}で、理由は「{}」です", Time(refused->time),
                 Word(refused->detail));
    }
    std::vector<std::string> triggers;
    for (const check::TriggerInfo& trigger : flow_.triggers) triggers.push_back(OneLine(trigger.text, kWidth));
    const std::string known = rows.until ? Time(std::min(at, *rows.until)) : std::string("-");
    if (triggers.empty()) {
      return Say("never enrolled: nobody has enrolled it by hand or from another workflow, up to {}",
                 "登録されていません。{}までに、手動でも別のワークフローからも登録されていません", known);
    }
    return Say("never enrolled: no trigger has fired for it up to {}: {}",
               "登録されていません。{}までに、どの開始条件も成立していません: {}", known,
               fmt::format("{}", fmt::join(triggers, "; ")));
  }

  // The version of the last tick.
  std::string VersionNow(const store::AutomationRows& rows) const {
    const auto flow = std::ranges::find(rows.flows, std::string(flow_.decl->name.text), &store::FlowStateRow::name);
    return flow == rows.flows.end() ? std::string() : flow->version;
  }

  // Whether the run that a decision is about is of the rules of the last tick, so that they say what its ways are.
  bool OfNow(const store::AutomationRows& rows, const LogEntry& entry) const {
    const auto run = std::ranges::find_if(rows.enrolments, [&](const EnrolmentRow& each) {
      return each.workflow == entry.workflow && each.number == entry.number && each.key == entry.key;
    });
    return run == rows.enrolments.end() || run->version == VersionNow(rows);
  }

  std::string Inside(const store::AutomationRows& rows, const EnrolmentRow& run, const Story& story) const {
    std::string text = Say("inside: run {} since {}", "登録中です。{}回目、{}から", run.number, Time(run.enrolled));
    // Where it stands is known of now; of an earlier moment its log says how far it had come.
    if (request_.at && (!run.ended || *run.ended > *request_.at)) {
      for (auto line = story.lines.rbegin(); line != story.lines.rend(); ++line) {
        if (!line->step.empty()) return text + Say(", last at step `{}`", "、最後のステップは`{}`", line->step);
      }
      return text;
    }
    const std::string newest = VersionNow(rows);
    if (!newest.empty() && run.version != newest) {
      text += Say(", in version {} (new ones enter {})", "、版{}のまま(新しい登録は版{})", run.version.substr(0, 8),
                  newest.substr(0, 8));
    }
    if (!run.step.empty()) text += Say(", at step `{}`", "、ステップ`{}`", run.step);
    if (run.waiting == "event") text += Say(", waits for an event", "、イベントを待っています");
    if (run.waiting == "task done") text += Say(", waits for its task to be closed", "、タスクの完了を待っています");
    if (run.waiting == "send") text += Say(", waits until its message may go out", "、配信できる時刻を待っています");
    if (run.waiting == "delivery") text += Say(", waits for what comes of its call", "、呼び出しの結果を待っています");
    if (run.waiting == "time") text += Say(", waits", "、待機中です");
    if (run.due) text += Say(" until {}", "({}まで)", Time(*run.due));
    return text;
  }

  // ---- Single rows
  StoryLine Line(const LogEntry& entry, bool of_now) const {
    Json fields = ParseJson(entry.fields);
    if (!fields.is_object()) fields = Json::object();
    StoryLine line{.time = entry.time, .step = entry.step, .kind = entry.kind, .detail = entry.detail};
    line.saw = SawText(FieldOf(fields, "saw"), request_.language);
    if (entry.action) {
      line.detail = entry.state;
      line.text = Action(entry, fields);
      line.took = entry.state != "failed" && entry.state != "dropped" && entry.state != "simulated";
      return line;
    }
    line.text = Decision(entry, fields, of_now, line);
    return line;
  }

  std::string Action(const LogEntry& entry, const Json& fields) const {
    std::string what;
    if (entry.kind == "mail") {
      what = Say("mail {} to {}", "メール {}、宛先 {}", FieldOf(fields, "template"), FieldOf(fields, "to"));
    } else if (entry.kind == "notification") {
      what = Say("notification to {}: {}", "通知 {}: {}", FieldOf(fields, "to"), FieldOf(fields, "text"));
    } else if (entry.kind == "task") {
      what = Say("task \"{}\"", "タスク「{}」", FieldOf(fields, "title"));
      if (const std::string due = FieldOf(fields, "due"); !due.empty()) what += Say(", due {}", "、期限 {}", due);
    } else {
      const std::string action = FieldOf(fields, "action");
      what = Say("call of {}", "{}の呼び出し", action.empty() ? FieldOf(fields, "url") : action);
    }
    what = OneLine(what, kWidth);
    // Tasks and notifications are delivered where a CRM reads them.
    const bool sent_out = entry.kind != "task" && entry.kind != "notification";
    if (!sent_out && entry.state == "new") return what;
    const std::string why = entry.detail.empty() ? "" : ": " + Word(entry.detail);
    what += " (" + Word(entry.state) + why + ")";
    if (entry.state == "new") {
      what += Say("; `saiten outbox send` delivers it", "。`saiten outbox send`で送信されます");
    }
    return what;
  }

  std::string Decision(const LogEntry& entry, const Json& fields, bool of_now, StoryLine& line) const {
    if (entry.kind == "enrolled") {
      line.checks = Checks("", "");
      const std::string trigger = OneLine(FieldOf(fields, "trigger"), kWidth);
      return Say("enrolled ({})", "登録({})", trigger.empty() ? "-" : Word(trigger));
    }
    if (entry.kind == "refused") {
      line.took = false;
      line.checks = Checks(entry.detail, line.saw);
      const std::string trigger = OneLine(FieldOf(fields, "trigger"), kWidth);
      const std::string text = Say("not enrolled: {}", "登録見送り: {}", Word(entry.detail));
      return trigger.empty() ? text : text + " (" + Word(trigger) + ")";
    }
    if (entry.kind == "late-ignored") {
      line.took = false;
      return Say("an event came too late to start it: {}", "イベントの到着が遅すぎたため開始しません: {}",
                 entry.detail);
    }
    if (entry.kind == "branch") return Say("went on: {}", "分岐: {}", WayOf(entry, fields, of_now));
    if (entry.kind == "skipped") {
      line.took = false;
      const std::string message = FieldOf(fields, "template");
      const std::string why = Word(entry.detail);
      return message.empty() ? Say("left out: {}", "実行せず: {}", why)
                             : Say("mail {} not sent: {}", "メール {} は送信せず: {}", message, why);
    }
    if (entry.kind == "deferred") {
      line.took = false;
      return Say("put off until {}: {}", "{}まで延期: {}", FieldOf(fields, "until"), Word(entry.detail));
    }
    if (entry.kind == "write" || entry.kind == "overridden" || entry.kind == "refused write") {
      line.took = entry.kind == "write";
      const auto or_none = [&](const char* name) {
        const std::string value = FieldOf(fields, name);
        return value.empty() ? Say("unknown", "不明") : value;
      };
      std::string text = fmt::format("{}: {} -> {}", FieldOf(fields, "property"), or_none("before"), or_none("after"));
      if (entry.kind == "overridden") {
        text = Say("not written, workflow {} wins: {}", "書き込まれず(ワークフロー{}が優先): {}", entry.detail, text);
      } else if (entry.kind == "refused write") {
        text = Say("not written, it only goes forward: {}", "書き込まれず(前にしか進めない項目): {}", text);
      }
      return text;
    }
    if (entry.kind == "granted") {
      return Say("{} points granted: {}", "{}点を付与: {}", FieldOf(fields, "points"), FieldOf(fields, "reason"));
    }
    if (entry.kind == "cascade-limit") {
      line.took = false;
      return Say("cut: workflows set each other off more than eight times at one instant",
                 "中断: 同じ時刻にワークフローが8回を超えて連鎖しました");
    }
    if (entry.kind == "moved") {
      return Say("goes on in version {}, began in {}", "ここから版{}で続けます(開始時は版{})",
                 FieldOf(fields, "to").substr(0, 8), entry.detail.substr(0, 8));
    }
    if (entry.kind == "goal after") return std::string(Say("goal reached after completion", "完了後にゴールを達成"));
    if (entry.kind == "ended") return Say("ended: {}", "終了: {}", Word(entry.detail));
    return entry.detail.empty() ? entry.kind : fmt::format("{}: {}", entry.kind, Word(entry.detail));
  }

  std::string WayOf(const LogEntry& entry, const Json& fields, bool of_now) const {
    if (const std::string outcome = FieldOf(fields, "outcome"); !outcome.empty()) return outcome;
    const auto step = std::ranges::find(flow_.steps, entry.step, &check::StepInfo::name);
    if (step == flow_.steps.end()) return Word(entry.detail);
    for (const FlowWay& way : WaysOf(compiled_, flow_.file, *step->step)) {
      if (way.key != entry.detail) continue;
      if (step->step->kind == ast::StepKind::kSplit) return Say("arm {}", "{}群", Word(way.key));
      const bool waited = step->step->kind == ast::StepKind::kWaitFor;
      if (way.label == "yes") return Say("the event came", "イベントあり");
      if (way.label == "else" && waited) return Say("the event did not come in time", "期限までにイベントなし");
      if (way.label == "else") return Say("else", "それ以外");
      // What is written there may be something else in the version that went this way.
      return of_now ? way.label : Word(entry.detail);
    }
    return Word(entry.detail);
  }

  // All checks that the workflow has, up to the one that failed; all passed where none did.
  std::vector<StoryCheck> Checks(const std::string& failed, const std::string& saw) const {
    const check::Clauses& clauses = flow_.clauses;
    std::vector<StoryCheck> checks;
    StoryCheck::State state = StoryCheck::State::kPassed;
    const auto add = [&](std::string_view reason, const ast::Clause* clause, std::string words, bool always) {
      if (clause == nullptr && !always && reason != failed) return;
      StoryCheck check{.state = state, .reason = std::string(reason)};
      check.clause = clause != nullptr ? Source(clause->span) : std::move(words);
      if (reason == failed) {
        check.state = StoryCheck::State::kFailed;
        check.saw = saw;
        state = StoryCheck::State::kNotAsked;
      }
      checks.push_back(std::move(check));
    };
    add("key unknown", clauses.key, Word("key unknown"), false);
    add("off", nullptr, Say("the workflow is on", "ワークフローが稼働中"), true);
    add("suppressed", clauses.suppress.empty() ? nullptr : clauses.suppress.front(), "", false);
    add("consent", clauses.consent, "", false);
    const std::string goal =
        clauses.goal ? Say("not yet: {}", "まだ成立していない: {}", Source(clauses.goal->span)) : "";
    add("goal already met", nullptr, goal, clauses.goal != nullptr);
    add("not matching", clauses.only_if, "", false);
    add("already active", nullptr, Say("not inside already", "まだ登録されていない"), true);
    add("group", clauses.group, "", false);
    add("re-entry policy", clauses.re_entry, "", true);
    add("cap", nullptr, Word("cap"), false);
    return checks;
  }

  const Compiled& compiled_;
  const check::FlowInfo& flow_;
  const rt::Zone* zone_;
  const StoryRequest& request_;
};

}  // namespace

Result<Stories> TellStories(const Compiled& compiled, const StoryRequest& request) {
  const Catalog& catalog = compiled.checked.catalog;
  const auto object = catalog.FindObject(request.object);
  if (!object) {
    return Fail(ErrorKind::kUsage, {fmt::format("the rules declare no object `{}`", request.object),
                                    fmt::format("ルールにオブジェクト`{}`の宣言がありません", request.object)});
  }
  if (!request.workflow.empty()) {
    SAITEN_ASSIGN_OR_RETURN(const check::FlowInfo* flow, FindFlow(compiled, request.workflow));
    if (flow->object != *object) {
      const std::string& of = catalog[flow->object].name;
      return Fail(ErrorKind::kUsage, {fmt::format("`{}` is a workflow for `{}`", request.workflow, of),
                                      fmt::format("`{}`は`{}`のワークフローです", request.workflow, of)});
    }
  }
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, ZoneOf(compiled));
  Stories stories{.object = request.object, .id = request.id};
  SAITEN_ASSIGN_OR_RETURN(const store::AutomationRows rows,
                          store::ReadAutomation(request.db, {.workflow = request.workflow,
                                                             .object = request.object,
                                                             .id = request.id,
                                                             .until = request.at.value_or(INT64_MAX)}));
  stories.there = rows.there;
  stories.at = request.at.value_or(rows.until.value_or(0));
  if (!rows.there) return stories;
  for (const check::FlowInfo& flow : compiled.checked.flows) {
    const bool asked = flow.decl->name.text == request.workflow;
    if (flow.object != *object || (!asked && !request.workflow.empty())) continue;
    Story story = Teller(compiled, flow, zone, request).Tell(rows);
    if (asked || !story.lines.empty()) stories.stories.push_back(std::move(story));
  }
  return stories;
}

}  // namespace saiten::driver
