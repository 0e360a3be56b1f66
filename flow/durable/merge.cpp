#include "flow/durable/merge.h"

#include "flow/log.h"
#include "flow/state.h"
#include "store/own/own_tables.h"
#include "store/sqlite/source_table.h"

namespace saiten::flow {
namespace {

using store::Connection;
using store::Statement;

// ?1 object, ?2 from, ?3 into, ?4 instant, ?5 the end state, ?6 ended, ?7 merged, ?8 the name of the end state.
constexpr const char* kLosers = R"sql(
CREATE TEMP TABLE merge_loser AS
SELECT CASE WHEN b.enrolled <= a.enrolled THEN a.enrolment ELSE b.enrolment END AS enrolment
FROM saiten_enrolment a JOIN saiten_enrolment b ON b.flow = a.flow AND b.object = a.object AND b.key = a.key
WHERE a.object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND a.id = ?2 AND b.id = ?3
  AND a.status = 0 AND b.status = 0
)sql";
// Two members of one exclusive group: the higher priority stays, of equal ones the older run (sem W4, O4).
constexpr const char* kGroupLosers = R"sql(
CREATE TEMP TABLE merge_loser AS
SELECT DISTINCT CASE WHEN ga.priority > gb.priority OR (ga.priority = gb.priority AND a.enrolled < b.enrolled)
                     THEN b.enrolment ELSE a.enrolment END AS enrolment
FROM saiten_enrolment a JOIN saiten_enrolment b ON b.object = a.object AND b.flow <> a.flow
JOIN temp.merge_group ga ON ga.flow = a.flow
JOIN temp.merge_group gb ON gb.flow = b.flow AND gb.name = ga.name
WHERE a.object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND a.id = ?2 AND b.id = ?3
  AND a.status = 0 AND b.status = 0
)sql";
constexpr const char* kDecide = R"sql(
INSERT INTO saiten_decision(seq, time, object, id, flow, number, key, step, kind, detail, fields)
SELECT (SELECT max(coalesce((SELECT max(seq) FROM saiten_action), 0), coalesce((SELECT max(seq) FROM saiten_decision), 0)))
         + row_number() OVER (ORDER BY e.enrolment),
       ?4, e.object, e.id, e.flow, e.number, e.key, e.step, ?6, ?8, json_object('merged', 1)
FROM saiten_enrolment e JOIN temp.merge_loser l ON l.enrolment = e.enrolment
)sql";
constexpr const char* kEnd =
    "UPDATE saiten_enrolment SET status = ?5, ended = ?4, due = NULL, waiting = 0, more = '' "
    "WHERE enrolment IN (SELECT enrolment FROM temp.merge_loser)";
// The keys of actions have these numbers: should `from` enter once more, it is not numbered from 1 again (sem O1).
constexpr const char* kRemember = R"sql(
INSERT OR REPLACE INTO saiten_merged(object, id, flow, key, number)
SELECT object, id, flow, key, max(number) FROM saiten_enrolment
WHERE object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND id = ?2 GROUP BY object, id, flow, key
)sql";
constexpr const char* kBase = R"sql(
CREATE TEMP TABLE merge_base AS
SELECT flow, key, max(number) AS top
FROM (SELECT object, id, flow, key, number FROM saiten_enrolment
      UNION ALL SELECT object, id, flow, key, number FROM saiten_merged)
WHERE object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND id = ?3 GROUP BY flow, key
)sql";
// Behind those of the other one, in their own order.
constexpr const char* kMove = R"sql(
UPDATE saiten_enrolment SET id = ?3, number = number + coalesce((
  SELECT b.top FROM temp.merge_base b WHERE b.flow = saiten_enrolment.flow AND b.key = saiten_enrolment.key), 0)
WHERE object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND id = ?2
)sql";
constexpr const char* kTell = R"sql(
INSERT INTO saiten_decision(seq, time, object, id, kind, detail, fields)
SELECT 1 + max(coalesce((SELECT max(seq) FROM saiten_action), 0), coalesce((SELECT max(seq) FROM saiten_decision), 0)),
       ?4, (SELECT name FROM saiten_flow_name WHERE text = ?1), ?3, ?7, '', json_object('from', ?2)
)sql";
constexpr const char* kRest[] = {
    "UPDATE saiten_sent_message SET id = ?3 WHERE object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND id "
    "= "
    "?2",
    // What waits to be delivered goes to the one who is left, who is then asked whether it may.
    "UPDATE saiten_action SET id = ?3 WHERE object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND id = ?2 "
    "AND "
    "state NOT IN ('sent', 'dropped', 'simulated')",
    // A value has one history: that of the record that is left, and before it began, that of the other.
    "UPDATE saiten_history SET id = ?3 WHERE object = ?1 AND id = ?2 AND time < (SELECT min(h.time) FROM "
    "saiten_history h "
    "WHERE h.object = ?1 AND h.id = ?3 AND h.name = saiten_history.name)",
    "DELETE FROM saiten_history WHERE object = ?1 AND id = ?2",
    "UPDATE saiten_grants SET id = ?3 WHERE object = ?1 AND id = ?2",
    "UPDATE saiten_request SET id = ?3 WHERE object = ?1 AND id = ?2",
    // The record that is left has a commit at the beginning of the next run (Ledger::ReadRequests).
    "INSERT INTO saiten_request(time, object, id, flow, enrol, by_hand) VALUES(?4, ?1, ?3, '', 0, 0)",
    "UPDATE OR IGNORE saiten_lists SET id = ?3 WHERE object = ?1 AND id = ?2",
    "UPDATE OR IGNORE saiten_seen_member SET id = ?3 WHERE object = ?1 AND id = ?2 AND list IN (SELECT list FROM "
    "saiten_lists WHERE object = ?1 AND id = ?3)",
    "DELETE FROM saiten_lists WHERE object = ?1 AND id = ?2",
    "DELETE FROM saiten_value WHERE object = (SELECT name FROM saiten_flow_name WHERE text = ?1) AND id = ?2",
};

// Events that came back from deliveries, in tables that the first delivery makes. Each has an id of its own, so none is
// there twice.
struct Came {
  const char* table;
  const char* sql;
};
constexpr Came kCame[] = {
    {"saiten_message_events",
     "UPDATE saiten_message_events SET record = ?3 WHERE object = ?1 AND CAST(record AS TEXT) = "
     "CAST(?2 AS TEXT)"},
    {"saiten_responses", "UPDATE saiten_responses SET record = ?3 WHERE object = ?1 AND record = ?2"},
};

// Which flows are in which group, as temp.merge_group.
saiten::Status WriteGroups(Connection& connection, std::span<const ir::Flow> flows) {
  SAITEN_RETURN_IF_ERROR(connection.Run("CREATE TEMP TABLE merge_group(flow INTEGER, name TEXT, priority INTEGER)"));
  SAITEN_ASSIGN_OR_RETURN(Statement write, connection.Prepare("INSERT INTO temp.merge_group SELECT name, ?2, ?3 FROM "
                                                              "saiten_flow_name WHERE text = ?1"));
  for (const ir::Flow& flow : flows) {
    if (flow.group.empty()) continue;
    write.Bind(1, flow.name);
    write.Bind(2, flow.group);
    write.Bind(3, static_cast<int64_t>(flow.priority));
    SAITEN_RETURN_IF_ERROR(write.Run());
  }
  return {};
}

}  // namespace

Result<Merged> Merge(Connection& connection, std::span<const ir::Flow> flows, std::string_view object, const Kept& from,
                     const Kept& into, int64_t instant) {
  InstanceStatus end = InstanceStatus::kRemoved;
  const auto run = [&](const char* sql) -> Result<int64_t> {
    SAITEN_ASSIGN_OR_RETURN(Statement statement, connection.Prepare(sql));
    const int parameters = sqlite3_bind_parameter_count(statement.handle());
    if (parameters >= 1) statement.Bind(1, object);
    if (parameters >= 2) Bind(statement, 2, from);
    if (parameters >= 3) Bind(statement, 3, into);
    if (parameters >= 4) statement.Bind(4, instant);
    if (parameters >= 5) statement.Bind(5, static_cast<int64_t>(end));
    if (parameters >= 6) statement.Bind(6, static_cast<int64_t>(RowKind::kEnded));
    if (parameters >= 7) statement.Bind(7, static_cast<int64_t>(RowKind::kMerged));
    if (parameters >= 8) statement.Bind(8, NameOf(end));
    SAITEN_RETURN_IF_ERROR(statement.Run());
    return connection.changes();
  };
  SAITEN_RETURN_IF_ERROR(store::MakeListsTable(connection));
  // The row of the merge itself names the object also where nothing of it is known yet.
  SAITEN_RETURN_IF_ERROR(run("INSERT OR IGNORE INTO saiten_flow_name(text) VALUES(?1)"));
  SAITEN_RETURN_IF_ERROR(
      connection.Run("DROP TABLE IF EXISTS temp.merge_loser; DROP TABLE IF EXISTS temp.merge_base; "
                     "DROP TABLE IF EXISTS temp.merge_group"));
  SAITEN_RETURN_IF_ERROR(WriteGroups(connection, flows));
  Merged merged;
  SAITEN_RETURN_IF_ERROR(run(kLosers));
  SAITEN_RETURN_IF_ERROR(run(kDecide));
  SAITEN_ASSIGN_OR_RETURN(merged.ended, run(kEnd));
  SAITEN_RETURN_IF_ERROR(connection.Run("DROP TABLE temp.merge_loser"));
  end = InstanceStatus::kLeft;
  SAITEN_RETURN_IF_ERROR(run(kGroupLosers));
  SAITEN_RETURN_IF_ERROR(run(kDecide));
  SAITEN_ASSIGN_OR_RETURN(const int64_t left, run(kEnd));
  merged.ended += left;
  SAITEN_RETURN_IF_ERROR(run(kRemember));
  SAITEN_RETURN_IF_ERROR(run(kBase));
  SAITEN_ASSIGN_OR_RETURN(merged.moved, run(kMove));
  SAITEN_RETURN_IF_ERROR(
      connection.Run("DROP TABLE temp.merge_loser; DROP TABLE temp.merge_base; "
                     "DROP TABLE temp.merge_group"));
  SAITEN_RETURN_IF_ERROR(run(kTell));
  for (const char* sql : kRest) SAITEN_RETURN_IF_ERROR(run(sql));
  for (const Came& came : kCame) {
    SAITEN_ASSIGN_OR_RETURN(const auto table, store::InspectTable(connection, came.table));
    if (table) SAITEN_RETURN_IF_ERROR(run(came.sql));
  }
  return merged;
}

}  // namespace saiten::flow
