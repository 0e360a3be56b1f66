#include <fmt/format.h>

#include "driver/flow_chart.h"
#include "driver/flow_figures.h"
#include "driver/flow_slices.h"
#include "driver/loaded.h"
#include "driver/project.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/run_words.h"
#include "tools/cli/share_text.h"
#include "tools/cli/show.h"
#include "tools/cli/slice_text.h"

namespace saiten::cli {
namespace {

using driver::ArmFigures;
using driver::FlowFigures;
using driver::Share;
using driver::StepFigures;

Json Overview(const FlowFigures& flow) {
  return {{"name", flow.name},
          {"label", flow.label},
          {"object", flow.object},
          {"kind", flow.sequence ? "sequence" : "workflow"},
          {"state", flow.state.empty() ? Json(nullptr) : Json(flow.state)},
          {"version", flow.version.empty() ? Json(nullptr) : Json(flow.version)},
          {"enrolled", flow.enrolled},
          {"inside", flow.inside},
          {"inside_older_versions", JsonOf(flow.inside_old)},
          {"ended", JsonOf(flow.ended)},
          {"goal_rate", JsonOf(flow.goal_rate())},
          {"influenced_goal_rate", JsonOf(flow.influenced_rate())},
          {"completion", JsonOf(flow.completion())},
          {"goal_after_completion", JsonOf(flow.goal_after_rate())},
          {"meeting_rate", JsonOf(flow.meeting_rate())}};
}

struct Measure {
  std::string_view name;
  driver::Text words;
  uint64_t ArmFigures::* count;
};

// What arms are compared by.
std::vector<Measure> Measures() {
  return {{"goal", {"goal reached", "ゴール達成"}, &ArmFigures::goal},
          {"replied", {"replied", "返信"}, &ArmFigures::replied},
          {"meeting", {"meeting booked", "面談予約"}, &ArmFigures::meetings},
          {"completed", {"completed", "完了"}, &ArmFigures::completed}};
}

Json SplitJson(const driver::SplitFigures& split) {
  Json arms = Json::array();
  const ArmFigures& first = split.arms.front();
  for (const ArmFigures& arm : split.arms) {
    Json json = {{"arm", arm.name}, {"runs", arm.runs}};
    for (const Measure& measure : Measures()) {
      const Share share{arm.*measure.count, arm.runs};
      Json of = JsonOf(share);
      if (share.n > 0) of["wilson_95"] = JsonOf(Wilson(share));
      if (&arm != &first && share.n > 0 && first.runs > 0) {
        const Share base{first.*measure.count, first.runs};
        of["difference"] = {{"to", first.name},
                            {"value", *share.value() - *base.value()},
                            {"newcombe_95", JsonOf(Newcombe(share, base))},
                            {"p", PValue(share, base)}};
      }
      json[std::string(measure.name)] = std::move(of);
    }
    arms.push_back(std::move(json));
  }
  return {{"split", split.name}, {"arms", std::move(arms)}};
}

Json FlowJson(const FlowFigures& flow) {
  Json json = Overview(flow);
  json["reply_rate"] = JsonOf(flow.reply_rate());
  json["refused"] = JsonOf(flow.refused);
  json["started"] = JsonOf(flow.started);
  json["steps"] = Json::array();
  for (const StepFigures& step : flow.steps) {
    Json one = {{"step", step.name},
                {"kind", step.kind},
                {"reached", step.reached},
                {"waiting", step.waiting},
                {"ended", JsonOf(step.ended)},
                {"skipped", JsonOf(step.skipped)},
                {"actions", JsonOf(step.actions)}};
    if (!step.ways.empty()) one["ways"] = JsonOf(step.ways);
    if (step.kind == "task") one["outcomes"] = JsonOf(step.outcomes);
    for (const auto& [score, granted] : step.granted) {
      one["granted"][score] = {{"times", granted.times}, {"points", granted.points}};
    }
    if (step.kind == "send") {
      one["links"] = JsonOf(step.links);
      one["events"] = JsonOf(step.events);
      one["open_rate"] = JsonOf(step.RateOf("email_open"));
      one["click_rate"] = JsonOf(step.RateOf("email_click"));
      one["reply_rate"] = JsonOf(step.RateOf("reply"));
      one["unsubscribe_rate"] = JsonOf(step.RateOf("unsubscribe"));
    }
    json["steps"].push_back(std::move(one));
  }
  json["splits"] = Json::array();
  for (const auto& split : flow.splits) json["splits"].push_back(SplitJson(split));
  return json;
}

std::string StateWord(const FlowFigures& flow, const Context& context) {
  if (flow.state.empty()) return std::string(context.Say("never ran", "未実行"));
  return driver::FlowWord(flow.state, context.language());
}

std::string ListText(const std::vector<FlowFigures>& flows, const Context& context) {
  size_t name = 10;
  size_t state = 10;
  for (const FlowFigures& flow : flows) {
    name = std::max<size_t>(name, diag::TextWidth(flow.name) + 2);
    state = std::max<size_t>(state, diag::TextWidth(StateWord(flow, context)) + 2);
  }
  std::string out = fmt::format("{}{}{}{}{}  {}\n", Padded(std::string(context.Say("name", "名前")), name),
                                Padded(std::string(context.Say("state", "状態")), state),
                                Padded(std::string(context.Say("version", "版")), 10),
                                Padded(std::string(context.Say("enrolled", "登録")), 10),
                                Padded(std::string(context.Say("inside", "進行中")), 10), context.Say("ended", "終了"));
  for (const FlowFigures& flow : flows) {
    out += fmt::format("{}{}{}{}{}  {}\n", Padded(flow.name, name), Padded(StateWord(flow, context), state),
                       Padded(flow.version.substr(0, 8), 10), Padded(diag::WithThousands(flow.enrolled), 10),
                       Padded(diag::WithThousands(flow.inside), 10), driver::TallyText(flow.ended, context.language()));
    out.erase(out.find_last_not_of(" \n") + 1);
    out += "\n";
  }
  return out;
}

std::string StepText(const StepFigures& step, size_t width, const Context& context) {
  const driver::Language language = context.language();
  std::string out = fmt::format("  {}{:>9}", Padded(step.name, width), diag::WithThousands(step.reached));
  std::vector<std::string> parts;
  if (step.waiting > 0) parts.push_back(fmt::format("{} {}", context.Say("waiting now", "現在待機中"), step.waiting));
  if (!step.actions.empty()) parts.push_back(driver::TallyText(driver::ActionsOf(step), language));
  if (!step.skipped.empty()) {
    parts.push_back(
        fmt::format("{} {}", context.Say("left out:", "対象外:"), driver::TallyText(step.skipped, language)));
  }
  if (!step.outcomes.empty()) {
    parts.push_back(fmt::format("{} {}", context.Say("closed:", "結果:"), driver::TallyText(step.outcomes, language)));
  }
  if (!step.ways.empty() && step.kind != "task") {
    parts.push_back(fmt::format("{} {}", context.Say("ways:", "分岐:"), driver::TallyText(step.ways, language)));
  }
  for (const auto& [score, granted] : step.granted) {
    parts.push_back(fmt::format(fmt::runtime(context.Say("{}: {:+g} points in {} times", "{}: {:+g}点({}回)")), score,
                                granted.points, granted.times));
  }
  if (!step.ended.empty()) {
    parts.push_back(
        fmt::format("{} {}", context.Say("ended here:", "ここで終了:"), driver::TallyText(step.ended, language)));
  }
  out += parts.empty() ? "" : fmt::format("  {}", fmt::join(parts, "; "));
  out += "\n";
  if (step.kind == "send" && step.RateOf("delivered").n > 0) {
    out += std::string(width + 13, ' ');
    out += fmt::format("{} {}", context.Say("delivered", "到達"), diag::WithThousands(step.RateOf("delivered").n));
    for (const std::string_view event : {"email_open", "email_click", "reply", "unsubscribe"}) {
      if (step.RateOf(event).k > 0)
        out += fmt::format("   {} {}", driver::FlowWord(event, language), ShareText(step.RateOf(event)));
    }
    out += "\n";
  }
  for (const auto& [url, records] : step.links) {
    out += fmt::format("{}{} {}: {}\n", std::string(width + 13, ' '), context.Say("followed", "リンク先"), url,
                       diag::WithThousands(records));
  }
  return out;
}

std::string SplitText(const driver::SplitFigures& split, const Context& context) {
  std::string out = fmt::format("\n{} {}:", context.Say("split", "分割テスト"), split.name);
  for (const ArmFigures& arm : split.arms) out += fmt::format("  {} {}", arm.name, diag::WithThousands(arm.runs));
  out += "\n";
  const ArmFigures& first = split.arms.front();
  for (const Measure& measure : Measures()) {
    const bool any = std::ranges::any_of(split.arms, [&](const ArmFigures& arm) { return arm.*measure.count > 0; });
    if (!any) continue;
    out += fmt::format("  {}\n", measure.words.In(context.language()));
    for (const ArmFigures& arm : split.arms) {
      const Share share{arm.*measure.count, arm.runs};
      out += fmt::format("    {}{}", Padded(arm.name, 12), Padded(ShareText(share), 26));
      if (share.n > 0) {
        const auto interval = Wilson(share);
        out += fmt::format("95 %: {} .. {}", Percent(interval.low), Percent(interval.high));
      }
      if (&arm != &first && share.n > 0 && first.runs > 0) {
        const Share base{first.*measure.count, first.runs};
        const auto interval = Newcombe(share, base);
        out += fmt::format("   {} {}: {:+.1f} ({:+.1f} .. {:+.1f}) {}, p = {:.3f}", context.Say("to", "基準"),
                           first.name, 100 * (*share.value() - *base.value()), 100 * interval.low, 100 * interval.high,
                           context.Say("points", "ポイント"), PValue(share, base));
      }
      out += "\n";
    }
  }
  return out;
}

std::string ShowText(const FlowFigures& flow, const Context& context) {
  const driver::Language language = context.language();
  std::string out = flow.name;
  if (!flow.label.empty()) out += fmt::format(" \"{}\"", flow.label);
  out += fmt::format("   {}   {} {}\n", StateWord(flow, context), context.Say("version", "版"),
                     flow.version.empty() ? "-" : flow.version.substr(0, 8));
  const auto line = [&](std::string_view en, std::string_view ja, const std::string& value) {
    out += fmt::format("  {}{}\n", Padded(std::string(context.Say(en, ja)), 24), value);
  };
  line("enrolled", "登録", diag::WithThousands(flow.enrolled));
  line("inside now", "進行中", diag::WithThousands(flow.inside));
  for (const auto& [version, runs] : flow.inside_old) {
    line("  in an older version", "  うち古い版",
         fmt::format("{} ({})", diag::WithThousands(runs), version.substr(0, 8)));
  }
  if (!flow.ended.empty()) line("ended", "終了", driver::TallyText(flow.ended, language));
  if (!flow.refused.empty()) line("not entered", "登録しなかった", driver::TallyText(flow.refused, language));
  line("goal rate", "ゴール達成率", ShareText(flow.goal_rate()));
  line("influenced goal rate", "影響ゴール達成率", ShareText(flow.influenced_rate()));
  line("completion", "完了率", ShareText(flow.completion()));
  if (flow.later > 0) line("goal after completion", "完了後のゴール達成", ShareText(flow.goal_after_rate()));
  line("meeting rate", "面談予約率", ShareText(flow.meeting_rate()));
  line("reply rate", "返信率", ShareText(flow.reply_rate()));
  size_t width = 10;
  for (const StepFigures& step : flow.steps) width = std::max<size_t>(width, diag::TextWidth(step.name) + 2);
  width = std::min<size_t>(width, 44);
  out += fmt::format("\n  {}{:>9}\n", Padded(std::string(context.Say("step", "ステップ")), width),
                     context.Say("reached", "到達"));
  for (const StepFigures& step : flow.steps) out += StepText(step, width, context);
  for (const auto& split : flow.splits) {
    const bool any = std::ranges::any_of(split.arms, [](const ArmFigures& arm) { return arm.runs > 0; });
    if (any) out += SplitText(split, context);
  }
  return out;
}

Exit List(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  const auto db = driver::DatabaseOf(compiled->project.config.config, context.Value("db").value_or(""));
  if (!db.ok()) return context.Fail(db.error());
  const auto since = SinceOf(context, *compiled);
  if (!since.ok()) return context.Fail(since.error());
  const auto flows = driver::ListFlows(*compiled, *db, *since);
  if (!flows.ok()) return context.Fail(flows.error());
  if (context.Flag("json")) {
    Json json = Json::array();
    for (const FlowFigures& flow : *flows) json.push_back(Overview(flow));
    context.console().Result(JsonPage(json));
  } else if (flows->empty()) {
    context.console().Info(
        context.Say("the rules have no workflow and no sequence", "ルールにワークフローもシーケンスもありません"));
  } else {
    context.console().Result(ListText(*flows, context));
  }
  return exit;
}

Exit Show(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  const auto db = driver::DatabaseOf(compiled->project.config.config, context.Value("db").value_or(""));
  if (!db.ok()) return context.Fail(db.error());
  const auto since = SinceOf(context, *compiled);
  if (!since.ok()) return context.Fail(since.error());
  if (const auto by = context.Value("by")) {
    const auto slices = driver::SlicesOf(*compiled, *db, context.positional()[0], *by, *since);
    if (!slices.ok()) return context.Fail(slices.error());
    const Json json = {
        {"format_version", "1.0"}, {"name", context.positional()[0]}, {"by", slices->by}, {"slices", JsonOf(*slices)}};
    context.console().Result(context.Flag("json") ? JsonPage(json) : SlicesText(*slices, context));
    return exit;
  }
  const auto flow = driver::FiguresOf(*compiled, *db, context.positional()[0], *since);
  if (!flow.ok()) return context.Fail(flow.error());
  if (context.Flag("json")) {
    Json json = {{"format_version", "1.0"}};
    json.update(FlowJson(*flow));
    context.console().Result(JsonPage(json));
  } else {
    context.console().Result(ShowText(*flow, context));
  }
  return exit;
}

OptionSpec JsonOption() { return {.name = "json", .help = {"for machines", "機械向けのJSON"}}; }

}  // namespace

OptionSpec SinceOption() {
  return {.name = "since",
          .value = "TIME",
          .help = {"only those enrolled from then on", "この日時以降に登録されたものだけ"}};
}

Result<int64_t> SinceOf(const Context& context, const driver::Compiled& compiled) {
  const auto since = context.Value("since");
  if (!since) return INT64_MIN;
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, driver::ZoneOf(compiled));
  return driver::ParseAsOf(*since, zone);
}

Command WorkflowListCommand() {
  return {.name = "workflow list",
          .summary = {"every workflow: on or off, how many are inside, how they ended",
                      "ワークフローの一覧(状態、進行中と終了の件数)"},
          .details = {"One line for each workflow and sequence of the rules. The version is that of the last run.",
                      "ルールのワークフローとシーケンスを1行ずつ表示します。版は最後の実行のものです。"},
          .options = {DbOption(), SinceOption(), JsonOption()},
          .examples = {{"saiten workflow list --db crm.db", {"all of them", "すべて"}}},
          .run = List};
}

Command WorkflowShowCommand() {
  return {
      .name = "workflow show",
      .arguments = "WORKFLOW",
      .summary = {"one workflow in figures, step by step", "1つのワークフローのステップごとの数値"},
      .details =
          {"How many entered, were refused, are inside (and of them in which older version) and ended, and how; of "
           "every step how many reached it, what was "
           "sent, left out\nand why. Rates have one meaning: goal rate, influenced goal rate (with a message sent) and "
           "meeting rate are shares of\nthose enrolled, completion of those ended; open, click, reply and opt-out "
           "rates are records with at least one such\nevent among those to whom the step's message was delivered. "
           "Where nobody reports deliveries, sent and not bounced\ncounts as delivered. Arms of a split come with "
           "Wilson's 95 % interval, the difference to the first arm with Newcombe's,\nand the p value of Fisher's "
           "exact test.\n--by tells the runs apart: by the week (from Monday), month or year of their enrolment, by "
           "what "
           "started them, by the arms\nthat they took, the templates that they were sent, by those whose tasks came "
           "from them (rep, team), before and from a date\non, or by a property of the records as it is today (source, "
           "owner.team).",
           "登録、対象外、進行中、終了の件数と、ステップごとの到達、送信、対象外(理由別)を表示します。\n"
           "割合の分母は決まっています。ゴール達成率、影響ゴール達成率(1通以上送信)"
           "、面談予約率は登録数、完了率は終了数が分母です。\n"
           "開封・クリック・返信・配信停止の割合は、そのステップのメールが届いた相手のうち1回以上あった人の割合です。\n"
           "到達の報告がない場合は、送信して不達にならなかったものを到達とみなします。\n"
           "分割テストには、ウィルソンの95%信頼区間、最初の群との差(ニューコムの区間)、"
           "フィッシャーの正確確率検定のp値が付きます。\n"
           "--byを付けると、登録した週(月曜始まり)・月・年、開始のきっかけ、分割の群、送ったテンプレート、"
           "タスクの担当者(rep、team)、\nある日付の前後、または今のプロパティの値(source、owner.team)"
           "で分けて並べます。"},
      .options = {DbOption(),
                  {.name = "by",
                   .value = "WHAT",
                   .help = {"side by side: week, month, year, start, variant, template, rep, team, a date, a property",
                            "分けて並べる: week、month、year、start、variant、template、rep、team、日付、プロパティ"}},
                  SinceOption(),
                  JsonOption()},
      .examples = {{"saiten workflow show nurture --db crm.db", {"since it began", "これまでのすべて"}},
                   {"saiten workflow show nurture --db crm.db --by month",
                    {"by month of enrolment, each beside the one before and the same a year before",
                     "登録した月ごと(前月・前年同月と比較)"}},
                   {"saiten workflow show nurture --db crm.db --by 2026-06-01",
                    {"before that day and from then on", "その日の前と後"}},
                   {"saiten workflow show nurture --db crm.db --by source",
                    {"by a property of the records", "レコードのプロパティごと"}},
                   {"saiten workflow show nurture --db crm.db --since 2026-06-01 --json",
                    {"of those who entered since June, for a script", "6月以降の登録分をスクリプト向けに"}}},
      .min_arguments = 1,
      .max_arguments = 1,
      .run = Show};
}

}  // namespace saiten::cli
