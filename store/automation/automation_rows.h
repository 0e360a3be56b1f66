#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// What automation left in the user's database, read from its views (sem O1a, O5): for explanations and figures. Times
// are UTC microseconds, ids are spelled. Errors of all functions: kIo, kCorrupt, kBusy of the database.
namespace saiten::store {

// saiten_flow: how a workflow is switched.
struct FlowStateRow {
  std::string name;
  std::string object;
  std::string version;
  std::string state;  // `on paused off draining frozen`
  int64_t since = 0;
};

// saiten_enrolments: one run of one record (sem R1).
struct EnrolmentRow {
  std::string workflow;
  std::string version;
  std::string object;
  std::string id;
  std::string key;
  int64_t number = 0;
  std::string status;
  int64_t enrolled = 0;
  std::optional<int64_t> ended;
  std::string step;     // where it is, or was when it ended; empty behind the last
  std::string waiting;  // `time`, `event`, ...
  std::optional<int64_t> due;
  std::string variant;  // `subject_test=A,...`
  int64_t messages = 0;
};

// saiten_actions and saiten_decisions as one log.
struct LogEntry {
  int64_t seq = 0;
  int64_t time = 0;
  bool action = false;
  std::string object;
  std::string id;
  std::string workflow;
  int64_t number = 0;  // of decisions
  std::string key;     // R1 of decisions
  std::string step;
  std::string kind;    // `mail`, ... of actions, `refused`, ... of decisions
  std::string detail;  // of decisions; of dropped actions what stood in the way
  std::string fields;  // a JSON object
  std::string state;   // of actions: `sent`, ...
};

// What came back from messages: saiten_message_events.
struct MessageEventRow {
  std::string event;
  std::string object;
  std::string id;
  int64_t time = 0;
  std::string workflow;
  std::string step;
  bool hard = false;
};

// Everything of some workflows, or of one record.
struct AutomationRows {
  bool there = false;            // the tables exist: automation ran on this database
  std::optional<int64_t> until;  // everything up to here is done
  std::vector<FlowStateRow> flows;
  std::vector<EnrolmentRow> enrolments;  // by enrolment time, then as they were made
  std::vector<LogEntry> log;             // by seq
  std::vector<MessageEventRow> events;
};

struct AutomationFilter {
  std::string workflow;  // empty: all
  std::string object;    // with `id`: of this record alone
  std::string id;
  int64_t until = INT64_MAX;  // nothing behind this instant
  bool log = true;            // decisions and actions; else only runs
};

// Reads the views. `there` false and nothing else where automation never ran.
Result<AutomationRows> ReadAutomation(const std::string& path, const AutomationFilter& filter);

}  // namespace saiten::store
