#include "store/own/format_1.h"

namespace saiten::store {

const char* const kTablesOfFormat1 = R"sql(
CREATE TABLE IF NOT EXISTS saiten_run(
  run INTEGER PRIMARY KEY, started TEXT, finished TEXT, as_of TEXT, rules TEXT, version TEXT, engine TEXT, zone TEXT,
  zone_data TEXT, unicode TEXT, records INTEGER, events INTEGER, scores INTEGER, members INTEGER, data_errors INTEGER,
  quarantined INTEGER, traps INTEGER);
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
)sql";

Status MigrateFromFormat1(Connection& connection) {
  // What somebody has dropped is made first, so that there is one way from here.
  return connection.Run(
      std::string(kTablesOfFormat1) +
      "DROP VIEW IF EXISTS saiten_scores; DROP VIEW IF EXISTS saiten_members; DROP TABLE IF EXISTS saiten_result;"
      "DROP TABLE IF EXISTS saiten_record; DROP TABLE IF EXISTS saiten_member; DROP TABLE IF EXISTS saiten_label;"
      "DROP TABLE IF EXISTS saiten_score; DROP TABLE IF EXISTS saiten_segment; DROP TABLE IF EXISTS saiten_object;"
      "ALTER TABLE saiten_run ADD COLUMN token TEXT; ALTER TABLE saiten_run ADD COLUMN evaluated INTEGER;"
      "ALTER TABLE saiten_run ADD COLUMN inserted INTEGER; ALTER TABLE saiten_run ADD COLUMN updated INTEGER;"
      "ALTER TABLE saiten_run ADD COLUMN deleted INTEGER; ALTER TABLE saiten_run ADD COLUMN band_changes INTEGER;"
      "ALTER TABLE saiten_run ADD COLUMN load_seconds REAL; ALTER TABLE saiten_run ADD COLUMN compute_seconds REAL;"
      "ALTER TABLE saiten_run ADD COLUMN write_seconds REAL; ALTER TABLE saiten_run ADD COLUMN threads INTEGER;"
      "ALTER TABLE saiten_run ADD COLUMN peak_memory INTEGER;");
}

}  // namespace saiten::store
