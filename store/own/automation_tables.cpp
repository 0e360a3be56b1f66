#include "store/own/automation_tables.h"

#include "store/own/own_tables.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {

// Names of workflows, steps and objects stand once in saiten_flow_name. Ids have no declared type, so that they keep
// the form of the source. saiten_flow_rules has the texts from which a version of a workflow can be made again. A
// decision and an action are numbered together, in the order of sem W1a. The key of an action is there once (sem O1): a
// trigger keeps the index, in two parts, for keys are random and each transaction would write nearly every page of a
// large one. New keys go to a small part, which SettleActionKeys merges into the large one from time to time.
const char* const kAutomationTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_automation(id INTEGER PRIMARY KEY CHECK (id = 1), until INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS saiten_flow_name(name INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS saiten_flow(
  id INTEGER PRIMARY KEY, name TEXT UNIQUE, object TEXT, version TEXT, state TEXT, since INTEGER);
CREATE TABLE IF NOT EXISTS saiten_flow_rules(rules INTEGER PRIMARY KEY, hash TEXT UNIQUE, texts TEXT);
CREATE TABLE IF NOT EXISTS saiten_flow_version(
  flow TEXT, version TEXT, rules INTEGER, since INTEGER, PRIMARY KEY(flow, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_enrolment(
  enrolment INTEGER PRIMARY KEY, flow INTEGER, version TEXT, object INTEGER, id, key TEXT, number INTEGER,
  status INTEGER, enrolled INTEGER, ended INTEGER, step INTEGER, waiting INTEGER, due INTEGER, variant TEXT,
  messages INTEGER, more TEXT);
CREATE TABLE IF NOT EXISTS saiten_action(
  seq INTEGER PRIMARY KEY, key BLOB NOT NULL, time INTEGER, kind INTEGER, object INTEGER, id, flow INTEGER,
  step INTEGER, payload TEXT, state TEXT, enrolment INTEGER);
CREATE TABLE IF NOT EXISTS saiten_action_key(key BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_action_key_new(key BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS saiten_action_once BEFORE INSERT ON saiten_action BEGIN
  SELECT RAISE(ABORT, 'an action with this key is in the log already')
  WHERE EXISTS (SELECT 1 FROM saiten_action_key WHERE key = NEW.key);
  INSERT INTO saiten_action_key_new VALUES(NEW.key, NEW.seq);
END;
CREATE TABLE IF NOT EXISTS saiten_decision(
  seq INTEGER PRIMARY KEY, time INTEGER, object INTEGER, id, flow INTEGER, number INTEGER, key TEXT, step INTEGER,
  kind INTEGER, detail TEXT, fields TEXT);
CREATE TABLE IF NOT EXISTS saiten_sent_message(object INTEGER, id, time INTEGER, class INTEGER);
CREATE TABLE IF NOT EXISTS saiten_merged(
  object INTEGER, id, flow INTEGER, key TEXT, number INTEGER, PRIMARY KEY(object, id, flow, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_turn(team TEXT PRIMARY KEY, turns INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_open_task(id PRIMARY KEY, tasks INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_value(
  object INTEGER, id, property INTEGER, kept, text TEXT, time INTEGER,
  PRIMARY KEY(object, id, property)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_created(
  seq INTEGER PRIMARY KEY, object TEXT, id, time INTEGER, fields TEXT, UNIQUE(object, id));
CREATE TABLE IF NOT EXISTS saiten_grants(seq INTEGER PRIMARY KEY, object TEXT, id, name TEXT, time, points);
CREATE TABLE IF NOT EXISTS saiten_history(seq INTEGER PRIMARY KEY, object TEXT, id, name TEXT, time, value);
CREATE TABLE IF NOT EXISTS saiten_event_mark(event TEXT PRIMARY KEY, last_rowid INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_request(
  request INTEGER PRIMARY KEY, time INTEGER, object TEXT, id, flow TEXT, enrol INTEGER, by_hand INTEGER);
CREATE TABLE IF NOT EXISTS saiten_control(control INTEGER PRIMARY KEY, time INTEGER, flow TEXT, command TEXT);
CREATE TABLE IF NOT EXISTS saiten_seen_column(
  object TEXT, place INTEGER, property TEXT, type TEXT, PRIMARY KEY(object, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_seen_list(list TEXT PRIMARY KEY, object TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS saiten_seen_member(
  list TEXT, object TEXT, id, PRIMARY KEY(list, object, id)) WITHOUT ROWID;
)sql";

namespace {

// A view over our own tables; where an older Saiten has made another, this one takes its place.
struct View {
  const char* name;
  const char* sql;  // what follows CREATE VIEW, as the database keeps it
};
constexpr View kViews[] = {
    {"saiten_enrolments", R"sql(saiten_enrolments(
    enrolment, workflow, version, object, id, key, number, status, enrolled, ended, step, waiting, due, variant,
    messages) AS
  SELECT e.enrolment, f.text, e.version, o.text, e.id, e.key, e.number,
         CASE e.status WHEN 0 THEN 'active' WHEN 1 THEN 'completed' WHEN 2 THEN 'goal' WHEN 3 THEN 'suppressed'
                       WHEN 4 THEN 'unsubscribed' WHEN 5 THEN 'replied' WHEN 6 THEN 'meeting' WHEN 7 THEN 'bounced'
                       WHEN 8 THEN 'left' WHEN 9 THEN 'restarted' WHEN 10 THEN 'removed' WHEN 11 THEN 'failed'
                       WHEN 12 THEN 'off' END,
         e.enrolled, e.ended, s.text,
         CASE e.waiting WHEN 1 THEN 'time' WHEN 2 THEN 'event' WHEN 3 THEN 'task done' WHEN 4 THEN 'send'
                        WHEN 5 THEN 'delivery' END,
         e.due, e.variant, e.messages
  FROM saiten_enrolment e
  JOIN saiten_flow_name f ON f.name = e.flow
  JOIN saiten_flow_name o ON o.name = e.object
  LEFT JOIN saiten_flow_name s ON s.name = e.step)sql"},
    {"saiten_actions", R"sql(saiten_actions(
    seq, key, time, kind, object, id, workflow, step, payload, state, enrolment) AS
  SELECT a.seq, lower(hex(a.key)), a.time,
         CASE a.kind WHEN 1 THEN 'mail' WHEN 2 THEN 'notification' WHEN 3 THEN 'task' WHEN 4 THEN 'webhook'
                     WHEN 5 THEN 'call' END,
         o.text, a.id, f.text, s.text, a.payload, a.state, a.enrolment
  FROM saiten_action a
  JOIN saiten_flow_name o ON o.name = a.object
  JOIN saiten_flow_name f ON f.name = a.flow
  LEFT JOIN saiten_flow_name s ON s.name = a.step)sql"},
    {"saiten_decisions", R"sql(saiten_decisions(
    seq, time, object, id, workflow, number, key, step, kind, detail, fields) AS
  SELECT d.seq, d.time, o.text, d.id, f.text, d.number, d.key, s.text,
         CASE d.kind WHEN 0 THEN 'enrolled' WHEN 1 THEN 'refused' WHEN 2 THEN 'late-ignored' WHEN 3 THEN 'branch'
                     WHEN 4 THEN 'skipped' WHEN 5 THEN 'deferred' WHEN 6 THEN 'waiting' WHEN 7 THEN 'action'
                     WHEN 8 THEN 'write' WHEN 9 THEN 'granted' WHEN 10 THEN 'overridden' WHEN 11 THEN 'refused write'
                     WHEN 12 THEN 'cascade-limit' WHEN 13 THEN 'ended' WHEN 14 THEN 'switched' WHEN 15 THEN 'merged'
                     WHEN 16 THEN 'moved' WHEN 17 THEN 'goal after' WHEN 18 THEN 'created' END,
         d.detail, d.fields
  FROM saiten_decision d
  JOIN saiten_flow_name o ON o.name = d.object
  LEFT JOIN saiten_flow_name f ON f.name = d.flow
  LEFT JOIN saiten_flow_name s ON s.name = d.step)sql"},
    {"saiten_values", R"sql(saiten_values(object, id, property, value, time) AS
  SELECT o.text, v.id, p.text, v.text, v.time
  FROM saiten_value v
  JOIN saiten_flow_name o ON o.name = v.object
  JOIN saiten_flow_name p ON p.name = v.property)sql"},
};

// Nothing is written where it is as it should be: the schema of the database stays as it was.
Status RenewView(Connection& connection, const View& view) {
  const std::string sql = std::string("CREATE VIEW ") + view.sql;
  SAITEN_ASSIGN_OR_RETURN(Statement read,
                          connection.Prepare("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?"));
  read.Bind(1, view.name);
  SAITEN_ASSIGN_OR_RETURN(const bool there, read.Step());
  if (there && read.Text(0) == sql) return {};
  return connection.Run((there ? std::string("DROP VIEW ") + view.name + ";\n" : std::string()) + sql);
}

}  // namespace

Result<bool> HasAutomationTables(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, "saiten_automation"));
  return table.has_value();
}

std::string AutomationViews() {
  std::string all;
  for (const View& view : kViews) all += std::string("CREATE VIEW ") + view.sql + ";\n";
  return all;
}

Status MakeAutomationTables(Connection& connection) {
  SAITEN_RETURN_IF_ERROR(CheckOwnTables(connection));
  SAITEN_RETURN_IF_ERROR(connection.Run(kAutomationTables));
  // Of a database that did not keep whose run an action is of.
  SAITEN_ASSIGN_OR_RETURN(const auto actions, InspectTable(connection, "saiten_action"));
  if (actions->Find("enrolment") == nullptr) {
    SAITEN_RETURN_IF_ERROR(connection.Run("ALTER TABLE saiten_action ADD COLUMN enrolment INTEGER"));
  }
  for (const View& view : kViews) SAITEN_RETURN_IF_ERROR(RenewView(connection, view));
  // Of a database whose actions had one index of their own.
  return connection.Run(
      "INSERT INTO saiten_action_key SELECT key, seq FROM saiten_action "
      "WHERE NOT EXISTS (SELECT 1 FROM saiten_action_key) AND NOT EXISTS (SELECT 1 FROM saiten_action_key_new) "
      "ORDER BY key");
}

Status SettleActionKeys(Connection& connection) {
  return connection.Run(
      "INSERT INTO saiten_action_key SELECT key, seq FROM saiten_action_key_new ORDER BY key; "
      "DELETE FROM saiten_action_key_new");
}

Result<std::optional<int64_t>> ReadAutomationUntil(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(const bool there, HasAutomationTables(connection));
  if (!there) return std::optional<int64_t>();
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare("SELECT until FROM saiten_automation"));
  SAITEN_ASSIGN_OR_RETURN(const bool any, read.Step());
  return any ? std::optional(read.Int(0)) : std::nullopt;
}

Status SetAutomationUntil(Connection& connection, int64_t until) {
  SAITEN_ASSIGN_OR_RETURN(Statement write, connection.Prepare("INSERT OR REPLACE INTO saiten_automation VALUES(1, ?)"));
  write.Bind(1, until);
  return write.Run();
}

}  // namespace saiten::store
