#include <fmt/format.h>

#include "driver/files.h"
#include "driver/flow_chart.h"
#include "driver/flow_ways.h"
#include "driver/loaded.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kChecked, &exit);
  if (!compiled) return exit;
  const std::string& name = context.positional()[0];
  const auto flow = driver::FindFlow(*compiled, name);
  if (!flow.ok()) return context.Fail(flow.error());
  const auto since = SinceOf(context, *compiled);
  if (!since.ok()) return context.Fail(since.error());
  // Numbers only where a database was named: the flow alone needs none.
  std::optional<driver::FlowFigures> figures;
  if (const auto db = context.Value("db")) {
    auto counted = driver::FiguresOf(*compiled, *db, name, *since);
    if (!counted.ok()) return context.Fail(counted.error());
    figures = std::move(*counted);
  }
  const driver::Chart chart = driver::ChartOf(*compiled, **flow, figures ? &*figures : nullptr, context.language());
  const std::string out = context.Value("out").value_or("-");
  const bool dot = out.ends_with(".dot") || out.ends_with(".gv");
  const std::string text = dot ? driver::ToDot(chart) : driver::ToSvg(chart);
  if (out == "-") {
    context.console().Result(text);
    return exit;
  }
  const Status written = driver::WriteFile(out, text);
  if (!written.ok()) return context.Fail(written.error());
  context.console().Info(fmt::format(fmt::runtime(context.Say("{} is drawn in {}", "{}を{}に描きました")), name, out));
  return exit;
}

Command Graph(std::string_view name) {
  return {
      .name = name,
      .arguments = "WORKFLOW",
      .summary = {"a workflow as a picture, with its numbers", "ワークフローの図(件数付き)"},
      .details =
          {"What starts it, what keeps records out and ends it early, every step with its branches, from top to "
           "bottom. With --db\nthe edges say how many runs went that way, the boxes what was sent, left out and is "
           "waiting there now.\nThe picture is SVG, for browsers and documents; a file that ends in .dot gets the same "
           "as text for Graphviz.",
           "開始条件、登録しない場合、途中で終了する場合、そしてすべてのステップと分岐を上から下へ描きます。\n"
           "--dbを付けると、矢印にはそこを通った件数、枠には送信・対象外・現在待機中の件数が入ります。\n"
           "図はブラウザーや文書で使えるSVGです。ファイル名が.dotで終わるときはGraphviz用のテキストになります。"},
      .options = {{.name = "db",
                   .value = "FILE",
                   .help = {"take the numbers from this SQLite database", "このSQLiteデータベースの件数を入れる"}},
                  SinceOption(),
                  {.name = "out",
                   .value = "FILE",
                   .help = {"where to (default and `-`: stdout)", "書き出す先(既定と`-`は標準出力)"}}},
      .examples = {{"saiten graph nurture --out nurture.svg", {"the flow alone", "流れだけ"}},
                   {"saiten graph nurture --db crm.db --out nurture.svg", {"with numbers", "件数付き"}}},
      .min_arguments = 1,
      .max_arguments = 1,
      .run = Run};
}

}  // namespace

Command GraphCommand() { return Graph("graph"); }
Command WorkflowGraphCommand() { return Graph("workflow graph"); }

}  // namespace saiten::cli
