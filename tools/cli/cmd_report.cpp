#include <fmt/format.h>

#include "driver/files.h"
#include "driver/flow_chart.h"
#include "driver/flow_figures.h"
#include "driver/runs.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/run_words.h"
#include "tools/report/page.h"

namespace saiten::cli {
namespace {

// The workflows of the rules, where automation ran on the database. None where the rules are not right now: the page is
// of a run that was.
Result<std::vector<report::Workflow>> WorkflowsOf(Context& context, const std::string& db) {
  std::vector<report::Workflow> workflows;
  SAITEN_ASSIGN_OR_RETURN(const store::AutomationCounts counts, store::CountAutomation(db, "", INT64_MIN, false));
  if (!counts.there) return workflows;
  auto compiled = driver::Compile(ProjectOptionsOf(context), driver::CompileTo::kChecked);
  if (!compiled.ok() || !(*compiled)->ok()) {
    context.console().Info(context.Say("workflows are left out: the rules do not pass `saiten check`",
                                       "ルールが検査に通らないため、ワークフローは省きました"));
    return workflows;
  }
  for (const check::FlowInfo& info : (*compiled)->checked.flows) {
    const std::string name(info.decl->name.text);
    SAITEN_ASSIGN_OR_RETURN(driver::FlowFigures figures, driver::FiguresOf(**compiled, db, name, INT64_MIN));
    std::string picture = ToSvg(driver::ChartOf(**compiled, info, &figures, context.language()));
    workflows.push_back({std::move(figures), std::move(picture)});
  }
  return workflows;
}

Exit Run(Context& context) {
  const std::string db = context.Value("db").value_or("");
  int64_t number = 0;
  const auto named = context.Number("run", 1);
  if (!named.ok()) return context.Fail(named.error());
  number = named->value_or(0);
  if (!context.positional().empty()) {
    const auto parsed = ParseRunNumber(context.positional()[0]);
    if (!parsed.ok()) return context.Fail(parsed.error());
    number = *parsed;
  }
  const auto run = driver::DetailsOf(ProjectOptionsOf(context), db, number);
  if (!run.ok()) return context.Fail(run.error());
  // The run before it, whatever numbers lie between.
  const auto runs = driver::ListRuns(ProjectOptionsOf(context), db);
  if (!runs.ok()) return context.Fail(runs.error());
  int64_t earlier = 0;
  for (const store::RunRecord& other : *runs) {
    if (other.run < run->record.run) earlier = other.run;
  }
  std::optional<driver::RunDetails> before;
  if (earlier > 0) {
    auto details = driver::DetailsOf(ProjectOptionsOf(context), db, earlier);
    if (!details.ok()) return context.Fail(details.error());
    before = std::move(*details);
  }
  const std::string file = context.Value("html").value_or(fmt::format("saiten-run-{}.html", run->record.run));
  const auto workflows = WorkflowsOf(context, run->db);
  if (!workflows.ok()) return context.Fail(workflows.error());
  const std::string page = report::Page(*run, before, *workflows, context.language());
  if (file == "-") {
    context.console().Result(page);
    return Exit::kOk;
  }
  const Status written = driver::WriteFile(file, page);
  if (!written.ok()) return context.Fail(written.error());
  context.console().Info(fmt::format(fmt::runtime(context.Say("run {} is in {}: open it in a browser",
                                                              "実行{}を{}に書きました。ブラウザーで開いてください")),
                                     run->record.run, file));
  return Exit::kOk;
}

}  // namespace

Command ReportCommand() {
  return {
      .name = "report",
      .arguments = "[RUN]",
      .summary = {"a run as one HTML page to look at", "1回の実行を1枚のHTMLに"},
      .details = {"Histograms of the points, records in each band and segment beside those of the run before, every "
                  "workflow in\nfigures and as a picture, data errors with examples, and where the time went. The page "
                  "needs no network and no other file; every "
                  "chart has a table with\nthe same numbers. Its language is that of --lang. Keys and wrong values of "
                  "data errors appear in it: share it\naccordingly.",
                  "点のヒストグラム、バンドとセグメントの件数(前の実行と並べて)"
                  "、ワークフローの数値と図、データの誤りとその例、時間の内訳を表示します。\n"
                  "ネットワークもほかのファイルも不要で、どの図にも同じ数値の表が付きます。言語は--langに従います。\n"
                  "データの誤りのキーと値が載るので、渡す相手に注意してください。"},
      .options = {DbOption(),
                  {.name = "html",
                   .value = "FILE",
                   .help = {"the page (default: saiten-run-N.html); `-`: to stdout",
                            "書き出す先(既定: saiten-run-N.html)。`-`は標準出力"}},
                  {.name = "run",
                   .value = "RUN",
                   .help = {"its number (default: the last run)", "実行の番号(既定: 最後)"}}},
      .examples = {{"saiten report --db crm.db",
                    {"the last run, as saiten-run-N.html", "最後の実行をsaiten-run-N.htmlに"}},
                   {"saiten report 12 --db crm.db --html monday.html", {"run 12", "実行12"}}},
      .max_arguments = 1,
      .run = Run};
}

}  // namespace saiten::cli
