#include "tests/driver/flow_fixture.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "driver/testing.h"
#include "flow/log.h"
#include "flow/state.h"
#include "store/sqlite/sqlite.h"

namespace saiten::driver {
namespace {

// Of all flows, so that goldens do not move with them.
constexpr std::string_view kVersion = "0123456789abcdef";

constexpr const char* kTables = R"sql(
CREATE TABLE saiten_automation(id INTEGER PRIMARY KEY, until INTEGER);
CREATE TABLE saiten_flow(id INTEGER PRIMARY KEY, name TEXT, object TEXT, version TEXT, state TEXT, since INTEGER);
CREATE TABLE saiten_enrolments(enrolment INTEGER PRIMARY KEY, workflow, version, object, id, key, number, status,
  enrolled, ended, step, waiting, due, variant, messages);
CREATE TABLE saiten_actions(seq INTEGER PRIMARY KEY, key, time, kind, object, id, workflow, step, payload, state);
CREATE TABLE saiten_decisions(seq INTEGER PRIMARY KEY, time, object, id, workflow, number, key, step, kind, detail,
  fields);
CREATE TABLE saiten_message_events(seq INTEGER PRIMARY KEY, id, object, event, record, time TEXT, email, step, workflow,
  action, url, hard);
)sql";

constexpr std::string_view kWaiting[] = {"", "time", "event", "task done", "send", "delivery"};

std::string JsonOf(const flow::Fields& fields) {
  std::string json;
  for (const auto& [name, value] : fields) {
    json += json.empty() ? "{\"" : ",\"";
    json += std::string(name) + "\":\"";
    for (const char c : value) {
      if (c == '\n') {
        json += "\\n";
      } else if (static_cast<unsigned char>(c) >= 0x20) {
        if (c == '"' || c == '\\') json += '\\';
        json += c;
      }
    }
    json += '"';
  }
  return json.empty() ? "{}" : json + "}";
}

// Rows of one test into the database.
class Writer {
 public:
  Writer(store::Connection& connection, const Compiled& compiled) : connection_(connection), compiled_(compiled) {}

  void Write(const std::string& title, const flow::State& state, const std::vector<flow::LogRow>& log) {
    const std::string id = title.substr(0, title.find(':'));
    for (const flow::Instance& one : state.instances) {
      const ir::Flow& flow = FlowOf(one.flow);
      const bool inside = one.step < flow.steps.size();
      Insert("saiten_enrolments",
             {"", flow.name, std::string(kVersion), ObjectOf(one.object), id, one.key, std::to_string(one.number),
              std::string(flow::NameOf(one.status)), std::to_string(one.enrolled),
              one.ended == flow::kNever ? "" : std::to_string(one.ended), inside ? flow.steps[one.step].name : "",
              std::string(kWaiting[static_cast<size_t>(one.waiting)]),
              one.due == flow::kNever ? "" : std::to_string(one.due), one.variant, std::to_string(one.messages_sent)});
    }
    for (const flow::LogRow& row : log) {
      const std::string seq = std::to_string(++seq_);
      const std::string workflow = row.flow == flow::kNoFlow ? "" : FlowOf(row.flow).name;
      const bool step = row.flow != flow::kNoFlow && row.step < FlowOf(row.flow).steps.size();
      const std::string step_name = step ? FlowOf(row.flow).steps[row.step].name : "";
      const std::string time = std::to_string(row.instant);
      if (row.kind == flow::RowKind::kAction) {
        const bool mail = row.action == flow::ActionKind::kMail;
        Insert("saiten_actions", {seq, row.key + id, time, std::string(flow::NameOf(row.action)), ObjectOf(row.object),
                                  id, workflow, step_name, JsonOf(row.fields), mail ? "sent" : "new"});
        if (mail) action_of_[{id, workflow, step_name}] = row.key + id;
      } else {
        Insert("saiten_decisions",
               {seq, time, ObjectOf(row.object), id, workflow, std::to_string(row.number), row.instance_key, step_name,
                std::string(flow::NameOf(row.kind)), row.detail, JsonOf(row.fields)});
      }
    }
  }

  void Write(const CameBack& event) {
    const auto action = action_of_.find({event.id, event.workflow, event.step});
    ASSERT_NE(action, action_of_.end()) << event.id << " got no such mail";
    Insert("saiten_message_events", {"", event.event + event.id, "contact", event.event, event.id, event.time, "",
                                     event.step, event.workflow, action->second, "", "1"});
  }

  void Finish() {
    for (const ir::Flow& flow : compiled_.lowered->automation.flows) {
      Insert("saiten_flow", {"", flow.name, ObjectOf(flow.object), std::string(kVersion), "on", "0"});
    }
    Insert("saiten_automation", {"1", "1900000000000000"});
  }

 private:
  const ir::Flow& FlowOf(uint32_t flow) const { return compiled_.lowered->automation.flows[flow]; }
  std::string ObjectOf(ObjectId object) const { return compiled_.checked.catalog[object].name; }

  // Empty texts in places of numbers are null; numbers become such by the casts of the columns' uses.
  void Insert(const std::string& table, const std::vector<std::string>& values) {
    std::string sql = "INSERT INTO " + table + " VALUES (";
    for (size_t i = 0; i < values.size(); ++i) {
      const bool number = !values[i].empty() && values[i].size() < 19 &&
                          values[i].find_first_not_of("-0123456789") == std::string::npos;
      sql += i == 0 ? "" : ", ";
      if (values[i].empty()) {
        sql += "NULL";
      } else if (number) {
        sql += values[i];
      } else {
        sql += "?" + std::to_string(i + 1);
      }
    }
    auto statement = connection_.Prepare(sql + ")");
    ASSERT_TRUE(statement.ok()) << sql;
    const int parameters = sqlite3_bind_parameter_count(statement->handle());
    for (int i = 0; i < parameters; ++i) statement->Bind(i + 1, values[static_cast<size_t>(i)]);
    ASSERT_TRUE(statement->Run().ok()) << sql;
  }

  store::Connection& connection_;
  const Compiled& compiled_;
  int64_t seq_ = 0;
  std::map<std::tuple<std::string, std::string, std::string>, std::string> action_of_;
};

}  // namespace

FlowFixture::FlowFixture(const std::string& project, const std::vector<CameBack>& came_back,
                         const std::vector<std::string>& only) {
  ProjectOptions options;
  options.paths = {std::string(SAITEN_SOURCE_DIR) + "/" + project};
  auto compiled = Compile(options);
  EXPECT_TRUE(compiled.ok() && (*compiled)->ok()) << project;
  compiled_ = std::move(*compiled);
  db_ = dir_ / "crm.db";
  auto connection = store::Connection::Open(db_, store::OpenMode::kCreate);
  EXPECT_TRUE(connection.ok() && connection->Run(kTables).ok());
  Writer writer(*connection, *compiled_);
  TestOptions tests;
  tests.watch = [&](const std::string& title, const flow::State& state, const std::vector<flow::LogRow>& log) {
    const bool wanted =
        only.empty() || std::ranges::any_of(only, [&](const auto& begin) { return title.starts_with(begin); });
    if (wanted) writer.Write(title, state, log);
  };
  const auto results = RunTests(*compiled_, tests);
  EXPECT_TRUE(results.ok());
  for (const CameBack& event : came_back) writer.Write(event);
  writer.Finish();
}

}  // namespace saiten::driver
