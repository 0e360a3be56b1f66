#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/ir/ir.h"
#include "driver/compile.h"
#include "driver/incremental.h"
#include "driver/run_outcome.h"
#include "driver/value_counts.h"
#include "runtime/results.h"
#include "store/changes/state.h"
#include "store/snapshot/container.h"

// What a run leaves beside the database for the next one, in FILE.saiten: its results with next_change, and which run
// that was. Deleting it costs time and nothing else.
namespace saiten::driver {

// Which run the results are of, and what they are good for.
struct RunHead {
  std::string program;  // ProgramHash
  int64_t as_of = 0;    // UTC microseconds
  int64_t run = 0;      // as in saiten_run, with its token: a restored database has another last run
  std::string token;
  uint64_t snapshot = 0;        // whose rows the results are of
  uint64_t results = 0;         // the file of all results; given by WriteRunState
  store::LogPosition position;  // of the change log: what happened up to there the results know

  uint64_t rows_again = 0;  // CachedLoad::rows_again

  friend bool operator==(const RunHead&, const RunHead&) = default;
};

// Rows by object and result column.
using CellRows = std::vector<std::vector<std::vector<uint32_t>>>;

struct RunState {
  RunHead head;
  rt::Results results;                       // by object and result column of the program; memory of our own to write
  CellRows apart;                            // whose value is not in the file of all results but beside it
  std::vector<std::vector<uint32_t>> again;  // by object: rows to be evaluated whatever they are
  ResultCounts counts;                       // of the results
};

// The state of the last run; nullopt: there is none. `program` says which columns there are: results of another one are
// not read (the head is). Errors and `threads` as of Container::Open, errors of Verify.
Result<std::optional<RunState>> ReadRunState(const std::string& database, const ir::Program& program,
                                             const std::string& program_hash, size_t threads);

// Of the last run, whatever its results are good for; nullopt: there is none, or it cannot be read.
std::optional<RunHead> ReadRunHead(const std::string& database);

// What a run leaves. Nothing is owned.
struct NewRunState {
  RunHead head;
  const rt::Results* results = nullptr;
  const ResultCounts* counts = nullptr;
  std::vector<std::vector<uint32_t>> again;
  RunOutcome outcome;
};

// Replaces what is there. Where the results are those of the state before but for `differences`, and these are few,
// only they are written: beside the file of all results, which stays. `before` null: that is not so.
Status WriteRunState(const std::string& database, const NewRunState& state, const RunState* before,
                     const Differences& differences);

// What the last run left, but for its results.
struct KeptRun {
  store::Container container;
  RunHead head;
  bool any_again = false;  // some record is to be evaluated whatever it is
  RunOutcome outcome;
};
// nullopt: there is none. Errors as ReadRunState.
Result<std::optional<KeptRun>> ReadKeptRun(const std::string& database);
// Replaces the state by itself with another head and outcome. Errors as WriteRunState.
Status WriteKeptRun(const std::string& database, KeptRun& kept);

// Names what makes results: the program with its texts and types, the schema, the zone and its data, Unicode and
// Saiten itself. `program` as it was lowered. Spelling of the rules that means the same gives the same.
std::string ProgramHash(const ir::Program& program, const std::string& version);
// The same of all that a run does. Of automation it is the rules as they are written.
std::string ProgramHash(const Compiled& compiled, const std::string& version);

}  // namespace saiten::driver
