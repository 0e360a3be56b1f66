#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "driver/compile.h"
#include "driver/proportion.h"
#include "store/automation/automation_counts.h"

// What came of workflows, counted with the denominators of sem G2.
namespace saiten::driver {

// How often, by name.
using Tally = std::map<std::string, uint64_t, std::less<>>;
// 0 where the name does not stand.
uint64_t CountOf(const Tally& tally, std::string_view name);

// One step. Runs pass a step at most once, so everything but actions is a number of runs.
struct StepFigures {
  std::string name;
  std::string kind;      // `send`, `wait`, ...
  uint64_t reached = 0;  // came here, also those who were left out of it
  uint64_t waiting = 0;  // are here now
  Tally ended;           // here, by state of R5
  Tally skipped;         // left out, by reason
  Tally ways;            // by key of FlowWay
  uint64_t passed = 0;   // went on without taking a way
  Tally outcomes;        // of tasks: what the person said; `done`, `deadline` where none is written
  Tally actions;         // by state: `new`, `sent`, ...
  Tally events;          // records with such an event of its messages: `delivered`, `email_open`, ...

  Tally links;  // records that followed a link of its messages, by address
  struct Granted {
    uint64_t times = 0;
    double points = 0;
  };
  std::map<std::string, Granted, std::less<>> granted;  // by score

  uint64_t made() const;  // actions but those that were dropped or simulated
  uint64_t left_out() const;
  // Share of the records that it was delivered to; of nobody: n 0.
  Share RateOf(std::string_view event) const;
};

// An arm of a split, of its runs.
struct ArmFigures {
  std::string name;
  uint64_t runs = 0;
  uint64_t goal = 0;
  uint64_t replied = 0;
  uint64_t meetings = 0;
  uint64_t completed = 0;
};
struct SplitFigures {
  std::string name;
  std::vector<ArmFigures> arms;  // as written; those of earlier versions behind them
};

// What came of runs: of a workflow, or of a part of them.
struct RunFigures {
  uint64_t enrolled = 0;
  uint64_t inside = 0;
  uint64_t influenced = 0;  // ended `goal` with at least one message
  uint64_t meetings = 0;
  uint64_t replied = 0;
  uint64_t later = 0;             // completed, and reached the goal while it still counted (`count for`)
  uint64_t influenced_later = 0;  // of them with at least one message
  Tally ended;                    // by state

  void Add(const store::RunCount& run);
  uint64_t all_ended() const;
  Share goal_rate() const;
  Share influenced_rate() const;
  Share completion() const;
  // Of those who came to the end of the steps: who reached the goal afterwards.
  Share goal_after_rate() const;
  Share meeting_rate() const { return {meetings, enrolled}; }
  Share reply_rate() const { return {replied, enrolled}; }
};

// Whether goals of it count after completion.
bool CountsLater(const check::FlowInfo& info);

struct FlowFigures : RunFigures {
  std::string name;
  std::string label;
  std::string object;
  bool sequence = false;
  std::string state;               // `on`, `paused`, ...; empty: never ran
  std::string version;             // of the last tick
  Tally inside_old;                // by version: who is inside an older one (sem R6)
  Tally refused;                   // by reason of R2; `late-ignored` too
  Tally started;                   // by trigger as written, `by hand`, `enrol` (by another workflow)
  std::vector<StepFigures> steps;  // as in check::FlowInfo::steps; empty in a list
  std::vector<SplitFigures> splits;
};

// Every workflow and sequence of the rules, without steps. `since`: of those enrolled from then on. Where automation
// never ran on the database all is 0. Errors: of the database.
Result<std::vector<FlowFigures>> ListFlows(const Compiled& compiled, const std::string& db, int64_t since);
// One with its steps. kUsage: no such workflow.
Result<FlowFigures> FiguresOf(const Compiled& compiled, const std::string& db, const std::string& name, int64_t since);

}  // namespace saiten::driver
