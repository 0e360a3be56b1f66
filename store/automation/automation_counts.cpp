#include "store/automation/automation_counts.h"

#include <fmt/format.h>

#include "runtime/time_parse.h"
#include "runtime/zone.h"
#include "store/automation/run_sql.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {
namespace {

// Parameters: ?1 workflow, ?2 since.
constexpr std::string_view kRuns = R"sql(
SELECT e.workflow, e.status, coalesce(e.step, ''), coalesce(e.variant, ''), e.messages > 0, {meeting}, {replied},
       {later}, CASE e.status WHEN 'active' THEN e.version ELSE '' END, count(*)
FROM saiten_enrolments e {join} WHERE (?1 = '' OR e.workflow = ?1) AND e.enrolled >= ?2
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9)sql";
// A decision without a number is a refusal or a late event: of nobody's run. One without values has no JSON.
constexpr std::string_view kDecisions = R"sql(
SELECT coalesce(step, ''), kind, coalesce(detail, ''), coalesce(json_extract(nullif(fields, ''), '$.way'), ''),
       coalesce(json_extract(nullif(fields, ''), '$.outcome'), ''), coalesce(json_extract(nullif(fields, ''), '$.trigger'), ''), count(*)
FROM saiten_decisions WHERE workflow = ?1 AND time >= ?2
AND (number = 0 OR ?2 = {first} OR (object, id, coalesce(key, ''), number) IN
     (SELECT object, id, coalesce(key, ''), number FROM saiten_enrolments WHERE workflow = ?1 AND enrolled >= ?2))
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6)sql";
constexpr std::string_view kActions = R"sql(
SELECT coalesce(step, ''), kind, state, count(*) FROM saiten_actions WHERE workflow = ?1 AND {cohort}
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)sql";
constexpr std::string_view kCohort =
    "time >= ?2 AND (?2 = {first} OR (object, id) IN (SELECT object, id FROM saiten_enrolments WHERE workflow = ?1 AND "
    "enrolled >= ?2))";
// Of one who was enrolled before and again since then, only what is of later time counts. Times of events are text.
constexpr std::string_view kEvents = R"sql(
SELECT coalesce(step, ''), event, count(DISTINCT object || char(31) || record) FROM saiten_message_events m
WHERE workflow = ?1 AND {cohort}
GROUP BY 1, 2 ORDER BY 1, 2)sql";
constexpr std::string_view kEventCohort =
    "(?2 = {first} OR (time >= ?3 AND (object, record) IN (SELECT object, id FROM saiten_enrolments WHERE workflow = "
    "?1 AND enrolled >= ?2)))";
constexpr std::string_view kLinks = R"sql(
SELECT coalesce(step, ''), url, count(DISTINCT object || char(31) || record) FROM saiten_message_events m
WHERE workflow = ?1 AND event = 'email_click' AND coalesce(url, '') <> '' AND {cohort}
GROUP BY 1, 2 ORDER BY 1, 2)sql";
constexpr std::string_view kGrants = R"sql(
SELECT coalesce(step, ''), count(*),
       sum(CAST(json_extract(nullif(fields, ''), '$.points') AS REAL))
FROM saiten_decisions WHERE workflow = ?1 AND kind = 'granted' AND time >= ?2 AND (?2 = {first} OR
     (object, id, coalesce(key, ''), number) IN
     (SELECT object, id, coalesce(key, ''), number FROM saiten_enrolments WHERE workflow = ?1 AND enrolled >= ?2))
GROUP BY 1 ORDER BY 1)sql";
constexpr std::string_view kArrived = R"sql(
SELECT coalesce(a.step, ''), count(DISTINCT a.object || char(31) || a.id) FROM saiten_actions a
WHERE a.workflow = ?1 AND a.kind = 'mail' AND a.state = 'sent' AND {cohort} AND {not_bounced}
GROUP BY 1 ORDER BY 1)sql";

class Counter {
 public:
  Counter(Connection connection, const std::string& workflow, int64_t since, bool later)
      : connection_(std::move(connection)), workflow_(workflow), since_(since), later_(later) {
    // Of the same form as the text that the outbox writes, so that texts compare as times.
    if (since > INT64_MIN) since_text_ = rt::FormatInstant(since, *rt::Zone::Utc());
  }

  Result<AutomationCounts> Run() {
    SAITEN_ASSIGN_OR_RETURN(auto transaction, Transaction::Begin(connection_, Transaction::Kind::kRead));
    SAITEN_ASSIGN_OR_RETURN(counts_.there, Has("saiten_enrolments"));
    if (!counts_.there) return std::move(counts_);
    SAITEN_ASSIGN_OR_RETURN(const bool events, Has("saiten_message_events"));
    SAITEN_RETURN_IF_ERROR(
        Each("SELECT name, object, version, state, since FROM saiten_flow ORDER BY name",
             [&](Statement& s) { counts_.flows.push_back({Say(s, 0), Say(s, 1), Say(s, 2), Say(s, 3), s.Int(4)}); }));
    SAITEN_RETURN_IF_ERROR(Runs(events));
    if (workflow_.empty()) return std::move(counts_);
    SAITEN_RETURN_IF_ERROR(Each(Filled(kDecisions), [&](Statement& s) {
      counts_.decisions.push_back({Say(s, 0), Say(s, 1), Say(s, 2), Say(s, 3), Say(s, 4), Say(s, 5), Count(s, 6)});
    }));
    SAITEN_RETURN_IF_ERROR(Each(Filled(kActions), [&](Statement& s) {
      counts_.actions.push_back({Say(s, 0), Say(s, 1), Say(s, 2), Count(s, 3)});
    }));
    SAITEN_RETURN_IF_ERROR(Each(Filled(kGrants), [&](Statement& s) {
      counts_.grants.push_back({Say(s, 0), Count(s, 1), sqlite3_column_double(s.handle(), 2)});
    }));
    if (events) {
      SAITEN_RETURN_IF_ERROR(Each(Filled(kLinks, true),
                                  [&](Statement& s) { counts_.links.push_back({Say(s, 0), Say(s, 1), Count(s, 2)}); }));
    }
    bool told = false;  // somebody says what was delivered
    if (events) {
      SAITEN_RETURN_IF_ERROR(Each(Filled(kEvents, true), [&](Statement& s) {
        counts_.events.push_back({Say(s, 0), Say(s, 1), Count(s, 2)});
        told |= counts_.events.back().event == "delivered";
      }));
    }
    if (!told) {
      const std::string not_bounced =
          events ? "NOT EXISTS (SELECT 1 FROM saiten_message_events b WHERE b.event = 'bounce' AND b.action = a.key)"
                 : "1";
      SAITEN_RETURN_IF_ERROR(
          Each(fmt::format(fmt::runtime(kArrived), fmt::arg("cohort", Filled(kCohort)),
                           fmt::arg("not_bounced", not_bounced)),
               [&](Statement& s) { counts_.events.push_back({Say(s, 0), "delivered", Count(s, 1)}); }));
    }
    return std::move(counts_);
  }

 private:
  static std::string Say(const Statement& s, int at) { return std::string(s.Text(at)); }
  static uint64_t Count(const Statement& s, int at) { return static_cast<uint64_t>(s.Int(at)); }

  std::string Filled(std::string_view sql, bool events = false) const {
    const std::string first = std::to_string(INT64_MIN + 1);
    const std::string cohort = fmt::format(fmt::runtime(events ? kEventCohort : kCohort), fmt::arg("first", first));
    return fmt::format(fmt::runtime(sql), fmt::arg("first", first), fmt::arg("cohort", cohort));
  }

  Result<bool> Has(std::string_view name) {
    SAITEN_ASSIGN_OR_RETURN(Statement s, connection_.Prepare("SELECT 1 FROM sqlite_master WHERE name = ?1"));
    s.Bind(1, name);
    return s.Step();
  }

  Status Runs(bool events) {
    const std::string sql = fmt::format(
        fmt::runtime(kRuns), fmt::arg("meeting", MeetingSql(events)), fmt::arg("replied", RepliedSql(events)),
        fmt::arg("later", later_ ? kLaterSql : "0"), fmt::arg("join", later_ ? kJoinLaterSql : ""));
    return Each(sql, [&](Statement& s) {
      RunCount run{.workflow = Say(s, 0), .status = Say(s, 1), .step = Say(s, 2), .variant = Say(s, 3)};
      run.messaged = s.Int(4) != 0;
      run.meeting = s.Int(5) != 0;
      run.replied = s.Int(6) != 0;
      run.later = s.Int(7) != 0;
      run.version = Say(s, 8);
      run.runs = Count(s, 9);
      counts_.runs.push_back(std::move(run));
    });
  }

  template <typename Row>
  Status Each(const std::string& sql, Row row) {
    SAITEN_ASSIGN_OR_RETURN(Statement s, connection_.Prepare(sql));
    const int parameters = sqlite3_bind_parameter_count(s.handle());
    if (parameters >= 1) s.Bind(1, workflow_);
    if (parameters >= 2) s.Bind(2, since_ == INT64_MIN ? INT64_MIN + 1 : since_);
    if (parameters >= 3) s.Bind(3, since_text_);
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
  std::string since_text_;
  AutomationCounts counts_;
};

}  // namespace

Result<AutomationCounts> CountAutomation(const std::string& path, const std::string& workflow, int64_t since,
                                         bool later) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  return Counter(std::move(connection), workflow, since, later).Run();
}

}  // namespace saiten::store
