#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "driver/compile.h"
#include "flow/control.h"

// Workflows by hand: what a person asks of them between two runs (sem O3, R3). It is written down with its instant, and
// the next run does it there, in the order of everything else.
namespace saiten::driver {

struct WorkflowOptions {
  std::string db;     // --db; empty: what saiten.toml says
  std::string as_of;  // from when on; empty: the machine's clock
  std::string workflow;
};

// What was asked for.
struct Asked {
  std::string db;
  int64_t at = 0;    // the instant from which it counts: not before the end of the last run
  bool ran = false;  // automation ran on this database before
  flow::FlowState before = flow::FlowState::kOn;  // with what was asked for earlier
  flow::FlowState after = flow::FlowState::kOn;
};

// kUsage: there is no such workflow, or it stands so already. kBusy: a run is at work.
Result<Asked> AskWorkflow(const Compiled& compiled, const WorkflowOptions& options, flow::Control::Kind kind);

struct EnrolByHand {
  std::string object;
  std::string id;     // the record's key, as in the source
  bool enrol = true;  // false: out of it
};
// kUsage also: the workflow is of another object, or there is no such record.
Result<Asked> AskToEnrol(const Compiled& compiled, const WorkflowOptions& options, const EnrolByHand& who);

struct MergeReport {
  std::string db;
  int64_t moved = 0;  // runs that are of the other record now
  int64_t ended = 0;  // active ones that ended as `removed`: the other record was in the same workflow
};
// Two records have become one in the CRM (sem O4): all that automation knows of `from` is from now on of `into`. It
// counts for everything behind the last run. kUsage: there is no such object, `into` is not there, or both are the
// same.
Result<MergeReport> MergeRecords(const Compiled& compiled, const WorkflowOptions& options, const std::string& object,
                                 const std::string& from, const std::string& into);

}  // namespace saiten::driver
