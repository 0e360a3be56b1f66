#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/compile.h"
#include "driver/execute.h"
#include "driver/loaded.h"
#include "driver/loaded_world.h"
#include "flow/durable/ledger.h"
#include "flow/durable/source_writer.h"
#include "flow/log.h"

// Automation in a run: everything that happened since the last one, worked off instant by instant and written as it
// goes (sem T4a, W1, O1).
namespace saiten::driver {

// Whether a run of these rules goes through time, so that there is a tick: they have workflows, or an expression asks
// for a history that the engine keeps (sem E1a).
bool GoesThroughTime(const check::CheckedProgram& checked);
// Whether one as of `now` does. Where there is history alone to keep, one as of before the end of the last tick does
// not: nothing is kept of it, and it is refused by nobody.
Result<bool> GoesThroughTime(const check::CheckedProgram& checked, const std::string& db, int64_t now);

struct TickOptions {
  Engine engine = Engine::kAuto;
  size_t threads = 0;
  bool code_cache = true;
  bool dry_run = false;  // work everything out, write nothing
  // Instants are written together up to so many steps.
  uint64_t steps_at_once = 50'000;
  // Whose values are written into the source, too (sem O1a).
  std::vector<flow::WrittenProperty> write;
  std::function<void(uint64_t steps)> progress;  // steps done so far
  // Gets the rows of the log in their order, with the keys of records as `Loaded` has them.
  std::function<void(std::span<const flow::LogRow>)> tell;
};

// What a tick did, for the report of the run.
struct TickReport {
  bool first = false;           // everything that is there was taken as history (sem E4)
  std::optional<int64_t> from;  // the end of the last tick
  uint64_t items = 0;           // that came from outside
  uint64_t instants = 0;
  uint64_t enrolled = 0;
  uint64_t refused = 0;
  uint64_t ended = 0;
  uint64_t actions = 0;
  uint64_t writes = 0;
  // Who was inside another version of a workflow than that of now (sem R6).
  struct Version {
    std::string workflow;
    std::string version;
    flow::InsideVersion::Way way = flow::InsideVersion::Way::kOwn;
    uint64_t runs = 0;
    Text why;                          // kStill
    bool moves = false;                // `in-flight move at next wait`
    std::vector<std::string> missing;  // then: waits of the old version that the new one has no step for
  };
  std::vector<Version> versions;
  uint64_t removed = 0;  // instances whose workflow, step or record is not there any more, and `in-flight end`
  uint64_t steps = 0;    // rows of the log, all together
  std::vector<std::string> renumbered;  // ItemFinder::renumbered, by name
  // What people asked for by `workflow ...` and nothing is there for any more: `pause` of `old`.
  struct Lost {
    std::string asked;
    std::string workflow;
    bool no_record = false;  // the workflow is there, and the record is not
  };
  std::vector<Lost> lost;
  uint64_t source_writes = 0;  // values written into the user's own tables
  // Those that the tables did not take, which lie over the source instead; and why, of the first.
  uint64_t source_refused = 0;
  Text source_why;
  std::optional<int64_t> next_due;  // nothing happens by itself before it; may be too early
  double seconds = 0;
};

// Brings the automation of a project, and with it `loaded`, from the end of the last tick to `loaded.now`. Written are
// the tables of flow/durable, in transactions of their own; a process killed in between goes on from the last of them.
// Keeps `world`, which the data then need. kUsage: the clock is before the end of the last tick (sem T4a), or a flow
// does what no run can do yet.
Result<TickReport> Tick(const Compiled& compiled, Loaded& loaded, std::unique_ptr<LoadedWorld>& world,
                        const TickOptions& options);

// What automation would have done between `from` and `loaded.now`, had these rules been there at `from`, with nobody in
// a workflow then: the history that the data hold goes by again, and nothing is written. Properties and lists are as
// the source has them now; records that say when they were made come then.
Result<TickReport> Simulate(const Compiled& compiled, Loaded& loaded, std::unique_ptr<LoadedWorld>& world, int64_t from,
                            const TickOptions& options);

}  // namespace saiten::driver
