#include <fmt/format.h>

#include "base/json.h"
#include "driver/flow_chart.h"
#include "driver/format.h"
#include "driver/outbox.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/run_words.h"

namespace saiten::cli {
namespace {

using flow::ActionState;

// Ids alone: whom and what it is about stands in the database.
std::string LineOf(const outbox::Listed& one, const Context& context) {
  const outbox::Action& action = one.action;
  std::string line = fmt::format("{:>8}  {}  {}  {:<8} {:<12} {} {}  {} / {}", action.seq, action.key,
                                 InstantText(action.time), flow::NameOf(one.state), flow::NameOf(action.kind),
                                 action.object, diag::Printable(action.id), action.workflow, action.step);
  if (action.attempts > 0) {
    line += fmt::format(fmt::runtime(context.Say("  {} attempt(s)", "  {}回試行")), action.attempts);
  }
  if (one.code != 0) line += fmt::format(fmt::runtime(context.Say(", last answer {}", "、最後の応答{}")), one.code);
  if (one.due != 0 && one.state == ActionState::kNew) {
    line += fmt::format(fmt::runtime(context.Say(", again at {}", "、次は{}")), InstantText(one.due));
  }
  if (!one.why.empty()) line += ", " + driver::FlowWord(one.why, context.language());
  return line + "\n";
}

Json JsonOf(const outbox::Listed& one) {
  const outbox::Action& action = one.action;
  Json json = {{"seq", action.seq},
               {"key", action.key},
               {"time", InstantText(action.time)},
               {"state", flow::NameOf(one.state)},
               {"kind", flow::NameOf(action.kind)},
               {"object", action.object},
               {"id", action.id},
               {"workflow", action.workflow},
               {"step", action.step},
               {"attempts", action.attempts}};
  if (one.code != 0) json["code"] = one.code;
  if (!one.why.empty()) json["why"] = one.why;
  if (one.due != 0) json["due"] = InstantText(one.due);
  return json;
}

Exit Show(const Context& context, const std::vector<outbox::Listed>& all) {
  if (context.Flag("json")) {
    auto json = Json::array();
    for (const outbox::Listed& one : all) json.push_back(JsonOf(one));
    context.console().Result(JsonPage(json));
  } else {
    for (const outbox::Listed& one : all) context.console().Result(LineOf(one, context));
  }
  return Exit::kOk;
}

Exit List(Context& context) {
  const auto limit = context.Number("limit", 1);
  if (!limit.ok()) return context.Fail(limit.error());
  std::vector<ActionState> states = {ActionState::kNew, ActionState::kSending, ActionState::kFailed,
                                     ActionState::kInDoubt};
  if (const auto state = context.Value("state")) states = {*flow::ActionStateOf(*state)};
  const auto all =
      driver::ListOutbox(ProjectOptionsOf(context), context.Value("db").value_or(""), states, limit->value_or(-1));
  if (!all.ok()) return context.Fail(all.error());
  if (all->empty() && !context.Flag("json")) {
    context.console().Info(context.Say("nothing there", "該当するアクションはありません"));
    return Exit::kOk;
  }
  return Show(context, *all);
}

void ShowAttempt(const Context& context, const outbox::Action& action, const outbox::Outcome& outcome, bool dry) {
  Console& console = context.console();
  const std::string name = diag::Printable(outbox::NameOf(action).In(context.language()));
  const std::string& why = outcome.why.In(context.language());
  switch (outcome.state) {
    case ActionState::kSent:
      console.Detail(fmt::format("{}: {}", name, context.Say("sent", "送信しました")));
      return;
    case ActionState::kNew:
      if (dry) {
        console.Result(fmt::format("{}\n", name));
      } else if (outcome.no_server) {
        console.Warn(fmt::format(
            fmt::runtime(context.Say("no mail can go out at present: {}", "いまはメールを送信できません: {}")), why));
      } else {
        console.Warn(fmt::format(fmt::runtime(context.Say("{}: {}; again in {} s", "{}: {}。{}秒後に再試行します")),
                                 name, why, outcome.pause));
      }
      return;
    case ActionState::kInDoubt:
      console.Warn(fmt::format(
          fmt::runtime(context.Say("{}: in doubt, it may have gone out: {}", "{}: 送信されたかどうか不明です: {}")),
          name, why));
      return;
    case ActionState::kDropped:
      console.Info(fmt::format(
          fmt::runtime(dry ? context.Say("{}: would not go out: {}", "{}: 送信しません: {}")
                           : context.Say("{}: dropped, it may not go out any more: {}", "{}: 取りやめました: {}")),
          name, driver::FlowWord(outcome.response, context.language())));
      return;
    case ActionState::kFailed:
    case ActionState::kSending:
    case ActionState::kSimulated:
      console.Warn(fmt::format("{}: {}: {}", name,
                               dry ? context.Say("would fail", "失敗します") : context.Say("failed", "失敗"), why));
      return;
  }
}

std::string Summary(const Context& context, const outbox::SendReport& report, bool dry) {
  std::string line =
      dry ? fmt::format(fmt::runtime(context.Say("{} would be sent, {} tasks and notifications handed over",
                                                 "送信予定{}件、タスクと通知{}件")),
                        report.sent, report.handed)
          : fmt::format(fmt::runtime(context.Say("{} sent, {} tasks and notifications handed over",
                                                 "送信{}件、タスクと通知{}件")),
                        report.sent, report.handed);
  const auto add = [&](int64_t count, std::string_view en, std::string_view ja) {
    if (count > 0) line += fmt::format(fmt::runtime(context.Say(en, ja)), count);
  };
  add(report.failed, ", {} failed", "、失敗{}件");
  add(report.again, ", {} to be tried again", "、再試行待ち{}件");
  add(report.in_doubt, ", {} mails in doubt", "、送信不明のメール{}件");
  add(report.dropped, ", {} dropped", "、取りやめ{}件");
  add(report.held, ", {} wait for their workflow to be resumed", "、一時停止中のワークフローの{}件は保留");
  if (report.limited) line += context.Say("; ended at --limit", "。--limitで終了しました");
  return line;
}

Exit Send(Context& context) {
  driver::OutboxOptions options;
  options.db = context.Value("db").value_or("");
  options.rate = context.Value("rate").value_or("");
  options.wait = context.Value("wait").value_or("");
  options.dry = context.Flag("dry-run");
  const auto limit = context.Number("limit", 1);
  if (!limit.ok()) return context.Fail(limit.error());
  options.send.limit = limit->value_or(-1);
  options.send.failed_too = context.Flag("failed");
  const std::string in_doubt = context.Value("in-doubt").value_or("");
  if (in_doubt == "list") {
    const auto all =
        driver::ListOutbox(ProjectOptionsOf(context), options.db, {ActionState::kInDoubt, ActionState::kSending}, -1);
    if (!all.ok()) return context.Fail(all.error());
    std::vector<outbox::Listed> mails;
    for (const outbox::Listed& one : *all) {
      if (one.action.kind == flow::ActionKind::kMail) mails.push_back(one);
    }
    Show(context, mails);
    return mails.empty() ? Exit::kOk : Exit::kPartial;
  }
  if (in_doubt == "resend") options.send.in_doubt = outbox::InDoubt::kResend;
  if (in_doubt == "drop") options.send.in_doubt = outbox::InDoubt::kDrop;
  const bool json = context.Flag("json");
  options.send.at = [&](const outbox::Action& action, const outbox::Outcome& outcome) {
    if (!json || outcome.state != ActionState::kNew || !options.dry) ShowAttempt(context, action, outcome, options.dry);
  };
  options.send.held = [&] {
    context.console().Warn(context.Say(
        "somebody holds the database: what came of a mail or webhook waits to be written; who stops now has "
        "mails in doubt",
        "データベースがほかで使われているため、送信結果の書き込みを待っています。ここで止めると送信不明のメールが残りま"
        "す"));
  };
  const auto done = driver::SendOutbox(ProjectOptionsOf(context), options);
  if (!done.ok()) return context.Fail(done.error());
  const outbox::SendReport& report = done->report;
  if (json) {
    auto listed = Json::array();
    for (const outbox::Listed& one : done->in_doubt) listed.push_back(JsonOf(one));
    context.console().Result(JsonPage({{"format_version", "1.0"},
                                       {"database", done->db},
                                       {"sent", report.sent},
                                       {"handed_over", report.handed},
                                       {"failed", report.failed},
                                       {"again", report.again},
                                       {"in_doubt", listed},
                                       {"dropped", report.dropped},
                                       {"held", report.held},
                                       {"limited", report.limited}}));
  } else {
    for (const outbox::Listed& one : done->in_doubt) context.console().Result(LineOf(one, context));
    context.console().Info(Summary(context, report, options.dry));
    if (report.in_doubt > 0) {
      context.console().Info(
          context.Say("a mail in doubt may have gone out or not: `--in-doubt resend` sends it again, `--in-doubt drop` "
                      "leaves it",
                      "送信不明のメールは、届いたかどうかわかりません。`--in-doubt resend`で再送、`--in-doubt "
                      "drop`で取りやめます"));
    }
  }
  return report.partial() ? Exit::kPartial : Exit::kOk;
}

OptionSpec JsonOption() { return {.name = "json", .help = {"for machines", "機械向けのJSON"}}; }

}  // namespace

Command OutboxSendCommand() {
  return {
      .name = "outbox send",
      .summary = {"deliver webhooks and mail", "Webhookとメールの送信"},
      .details =
          {"Delivers what workflows have written into saiten_actions: webhooks by HTTP, mail by SMTP; tasks and "
           "notifications stand in the\nviews saiten_tasks and saiten_notifications. Places are only those of [outbox] "
           "allow in saiten.toml, secrets come from the\nenvironment. An action is marked before the call and after "
           "it, "
           "so the command may be killed and begun again at any time:\na webhook is then sent again with the same "
           "Idempotency-Key, a mail is in doubt (exit 4) until somebody says what to do.\nFailed calls are tried again "
           "as the rule says (`retry 3 backoff 1m, 5m`), by the next `outbox send` after that time, or with --wait by "
           "this one.",
           "ワークフローがsaiten_"
           "actionsに書いたアクションを送ります。WebhookはHTTP、メールはSMTPで送り、タスクと通知はビュー"
           "saiten_tasksとsaiten_notificationsで読めます。\n送信先はsaiten.tomlの[outbox] "
           "allowにあるものだけで、秘密の値は環境変数から読みます。\n送信の前後に状態を記録するので、いつ止めてもやり直"
           "せます。"
           "Webhookは同じIdempotency-Keyで再送し、メールは「不明」として残ります(終了コード4)。\n"
           "失敗した呼び出しはルールの`retry 3 backoff 1m, 5m`に従い、その時刻以降の`outbox "
           "send`(--waitなら同じ実行)で再試行し"
           "ます。"},
      .options = {DbOption(),
                  {.name = "dry-run",
                   .help = {"say what would be sent, and send nothing", "送らずに、送るものを表示する"}},
                  {.name = "rate",
                   .value = "N/UNIT",
                   .help = {"at most so many: 10/s, 100/min, 1000/h", "速さの上限: 10/s、100/min、1000/h"}},
                  {.name = "limit", .value = "N", .help = {"at most N calls, then end", "N件で終える"}},
                  {.name = "wait",
                   .value = "TIME",
                   .help = {"wait so long for what can be tried again: 90s, 10m",
                            "再試行をこの時間まで待つ: 90s、10m"}},
                  {.name = "in-doubt",
                   .value = "WHAT",
                   .help = {"mails that may have gone out: list them, send them again, or drop them",
                            "送信されたか不明のメール: list 一覧、resend 再送、drop 取りやめ"},
                   .choices = {"list", "resend", "drop"}},
                  {.name = "failed", .help = {"also try again what failed", "失敗したものも、もう一度送る"}},
                  JsonOption()},
      .examples = {{"saiten outbox send --dry-run", {"look first", "まず確かめる"}},
                   {"saiten outbox send --rate 100/min",
                    {"not faster than the mail server likes", "メールサーバーに合わせて遅く送る"}},
                   {"saiten outbox send --in-doubt list", {"exit 4 if there are any", "あれば終了コードは4"}}},
      .run = Send};
}

Command OutboxListCommand() {
  return {.name = "outbox list",
          .summary = {"what is not delivered, and why", "送られていないアクションの一覧"},
          .details = {"Actions that are new, failed or in doubt, by their ids. What servers answered is in the table "
                      "saiten_delivery.",
                      "未送信、失敗、不明のアクションをIDで表示します。サーバーの応答は表saiten_deliveryにあります。"},
          .options = {DbOption(),
                      {.name = "state",
                       .value = "STATE",
                       .help = {"only these", "この状態だけ"},
                       .choices = {"new", "sending", "sent", "failed", "in doubt", "dropped", "simulated"}},
                      {.name = "limit", .value = "N", .help = {"the first N", "最初のN件"}},
                      JsonOption()},
          .examples = {{"saiten outbox list --state failed --db crm.db", {"what was given up", "失敗したもの"}}},
          .run = List};
}

}  // namespace saiten::cli
