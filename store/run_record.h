#pragma once

#include <cstdint>
#include <string>

namespace saiten::store {

// What a run was, as kept in the table `saiten_run` (one row a run, for good). Instants are UTC microseconds.
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
  uint64_t records = 0;      // evaluated, of all objects
  uint64_t events = 0;       // read, of all declarations
  uint64_t scores = 0;       // rows of saiten_scores; filled by WriteResults
  uint64_t members = 0;      // rows of saiten_members; filled by WriteResults
  uint64_t data_errors = 0;  // filled by WriteResults
  uint64_t quarantined = 0;  // records and events
  uint64_t traps = 0;        // R9001 and others at run time
};

}  // namespace saiten::store
