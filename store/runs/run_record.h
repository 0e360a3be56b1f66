#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace saiten::store {

// Which part of the records results are of, where they are not of all.
struct RunPart {
  std::string shard;               // "2/8"; empty: all records
  uint64_t data = 0;               // names what was read: parts of one run have read the same
  std::vector<int64_t> trap_rows;  // by RunTrap of its summary: the row
};

// What a run was, as kept in the table `saiten_run` (one row a run, for good). Instants are UTC microseconds. What a
// version that did not keep it yet has written is 0 or empty.
struct RunRecord {
  int64_t run = 0;      // given by the store, rising from 1
  int64_t started = 0;  // the machine's clock
  int64_t finished = 0;
  int64_t as_of = 0;         // sem T3c: the `now` of the rules
  std::string rules;         // hash of the compiled rules
  std::string version;       // of Saiten
  std::string engine;        // "interp", "jit"
  std::string zone;          // of the project; empty: none
  std::string zone_data;     // version of the time-zone data
  std::string unicode;       // version of Unicode
  uint64_t records = 0;      // of all objects
  uint64_t events = 0;       // read, of all declarations
  uint64_t scores = 0;       // rows of saiten_scores; filled by WriteResults
  uint64_t members = 0;      // rows of saiten_members; filled by WriteResults
  uint64_t data_errors = 0;  // filled by WriteResults
  uint64_t quarantined = 0;  // records and events
  uint64_t traps = 0;        // R9001 and others at run time
  // Random, given by WriteResults: tells this run from another of the same number in a restored copy. An identity,
  // nothing is computed from it.
  std::string token;
  uint64_t evaluated = 0;  // of the records, those that the rules were run for
  uint64_t inserted = 0;   // rows of results; these four are filled by WriteResults
  uint64_t updated = 0;
  uint64_t deleted = 0;
  uint64_t band_changes = 0;  // rows of saiten_band_changes
  double load_seconds = 0;
  double compute_seconds = 0;
  double write_seconds = 0;  // up to the commit; filled by WriteResults
  uint64_t threads = 0;
  uint64_t peak_memory = 0;  // bytes, of the process up to the commit; filled by WriteResults
  uint64_t forgot = 0;       // runs that were forgotten with it (WriteOptions::forget_before); not kept
};

}  // namespace saiten::store
