#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/automation/automation_rows.h"

// How often what happened in workflows, counted by the database from the views of automation (sem G2).
namespace saiten::store {

// Runs that are alike.
struct RunCount {
  std::string workflow;
  std::string status;
  std::string step;       // where they are, or were when they ended
  std::string variant;    // arms taken
  bool messaged = false;  // got at least one message
  bool meeting = false;   // booked one: ended so, or the event names the workflow
  bool replied = false;   // to a message of the workflow
  std::string version;    // of those inside; of others empty
  bool later = false;     // completed, and the goal was reached while it still counted (`count for`)
  uint64_t runs = 0;
};

// Decisions that are alike.
struct DecisionCount {
  std::string step;
  std::string kind;
  std::string detail;
  std::string way;      // of tasks that were closed: which of the written outcomes, from 1
  std::string outcome;  // of the same: as the person said
  std::string trigger;  // of enrolments and refusals: what started them
  uint64_t rows = 0;
};

struct ActionCount {
  std::string step;
  std::string kind;
  std::string state;
  uint64_t actions = 0;
};

// Records with at least one such event of a step's messages; `delivered` where no server says it: those to whom one was
// sent and from whom none came back.
struct EventCount {
  std::string step;
  std::string event;
  uint64_t records = 0;
};

// A page behind a link of a step's messages: records that followed it.
struct LinkCount {
  std::string step;
  std::string url;
  uint64_t records = 0;
};

// What a step added to its score.
struct GrantCount {
  std::string step;
  uint64_t times = 0;
  double points = 0;
};

struct AutomationCounts {
  bool there = false;  // automation ran on this database
  std::vector<FlowStateRow> flows;
  std::vector<RunCount> runs;
  // Of one workflow:
  std::vector<DecisionCount> decisions;
  std::vector<ActionCount> actions;
  std::vector<EventCount> events;
  std::vector<LinkCount> links;
  std::vector<GrantCount> grants;
};

// `workflow` empty: only states and runs, of all. `since`: only of those who were enrolled from then on, and refusals
// from then on. `later`: look for goals that were reached after completion. Errors: as ReadAutomation.
Result<AutomationCounts> CountAutomation(const std::string& path, const std::string& workflow, int64_t since,
                                         bool later);

}  // namespace saiten::store
