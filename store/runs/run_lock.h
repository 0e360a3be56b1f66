#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace saiten::store {

// What somebody does who holds the lock.
enum class LockedFor : uint8_t {
  kRun,
  kImport,
  kPrune,
  kMerge,
  kDelivery,  // `outbox send`: a lock of its own, since runs may go on meanwhile
};

// Held by a run from its beginning, so that a second one on the same database ends at once and not after its work (exit
// 75); by an import after which no snapshot of a run may say what was there before; and by whoever else writes results.
// Readers and other writers are not kept away: for these SQLite's own locks do. Must outlive every connection to the
// database in this process: closing it would give up their locks.
class RunLock {
 public:
  // kBusy: somebody else holds it; the error says what for. kIo: the file may not be written. A file that does not
  // exist, and a file system without such locks, give an empty lock: opening the database says what there is to say.
  static Result<RunLock> Take(const std::string& path, LockedFor what);

  RunLock(RunLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int file) : file_(file) {}
  int file_;
};

}  // namespace saiten::store
