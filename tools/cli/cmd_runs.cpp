#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/format.h"
#include "driver/runs.h"
#include "tools/cli/commands.h"
#include "tools/cli/project_options.h"

namespace saiten::cli {
namespace {

std::string Instant(int64_t instant) { return rt::FormatInstant(instant, *rt::Zone::Utc()); }

Exit Run(Context& context) {
  const auto runs = driver::ListRuns(ProjectOptionsOf(context), context.Value("db").value_or(""));
  if (!runs.ok()) return context.Fail(runs.error());
  if (context.Flag("json")) {
    auto json = nlohmann::ordered_json::array();
    for (const store::RunRecord& run : *runs) {
      json.push_back({{"run", run.run},
                      {"started", Instant(run.started)},
                      {"finished", Instant(run.finished)},
                      {"as_of", Instant(run.as_of)},
                      {"rules", run.rules},
                      {"version", run.version},
                      {"engine", run.engine},
                      {"zone", run.zone},
                      {"zone_data", run.zone_data},
                      {"unicode", run.unicode},
                      {"records", run.records},
                      {"events", run.events},
                      {"scores", run.scores},
                      {"members", run.members},
                      {"data_errors", run.data_errors},
                      {"quarantined", run.quarantined},
                      {"saturated", run.traps}});
    }
    context.console().Result(json.dump(2) + "\n");
    return Exit::kOk;
  }
  if (runs->empty()) {
    context.console().Info(context.Say("nothing ever ran there", "まだ実行されていません"));
    return Exit::kOk;
  }
  for (const store::RunRecord& run : *runs) {
    context.console().Result(
        fmt::format("{:>5}  {}  {} {}  {:>12} {}  {:>12} {}  {} {}\n", run.run, Instant(run.started),
                    context.Say("as of", "時点"), Instant(run.as_of), diag::WithThousands(run.scores),
                    context.Say("scores", "スコア"), diag::WithThousands(run.members), context.Say("members", "該当"),
                    diag::WithThousands(run.data_errors), context.Say("data errors", "データの誤り")));
  }
  return Exit::kOk;
}

}  // namespace

Command RunsListCommand() {
  return {.name = "runs list",
          .summary = {"what ran, when, with which rules", "実行の履歴"},
          .options = {DbOption(), {.name = "json", .help = {"for machines", "機械向けのJSON"}}},
          .examples = {{"saiten runs list --db crm.db", {"oldest first", "古い順"}}},
          .run = Run};
}

}  // namespace saiten::cli
