#include "store/automation/automation_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/time_parse.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {
namespace {

// A condition of all views, with its parameters in the order ?1 workflow, ?2 object, ?3 id, ?4 until.
std::string Where(const AutomationFilter& filter, std::string_view time, std::string_view id) {
  std::string where = fmt::format(" WHERE {} <= ?4", time);
  if (!filter.workflow.empty()) where += " AND workflow = ?1";
  // Keys are whole numbers or text, as in the source; the words of a command line are always text.
  if (!filter.object.empty()) where += fmt::format(" AND object = ?2 AND CAST({} AS TEXT) = ?3", id);
  return where;
}

class Reader {
 public:
  Reader(Connection connection, const AutomationFilter& filter) : connection_(std::move(connection)), filter_(filter) {}

  Result<AutomationRows> Run() {
    SAITEN_ASSIGN_OR_RETURN(auto transaction, Transaction::Begin(connection_, Transaction::Kind::kRead));
    SAITEN_ASSIGN_OR_RETURN(rows_.there, Has("saiten_enrolments"));
    if (!rows_.there) return std::move(rows_);
    SAITEN_RETURN_IF_ERROR(Each("SELECT until FROM saiten_automation", [&](Statement& s) { rows_.until = s.Int(0); }));
    SAITEN_RETURN_IF_ERROR(
        Each("SELECT name, object, version, state, since FROM saiten_flow ORDER BY name",
             [&](Statement& s) { rows_.flows.push_back({Say(s, 0), Say(s, 1), Say(s, 2), Say(s, 3), s.Int(4)}); }));
    SAITEN_RETURN_IF_ERROR(Enrolments());
    if (!filter_.log) return std::move(rows_);
    SAITEN_RETURN_IF_ERROR(Decisions());
    SAITEN_RETURN_IF_ERROR(Actions());
    std::ranges::stable_sort(rows_.log, {}, &LogEntry::seq);
    SAITEN_ASSIGN_OR_RETURN(const bool events, Has("saiten_message_events"));
    if (events) SAITEN_RETURN_IF_ERROR(Events());
    return std::move(rows_);
  }

 private:
  static std::string Say(const Statement& s, int at) { return std::string(s.Text(at)); }
  static std::optional<int64_t> Maybe(const Statement& s, int at) {
    if (sqlite3_column_type(s.handle(), at) == SQLITE_NULL) return std::nullopt;
    return s.Int(at);
  }

  Result<bool> Has(std::string_view name) {
    SAITEN_ASSIGN_OR_RETURN(Statement s, connection_.Prepare("SELECT 1 FROM sqlite_master WHERE name = ?1"));
    s.Bind(1, name);
    return s.Step();
  }

  template <typename Row>
  Status Each(const std::string& sql, Row row) {
    SAITEN_ASSIGN_OR_RETURN(Statement s, connection_.Prepare(sql));
    // Those that the text does not name are no parameters of it.
    const int parameters = sqlite3_bind_parameter_count(s.handle());
    if (parameters >= 1) s.Bind(1, filter_.workflow);
    if (parameters >= 2) s.Bind(2, filter_.object);
    if (parameters >= 3) s.Bind(3, filter_.id);
    if (parameters >= 4) s.Bind(4, filter_.until);
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, s.Step());
      if (!more) return {};
      row(s);
    }
  }

  Status Enrolments() {
    const std::string sql =
        "SELECT workflow, version, object, id, key, number, status, enrolled, ended, step, waiting, due, variant, "
        "messages FROM saiten_enrolments" +
        Where(filter_, "enrolled", "id") + " ORDER BY enrolled, enrolment";
    return Each(sql, [&](Statement& s) {
      EnrolmentRow row{.workflow = Say(s, 0), .version = Say(s, 1), .object = Say(s, 2), .id = Say(s, 3)};
      row.key = Say(s, 4);
      row.number = s.Int(5);
      row.status = Say(s, 6);
      row.enrolled = s.Int(7);
      row.ended = Maybe(s, 8);
      row.step = Say(s, 9);
      row.waiting = Say(s, 10);
      row.due = Maybe(s, 11);
      row.variant = Say(s, 12);
      row.messages = s.Int(13);
      rows_.enrolments.push_back(std::move(row));
    });
  }

  Status Decisions() {
    const std::string sql =
        "SELECT seq, time, object, id, workflow, number, key, step, kind, detail, fields FROM saiten_decisions" +
        Where(filter_, "time", "id") + " ORDER BY seq";
    return Each(sql, [&](Statement& s) {
      LogEntry row{.seq = s.Int(0), .time = s.Int(1)};
      row.object = Say(s, 2);
      row.id = Say(s, 3);
      row.workflow = Say(s, 4);
      row.number = s.Int(5);
      row.key = Say(s, 6);
      row.step = Say(s, 7);
      row.kind = Say(s, 8);
      row.detail = Say(s, 9);
      row.fields = Say(s, 10);
      rows_.log.push_back(std::move(row));
    });
  }

  Status Actions() {
    SAITEN_ASSIGN_OR_RETURN(const bool delivered, Has("saiten_delivery"));
    const std::string why = delivered ? "CASE state WHEN 'dropped' THEN (SELECT response FROM saiten_delivery d WHERE "
                                        "d.action = seq ORDER BY attempt DESC LIMIT 1) END"
                                      : "NULL";
    const std::string sql = "SELECT seq, time, object, id, workflow, step, kind, payload, state, " + why +
                            " FROM saiten_actions" + Where(filter_, "time", "id") + " ORDER BY seq";
    return Each(sql, [&](Statement& s) {
      LogEntry row{.seq = s.Int(0), .time = s.Int(1), .action = true};
      row.object = Say(s, 2);
      row.id = Say(s, 3);
      row.workflow = Say(s, 4);
      row.step = Say(s, 5);
      row.kind = Say(s, 6);
      row.fields = Say(s, 7);
      row.state = Say(s, 8);
      row.detail = Say(s, 9);
      rows_.log.push_back(std::move(row));
    });
  }

  Status Events() {
    // Its times are text, as rules read them, so they are compared here.
    const std::string sql = "SELECT event, object, record, time, workflow, step, hard FROM saiten_message_events" +
                            Where(filter_, "?4", "record") + " ORDER BY rowid";
    return Each(sql, [&](Statement& s) {
      MessageEventRow row{.event = Say(s, 0), .object = Say(s, 1), .id = Say(s, 2)};
      if (rt::ParseInstant(s.Text(3), rt::Zone::Utc(), &row.time) != rt::ParseStatus::kOk) return;
      row.workflow = Say(s, 4);
      row.step = Say(s, 5);
      row.hard = s.Int(6) != 0 || s.Text(6) == "true";
      if (row.time <= filter_.until) rows_.events.push_back(std::move(row));
    });
  }

  Connection connection_;
  const AutomationFilter& filter_;
  AutomationRows rows_;
};

}  // namespace

Result<AutomationRows> ReadAutomation(const std::string& path, const AutomationFilter& filter) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  return Reader(std::move(connection), filter).Run();
}

}  // namespace saiten::store
