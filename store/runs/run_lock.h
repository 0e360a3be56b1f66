#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace saiten::store {

// Held by a run from its beginning, so that a second one on the same database ends at once and not after its work (exit
// 75); and by an import after which no snapshot of a run may say what was there before. Readers and other writers are
// not kept away: for these SQLite's own locks do. Must outlive every connection to the database in this process:
// closing it would give up their locks.
class RunLock {
 public:
  // kBusy: another run holds it. kIo: the file may not be written. A file that does not exist, and a file system
  // without such locks, give an empty lock: opening the database says what there is to say.
  static Result<RunLock> Take(const std::string& path);

  RunLock(RunLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int file) : file_(file) {}
  int file_;
};

}  // namespace saiten::store
