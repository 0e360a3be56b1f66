#include "flow/outbox/delivery.h"

#include <array>

#include <fmt/format.h>

#include "base/json.h"
#include "flow/durable/control.h"
#include "flow/outbox/fields.h"
#include "flow/state.h"
#include "runtime/civil.h"
#include "runtime/time_parse.h"
#include "runtime/zone.h"
#include "store/sqlite/source_table.h"

namespace saiten::outbox {
namespace {

using flow::ActionKind;
using flow::ActionState;
using store::Connection;
using store::OpenMode;
using store::Statement;
using store::Transaction;

// Tables that rules read say their times as text: numbers would be read as seconds.
constexpr const char* kEventTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_message_events(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE, object TEXT, event TEXT, record, time TEXT, email TEXT, step TEXT,
  workflow TEXT, action TEXT, url TEXT, hard INTEGER);
CREATE TABLE IF NOT EXISTS saiten_responses(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE, object TEXT, record, time TEXT, workflow TEXT, step TEXT, name TEXT,
  action TEXT, state TEXT, code INTEGER, body TEXT);
)sql";
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS saiten_delivery(
  action INTEGER, attempt INTEGER, time INTEGER, state TEXT, response TEXT, code INTEGER, failures INTEGER,
  due INTEGER, PRIMARY KEY(action, attempt)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS saiten_tasks(
    action, key, time, object, id, workflow, step, title, template, channel, assignee, due, remind, state) AS
  SELECT seq, key, time, object, id, workflow, step, json_extract(payload, '$.title'),
         json_extract(payload, '$.template'), json_extract(payload, '$.channel'), json_extract(payload, '$.assignee'),
         json_extract(payload, '$.due'), json_extract(payload, '$.remind'), state
  FROM saiten_actions WHERE kind = 'task' AND state <> 'simulated';
CREATE VIEW IF NOT EXISTS saiten_notifications(
    action, key, time, object, id, workflow, step, recipient, text, state) AS
  SELECT seq, key, time, object, id, workflow, step, json_extract(payload, '$.to'), json_extract(payload, '$.text'),
         state
  FROM saiten_actions WHERE kind = 'notification' AND state <> 'simulated';
CREATE INDEX IF NOT EXISTS saiten_action_by_state ON saiten_action(state);
)sql";

// How often Note asks for the database, which waits for some seconds each time.
constexpr int kPatience = 120;
constexpr const char* kAgain = "again";      // an attempt that failed and is followed by another
constexpr const char* kUnknown = "unknown";  // an attempt whose sender died

constexpr const char* kColumns =
    "a.seq, a.key, a.time, a.kind, a.object, a.id, a.workflow, a.step, a.payload, "
    "coalesce((SELECT max(attempt) FROM saiten_delivery d WHERE d.action = a.seq), 0), "
    "coalesce((SELECT failures FROM saiten_delivery d WHERE d.action = a.seq ORDER BY attempt DESC LIMIT 1), 0)";

ActionKind KindOf(std::string_view name) {
  for (const ActionKind kind :
       {ActionKind::kMail, ActionKind::kNotification, ActionKind::kTask, ActionKind::kWebhook, ActionKind::kCall}) {
    if (flow::NameOf(kind) == name) return kind;
  }
  return ActionKind::kNone;
}

Action ReadAction(Statement& row) {
  Action action;
  action.seq = row.Int(0);
  action.key = row.Text(1);
  action.time = row.Int(2);
  action.kind = KindOf(row.Text(3));
  action.object = row.Text(4);
  action.integer_id = sqlite3_column_type(row.handle(), 5) == SQLITE_INTEGER;
  action.id = row.Text(5);
  action.workflow = row.Text(6);
  action.step = row.Text(7);
  action.payload = row.Text(8);
  action.attempts = row.Int(9);
  action.failures = row.Int(10);
  return action;
}

}  // namespace

Status MakeMessageEvents(Connection& connection) { return connection.Run(kEventTables); }

Result<Deliveries> Deliveries::Open(const std::string& path, OpenMode mode) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, mode));
  if (mode != OpenMode::kRead) SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA synchronous = FULL"));
  return Deliveries(std::move(connection));
}

Result<bool> Deliveries::Has(std::string_view table) {
  SAITEN_ASSIGN_OR_RETURN(Statement find, connection_.Prepare("SELECT 1 FROM sqlite_master WHERE name = ?"));
  find.Bind(1, table);
  return find.Step();
}

Result<bool> Deliveries::HasActions() { return Has("saiten_actions"); }

Status Deliveries::MakeTables() {
  bool all = true;
  for (const char* name : {"saiten_delivery", "saiten_message_events", "saiten_tasks", "saiten_notifications",
                           "saiten_responses", "saiten_action_by_state"}) {
    SAITEN_ASSIGN_OR_RETURN(const bool there, Has(name));
    all = all && there;
  }
  if (all) return {};
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection_, Transaction::Kind::kWrite));
  SAITEN_RETURN_IF_ERROR(MakeMessageEvents(connection_));
  SAITEN_RETURN_IF_ERROR(connection_.Run(kTables));
  return transaction.Commit();
}

Status Deliveries::Recover(int64_t now) {
  std::vector<Action> left;
  SAITEN_ASSIGN_OR_RETURN(Statement find, connection_.Prepare(fmt::format(
                                              "SELECT {} FROM saiten_actions a WHERE a.state = 'sending'", kColumns)));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) break;
    left.push_back(ReadAction(find));
  }
  if (left.empty()) return {};
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection_, Transaction::Kind::kWrite));
  SAITEN_ASSIGN_OR_RETURN(Statement note, connection_.Prepare("UPDATE saiten_delivery SET state = ?, time = ? WHERE "
                                                              "action = ? AND attempt = ?"));
  for (const Action& action : left) {
    const bool mail = action.kind == ActionKind::kMail;
    const ActionState state = mail ? ActionState::kInDoubt : ActionState::kNew;
    SAITEN_RETURN_IF_ERROR(flow::SetActionState(connection_, action.seq, state));
    note.Bind(1, mail ? flow::NameOf(state) : std::string_view(kUnknown));
    note.Bind(2, now);
    note.Bind(3, action.seq);
    note.Bind(4, action.attempts);
    SAITEN_RETURN_IF_ERROR(note.Run());
  }
  return transaction.Commit();
}

Result<int64_t> Deliveries::HandOver() {
  SAITEN_ASSIGN_OR_RETURN(Statement find, connection_.Prepare("SELECT seq FROM saiten_actions WHERE state = 'new' AND "
                                                              "kind IN ('task', 'notification') ORDER BY seq"));
  std::vector<int64_t> all;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) break;
    all.push_back(find.Int(0));
  }
  if (all.empty()) return 0;
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection_, Transaction::Kind::kWrite));
  for (const int64_t seq : all) SAITEN_RETURN_IF_ERROR(flow::SetActionState(connection_, seq, ActionState::kSent));
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  return static_cast<int64_t>(all.size());
}

Result<int64_t> Deliveries::MoveAll(ActionState from, ActionState to, int64_t now) {
  SAITEN_ASSIGN_OR_RETURN(const std::vector<Listed> all, List({from}, -1));
  if (all.empty()) return 0;
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection_, Transaction::Kind::kWrite));
  SAITEN_ASSIGN_OR_RETURN(Statement note,
                          connection_.Prepare("INSERT INTO saiten_delivery(action, attempt, time, state, failures) "
                                              "VALUES (?, ?, ?, ?, 0)"));
  for (const Listed& one : all) {
    SAITEN_RETURN_IF_ERROR(flow::SetActionState(connection_, one.action.seq, to));
    note.Bind(1, one.action.seq);
    note.Bind(2, one.action.attempts + 1);
    note.Bind(3, now);
    note.Bind(4, to == ActionState::kNew ? std::string_view("by hand") : flow::NameOf(to));
    SAITEN_RETURN_IF_ERROR(note.Run());
  }
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  return static_cast<int64_t>(all.size());
}

Result<std::vector<Action>> Deliveries::Due(int64_t after, int64_t now, int64_t limit) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement find,
      connection_.Prepare(fmt::format(
          "SELECT {} FROM saiten_actions a WHERE a.state = 'new' AND a.kind IN ('mail', 'webhook', 'call') AND a.seq > "
          "? AND NOT EXISTS (SELECT 1 FROM saiten_delivery d WHERE d.action = a.seq AND d.due > ?) ORDER BY a.seq "
          "LIMIT ?",
          kColumns)));
  find.Bind(1, after);
  find.Bind(2, now);
  find.Bind(3, limit);
  std::vector<Action> due;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return due;
    due.push_back(ReadAction(find));
  }
}

Result<std::optional<int64_t>> Deliveries::NextDue(const std::set<int64_t>& but) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement find,
      connection_.Prepare(
          "SELECT a.seq, coalesce((SELECT max(d.due) FROM saiten_delivery d WHERE d.action = a.seq), 0) FROM "
          "saiten_actions a WHERE a.state = 'new' AND a.kind IN ('mail', 'webhook', 'call')"));
  std::optional<int64_t> next;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return next;
    if (!but.contains(find.Int(0)) && (!next || find.Int(1) < *next)) next = find.Int(1);
  }
}

Result<int64_t> Deliveries::Version() {
  SAITEN_ASSIGN_OR_RETURN(Statement version, connection_.Prepare("PRAGMA data_version"));
  SAITEN_ASSIGN_OR_RETURN(const bool any, version.Step());
  return any ? version.Int(0) : 0;
}

Result<flow::FlowState> Deliveries::StateOf(std::string_view workflow) {
  SAITEN_ASSIGN_OR_RETURN(const bool there, Has("saiten_control"));
  return there ? flow::StateAsked(connection_, workflow) : flow::FlowState::kOn;
}

Result<bool> Deliveries::IsRunBroken(const Action& action) {
  using flow::InstanceStatus;
  if (!keeps_runs_) {
    SAITEN_ASSIGN_OR_RETURN(const auto actions, store::InspectTable(connection_, "saiten_action"));
    SAITEN_ASSIGN_OR_RETURN(const bool there, Has("saiten_enrolment"));
    keeps_runs_ = there && actions && actions->Find("enrolment") != nullptr;
  }
  if (!*keeps_runs_) return false;
  // Only `completed`, and what a failed call ended, was through with its messages.
  SAITEN_ASSIGN_OR_RETURN(Statement find,
                          connection_.Prepare("SELECT 1 FROM saiten_action a JOIN saiten_enrolment e ON e.enrolment = "
                                              "a.enrolment WHERE a.seq = ? AND e.ended > a.time AND e.status NOT IN "
                                              "(?, ?, ?)"));
  find.Bind(1, action.seq);
  find.Bind(2, static_cast<int64_t>(InstanceStatus::kActive));
  find.Bind(3, static_cast<int64_t>(InstanceStatus::kCompleted));
  find.Bind(4, static_cast<int64_t>(InstanceStatus::kFailed));
  return find.Step();
}

Status Deliveries::Drop(const Action& action, std::string_view why, int64_t now) {
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection_, Transaction::Kind::kWrite));
  SAITEN_RETURN_IF_ERROR(flow::SetActionState(connection_, action.seq, ActionState::kDropped));
  SAITEN_ASSIGN_OR_RETURN(
      Statement note,
      connection_.Prepare("INSERT INTO saiten_delivery(action, attempt, time, state, response, failures) "
                          "VALUES (?, ?, ?, ?, ?, ?)"));
  note.Bind(1, action.seq);
  note.Bind(2, action.attempts + 1);
  note.Bind(3, now);
  note.Bind(4, flow::NameOf(ActionState::kDropped));
  note.Bind(5, why);
  note.Bind(6, action.failures);
  SAITEN_RETURN_IF_ERROR(note.Run());
  return transaction.Commit();
}

Status Deliveries::Begin(const Action& action, int64_t now) {
  SAITEN_RETURN_IF_ERROR(flow::SetActionState(connection_, action.seq, ActionState::kSending));
  SAITEN_ASSIGN_OR_RETURN(Statement insert,
                          connection_.Prepare("INSERT INTO saiten_delivery(action, attempt, time, state, failures) "
                                              "VALUES (?, ?, ?, 'sending', ?)"));
  insert.Bind(1, action.seq);
  insert.Bind(2, action.attempts + 1);
  insert.Bind(3, now);
  insert.Bind(4, action.failures);
  return insert.Run();
}

Status Deliveries::WriteEvent(const Action& action, const Outcome& outcome, int64_t now) {
  if (outcome.event.empty()) return {};
  const auto payload = ParseJson(action.payload);
  // A message may go to others than the record of its workflow.
  const std::string object = TextOf(payload, "object");
  const std::string id = TextOf(payload, "id");
  const std::string email = TextOf(payload, "template");
  SAITEN_ASSIGN_OR_RETURN(
      Statement insert,
      connection_.Prepare("INSERT INTO saiten_message_events(id, object, event, record, time, email, step, workflow, "
                          "action, hard) VALUES (?, ?, ?, CASE WHEN ? THEN CAST(? AS INTEGER) ELSE ? END, ?, ?, ?, ?, "
                          "?, ?)"));
  const std::string event_id = fmt::format("{} {}", action.key, action.attempts + 1);
  const std::string time = rt::FormatInstant(now, *rt::Zone::Utc());
  const std::string_view record = id.empty() ? action.id : id;
  insert.Bind(1, event_id);
  insert.Bind(2, object.empty() ? action.object : object);
  insert.Bind(3, outcome.event);
  // Of another record its key stands in the payload as text; it is a number wherever it looks like one.
  const bool number = id.empty() ? action.integer_id : id.find_first_not_of("0123456789") == std::string::npos;
  insert.Bind(4, static_cast<int64_t>(number));
  insert.Bind(5, record);
  insert.Bind(6, record);
  insert.Bind(7, time);
  insert.Bind(8, email);
  insert.Bind(9, action.step);
  insert.Bind(10, action.workflow);
  insert.Bind(11, action.key);
  if (outcome.event == "bounce") {
    insert.Bind(12, static_cast<int64_t>(outcome.hard));
  } else {
    insert.BindNull(12);
  }
  return insert.Run();
}

// A later row never stands before an earlier one, so that runs see which are new.
Status Deliveries::WriteResponse(const Action& action, const Outcome& outcome, const std::string& body, int64_t now) {
  if (action.kind == ActionKind::kMail) return {};
  SAITEN_ASSIGN_OR_RETURN(
      Statement insert,
      connection_.Prepare("INSERT INTO saiten_responses(id, object, record, time, workflow, step, name, action, state, "
                          "code, body) VALUES (?, ?, CASE WHEN ? THEN CAST(? AS INTEGER) ELSE ? END, ?, ?, ?, ?, ?, ?, "
                          "?, ?)"));
  const std::string id = fmt::format("{} {}", action.key, action.attempts + 1);
  const std::string time = rt::FormatInstant(now, *rt::Zone::Utc());
  const std::string name = TextOf(ParseJson(action.payload), "action");
  insert.Bind(1, id);
  insert.Bind(2, action.object);
  insert.Bind(3, static_cast<int64_t>(action.integer_id));
  insert.Bind(4, action.id);
  insert.Bind(5, action.id);
  insert.Bind(6, time);
  insert.Bind(7, action.workflow);
  insert.Bind(8, action.step);
  insert.Bind(9, name);
  insert.Bind(10, action.key);
  insert.Bind(11, outcome.state == ActionState::kNew ? std::string_view(kAgain) : flow::NameOf(outcome.state));
  insert.Bind(12, static_cast<int64_t>(outcome.code));
  insert.Bind(13, body);
  return insert.Run();
}

Status Deliveries::Finish(const Action& action, const Outcome& outcome, int64_t now) {
  SAITEN_RETURN_IF_ERROR(flow::SetActionState(connection_, action.seq, outcome.state));
  SAITEN_ASSIGN_OR_RETURN(
      Statement update,
      connection_.Prepare(
          "UPDATE saiten_delivery SET time = ?, state = ?, response = ?, code = ?, failures = ?, due = ? "
          "WHERE action = ? AND attempt = ?"));
  const std::string response = CleanText(outcome.response);
  const bool again = outcome.state == ActionState::kNew;
  const bool failed = again || outcome.state == ActionState::kFailed;
  update.Bind(1, now);
  update.Bind(2, again ? std::string_view(kAgain) : flow::NameOf(outcome.state));
  update.Bind(3, response);
  update.Bind(4, static_cast<int64_t>(outcome.code));
  update.Bind(5, action.failures + (failed && outcome.counts ? 1 : 0));
  if (again && outcome.pause > 0) {
    update.Bind(6, now + outcome.pause * rt::kMicrosPerSecond);
  } else {
    update.BindNull(6);
  }
  update.Bind(7, action.seq);
  update.Bind(8, action.attempts + 1);
  SAITEN_RETURN_IF_ERROR(update.Run());
  SAITEN_RETURN_IF_ERROR(WriteEvent(action, outcome, now));
  return WriteResponse(action, outcome, response, now);
}

Status Deliveries::TryNote(std::span<const Done> done, std::span<const Action* const> begun, int64_t now) {
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection_, Transaction::Kind::kWrite));
  for (const Done& one : done) SAITEN_RETURN_IF_ERROR(Finish(*one.action, one.outcome, now));
  for (const Action* action : begun) SAITEN_RETURN_IF_ERROR(Begin(*action, now));
  return transaction.Commit();
}

Status Deliveries::Note(std::span<const Done> done, std::span<const Action* const> begun, int64_t now,
                        const std::function<bool()>& go_on) {
  Status noted;
  for (int tries = 0; tries < (done.empty() ? 1 : kPatience); ++tries) {
    noted = TryNote(done, begun, now);
    if (noted.ok() || noted.error().kind != ErrorKind::kBusy || done.empty() || !go_on()) return noted;
  }
  return noted;
}

Result<Counts> Deliveries::Count() {
  Counts counts;
  SAITEN_ASSIGN_OR_RETURN(Statement find,
                          connection_.Prepare("SELECT kind, state, count(*) FROM saiten_actions WHERE state IN "
                                              "('new', 'in doubt') GROUP BY kind, state"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return counts;
    if (const auto state = flow::ActionStateOf(find.Text(1))) counts[{KindOf(find.Text(0)), *state}] = find.Int(2);
  }
}

Result<std::vector<Listed>> Deliveries::List(const std::vector<ActionState>& states, int64_t limit) {
  SAITEN_ASSIGN_OR_RETURN(const bool delivered, Has("saiten_delivery"));
  std::string names;
  for (const ActionState state : states) names += fmt::format("{}'{}'", names.empty() ? "" : ", ", flow::NameOf(state));
  const std::string last = "(SELECT {} FROM saiten_delivery d WHERE d.action = a.seq ORDER BY attempt DESC LIMIT 1)";
  const std::string columns =
      delivered ? fmt::format("{}, a.state, {}, {}, {}, CASE a.state WHEN 'dropped' THEN {} END", kColumns,
                              fmt::format(fmt::runtime(last), "time"), fmt::format(fmt::runtime(last), "due"),
                              fmt::format(fmt::runtime(last), "code"), fmt::format(fmt::runtime(last), "response"))
                : "a.seq, a.key, a.time, a.kind, a.object, a.id, a.workflow, a.step, a.payload, "
                  "0, 0, a.state, 0, 0, 0, NULL";
  SAITEN_ASSIGN_OR_RETURN(
      Statement find,
      connection_.Prepare(
          fmt::format("SELECT {} FROM saiten_actions a WHERE a.state IN ({}) ORDER BY a.seq LIMIT ?", columns, names)));
  find.Bind(1, limit);
  std::vector<Listed> all;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return all;
    Listed& one = all.emplace_back();
    one.action = ReadAction(find);
    one.state = flow::ActionStateOf(find.Text(11)).value_or(ActionState::kNew);
    one.last = find.Int(12);
    one.due = find.Int(13);
    one.code = static_cast<int>(find.Int(14));
    one.why = find.Text(15);
  }
}

}  // namespace saiten::outbox
