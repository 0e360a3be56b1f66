#include "store/runs.h"

#include "runtime/time_parse.h"
#include "store/own_tables.h"
#include "store/source_table.h"

namespace saiten::store {
namespace {

int64_t InstantIn(const Statement& row, int column) {
  int64_t instant = 0;
  return rt::ParseInstant(row.Text(column), rt::Zone::Utc(), &instant) == rt::ParseStatus::kOk ? instant : 0;
}

RunRecord RecordIn(const Statement& row) {
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
  return run;
}

}  // namespace

Result<std::vector<RunRecord>> ListRuns(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  std::vector<RunRecord> runs;
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection, "saiten_run"));
  if (!table) return runs;
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, "saiten_run"));
  SAITEN_ASSIGN_OR_RETURN(
      Statement rows,
      connection.Prepare(
          "SELECT run, started, finished, as_of, rules, version, engine, zone, zone_data, unicode, records, "
          "events, scores, members, data_errors, quarantined, traps FROM saiten_run ORDER BY run"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return runs;
    runs.push_back(RecordIn(rows));
  }
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
