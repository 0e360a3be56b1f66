#include "driver/simulate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/opt/opt.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"

namespace saiten::driver {
namespace {

using flow::LogRow;
using flow::RowKind;

std::string AboutOf(const LogRow& row) {
  for (std::string_view name : {"template", "title", "action", "url", "text"}) {
    if (const std::string_view value = row.fields.Find(name); !value.empty()) return std::string(value);
  }
  return {};
}

void Count(const LogRow& row, SimulateReport::Workflow& workflow) {
  if (row.kind == RowKind::kEnrolled) ++workflow.enrolled;
  if (row.kind == RowKind::kRefused) ++workflow.refused[row.detail];
  if (row.kind == RowKind::kEnded) ++workflow.ended[row.detail];
  if (row.kind != RowKind::kAction) return;
  std::string kind(NameOf(row.action));
  if (row.action == flow::ActionKind::kMail) kind += " " + std::string(row.fields.Find("template"));
  ++workflow.actions[kind];
}

Status CheckWorkflow(const ir::Automation& automation, const std::string& name) {
  if (automation.empty()) {
    return Fail(ErrorKind::kUsage, {"there is no workflow in these rules", "ルールにワークフローがありません"});
  }
  const bool there =
      name.empty() || std::ranges::any_of(automation.flows, [&](const auto& f) { return f.name == name; });
  if (there) return {};
  std::string names;
  for (const ir::Flow& flow : automation.flows) names += (names.empty() ? "`" : ", `") + flow.name + "`";
  return Fail(ErrorKind::kUsage,
              {fmt::format("there is no workflow `{}`", name), fmt::format("ワークフロー`{}`はありません", name)},
              {fmt::format("there are {}", names), fmt::format("{}があります", names)});
}

}  // namespace

std::string SimulateReport::Spell(int64_t instant) const {
  return rt::FormatInstant(instant, zone ? *zone : *rt::Zone::Utc());
}

Result<SimulateReport> SimulateHistory(Compiled& compiled, const SimulateOptions& options) {
  SAITEN_CHECK(compiled.lowered.has_value());
  const ir::Automation& automation = compiled.lowered->automation;
  SAITEN_RETURN_IF_ERROR(CheckWorkflow(automation, options.workflow));
  opt::AddNextChange(compiled.lowered->program);
  opt::Optimise(compiled.lowered->program);
  SimulateReport report;
  SAITEN_ASSIGN_OR_RETURN(report.zone, ZoneOf(compiled));
  SAITEN_ASSIGN_OR_RETURN(report.from, ParseAsOf(options.from, report.zone));
  DataOptions data = options.data;
  data.automation = true;
  SAITEN_ASSIGN_OR_RETURN(const auto loaded, LoadData(compiled, compiled.lowered->program, data));
  report.to = loaded->now;
  if (report.from >= report.to) {
    return Fail(
        ErrorKind::kUsage, {"`--from` is not before `--to`", "`--from`が`--to`より前ではありません"},
        {"`saiten simulate --from 2026-06-01 --to 2026-06-30`", "`saiten simulate --from 2026-06-01 --to 2026-06-30`"});
  }
  for (const ir::Flow& flow : automation.flows) report.workflows.push_back({.name = flow.name});
  const Catalog& catalog = compiled.checked.catalog;
  TickOptions tick{.engine = options.engine, .threads = options.threads};
  tick.progress = [&](uint64_t steps) { options.data.progress(Progress::Phase::kAutomation, steps, 0); };
  tick.tell = [&](std::span<const LogRow> log) {
    for (const LogRow& row : log) {
      if (row.flow == flow::kNoFlow) continue;
      const ir::Flow& flow = automation.flows[row.flow];
      if (!options.workflow.empty() && flow.name != options.workflow) continue;
      Count(row, report.workflows[row.flow]);
      if (row.kind != RowKind::kAction) continue;
      if (++report.all_actions > options.most) continue;
      report.actions.push_back({.time = row.instant,
                                .object = catalog[row.object].name,
                                .id = loaded->data.data.tables[row.object.index()].keys.Spell(row.row),
                                .workflow = flow.name,
                                .step = row.step < flow.steps.size() ? flow.steps[row.step].name : "",
                                .kind = std::string(NameOf(row.action)),
                                .about = AboutOf(row)});
    }
  };
  std::unique_ptr<LoadedWorld> world;
  SAITEN_ASSIGN_OR_RETURN(report.tick, Simulate(compiled, *loaded, world, report.from, tick));
  return report;
}

}  // namespace saiten::driver
