#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "driver/flow_chart.h"
#include "driver/format.h"
#include "driver/try_enrolment.h"
#include "driver/workflow_control.h"
#include "tools/cli/commands.h"
#include "tools/cli/run_words.h"
#include "tools/cli/show.h"

// Workflows by hand.
namespace saiten::cli {
namespace {

using driver::Asked;
using Kind = flow::Control::Kind;

driver::WorkflowOptions OptionsOf(const Context& context) {
  return {.db = context.Value("db").value_or(""),
          .as_of = context.Value("as-of").value_or(""),
          .workflow = context.positional()[0]};
}

// What it means for the people, from when on, and that it is the next run that does it.
Exit Tell(Context& context, const Asked& asked, std::string_view what) {
  if (context.Flag("json")) {
    const Json json = {
        {"format_version", "1.0"},     {"database", asked.db},           {"workflow", context.positional()[0]},
        {"at", InstantText(asked.at)}, {"before", NameOf(asked.before)}, {"after", NameOf(asked.after)}};
    context.console().Result(JsonPage(json));
    return Exit::kOk;
  }
  context.console().Result(fmt::format(fmt::runtime(context.Say("{0}, from {1} on: {2}\n", "{1}から{0}: {2}\n")),
                                       context.positional()[0], InstantText(asked.at), what));
  context.console().Info(context.Say("the next `saiten run` takes this in", "次の`saiten run`で反映されます"));
  return Exit::kOk;
}

std::unique_ptr<driver::Compiled> Compile(Context& context, Exit* exit) {
  return CompileOrExplain(context, false, driver::CompileTo::kProgram, exit);
}

// The one of several flags that was given.
Result<std::string_view> OneOf(const Context& context, std::initializer_list<std::string_view> flags) {
  std::string_view chosen;
  std::string all;
  size_t given = 0;
  for (std::string_view flag : flags) {
    all += fmt::format("{}`--{}`", all.empty() ? "" : ", ", flag);
    if (!context.Flag(flag)) continue;
    chosen = flag;
    ++given;
  }
  if (given == 1) return chosen;
  return driver::Fail(ErrorKind::kUsage,
                      {fmt::format("one of {} must be given: what becomes of those inside is never guessed", all),
                       fmt::format("{}のどれか1つを指定してください。登録済みの人の扱いは推測しません", all)},
                      {fmt::format("`saiten {} --help` says what each does", context.command().name),
                       fmt::format("それぞれの意味は`saiten {} --help`にあります", context.command().name)});
}

Exit Ask(Context& context, Kind kind, std::string_view what) {
  Exit exit = Exit::kOk;
  auto compiled = Compile(context, &exit);
  if (!compiled) return exit;
  const auto asked = driver::AskWorkflow(*compiled, OptionsOf(context), kind);
  if (!asked.ok()) return context.Fail(asked.error());
  return Tell(context, *asked, what);
}

Exit Off(Context& context) {
  const auto flag = OneOf(context, {"drain", "freeze", "cancel"});
  if (!flag.ok()) return context.Fail(flag.error());
  if (*flag == "drain") {
    return Ask(context, Kind::kDrain,
               context.Say("nobody enters, those inside go on to their end",
                           "新しい登録を止め、登録済みの人は最後まで続けます"));
  }
  if (*flag == "freeze") {
    return Ask(
        context, Kind::kFreeze,
        context.Say("nobody enters, those inside stand still", "新しい登録を止め、登録済みの人もその場で止めます"));
  }
  return Ask(
      context, Kind::kCancel,
      context.Say("nobody enters, those inside end as `off`", "新しい登録を止め、登録済みの人は`off`で終了します"));
}

Exit Pause(Context& context) {
  return Ask(context, Kind::kPause,
             context.Say("who enters or is inside stands still until it is resumed",
                         "登録は続け、全員が再開までその場で止まります"));
}

Exit Resume(Context& context) {
  const auto flag = OneOf(context, {"keep", "restart", "active-time"});
  if (!flag.ok()) return context.Fail(flag.error());
  if (*flag == "keep") {
    return Ask(context, Kind::kResumeKeep,
               context.Say("on; waits are as planned, and what is overdue is done at once",
                           "動作再開。待ち時間は予定のままで、期限を過ぎたものはすぐに行います"));
  }
  if (*flag == "restart") {
    return Ask(context, Kind::kResumeRestart,
               context.Say("on; everybody's wait begins anew", "動作再開。待ち時間は最初から数え直します"));
  }
  return Ask(context, Kind::kResumeActiveTime,
             context.Say("on; the time that it stood still does not count",
                         "動作再開。止まっていた時間は待ち時間に数えません"));
}

// One row of a try: what is done, and what a person would read of it.
std::string LineOf(const Context& context, const driver::TryReport& report, const driver::TryReport::Row& row) {
  const auto field = [&](std::string_view name) {
    const auto found =
        std::ranges::find(row.fields, name, [](const auto& each) { return std::string_view(each.first); });
    return found == row.fields.end() ? std::string() : found->second;
  };
  const bool action = row.kind == flow::RowKind::kAction;
  std::string out = report.Spell(row.time) + "  ";
  if (!row.step.empty()) out += row.step + ": ";
  out += driver::FlowWord(action ? NameOf(row.action) : NameOf(row.kind), context.language());
  for (const char* name : {"template", "title", "action", "url", "property", "score"}) {
    if (const std::string value = field(name); !value.empty()) out += " " + value;
  }
  if (!row.detail.empty()) out += " " + driver::FlowWord(row.detail, context.language());
  if (const std::string to = field("to"); !to.empty()) out += fmt::format(" -> {}", to);
  if (const std::string after = field("after"); !after.empty()) out += fmt::format(" = {}", after);
  if (const std::string saw = field("saw"); !saw.empty()) out += fmt::format("   ({})", saw);
  out += "\n";
  if (row.assumed) {
    out += "    ";
    out +=
        row.answered.empty()
            ? std::string(context.Say("(as if nobody answers)", "(返答がないものとして進めています)"))
            : fmt::format(fmt::runtime(context.Say("(as if nobody answers; an answer leads to `{}`)",
                                                   "(返答がないものとして進めています。返答があれば`{}`へ進みます)")),
                          row.answered);
    out += "\n";
  }
  for (const char* name : {"subject", "text", "body"}) {
    std::string text = field(name);
    if (text.empty() || !action) continue;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 7) text.replace(at, 1, "\n      ");
    out += fmt::format("    | {}\n", text);
  }
  return out;
}

Json JsonOf(const driver::TryReport& report) {
  Json rows = Json::array();
  for (const driver::TryReport::Row& row : report.rows) {
    const bool action = row.kind == flow::RowKind::kAction;
    Json one = {{"time", InstantText(row.time)},
                {"step", row.step},
                {"kind", action ? NameOf(row.action) : NameOf(row.kind)},
                {"detail", row.detail}};
    if (row.assumed) one["assumed"] = "no answer";
    if (!row.answered.empty()) one["an_answer_leads_to"] = row.answered;
    for (const auto& [name, value] : row.fields) one["fields"][name] = value;
    rows.push_back(std::move(one));
  }
  return {{"format_version", "1.0"},
          {"from", InstantText(report.from)},
          {"ended", report.ended.empty() ? Json(nullptr) : Json(report.ended)},
          {"waits_at", report.waits_at},
          {"log", std::move(rows)}};
}

// Nothing is written: what would come of it.
Exit Try(Context& context, driver::Compiled& compiled) {
  if (context.Flag("remove")) {
    return context.Fail(driver::Fail(ErrorKind::kUsage, {"`--dry-run` and `--remove` do not go together",
                                                         "`--dry-run`と`--remove`は一緒に使えません"}));
  }
  driver::TryOptions options{
      .data = {.db = context.Value("db").value_or(""), .as_of = context.Value("as-of").value_or("")},
      .workflow = context.positional()[0],
      .object = context.positional()[1],
      .id = context.positional()[2]};
  options.data.cache.use = false;
  const auto report = driver::TryEnrolment(compiled, options);
  if (!report.ok()) return context.Fail(report.error());
  if (context.Flag("json")) {
    context.console().Result(JsonPage(JsonOf(*report)));
    return Exit::kOk;
  }
  std::string out;
  for (const driver::TryReport::Row& row : report->rows) out += LineOf(context, *report, row);
  context.console().Result(out);
  if (report->ended.empty()) {
    context.console().Info(fmt::format(
        fmt::runtime(context.Say("it is inside still, at `{}`: nothing more happens by itself within a year",
                                 "まだ登録中で、`{}`にいます。この後1年間、自動では何も起きません")),
        report->waits_at));
  }
  context.console().Info(context.Say("tried with the data of now, as if nothing else happened; nothing was written",
                                     "現在のデータで、ほかに何も起きないものとして試しました。何も書き込んでいません"));
  return Exit::kOk;
}

Exit Enrol(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = Compile(context, &exit);
  if (!compiled) return exit;
  if (context.Flag("dry-run")) return Try(context, *compiled);
  const driver::EnrolByHand who{
      .object = context.positional()[1], .id = context.positional()[2], .enrol = !context.Flag("remove")};
  const auto asked = driver::AskToEnrol(*compiled, OptionsOf(context), who);
  if (!asked.ok()) return context.Fail(asked.error());
  const auto words = who.enrol ? context.Say("{} {} enters if nothing but `only if` speaks against it",
                                             "{} {}を登録します(`only if`以外の条件は確かめます)")
                               : context.Say("{} {} is taken out", "{} {}を外します");
  return Tell(context, *asked, fmt::format(fmt::runtime(words), who.object, who.id));
}

Exit Merge(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = Compile(context, &exit);
  if (!compiled) return exit;
  const std::vector<std::string>& words = context.positional();
  const driver::WorkflowOptions options{
      .db = context.Value("db").value_or(""), .as_of = context.Value("as-of").value_or(""), .workflow = {}};
  const auto merged = driver::MergeRecords(*compiled, options, words[0], words[1], words[2]);
  if (!merged.ok()) return context.Fail(merged.error());
  if (context.Flag("json")) {
    const Json json = {{"format_version", "1.0"}, {"database", merged->db}, {"object", words[0]},    {"from", words[1]},
                       {"into", words[2]},        {"moved", merged->moved}, {"ended", merged->ended}};
    context.console().Result(JsonPage(json));
    return Exit::kOk;
  }
  context.console().Result(
      fmt::format(fmt::runtime(context.Say(
                      "{0} {1} is {2} now: {3} runs moved, {4} of them ended as `removed`\n",
                      "{0} {1}を{2}に統合しました。移した登録は{3}件、そのうち`removed`で終了したものは{4}件です\n")),
                  words[0], words[1], words[2], merged->moved, merged->ended));
  return Exit::kOk;
}

std::vector<OptionSpec> With(std::vector<OptionSpec> own) {
  std::vector<OptionSpec> options = {
      DbOption(), {.name = "as-of", .value = "TIME", .help = {"from then on (default: now)", "いつから(既定: 現在)"}}};
  options.insert(options.end(), own.begin(), own.end());
  options.push_back({.name = "json", .help = {"for machines", "機械向けのJSON"}});
  return options;
}

}  // namespace

Command WorkflowOffCommand() {
  return {
      .name = "workflow off",
      .arguments = "NAME",
      .summary = {"let nobody into a workflow any more", "ワークフローへの新規登録を止める"},
      .details =
          {"Who would enter is refused with `off`. What becomes of those inside must be said: --drain lets them go on "
           "to "
           "their end,\n--freeze keeps them where they are until `workflow resume`, --cancel ends them as `off`. "
           "Goals, "
           "`suppress` and `stop on` end\npeople in a frozen workflow, too. It counts from this instant on, also where "
           "the next run comes later, and stands in\nsaiten_decisions as `switched`. A run cannot be at work "
           "meanwhile.",
           "登録しようとした人は`off`で断られます。登録済みの人の扱いは必ず指定します: "
           "--drainは最後まで続け、--freezeは"
           "\n`workflow resume`までその場で止め、--cancelは`off`で終わらせます。凍結中でも目標、`suppress`、`stop "
           "on`では終"
           "了します。\n次の実行が後になっても、この時点から有効です。saiten_decisionsに`switched`として残ります。\n"
           "実行中のrunがあるときは使えません。"},
      .options = With({{.name = "drain", .help = {"those inside go on to their end", "登録済みの人は最後まで続ける"}},
                       {.name = "freeze", .help = {"those inside stand still", "登録済みの人もその場で止める"}},
                       {.name = "cancel", .help = {"those inside end", "登録済みの人を終わらせる"}}}),
      .examples = {{"saiten workflow off nurture --drain --db crm.db",
                    {"the campaign is over, its mails still go out", "キャンペーン終了後も、残りのメールは送る"}}},
      .min_arguments = 1,
      .max_arguments = 1,
      .run = Off};
}

Command WorkflowPauseCommand() {
  return {.name = "workflow pause",
          .arguments = "NAME",
          .summary = {"stop a workflow for a while", "ワークフローを一時停止する"},
          .details =
              {"Nobody inside goes on, and who enters waits at the beginning; answers that somebody waits for are "
               "noted. Goals,\n`suppress` and `stop on` end people as ever. `workflow resume` says what becomes "
               "of waits that ended meanwhile.",
               "登録済みの人は先に進まず、新しく登録された人は最初のステップで待ちます。待っていた返信などは記録されま"
               "す。\n目標、`suppress`、`stop on`では通常どおり終了します。その間に過ぎた待ち時間の扱いは`workflow "
               "resume`で決めます。"},
          .options = With({}),
          .examples = {{"saiten workflow pause nurture --db crm.db", {"until it is resumed", "再開するまで"}}},
          .min_arguments = 1,
          .max_arguments = 1,
          .run = Pause};
}

Command WorkflowResumeCommand() {
  return {
      .name = "workflow resume",
      .arguments = "NAME",
      .summary = {"let a workflow go on", "ワークフローを再開する"},
      .details =
          {"From paused, frozen, drained or off back to on. What becomes of waits must be said: --keep leaves them "
           "as they were, and\nwhat is overdue is done at once (`stale after` drops messages that are too late); "
           "--restart begins them anew;\n--active-time counts only the time that the workflow ran. Waits until an "
           "hour or a date stay where they are.",
           "一時停止、凍結、停止から動作中に戻します。待ち時間の扱いは必ず指定します: --keepは予定のままで、期限を"
           "過ぎたものは\nすぐに行います(遅すぎるメッセージは`stale after`で取りやめ)。--restartは最初から数え直し、"
           "--active-timeは\n動いていた時間だけを数えます。時刻や日付までの待ちは動きません。"},
      .options =
          With({{.name = "keep", .help = {"waits as planned, overdue at once", "予定のまま、過ぎたものはすぐに"}},
                {.name = "restart", .help = {"waits begin anew", "最初から数え直す"}},
                {.name = "active-time", .help = {"the standstill does not count", "止まっていた時間は数えない"}}}),
      .examples = {{"saiten workflow resume nurture --active-time --db crm.db",
                    {"three days of waiting stay three days of running", "3日の待ちは、動いていた3日"}}},
      .min_arguments = 1,
      .max_arguments = 1,
      .run = Resume};
}

Command WorkflowEnrolCommand() {
  return {
      .name = "workflow enrol",
      .arguments = "NAME OBJECT ID",
      .summary = {"put one record into a workflow by hand", "レコードを1件、手でワークフローに登録する"},
      .details =
          {"The next run enrols it, at this instant. By hand only `only if` is not asked; `suppress`, consent, the "
           "goal, who is inside\nalready, groups and `once` are, and a refusal stands in saiten_decisions with its "
           "reason. Sequences are started this way.\n--remove takes the record out again; it ends as "
           "`removed`.\n--dry-run writes nothing: time "
           "goes by on a virtual clock, and you see each message with its words, each branch with what it saw, and\n"
           "where an answer would lead elsewhere.",
           "次の実行で、この時点のこととして登録します。手での登録では`only if`だけは確かめません。`suppress`、同意、"
           "目標、\n登録済みか、グループ、`once`は確かめ、断った理由はsaiten_decisionsに残ります。シーケンスはこうして"
           "始めます。\n--removeで外すこともできます。終了状態は`removed`です。\n--dry-"
           "runでは何も書き込まず、仮想の時計を進めて"
           "、送られる文面、分岐とその値、返答があった場合の行き先を表示します。"},
      .options = With({{.name = "remove", .help = {"out of it instead", "登録ではなく、外す"}},
                       {.name = "dry-run",
                        .help = {"only show what would happen to it, step by step, with all texts",
                                 "書き込まず、ステップごとに何が起きるかを文面とともに表示する"}}}),
      .examples = {{"saiten workflow enrol first_call contact 4711 --db crm.db",
                    {"a sequence for one contact", "1件のコンタクトにシーケンスを始める"}},
                   {"saiten workflow enrol nurture contact 4711 --dry-run --db crm.db",
                    {"what this contact would get and when", "このコンタクトに何がいつ届くか"}}},
      .min_arguments = 3,
      .max_arguments = 3,
      .run = Enrol};
}

Command WorkflowMergeCommand() {
  return {
      .name = "workflow merge",
      .arguments = "OBJECT FROM INTO",
      .summary = {"two records of the CRM have become one", "CRMで統合した2件のレコードを、自動化でも1件にする"},
      .details =
          {"What workflows know of FROM is from now on of INTO: where it is and was, messages that caps count, granted "
           "points, lists.\nWhere both are in one workflow, the older run goes on and the other ends as `removed`; "
           "`once` "
           "and `at most` count both.\nValues that workflows set count for INTO alone. The rows of the CRM's own "
           "tables are "
           "the CRM's business. Without this a record\nthat is gone ends everywhere as `removed`.",
           "FROMについて自動化が知っていることは、以後INTOのものになります: "
           "登録とその履歴、上限に数えるメッセージ、付与した"
           "点、\nリスト。同じワークフローに両方が登録中なら、古いほうが続き、もう一方は`removed`で終わります。`once`"
           "と`at "
           "most`"
           "は\n両方を合わせて数えます。ワークフローが書いた値はINTOのものだけが残ります。CRM自身の表は変えません。\n"
           "このコマンドを使わずにレコードが消えると、登録はすべて`removed`で終わります。"},
      .options = With({}),
      .examples = {{"saiten workflow merge contact 4712 4711 --db crm.db", {"4711 stays", "4711を残す"}}},
      .min_arguments = 3,
      .max_arguments = 3,
      .run = Merge};
}

}  // namespace saiten::cli
