#include "store/results/prune.h"

#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "base/interrupt.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"
#include "store/changes/own_write.h"
#include "store/own/automation_tables.h"
#include "store/own/own_tables.h"
#include "store/runs/run_tables.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

constexpr const char* kOfRun[] = {"saiten_run_score",   "saiten_run_band",           "saiten_run_bar",
                                  "saiten_run_segment", "saiten_run_trap",           "saiten_data_error",
                                  "saiten_band_change", "saiten_data_error_example", "saiten_run"};

Result<uint64_t> Count(Connection& connection, const std::string& table, int64_t last) {
  SAITEN_ASSIGN_OR_RETURN(const auto there, InspectTable(connection, table));
  if (!there) return uint64_t{0};
  SAITEN_ASSIGN_OR_RETURN(Statement count,
                          connection.Prepare(fmt::format("SELECT count(*) FROM {} WHERE run <= ?1", table)));
  count.Bind(1, last);
  SAITEN_ASSIGN_OR_RETURN(const bool any, count.Step());
  SAITEN_CHECK(any);
  return static_cast<uint64_t>(count.Int(0));
}

Result<Pruned> CountUpTo(Connection& connection, int64_t last) {
  Pruned pruned;
  SAITEN_ASSIGN_OR_RETURN(pruned.runs, Count(connection, "saiten_run", last));
  SAITEN_ASSIGN_OR_RETURN(pruned.band_changes, Count(connection, "saiten_band_change", last));
  return pruned;
}

Status Forget(Connection& connection, int64_t last) {
  for (const char* table : kOfRun) {
    // Tables of an older format may be missing.
    SAITEN_ASSIGN_OR_RETURN(const auto there, InspectTable(connection, table));
    if (!there) continue;
    SAITEN_ASSIGN_OR_RETURN(Statement remove, connection.Prepare(fmt::format("DELETE FROM {} WHERE run <= ?1", table)));
    remove.Bind(1, last);
    SAITEN_RETURN_IF_ERROR(remove.Run());
  }
  return {};
}

// What automation has decided before that, by its own clock. Enrolments and actions stay: they say who may enter again,
// and what must not be done twice.
Status ForgetDecisions(Connection& connection, int64_t before) {
  SAITEN_ASSIGN_OR_RETURN(const bool there, HasAutomationTables(connection));
  if (!there) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement remove, connection.Prepare("DELETE FROM saiten_decision WHERE time < ?1"));
  remove.Bind(1, before);
  return remove.Run();
}

}  // namespace

Result<Pruned> PruneRuns(const std::string& path, int64_t last, bool dry) {
  StopScope scope;
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, dry ? OpenMode::kRead : OpenMode::kWrite));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction,
                          Transaction::Begin(connection, dry ? Transaction::Kind::kRead : Transaction::Kind::kWrite));
  SAITEN_RETURN_IF_ERROR(CheckOwnTables(connection));
  SAITEN_ASSIGN_OR_RETURN(const auto newest, LastRun(connection));
  SAITEN_CHECK(last < newest.first);
  SAITEN_ASSIGN_OR_RETURN(const Pruned pruned, CountUpTo(connection, last));
  if (dry || pruned.runs + pruned.band_changes == 0) return pruned;
  SAITEN_ASSIGN_OR_RETURN(OwnWrite own, OwnWrite::BeginUnread(connection));
  SAITEN_RETURN_IF_ERROR(Forget(connection, last));
  SAITEN_RETURN_IF_ERROR(own.BeforeCommit());
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  own.AfterCommit();
  scope.Done();
  return pruned;
}

Result<Pruned> ForgetRunsBefore(Connection& connection, int64_t before) {
  SAITEN_ASSIGN_OR_RETURN(Statement runs, connection.Prepare("SELECT run, started FROM saiten_run ORDER BY run"));
  std::optional<int64_t> last, next;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool any, runs.Step());
    if (!any) break;
    if (next) last = next;
    int64_t started = 0;
    if (rt::ParseInstant(runs.Text(1), rt::Zone::Utc(), &started) != rt::ParseStatus::kOk || started >= before) break;
    next = runs.Int(0);
  }
  SAITEN_RETURN_IF_ERROR(ForgetDecisions(connection, before));
  if (!last) return Pruned{};
  SAITEN_ASSIGN_OR_RETURN(const Pruned pruned, CountUpTo(connection, *last));
  SAITEN_RETURN_IF_ERROR(Forget(connection, *last));
  return pruned;
}

}  // namespace saiten::store
