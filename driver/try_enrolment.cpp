#include "driver/try_enrolment.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/opt/opt.h"
#include "driver/loaded_world.h"
#include "driver/overlay.h"
#include "driver/words.h"
#include "flow/durable/ledger.h"
#include "flow/engine.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"

namespace saiten::driver {
namespace {

using flow::LogRow;
using flow::RowKind;

constexpr int64_t kYear = 366 * rt::kMicrosPerDay;

Result<uint32_t> FlowNamed(const Compiled& compiled, const TryOptions& options) {
  const auto& flows = compiled.lowered->automation.flows;
  const auto found = std::ranges::find(flows, options.workflow, &ir::Flow::name);
  if (found == flows.end()) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("there is no workflow `{}`", options.workflow),
                 fmt::format("ワークフロー`{}`はありません", options.workflow)},
                {"`saiten workflow list` shows all of them", "`saiten workflow list`で一覧できます"});
  }
  const std::string& object = compiled.checked.catalog[found->object].name;
  if (object != options.object) {
    return Fail(
        ErrorKind::kUsage,
        {fmt::format("`{}` is a workflow for `{}`, not for `{}`", found->name, object, options.object),
         fmt::format("`{}`は`{}`のワークフローです。`{}`は登録できません", found->name, object, options.object)});
  }
  return static_cast<uint32_t>(found - flows.begin());
}

Result<uint32_t> RowNamed(const Loaded& loaded, ObjectId object, const TryOptions& options) {
  const rt::Table& table = loaded.data.data.tables[object.index()];
  for (uint32_t row = 0; row < table.size; ++row) {
    if (table.keys.Spell(row) == options.id) return row;
  }
  return Fail(ErrorKind::kUsage, {fmt::format("there is no {} with the key `{}`", options.object, options.id),
                                  fmt::format("キー`{}`の{}はありません", options.id, options.object)});
}

TryReport::Row RowOf(const LogRow& row, const ir::Flow& flow) {
  TryReport::Row out{.time = row.instant, .step = {}, .kind = row.kind, .action = row.action, .detail = row.detail};
  for (const auto& [name, value] : row.fields) out.fields.emplace_back(name, value);
  if (row.step >= flow.steps.size()) return out;
  const ir::Step& step = flow.steps[row.step];
  // Of an end the step is the one that it did not come to.
  if (row.kind != RowKind::kEnrolled) out.step = step.name;
  if (row.kind != RowKind::kBranch) return out;
  auto* wait = std::get_if<ir::WaitForStep>(&step.body);
  out.assumed = wait != nullptr || std::holds_alternative<ir::TaskStep>(step.body);
  const uint32_t then = wait == nullptr ? ir::kNowhere : wait->then == ir::kNowhere ? step.next : wait->then;
  if (then < flow.steps.size()) out.answered = flow.steps[then].name;
  return out;
}

}  // namespace

std::string TryReport::Spell(int64_t instant) const {
  return rt::FormatInstant(instant, zone ? *zone : *rt::Zone::Utc());
}

Result<TryReport> TryEnrolment(Compiled& compiled, const TryOptions& options) {
  SAITEN_CHECK(compiled.lowered.has_value());
  const ir::Automation& automation = compiled.lowered->automation;
  const ir::Program& program = compiled.lowered->program;
  SAITEN_ASSIGN_OR_RETURN(const uint32_t index, FlowNamed(compiled, options));
  const ir::Flow& flow = automation.flows[index];
  opt::AddNextChange(compiled.lowered->program);
  opt::Optimise(compiled.lowered->program);
  TryReport report;
  SAITEN_ASSIGN_OR_RETURN(report.zone, ZoneOf(compiled));
  DataOptions data = options.data;
  data.automation = true;
  SAITEN_ASSIGN_OR_RETURN(const auto loaded, LoadData(compiled, program, data));
  SAITEN_ASSIGN_OR_RETURN(const uint32_t row, RowNamed(*loaded, flow.object, options));
  SAITEN_RETURN_IF_ERROR(LayOver(compiled, program, *loaded));
  loaded->load.FinishKeeping();
  SAITEN_ASSIGN_OR_RETURN(const auto world, LoadedWorld::Make(program, loaded->data, loaded->zone));
  flow::KeptValues values(compiled.checked.catalog, loaded->data.data);
  SAITEN_ASSIGN_OR_RETURN(const auto ledger, flow::Ledger::Open(loaded->db, automation, values, false));
  SAITEN_ASSIGN_OR_RETURN(const std::optional<int64_t> until, ledger->Until());
  report.from = std::max(loaded->now, until.value_or(loaded->now));
  SAITEN_ASSIGN_OR_RETURN(const auto context,
                          vm::RunContext::Create(program, loaded->data.data, report.from, loaded->zone));
  SAITEN_ASSIGN_OR_RETURN(Executed executed, Execute(*context, {.engine = options.engine, .threads = options.threads}));
  world->SetResults(std::move(executed.results));

  flow::State state;
  std::vector<LogRow> log;
  flow::Engine engine(*world, automation, loaded->zone, state, log);
  state.now = report.from;
  if (until) SAITEN_RETURN_IF_ERROR(ledger->ReadState(state, log));
  log.clear();
  const flow::RecordId record{flow.object.value, row};
  engine.Open(report.from, report.from + kYear, record);
  engine.Add({.instant = report.from,
              .order = 0,
              .object = flow.object,
              .row = row,
              .what = flow::Request{.flow = index, .enrol = true, .by_hand = true}});
  while (report.ended.empty() && engine.RunNext(report.from + kYear)) {
    for (const LogRow& each : log) {
      if (each.flow != index || each.object != flow.object || each.row != row) continue;
      report.rows.push_back(RowOf(each, flow));
      if (each.kind == RowKind::kEnded || each.kind == RowKind::kRefused) report.ended = each.detail;
    }
    log.clear();
    report.until = state.now;
    for (uint32_t other = 0; other < automation.flows.size(); ++other) engine.Sleep(other);
  }
  for (const flow::Instance& inside : state.instances) {
    const bool mine = inside.flow == index && inside.object == flow.object && inside.row == row;
    if (!mine || inside.status != flow::InstanceStatus::kActive || inside.step >= flow.steps.size()) continue;
    report.waits_at = flow.steps[inside.step].name;
  }
  return report;
}

}  // namespace saiten::driver
