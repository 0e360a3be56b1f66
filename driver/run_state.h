#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/ir/ir.h"
#include "runtime/results.h"

// What a run leaves beside the database for the next one, in FILE.saiten: its results with next_change, and which run
// that was. Deleting it costs time and nothing else.
namespace saiten::driver {

// Which run the results are of, and what they are good for.
struct RunHead {
  std::string program;  // ProgramHash
  int64_t as_of = 0;    // UTC microseconds
  int64_t run = 0;      // as in saiten_run, with its token: a restored database has another last run
  std::string token;
  uint64_t snapshot = 0;  // whose rows the results are of
  uint64_t results = 0;   // the file with the results

  friend bool operator==(const RunHead&, const RunHead&) = default;
};

struct RunState {
  RunHead head;
  rt::Results results;                       // by object and result column of the program
  std::vector<std::vector<uint32_t>> again;  // by object: rows to be evaluated whatever they are
};

// The state of the last run; nullopt: there is none. `program` says which columns there are: results of another one are
// not read (the head is). Errors as Container::Open and Verify.
Result<std::optional<RunState>> ReadRunState(const std::string& database, const ir::Program& program,
                                             const std::string& program_hash);

// Replaces what is there. `before`: the state that was read; where the results are the same their file stays.
Status WriteRunState(const std::string& database, const RunState& state, const RunState* before);

// Names what makes results: the program with its texts and types, the schema, the zone and its data, Unicode and
// Saiten itself. Spelling of the rules that means the same gives the same.
std::string ProgramHash(const ir::Program& program, const std::string& version);

}  // namespace saiten::driver
