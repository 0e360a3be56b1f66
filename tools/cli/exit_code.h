#pragma once

#include "base/result.h"

namespace saiten::cli {

// How every command ends; the one table of docs/getting-started.md and `saiten --help`.
enum class Exit : int {
  kOk = 0,           // done, nothing to report; warnings alone end so
  kFindings = 1,     // done, findings: errors in the rules, failed tests, differences
  kNotDone = 2,      // usage, configuration, files, our own error
  kChanges = 3,      // --detailed-exitcode only
  kPartial = 4,      // rows quarantined, more data errors than allowed, or no metrics written
  kPlanRefused = 5,  // `run --plan` only: data or rules moved since the plan was made
  kTemporary = 75,   // somebody holds the database: try again
  kInterrupted = 130,
  kTerminated = 143,
};

// The end of a command that failed with `error`.
constexpr Exit ExitOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kIo:
    case ErrorKind::kCorrupt:
    case ErrorKind::kRefused:
      return Exit::kNotDone;
    case ErrorKind::kBusy:
      return Exit::kTemporary;
  }
  return Exit::kNotDone;
}

}  // namespace saiten::cli
