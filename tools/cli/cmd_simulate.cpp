#include <fmt/format.h>

#include "base/json.h"
#include "driver/simulate.h"
#include "tools/cli/commands.h"
#include "tools/cli/progress.h"
#include "tools/cli/run_words.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

using driver::SimulateReport;

Json JsonOf(const SimulateReport& report) {
  Json workflows = Json::array();
  for (const SimulateReport::Workflow& workflow : report.workflows) {
    workflows.push_back({{"name", workflow.name},
                         {"enrolled", workflow.enrolled},
                         {"refused", workflow.refused},
                         {"ended", workflow.ended},
                         {"actions", workflow.actions}});
  }
  Json actions = Json::array();
  for (const SimulateReport::Action& action : report.actions) {
    actions.push_back({{"time", InstantText(action.time)},
                       {"object", action.object},
                       {"id", action.id},
                       {"workflow", action.workflow},
                       {"step", action.step},
                       {"kind", action.kind},
                       {"about", action.about}});
  }
  return {{"format_version", "1.0"},           {"from", InstantText(report.from)}, {"to", InstantText(report.to)},
          {"happened", report.tick.items},     {"steps", report.tick.steps},       {"workflows", std::move(workflows)},
          {"all_actions", report.all_actions}, {"actions", std::move(actions)}};
}

std::string Counts(const std::map<std::string, uint64_t>& counts) {
  std::string out;
  for (const auto& [name, count] : counts) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, diag::WithThousands(count));
  }
  return out;
}

std::string TextOf(const SimulateReport& report, Context& context) {
  std::string out =
      fmt::format(fmt::runtime(context.Say("{} to {}: {} things happened\n", "{}から{}まで: 出来事{}件\n")),
                  report.Spell(report.from), report.Spell(report.to), diag::WithThousands(report.tick.items));
  for (const SimulateReport::Workflow& workflow : report.workflows) {
    if (workflow.enrolled == 0 && workflow.refused.empty()) continue;
    out += fmt::format("\n{}: {} {}\n", workflow.name, context.Say("enrolled", "登録"),
                       diag::WithThousands(workflow.enrolled));
    const auto line = [&](const char* en, const char* ja, const auto& counts) {
      if (!counts.empty()) out += fmt::format("  {}: {}\n", context.Say(en, ja), Counts(counts));
    };
    line("refused", "拒否", workflow.refused);
    line("ended", "終了", workflow.ended);
    line("actions", "アクション", workflow.actions);
  }
  if (report.actions.empty()) return out;
  out += "\n";
  for (const SimulateReport::Action& action : report.actions) {
    out += fmt::format("{}  {} {}  {} / {}: {} {}\n", report.Spell(action.time), action.object, action.id,
                       action.workflow, action.step, action.kind, action.about);
  }
  if (report.all_actions > report.actions.size()) {
    out += fmt::format(
        fmt::runtime(context.Say("... and {} more (`--limit N` lists more)\n", "ほか{}件(`--limit N`で多く表示)\n")),
        diag::WithThousands(report.all_actions - report.actions.size()));
  }
  return out;
}

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  driver::SimulateOptions options;
  const auto from = context.Value("from");
  if (!from) {
    return context.Fail(driver::Fail(ErrorKind::kUsage,
                                     {"from when on? give `--from TIME`", "`--from 日時`を指定してください"},
                                     {"`saiten simulate --from 2026-06-01 --to 2026-06-30`",
                                      "`saiten simulate --from 2026-06-01 --to 2026-06-30`"}));
  }
  const auto most = context.Number("limit", 0);
  if (!most.ok()) return context.Fail(most.error());
  if (*most) options.most = static_cast<size_t>(**most);
  options.from = *from;
  options.data.as_of = context.Value("to").value_or("");
  options.data.db = context.Value("db").value_or("");
  options.workflow = context.Value("workflow").value_or("");
  ProgressLine line(context.console());
  options.data.progress = line.progress();
  options.data.cache = CacheOptionsOf(context, line);
  options.data.cache.use = !context.Flag("no-snapshot");
  const auto report = driver::SimulateHistory(*compiled, options);
  line.Stop();
  if (!report.ok()) return context.Fail(report.error());
  context.console().Result(context.Flag("json") ? JsonPage(JsonOf(*report)) : TextOf(*report, context));
  context.console().Info(context.Say("simulated with properties and lists as they are now; nothing was written",
                                     "項目とリストは現在の値で再現しました。何も書き込んでいません"));
  return exit;
}

}  // namespace

Command SimulateCommand() {
  return {
      .name = "simulate",
      .summary = {"what the workflows would have done", "過去のデータでワークフローを再現する"},
      .details = {"The events of the time from --from to --to go by again under the rules of now, with nobody in a "
                  "workflow at\nthe beginning. What would have been sent to whom is listed; nothing is written or "
                  "sent.",
                  "--fromから--toまでの出来事を現在のルールで再現し、誰に何が送られたはずかを表示します。\n"
                  "何も書き込まず、何も送りません。"},
      .options = {DbOption(),
                  {.name = "from", .value = "TIME", .help = {"where it begins", "始まりの日時"}},
                  {.name = "to", .value = "TIME", .help = {"where it ends (default: now)", "終わりの日時(既定: 現在)"}},
                  {.name = "workflow", .value = "NAME", .help = {"only this one", "このワークフローだけ"}},
                  {.name = "limit",
                   .value = "N",
                   .help = {"how many actions are listed (default: 20)", "表示するアクションの数(既定: 20)"}},
                  {.name = "no-snapshot",
                   .help = {"read the database itself", "スナップショットを使わずデータベースを読む"}},
                  {.name = "json", .help = {"for machines", "機械向けのJSON"}}},
      .examples = {{"saiten simulate --db crm.db --from 2026-06-01 --to 2026-07-01",
                    {"what June would have been", "6月を再現"}},
                   {"saiten simulate --from 2026-06-01 --workflow nurture --limit 1000 --json",
                    {"one workflow, for a script", "1つのワークフローをスクリプト向けに"}}},
      .run = Run};
}

}  // namespace saiten::cli
