#include <algorithm>

#include "driver/loaded.h"
#include "driver/targets.h"
#include "tools/cli/commands.h"
#include "tools/cli/run_words.h"
#include "tools/cli/share_text.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using driver::TargetResult;
using driver::TargetState;

std::string_view NameOf(TargetState state) {
  switch (state) {
    case TargetState::kMet:
      return "met";
    case TargetState::kOpen:
      return "open";
    case TargetState::kMissed:
      return "missed";
    case TargetState::kUnder:
      return "beyond the limit";
    case TargetState::kTooFew:
      return "too few";
  }
  return "";
}

std::string_view WordOf(TargetState state, const Context& context) {
  switch (state) {
    case TargetState::kMet:
      return context.Say("met", "達成");
    case TargetState::kOpen:
      return context.Say("open", "期限前(未達)");
    case TargetState::kMissed:
      return context.Say("MISSED", "未達");
    case TargetState::kUnder:
      return context.Say("BEYOND THE LIMIT", "限度外");
    case TargetState::kTooFew:
      return context.Say("too few yet", "件数不足");
  }
  return "";
}

bool IsFinding(const TargetResult& result) {
  return result.state == TargetState::kMissed || result.state == TargetState::kUnder;
}

std::string TextOf(const TargetResult& result, const Context& context) {
  const driver::Target& target = result.target;
  std::string out = fmt::format("{}  {}{} {}  {}", Padded(std::string(WordOf(result.state, context)), 18),
                                Padded(target.name, 20), target.workflow, target.figure, ShareText(result.now));
  if (!target.step.empty()) out += fmt::format("  {} {}", context.Say("step", "ステップ"), target.step);
  if (!result.before || result.before->value()) {
    out += fmt::format("  {} {}", result.at_most ? context.Say("at most", "上限") : context.Say("at least", "下限"),
                       Percent(result.wanted));
  }
  if (result.before) {
    out += fmt::format("  {} {} {}", context.Say("before", "以前"), target.since, ShareText(*result.before));
  }
  if (!target.by.empty()) out += fmt::format("  {} {}", context.Say("by", "期限"), target.by);
  return out + "\n";
}

Json JsonOf(const TargetResult& result) {
  const driver::Target& target = result.target;
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  Json json = {{"name", target.name},           {"workflow", target.workflow},    {"step", text(target.step)},
               {"figure", target.figure},       {"since", text(target.since)},    {"by", text(target.by)},
               {"state", NameOf(result.state)}, {"now", cli::JsonOf(result.now)}, {"wanted", result.wanted},
               {"at_most", result.at_most}};
  if (result.before) json["before"] = cli::JsonOf(*result.before);
  return json;
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  const auto db = driver::DatabaseOf(compiled->project.config.config, context.Value("db").value_or(""));
  if (!db.ok()) return context.Fail(db.error());
  int64_t now = driver::MachineNow();
  if (const auto as_of = context.Value("as-of")) {
    const auto zone = driver::ZoneOf(*compiled);
    if (!zone.ok()) return context.Fail(zone.error());
    const auto parsed = driver::ParseAsOf(*as_of, *zone);
    if (!parsed.ok()) return context.Fail(parsed.error());
    now = *parsed;
  }
  const auto results = driver::TargetsOf(*compiled, *db, now);
  if (!results.ok()) return context.Fail(results.error());
  if (context.Flag("json")) {
    Json json = {{"format_version", "1.0"}, {"targets", Json::array()}};
    for (const TargetResult& result : *results) json["targets"].push_back(JsonOf(result));
    context.console().Result(JsonPage(json));
  } else if (results->empty()) {
    context.console().Info(context.Say("saiten.toml has no [target.NAME]", "saiten.tomlに[target.名前]がありません"));
  } else {
    std::string out;
    for (const TargetResult& result : *results) out += TextOf(result, context);
    context.console().Result(out);
  }
  return std::ranges::any_of(*results, IsFinding) ? Exit::kFindings : exit;
}

}  // namespace

Command WorkflowTargetsCommand() {
  return {
      .name = "workflow targets",
      .summary = {"what figures are to be, and whether they are", "数値の目標と達成状況"},
      .details =
          {"Targets stand in saiten.toml:\n\n"
           "  [target.onboarding]                 [target.nurture]\n"
           "  workflow = \"onboarding\"             workflow = \"nurture\"\n"
           "  figure = \"completion\"               figure = \"goal_rate\"\n"
           "  at_least = \"90%\"                    rise = \"15%\"       # above those enrolled before\n"
           "  by = \"2026-12-31\"                   since = \"2026-07-01\"\n"
           "                                      by = \"2026-10-01\"\n\n"
           "Figures of a workflow: goal_rate, influenced_goal_rate, completion, goal_after_completion, meeting_rate, "
           "reply_rate.\nWith step = \"intro\" those of a step: open_rate, click_rate, reply_rate, unsubscribe_rate. "
           "`at_most` is a limit from\nabove, `after = 50` says nothing of fewer than 50. Without `by` it is a limit "
           "that holds at any time. Ends with 1\nwhere a limit is passed or a deadline is missed: behind `saiten run` "
           "in a schedule that is the alarm.",
           "目標はsaiten.tomlに書きます。\n\n"
           "  [target.onboarding]                 [target.nurture]\n"
           "  workflow = \"onboarding\"             workflow = \"nurture\"\n"
           "  figure = \"completion\"               figure = \"goal_rate\"\n"
           "  at_least = \"90%\"                    rise = \"15%\"       # それより前に登録された分に対する増加率\n"
           "  by = \"2026-12-31\"                   since = \"2026-07-01\"\n"
           "                                      by = \"2026-10-01\"\n\n"
           "ワークフローの数値: goal_rate、influenced_goal_rate、completion、goal_after_completion、meeting_rate、"
           "reply_rate。\nstep = \"intro\"を付けるとステップの数値: open_rate、click_rate、reply_rate、"
           "unsubscribe_rate。\nat_mostは上限、after = 50は50件未満では判定しません。byがなければ常に守る限度です。\n"
           "限度を外れたか期限までに届かなかった目標があると終了コードは1です。saiten runの後に呼べば警報になります。"},
      .options = {DbOption(),
                  {.name = "as-of",
                   .value = "TIME",
                   .help = {"deadlines are compared with this time (default: now)", "期限と比べる日時(既定: 現在)"}},
                  {.name = "json", .help = {"for machines", "機械向けのJSON"}}},
      .examples = {{"saiten workflow targets --db crm.db", {"how all of them stand", "すべての目標の状況"}}},
      .run = Run};
}

}  // namespace saiten::cli
