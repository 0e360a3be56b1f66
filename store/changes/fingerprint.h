#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "store/sqlite/sqlite.h"

// Private to store/.
namespace saiten::store {

// Files are stamped with a clock that moves on at least this often.
inline constexpr int kFileClockMs = 20;

// What any commit to the database changes: which file it is, its size and times, its header with the change counter,
// the headers of all frames of the write-ahead log. Two that are equal and not empty: nobody committed in between.
// Empty where it cannot be told: a journal waits to be rolled back, the log is too long to be looked through, or the
// file in write-ahead mode was written so lately that the next commit could leave the same time behind: within
// kFileClockMs, or two seconds where the file system keeps whole seconds. Must be asked for inside a transaction, else
// a commit may be half there.
std::string FingerprintOf(Connection& connection);

// A read transaction and the fingerprint of what it sees. The fingerprint is empty if others kept committing meanwhile.
struct KnownRead {
  Transaction transaction;
  std::string fingerprint;
};
Result<KnownRead> BeginKnownRead(Connection& connection);

}  // namespace saiten::store
