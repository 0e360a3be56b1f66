#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace saiten::store {

// What a run under way says of itself, in `FILE.saiten/running` beside the database FILE: for a second run that has to
// wait, and, if the run is killed, for the one that goes on with it. Instants are UTC microseconds.
struct RunNote {
  int64_t pid = 0;
  std::string host;
  int64_t started = 0;  // the machine's clock
  int64_t as_of = 0;    // the rules' clock
  std::string rules;    // hash of the compiled rules
  std::string engine;   // as asked for: "auto", "interp", "jit"
  std::string shard;    // "2/8"; empty: all records
  bool failed = false;  // it ended with an error before it wrote anything; false: it is at work, or was stopped

  // Of this process; the rest is left to the caller.
  static RunNote OfThisProcess();
  // False if its process is known to be gone: it was on this machine and is not there any more.
  bool MayBeAlive() const;
};

// The note that lies there; nothing if there is none or it is not whole.
std::optional<RunNote> ReadRunNote(const std::string& database);
// Replaces the note at once. kIo where the folder or the file cannot be written.
Status WriteRunNote(const std::string& database, const RunNote& note);
void RemoveRunNote(const std::string& database);

}  // namespace saiten::store
