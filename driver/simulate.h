#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/tick.h"

// `saiten simulate`: what these rules would have done with the history that the database holds.
namespace saiten::driver {

struct SimulateOptions {
  DataOptions data;      // `as_of`: up to when
  std::string from;      // as written
  std::string workflow;  // only this one is told; empty: all
  size_t most = 20;      // actions that are listed
  Engine engine = Engine::kAuto;
  size_t threads = 0;
};

struct SimulateReport {
  // What one workflow would have done.
  struct Workflow {
    std::string name;
    uint64_t enrolled = 0;
    std::map<std::string, uint64_t> refused;  // by reason
    std::map<std::string, uint64_t> ended;    // by state
    std::map<std::string, uint64_t> actions;  // by kind, and template of a mail
  };
  struct Action {
    int64_t time = 0;
    std::string object;
    std::string id;
    std::string workflow;
    std::string step;
    std::string kind;
    std::string about;  // the template, the title or the address
  };
  int64_t from = 0;
  int64_t to = 0;
  const rt::Zone* zone = nullptr;  // null: UTC
  // In that zone.
  std::string Spell(int64_t instant) const;
  TickReport tick;
  std::vector<Workflow> workflows;
  std::vector<Action> actions;  // the first of them
  uint64_t all_actions = 0;
};

// Nothing is written. kUsage: no workflow is called so, or the times are not in order.
Result<SimulateReport> SimulateHistory(Compiled& compiled, const SimulateOptions& options);

}  // namespace saiten::driver
