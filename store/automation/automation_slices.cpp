#include "store/automation/automation_slices.h"

#include <fmt/format.h>

#include "store/automation/run_sql.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {
namespace {

// ?1 workflow, ?2 since.
constexpr std::string_view kSliceRuns = R"sql(
SELECT {value}, e.status, e.messages > 0, {meeting}, {replied}, {later}, count(*)
FROM saiten_enrolments e {join} WHERE e.workflow = ?1 AND e.enrolled >= ?2
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6)sql";

// What a record got while it was inside: actions name no run.
constexpr std::string_view kByAction = R"sql(
LEFT JOIN (SELECT DISTINCT r.enrolment AS enrolment, {value} AS value FROM saiten_enrolments r
           JOIN saiten_actions a ON a.workflow = r.workflow AND a.object = r.object AND a.id = r.id
           WHERE r.workflow = ?1 AND a.kind = '{kind}' AND a.time >= r.enrolled AND (r.ended IS NULL OR a.time <= r.ended)
          ) got ON got.enrolment = e.enrolment)sql";

// Of each task what came of it: the first decision at its step behind it. SQLite takes the bare columns from the row
// with the least seq.
constexpr std::string_view kTasks = R"sql(
SELECT value, CASE WHEN closed IS NULL THEN 'open' WHEN outcome <> '' OR detail = 'done' THEN 'done' ELSE 'deadline' END,
       count(*)
FROM (SELECT {value} AS value, min(d.seq) AS closed, d.detail AS detail,
             coalesce(json_extract(nullif(d.fields, ''), '$.outcome'), '') AS outcome
      FROM saiten_actions a
      LEFT JOIN saiten_decisions d ON d.workflow = a.workflow AND d.object = a.object AND d.id = a.id AND
                d.step = a.step AND d.kind = 'branch' AND d.seq > a.seq
      WHERE a.workflow = ?1 AND a.kind = 'task' AND a.time >= ?2 GROUP BY a.seq)
GROUP BY 1, 2 ORDER BY 1, 2)sql";

constexpr std::string_view kSliceEvents = R"sql(
SELECT coalesce(email, ''), event, count(DISTINCT object || char(31) || record) FROM saiten_message_events
WHERE workflow = ?1 AND (object, record) IN (SELECT object, id FROM saiten_enrolments WHERE workflow = ?1 AND enrolled >= ?2)
GROUP BY 1, 2 ORDER BY 1, 2)sql";
constexpr std::string_view kSliceArrived = R"sql(
SELECT coalesce(json_extract(a.payload, '$.template'), ''), count(DISTINCT a.object || char(31) || a.id)
FROM saiten_actions a WHERE a.workflow = ?1 AND a.kind = 'mail' AND a.state = 'sent' AND a.time >= ?2 AND {not_bounced}
GROUP BY 1 ORDER BY 1)sql";

class Slicer {
 public:
  Slicer(Connection connection, const std::string& workflow, int64_t since, bool later, const SliceBy& by)
      : connection_(std::move(connection)), workflow_(workflow), since_(since), later_(later), by_(by) {}

  Result<SliceCounts> Run() {
    SAITEN_ASSIGN_OR_RETURN(auto transaction, Transaction::Begin(connection_, Transaction::Kind::kRead));
    SAITEN_ASSIGN_OR_RETURN(counts_.there, Has("saiten_enrolments"));
    if (!counts_.there) return std::move(counts_);
    SAITEN_ASSIGN_OR_RETURN(const bool events, Has("saiten_message_events"));
    SAITEN_ASSIGN_OR_RETURN(const bool values, Has("saiten_values"));
    const auto [value, join] = Value(values);
    SAITEN_RETURN_IF_ERROR(
        Each(fmt::format(fmt::runtime(kSliceRuns), fmt::arg("value", value),
                         fmt::arg("join", later_ ? fmt::format("{} {}", join, kJoinLaterSql) : join),
                         fmt::arg("later", later_ ? kLaterSql : "0"), fmt::arg("meeting", MeetingSql(events)),
                         fmt::arg("replied", RepliedSql(events))),
             [&](const Statement& s) {
               RunSlice slice{.value = Say(s, 0), .run = {.status = Say(s, 1)}};
               slice.run.messaged = s.Int(2) != 0;
               slice.run.meeting = s.Int(3) != 0;
               slice.run.replied = s.Int(4) != 0;
               slice.run.later = s.Int(5) != 0;
               slice.run.runs = Count(s, 6);
               counts_.runs.push_back(std::move(slice));
             }));
    if (by_.kind == SliceBy::Kind::kTemplate) SAITEN_RETURN_IF_ERROR(Events(events));
    if (by_.kind == SliceBy::Kind::kAssignee || by_.kind == SliceBy::Kind::kTeam) {
      SAITEN_RETURN_IF_ERROR(
          Each(fmt::format(fmt::runtime(kTasks), fmt::arg("value", OfAction())),
               [&](const Statement& s) { counts_.tasks.push_back({Say(s, 0), "task", Say(s, 1), Count(s, 2)}); }));
    }
    return std::move(counts_);
  }

 private:
  static std::string Say(const Statement& s, int at) { return std::string(s.Text(at)); }
  static uint64_t Count(const Statement& s, int at) { return static_cast<uint64_t>(s.Int(at)); }

  Result<bool> Has(std::string_view name) {
    SAITEN_ASSIGN_OR_RETURN(Statement s, connection_.Prepare("SELECT 1 FROM sqlite_master WHERE name = ?1"));
    s.Bind(1, name);
    return s.Step();
  }

  // What a slice is called, of an action `a`.
  std::string OfAction() const {
    if (by_.kind == SliceBy::Kind::kTemplate) return "coalesce(json_extract(a.payload, '$.template'), '')";
    std::string assignee = "coalesce(json_extract(a.payload, '$.assignee'), '')";
    if (by_.kind == SliceBy::Kind::kAssignee) return assignee;
    return fmt::format("coalesce((SELECT max(u.{}) FROM {} u WHERE u.{} = {}), '')", QuoteName(by_.user_team),
                       QuoteName(by_.users), QuoteName(by_.user_name), assignee);
  }

  // The expression of the value of run `e`, and the joins that it needs. `values`: workflows may have set some.
  std::pair<std::string, std::string> Value(bool values) const {
    switch (by_.kind) {
      case SliceBy::Kind::kTime: {
        constexpr int64_t kQuarter = 15 * 60 * int64_t{1'000'000};
        return {fmt::format("(e.enrolled - ((e.enrolled % {0}) + {0}) % {0}) / {0}", kQuarter), ""};
      }
      case SliceBy::Kind::kInstant:
        return {fmt::format("e.enrolled >= {}", by_.instant), ""};
      case SliceBy::Kind::kVariant:
        return {"coalesce(e.variant, '')", ""};
      case SliceBy::Kind::kTrigger:
        return {
            "coalesce(json_extract(nullif(d.fields, ''), '$.trigger'), '')",
            "LEFT JOIN saiten_decisions d ON d.workflow = e.workflow AND d.kind = 'enrolled' AND d.object = e.object "
            "AND d.id = e.id AND coalesce(d.key, '') = coalesce(e.key, '') AND d.number = e.number"};
      case SliceBy::Kind::kTemplate:
      case SliceBy::Kind::kAssignee:
      case SliceBy::Kind::kTeam:
        return {"coalesce(got.value, '')",
                fmt::format(fmt::runtime(kByAction), fmt::arg("value", OfAction()),
                            fmt::arg("kind", by_.kind == SliceBy::Kind::kTemplate ? "mail" : "task"))};
      case SliceBy::Kind::kProperty:
        return Property(values);
    }
    return {};
  }

  std::pair<std::string, std::string> Property(bool values) const {
    const PropertyPath& path = by_.property;
    std::string value = "p.value";
    std::string join = fmt::format(
        "LEFT JOIN (SELECT CAST({} AS TEXT) AS id, CAST({} AS TEXT) AS value FROM {}) p ON p.id = CAST(e.id AS TEXT)",
        QuoteName(path.key), QuoteName(path.column), QuoteName(path.table));
    if (values) {
      join += fmt::format(" LEFT JOIN saiten_values v ON v.object = e.object AND v.id = e.id AND v.property = {}",
                          fmt::format("'{}'", path.property));
      value = "CASE WHEN v.property IS NULL THEN p.value ELSE CAST(v.value AS TEXT) END";
    }
    if (!path.linked_table.empty()) {
      join +=
          fmt::format(" LEFT JOIN (SELECT CAST({} AS TEXT) AS id, CAST({} AS TEXT) AS value FROM {}) l ON l.id = {}",
                      QuoteName(path.linked_key), QuoteName(path.linked_column), QuoteName(path.linked_table), value);
      value = "l.value";
    }
    return {fmt::format("coalesce({}, '')", value), join};
  }

  Status Events(bool events) {
    bool told = false;  // somebody says what was delivered
    if (events) {
      SAITEN_RETURN_IF_ERROR(Each(std::string(kSliceEvents), [&](const Statement& s) {
        counts_.events.push_back({Say(s, 0), Say(s, 1), Count(s, 2)});
        told |= counts_.events.back().event == "delivered";
      }));
    }
    if (told) return {};
    const std::string not_bounced =
        events ? "NOT EXISTS (SELECT 1 FROM saiten_message_events b WHERE b.event = 'bounce' AND b.action = a.key)"
               : "1";
    return Each(fmt::format(fmt::runtime(kSliceArrived), fmt::arg("not_bounced", not_bounced)),
                [&](const Statement& s) { counts_.events.push_back({Say(s, 0), "delivered", Count(s, 1)}); });
  }

  template <typename Row>
  Status Each(const std::string& sql, Row row) {
    SAITEN_ASSIGN_OR_RETURN(Statement s, connection_.Prepare(sql));
    s.Bind(1, workflow_);
    s.Bind(2, since_);
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, s.Step());
      if (!more) return {};
      row(s);
    }
  }

  Connection connection_;
  const std::string& workflow_;
  int64_t since_;
  bool later_;
  const SliceBy& by_;
  SliceCounts counts_;
};

}  // namespace

Result<SliceCounts> CountSlices(const std::string& path, const std::string& workflow, int64_t since, bool later,
                                const SliceBy& by) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  return Slicer(std::move(connection), workflow, since, later, by).Run();
}

}  // namespace saiten::store
