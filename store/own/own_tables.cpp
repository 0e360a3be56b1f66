#include "store/own/own_tables.h"

#include <optional>

#include <fmt/format.h>

#include "store/data_errors.h"
#include "store/messages.h"
#include "store/own/automation_tables.h"
#include "store/own/format_1.h"
#include "store/own/result_layout.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

// Runs, and what is kept of each for good.
constexpr const char* kRunTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_run(
  run INTEGER PRIMARY KEY, started TEXT, finished TEXT, as_of TEXT, rules TEXT, version TEXT, engine TEXT, zone TEXT,
  zone_data TEXT, unicode TEXT, records INTEGER, events INTEGER, scores INTEGER, members INTEGER, data_errors INTEGER,
  quarantined INTEGER, traps INTEGER, token TEXT, evaluated INTEGER, inserted INTEGER, updated INTEGER,
  deleted INTEGER, band_changes INTEGER, load_seconds REAL, compute_seconds REAL, write_seconds REAL, threads INTEGER,
  peak_memory INTEGER);
CREATE TABLE IF NOT EXISTS saiten_run_score(
  run INTEGER, place INTEGER, object TEXT, name TEXT, is_grid INTEGER, n INTEGER, milli_min INTEGER,
  milli_max INTEGER, milli_mean REAL, milli_bar INTEGER, PRIMARY KEY(run, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_run_band(
  run INTEGER, place INTEGER, number INTEGER, name TEXT, n INTEGER, PRIMARY KEY(run, place, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_run_bar(
  run INTEGER, place INTEGER, milli_from INTEGER, n INTEGER, PRIMARY KEY(run, place, milli_from)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_run_segment(
  run INTEGER, place INTEGER, object TEXT, name TEXT, members INTEGER, PRIMARY KEY(run, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_run_trap(
  run INTEGER, number INTEGER, place TEXT, object TEXT, first_key TEXT, PRIMARY KEY(run, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_data_error(
  run INTEGER, place INTEGER, kind INTEGER, subject TEXT, property TEXT, error TEXT, count INTEGER,
  PRIMARY KEY(run, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_data_error_example(
  run INTEGER, place INTEGER, number INTEGER, key TEXT, value TEXT, PRIMARY KEY(run, place, number)) WITHOUT ROWID;
)sql";

// What the columns of the tables of results mean (store/own/result_layout.h), and how bands changed: names stand there
// once, and ids have no declared type, so that they keep the form of the source.
constexpr const char* kResultTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_object(object INTEGER PRIMARY KEY, name TEXT, integer_ids INTEGER);
CREATE TABLE IF NOT EXISTS saiten_score(
  object INTEGER, place INTEGER, name TEXT, points INTEGER, band INTEGER, PRIMARY KEY(object, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_label(
  object INTEGER, place INTEGER, label INTEGER, name TEXT, PRIMARY KEY(object, place, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_segment(
  object INTEGER, place INTEGER, name TEXT, PRIMARY KEY(object, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_name(name INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS saiten_band_change(
  run INTEGER, id, score INTEGER, object INTEGER, from_band INTEGER, to_band INTEGER,
  PRIMARY KEY(run, id, score)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS saiten_band_change_by_id ON saiten_band_change(id);
CREATE VIEW IF NOT EXISTS saiten_band_changes(run, as_of, object, id, score, from_band, to_band) AS
  SELECT c.run, r.as_of, o.text, c.id, s.text, f.text, t.text
  FROM saiten_band_change c
  JOIN saiten_run r ON r.run = c.run
  JOIN saiten_name o ON o.name = c.object
  JOIN saiten_name s ON s.name = c.score
  LEFT JOIN saiten_name f ON f.name = c.from_band
  LEFT JOIN saiten_name t ON t.name = c.to_band;
)sql";

// Scores as they were at the hand-over; kept from run to run, as the bands' changes are.
constexpr const char* kHandoverTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_handover(
  object TEXT, score TEXT, id, instant INTEGER, milli_points INTEGER,
  PRIMARY KEY(object, score, id, instant)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS saiten_handovers(object, id, score, handed_over, points) AS
  SELECT object, id, score, strftime('%Y-%m-%dT%H:%M:%SZ', instant / 1000000, 'unixepoch'),
         CASE WHEN milli_points % 1000 = 0 THEN milli_points / 1000 ELSE milli_points / 1000.0 END
  FROM saiten_handover;
)sql";

// An evaluation holds counts; its view makes the rates, which are null where there is nothing to divide by.
constexpr const char* kEvaluationTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_evaluation(
  evaluation INTEGER PRIMARY KEY, name TEXT, object TEXT, score TEXT, as_of TEXT, written TEXT, rules TEXT,
  version TEXT, n INTEGER, positives INTEGER, ordered_pairs_doubled INTEGER, lift_best_tenth REAL, monotone INTEGER,
  excluded INTEGER, without_date INTEGER, recomputed INTEGER, UNIQUE(name, as_of, rules));
CREATE TABLE IF NOT EXISTS saiten_evaluation_part(
  evaluation INTEGER, place INTEGER, kind INTEGER, band TEXT, milli_points INTEGER, n INTEGER, positives INTEGER,
  PRIMARY KEY(evaluation, place)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS saiten_evaluations(
    name, object, score, as_of, part, band, bound, n, positives, rate, precision, recall, lift, auc, lift_best_tenth,
    monotone, excluded, without_date, recomputed, rules, run) AS
  WITH part(evaluation, place, name, band, milli_points, n, positives) AS (
    SELECT evaluation, 0, 'all', NULL, NULL, n, positives FROM saiten_evaluation
    UNION ALL
    SELECT evaluation, place, CASE kind WHEN 1 THEN 'bound' ELSE 'band' END, band, milli_points, n, positives
    FROM saiten_evaluation_part)
  SELECT e.name, e.object, e.score, e.as_of, p.name, p.band,
         CASE WHEN p.milli_points % 1000 = 0 THEN p.milli_points / 1000 ELSE p.milli_points / 1000.0 END,
         p.n, p.positives,
         CASE WHEN p.name <> 'bound' THEN 1.0 * p.positives / p.n END,
         CASE WHEN p.name = 'bound' THEN 1.0 * p.positives / p.n END,
         CASE WHEN p.name = 'bound' THEN 1.0 * p.positives / e.positives END,
         CASE WHEN p.name = 'bound' THEN (1.0 * p.positives / p.n) / (1.0 * e.positives / e.n) END,
         CASE WHEN p.name = 'all' THEN e.ordered_pairs_doubled / 2.0 / e.positives / (e.n - e.positives) END,
         CASE WHEN p.name = 'all' THEN e.lift_best_tenth END,
         CASE WHEN p.name = 'all' THEN e.monotone END,
         CASE WHEN p.name = 'all' THEN e.excluded END,
         CASE WHEN p.name = 'all' THEN e.without_date END,
         CASE WHEN p.name = 'all' THEN e.recomputed END,
         e.rules, (SELECT max(r.run) FROM saiten_run r WHERE r.rules = e.rules AND r.as_of = e.as_of)
  FROM saiten_evaluation e JOIN part p ON p.evaluation = e.evaluation
  ORDER BY e.evaluation, p.place;
)sql";

constexpr const char* kListsSql =
    "CREATE TABLE IF NOT EXISTS saiten_lists(list TEXT, object TEXT, id, PRIMARY KEY(list, object, id)) WITHOUT ROWID;";

constexpr const char* kChangesSql =
    "CREATE TABLE IF NOT EXISTS saiten_change("
    "seq INTEGER PRIMARY KEY, source INTEGER, kind INTEGER, row INTEGER, key TEXT, token INTEGER);";

// A table, view or index as the database describes it.
struct Entry {
  std::string type, name, table, sql;
};

Result<std::vector<Entry>> EntriesOf(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection.Prepare("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name LIKE "
                                             "'saiten\\_%' ESCAPE '\\' AND type <> 'trigger'"));
  std::vector<Entry> entries;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return entries;
    entries.push_back(
        {std::string(read.Text(0)), std::string(read.Text(1)), std::string(read.Text(2)), std::string(read.Text(3))});
  }
}

Result<std::string> ColumnsIn(Connection& connection, const std::string& table) {
  SAITEN_ASSIGN_OR_RETURN(const auto found, InspectTable(connection, table));
  SAITEN_CHECK(found.has_value());
  // Lists may be kept by hand, too: a key of that table is for speed.
  const bool has_key = sqlite3_stricmp(table.c_str(), kListsTable) != 0;
  std::string columns;
  for (const SourceColumn& column : found->columns) {
    columns += (columns.empty() ? "" : ", ") + column.name;
    if (has_key && column.in_primary_key != 0) columns += " (primary key)";
  }
  return columns;
}

// White space is not what tells a view of ours from another.
std::string WithoutSpaces(std::string sql) {
  std::erase_if(sql, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  return sql;
}

// A view of ours reads the table beneath, `saiten_value` for `saiten_values`, whatever an older Saiten made of it.
bool IsOlderView(const Entry& entry, const Entry& ours) {
  if (!ours.name.ends_with('s')) return false;
  const std::string beneath = "FROM " + ours.name.substr(0, ours.name.size() - 1) + " ";
  return ours.sql.find(beneath) != std::string::npos && entry.sql.find(beneath) != std::string::npos;
}

Error NameTaken(Connection& connection, const Entry& entry) {
  const Words what = entry.type == "view" ? Words::kAView : entry.type == "index" ? Words::kAnIndex : Words::kATable;
  return Fail(Failure::kNameTaken, {connection.path(), entry.name, Say(what)});
}

// `entry` of the database carries the name of `ours`, which was made in `made`.
Status Compare(Connection& connection, const Entry& entry, Connection& made, const Entry& ours) {
  if (entry.type != ours.type || sqlite3_stricmp(entry.table.c_str(), ours.table.c_str()) != 0) {
    return NameTaken(connection, entry);
  }
  if (entry.type == "view" && WithoutSpaces(entry.sql) != WithoutSpaces(ours.sql) && !IsOlderView(entry, ours)) {
    return NameTaken(connection, entry);
  }
  if (entry.type != "table") return {};
  SAITEN_ASSIGN_OR_RETURN(const std::string has, ColumnsIn(connection, entry.name));
  SAITEN_ASSIGN_OR_RETURN(const std::string wanted, ColumnsIn(made, ours.name));
  if (has == wanted) return {};
  return Fail(Failure::kOtherOwnTable, {connection.path(), entry.name, has, wanted});
}

bool IsViewOfResults(std::string_view name) {
  return sqlite3_stricmp(std::string(name).c_str(), "saiten_scores") == 0 ||
         sqlite3_stricmp(std::string(name).c_str(), "saiten_members") == 0;
}

// The format that the database says it has; nothing where it says none.
Result<std::optional<int64_t>> FormatOf(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(auto meta, InspectTable(connection, "saiten_meta"));
  if (!meta) return std::optional<int64_t>();
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, "saiten_meta"));
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection.Prepare("SELECT value FROM saiten_meta WHERE key = 'format_version'"));
  SAITEN_ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return std::optional<int64_t>();
  const bool is_number = sqlite3_column_type(read.handle(), 0) == SQLITE_INTEGER;
  if (!is_number || read.Int(0) < 1) {
    return Fail(Failure::kStrangeFormat,
                {connection.path(), is_number ? std::to_string(read.Int(0)) : Excerpt(read.Text(0))});
  }
  if (read.Int(0) <= kFormatVersion) return std::optional(read.Int(0));
  return Fail(Failure::kNewerFormat, {connection.path(), read.Int(0), kFormatVersion});
}

// Compares what the database has under our names with what we make in that format; all of it, or one table.
Status CheckOwn(Connection& connection, std::string_view only, int64_t format) {
  SAITEN_ASSIGN_OR_RETURN(const std::vector<Entry> entries, EntriesOf(connection));
  if (entries.empty()) return {};
  SAITEN_ASSIGN_OR_RETURN(Connection made, Connection::Open(":memory:", OpenMode::kCreate));
  if (format == 1) SAITEN_RETURN_IF_ERROR(made.Run(kTablesOfFormat1));
  SAITEN_RETURN_IF_ERROR(made.Run(std::string(kRunTables) + kResultTables + kHandoverTables + kEvaluationTables +
                                  kListsSql + kChangesSql + kAutomationTables + AutomationViews()));
  SAITEN_ASSIGN_OR_RETURN(const std::vector<Entry> all_ours, EntriesOf(made));
  for (const Entry& entry : entries) {
    // Their text depends on the rules, so they carry a mark.
    if (format > 1 && only.empty() && IsViewOfResults(entry.name) &&
        (entry.type != "view" || entry.sql.find(kViewMark) == std::string::npos)) {
      return NameTaken(connection, entry);
    }
    for (const Entry& ours : all_ours) {
      if (!only.empty() && ours.name != only) continue;
      if (sqlite3_stricmp(entry.name.c_str(), ours.name.c_str()) != 0) continue;
      SAITEN_RETURN_IF_ERROR(Compare(connection, entry, made, ours));
    }
  }
  return {};
}

}  // namespace

Result<std::pair<int64_t, std::string>> LastRun(Connection& connection) {
  std::pair<int64_t, std::string> run;
  SAITEN_ASSIGN_OR_RETURN(const auto runs, InspectTable(connection, "saiten_run"));
  if (!runs || runs->Find("run") == nullptr) return run;
  const bool has_token = runs->Find("token") != nullptr;
  SAITEN_ASSIGN_OR_RETURN(Statement last,
                          connection.Prepare(fmt::format("SELECT run, {} FROM saiten_run ORDER BY run DESC LIMIT 1",
                                                         has_token ? "token" : "NULL")));
  SAITEN_ASSIGN_OR_RETURN(const bool any, last.Step());
  if (any) run = {last.Int(0), std::string(last.Text(1))};
  return run;
}

Status CheckOwnTable(Connection& connection, std::string_view table) {
  int64_t format = kFormatVersion;
  if (table != "saiten_meta") {
    SAITEN_ASSIGN_OR_RETURN(const auto has, FormatOf(connection));
    format = has.value_or(kFormatVersion);
  }
  return CheckOwn(connection, table, format);
}

Result<bool> HasOwnTable(Connection& connection, const std::string& table) {
  SAITEN_ASSIGN_OR_RETURN(const auto found, InspectTable(connection, table));
  if (!found) return false;
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, table));
  return true;
}

Result<int64_t> CheckFormat(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(const auto has, FormatOf(connection));
  return has.value_or(kFormatVersion);
}

Status CheckOwnTables(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(const int64_t format, CheckFormat(connection));
  SAITEN_RETURN_IF_ERROR(CheckOwn(connection, "", format));
  // Those of results are named by number; in format 1 there are none.
  if (format == 1) return {};
  SAITEN_ASSIGN_OR_RETURN(const auto layouts, ReadLayouts(connection));
  return {};
}

Status MakeOwnTables(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckOwnTables(connection));
  SAITEN_ASSIGN_OR_RETURN(const int64_t format, CheckFormat(connection));
  if (format == 1) SAITEN_RETURN_IF_ERROR(MigrateFromFormat1(connection));
  SAITEN_RETURN_IF_ERROR(connection.Run(std::string(kRunTables) + kResultTables + kHandoverTables + kEvaluationTables));
  return connection.Run(
      fmt::format("INSERT INTO saiten_meta VALUES('format_version', {0}) ON CONFLICT(key) DO UPDATE SET value = {0} "
                  "WHERE value <> {0}",
                  kFormatVersion));
}

Status MakeEvaluationTables(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckOwnTables(connection));
  SAITEN_RETURN_IF_ERROR(connection.Run(std::string(kRunTables) + kEvaluationTables));
  return connection.Run(
      fmt::format("INSERT INTO saiten_meta VALUES('format_version', {}) ON CONFLICT(key) DO NOTHING", kFormatVersion));
}

Status MakeListsTable(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, kListsTable));
  return connection.Run(kListsSql);
}

Status MakeChangeTable(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  SAITEN_RETURN_IF_ERROR(CheckOwnTable(connection, "saiten_change"));
  return connection.Run(kChangesSql);
}

}  // namespace saiten::store
