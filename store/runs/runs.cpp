#include "store/runs/runs.h"

#include "runtime/time_parse.h"
#include "store/own/own_tables.h"
#include "store/runs/run_tables.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

int64_t InstantIn(const Statement& row, int column) {
  int64_t instant = 0;
  return rt::ParseInstant(row.Text(column), rt::Zone::Utc(), &instant) == rt::ParseStatus::kOk ? instant : 0;
}

RunRecord RecordIn(const Statement& row, bool all_columns) {
  RunRecord run;
  run.run = row.Int(0);
  run.started = InstantIn(row, 1);
  run.finished = InstantIn(row, 2);
  run.as_of = InstantIn(row, 3);
  int at = 3;
  for (std::string* text : {&run.rules, &run.version, &run.engine, &run.zone, &run.zone_data, &run.unicode}) {
    *text = row.Text(++at);
  }
  for (uint64_t* count :
       {&run.records, &run.events, &run.scores, &run.members, &run.data_errors, &run.quarantined, &run.traps}) {
    *count = static_cast<uint64_t>(row.Int(++at));
  }
  if (!all_columns) return run;
  run.token = row.Text(++at);
  for (uint64_t* count :
       {&run.evaluated, &run.inserted, &run.updated, &run.deleted, &run.band_changes, &run.threads, &run.peak_memory}) {
    *count = static_cast<uint64_t>(row.Int(++at));
  }
  for (double* seconds : {&run.load_seconds, &run.compute_seconds, &run.write_seconds}) *seconds = row.Real(++at);
  return run;
}

// Calls `each` for every row.
template <typename Each>
Status ForEach(Statement& rows, Each each) {
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return {};
    each(rows);
  }
}

}  // namespace

Result<std::pair<int64_t, std::string>> LastRunOf(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const int64_t format, CheckFormat(connection));
  SAITEN_ASSIGN_OR_RETURN(const bool any, HasOwnTable(connection, "saiten_run"));
  // The first format had no tokens.
  if (!any || format == 1) return std::pair<int64_t, std::string>();
  return LastRun(connection);
}

Result<std::optional<int64_t>> ClockOfLastRun(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const bool any, HasOwnTable(connection, "saiten_run"));
  std::optional<int64_t> clock;
  if (!any) return clock;
  SAITEN_ASSIGN_OR_RETURN(Statement last, connection.Prepare("SELECT as_of FROM saiten_run ORDER BY run DESC LIMIT 1"));
  SAITEN_ASSIGN_OR_RETURN(const bool found, last.Step());
  if (found) clock = InstantIn(last, 0);
  return clock;
}

Result<std::vector<RunRecord>> ListRuns(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const int64_t format, CheckFormat(connection));
  std::vector<RunRecord> runs;
  SAITEN_ASSIGN_OR_RETURN(const bool any, HasOwnTable(connection, "saiten_run"));
  if (!any) return runs;
  std::string columns =
      "run, started, finished, as_of, rules, version, engine, zone, zone_data, unicode, records, events, scores, "
      "members, data_errors, quarantined, traps";
  if (format > 1) {
    columns +=
        ", token, evaluated, inserted, updated, deleted, band_changes, threads, peak_memory, load_seconds, "
        "compute_seconds, write_seconds";
  }
  SAITEN_ASSIGN_OR_RETURN(Statement rows, connection.Prepare("SELECT " + columns + " FROM saiten_run ORDER BY run"));
  SAITEN_RETURN_IF_ERROR(ForEach(rows, [&](const Statement& row) { runs.push_back(RecordIn(row, format > 1)); }));
  return runs;
}

Result<RunSummary> SummaryOf(const std::string& path, int64_t run) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kRead));
  RunSummary summary;
  for (const char* table :
       {"saiten_run_score", "saiten_run_band", "saiten_run_bar", "saiten_run_segment", "saiten_run_trap"}) {
    SAITEN_ASSIGN_OR_RETURN(const bool there, HasOwnTable(connection, table));
    if (!there) return summary;
  }
  auto read = [&](const char* sql, auto each) -> Status {
    SAITEN_ASSIGN_OR_RETURN(Statement rows, connection.Prepare(sql));
    rows.Bind(1, run);
    return ForEach(rows, each);
  };
  auto count = [](const Statement& row, int at) { return static_cast<uint64_t>(row.Int(at)); };
  auto text = [](const Statement& row, int at) { return std::string(row.Text(at)); };
  SAITEN_RETURN_IF_ERROR(read(
      "SELECT object, name, is_grid, n, milli_min, milli_max, milli_mean, milli_bar FROM saiten_run_score WHERE run = "
      "?1 ORDER BY place",
      [&](const Statement& row) {
        summary.scores.push_back({.object = text(row, 0),
                                  .name = text(row, 1),
                                  .is_grid = row.Int(2) != 0,
                                  .n = count(row, 3),
                                  .min = row.Int(4),
                                  .max = row.Int(5),
                                  .mean = row.Real(6),
                                  .bar = row.Int(7)});
      }));
  // Places count from 0 without gaps; what somebody else wrote there is left out.
  auto score = [&](const Statement& row) -> ScoreSummary* {
    return row.Int(0) >= 0 && count(row, 0) < summary.scores.size() ? &summary.scores[count(row, 0)] : nullptr;
  };
  SAITEN_RETURN_IF_ERROR(read("SELECT place, name, n FROM saiten_run_band WHERE run = ?1 ORDER BY place, number",
                              [&](const Statement& row) {
                                if (auto* s = score(row)) s->bands.push_back({text(row, 1), count(row, 2)});
                              }));
  SAITEN_RETURN_IF_ERROR(
      read("SELECT place, milli_from, n FROM saiten_run_bar WHERE run = ?1 ORDER BY place, milli_from",
           [&](const Statement& row) {
             if (auto* s = score(row)) s->bars.push_back({row.Int(1), count(row, 2)});
           }));
  SAITEN_RETURN_IF_ERROR(
      read("SELECT object, name, members FROM saiten_run_segment WHERE run = ?1 ORDER BY place",
           [&](const Statement& row) { summary.segments.push_back({text(row, 0), text(row, 1), count(row, 2)}); }));
  SAITEN_RETURN_IF_ERROR(
      read("SELECT place, object, first_key FROM saiten_run_trap WHERE run = ?1 ORDER BY number",
           [&](const Statement& row) { summary.traps.push_back({text(row, 0), text(row, 1), text(row, 2)}); }));
  return summary;
}

std::string SqliteVersion() { return sqlite3_libversion(); }

Result<DataErrors> DataErrorsOf(const std::string& path, int64_t run) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kRead));
  DataErrors errors;
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection, "saiten_data_error"));
  if (!table) return errors;
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, "saiten_data_error"));
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, "saiten_data_error_example"));
  SAITEN_ASSIGN_OR_RETURN(Statement groups, connection.Prepare("SELECT place, kind, subject, property, count FROM "
                                                               "saiten_data_error WHERE run = ?1 ORDER BY place"));
  SAITEN_ASSIGN_OR_RETURN(Statement examples,
                          connection.Prepare("SELECT key, value FROM saiten_data_error_example WHERE run "
                                             "= ?1 AND place = ?2 ORDER BY number"));
  groups.Bind(1, run);
  examples.Bind(1, run);
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, groups.Step());
    if (!more) return errors;
    const auto kind = groups.Int(1);
    if (kind < 0 || kind > static_cast<int64_t>(DataErrorKind::kMemberUnknown)) continue;
    DataErrorGroup& group = errors.Group(static_cast<DataErrorKind>(kind), groups.Text(2), groups.Text(3));
    group.count = static_cast<uint64_t>(groups.Int(4));
    examples.Bind(2, groups.Int(0));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool another, examples.Step());
      if (!another) break;
      group.examples.push_back({std::string(examples.Text(0)), std::string(examples.Text(1))});
    }
  }
}

}  // namespace saiten::store
