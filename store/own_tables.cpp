#include "store/own_tables.h"

#include <fmt/format.h>

#include "store/messages.h"
#include "store/source_table.h"

namespace saiten::store {
namespace {

// Rows of results hold small numbers only; names and ids stand once. `row` is the place of the record in its object.
// An evaluation holds counts; its view makes the rates, which are null where there is nothing to divide by.
// saiten_record.id has no declared type, so that ids keep the form of the source.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_run(
  run INTEGER PRIMARY KEY, started TEXT, finished TEXT, as_of TEXT, rules TEXT, version TEXT, engine TEXT, zone TEXT,
  zone_data TEXT, unicode TEXT, records INTEGER, events INTEGER, scores INTEGER, members INTEGER, data_errors INTEGER,
  quarantined INTEGER, traps INTEGER);
CREATE TABLE IF NOT EXISTS saiten_data_error(
  run INTEGER, place INTEGER, kind INTEGER, subject TEXT, property TEXT, error TEXT, count INTEGER,
  PRIMARY KEY(run, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_data_error_example(
  run INTEGER, place INTEGER, number INTEGER, key TEXT, value TEXT, PRIMARY KEY(run, place, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_object(object INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS saiten_record(
  object INTEGER, row INTEGER, id, PRIMARY KEY(object, row)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS saiten_record_by_id ON saiten_record(id, object);
CREATE TABLE IF NOT EXISTS saiten_score(score INTEGER PRIMARY KEY, name TEXT UNIQUE, object INTEGER);
CREATE TABLE IF NOT EXISTS saiten_label(score INTEGER, label INTEGER, name TEXT, PRIMARY KEY(score, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_result(
  score INTEGER, row INTEGER, milli_points INTEGER, label INTEGER, PRIMARY KEY(score, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_segment(segment INTEGER PRIMARY KEY, name TEXT UNIQUE, object INTEGER);
CREATE TABLE IF NOT EXISTS saiten_member(
  segment INTEGER, row INTEGER, PRIMARY KEY(segment, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_evaluation(
  evaluation INTEGER PRIMARY KEY, name TEXT, object TEXT, score TEXT, as_of TEXT, written TEXT, rules TEXT,
  version TEXT, n INTEGER, positives INTEGER, ordered_pairs_doubled INTEGER, lift_best_tenth REAL, monotone INTEGER,
  excluded INTEGER, without_date INTEGER, recomputed INTEGER, UNIQUE(name, as_of, rules));
CREATE TABLE IF NOT EXISTS saiten_evaluation_part(
  evaluation INTEGER, place INTEGER, kind INTEGER, band TEXT, milli_points INTEGER, n INTEGER, positives INTEGER,
  PRIMARY KEY(evaluation, place)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS saiten_scores(object, id, score, points, band) AS
  SELECT o.name, r.id, s.name,
         CASE WHEN x.milli_points % 1000 = 0 THEN x.milli_points / 1000 ELSE x.milli_points / 1000.0 END, l.name
  FROM saiten_score s
  JOIN saiten_object o ON o.object = s.object
  JOIN saiten_result x ON x.score = s.score
  JOIN saiten_record r ON r.object = s.object AND r.row = x.row
  LEFT JOIN saiten_label l ON l.score = x.score AND l.label = x.label;
CREATE VIEW IF NOT EXISTS saiten_members(segment, object, id) AS
  SELECT g.name, o.name, r.id
  FROM saiten_segment g
  JOIN saiten_object o ON o.object = g.object
  JOIN saiten_member m ON m.segment = g.segment
  JOIN saiten_record r ON r.object = g.object AND r.row = m.row;
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

}  // namespace

Status CheckFormat(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(auto meta, InspectTable(connection, "saiten_meta"));
  if (!meta) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection.Prepare("SELECT value FROM saiten_meta WHERE key = 'format_version'"));
  SAITEN_ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found || read.Int(0) <= kFormatVersion) return {};
  return Fail(Failure::kNewerFormat, {connection.path(), read.Int(0), kFormatVersion});
}

Status MakeOwnTables(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  for (const char* view : {"saiten_scores", "saiten_members", "saiten_evaluations"}) {
    SAITEN_ASSIGN_OR_RETURN(auto found, InspectTable(connection, view));
    if (found && found->kind != SourceTable::Kind::kView) {
      return Fail(Failure::kNameTaken, {connection.path(), view});
    }
  }
  SAITEN_RETURN_IF_ERROR(connection.Run(kTables));
  return connection.Run(
      fmt::format("INSERT INTO saiten_meta VALUES('format_version', {0}) ON CONFLICT(key) DO UPDATE SET value = {0}",
                  kFormatVersion));
}

Status MakeListsTable(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckFormat(connection));
  return connection.Run(
      "CREATE TABLE IF NOT EXISTS saiten_lists(list TEXT, object TEXT, id, PRIMARY KEY(list, object, id)) "
      "WITHOUT ROWID");
}

}  // namespace saiten::store
