#include "store/runs/run_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/time_parse.h"
#include "runtime/zone.h"
#include "store/messages.h"
#include "store/runs/run_note.h"

namespace saiten::store {
namespace {

// Far behind the bytes that SQLite locks and any file's end.
constexpr off_t kLockedByte = off_t{1} << 62;
constexpr off_t kDeliveryByte = kLockedByte - 1;

struct flock LockOf(off_t byte) {
  return {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1, .l_pid = 0};
}

// What the holder says by a second lock, on one of the bytes behind the first. A run has none, and neither has one that
// is gone since or has not come so far.
LockedFor WhatFor(int file) {
  for (const LockedFor what : {LockedFor::kImport, LockedFor::kPrune, LockedFor::kMerge}) {
    struct flock range = LockOf(kLockedByte + static_cast<off_t>(what));
    if (fcntl(file, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK) return what;
  }
  return LockedFor::kRun;
}

// Who holds the lock, as far as its note says; the lock itself is the kernel's and ends with its process.
Text HolderOf(const std::string& path) {
  const auto note = ReadRunNote(path);
  if (!note || !note->MayBeAlive()) return {};
  return Say(Words::kHolder, {note->pid, note->host, rt::FormatInstant(note->started, *rt::Zone::Utc())});
}

}  // namespace

Result<RunLock> RunLock::Take(const std::string& path, LockedFor what) {
  RunLock lock(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (lock.file_ < 0) {
    if (errno == EACCES || errno == EPERM || errno == EROFS) {
      const Text reason = SystemReason(errno);
      return Fail(Failure::kNotWritable, {path, Text{" (" + reason.en + ")", "(" + reason.ja + ")"}});
    }
    return lock;
  }
  // A lock of the open file, not of the process: SQLite's locks of this process have nothing to do with it.
  struct flock range = LockOf(what == LockedFor::kDelivery ? kDeliveryByte : kLockedByte);
  if (fcntl(lock.file_, F_OFD_SETLK, &range) != 0 && (errno == EAGAIN || errno == EACCES)) {
    switch (what == LockedFor::kDelivery ? what : WhatFor(lock.file_)) {
      case LockedFor::kRun:
        return Fail(Failure::kAnotherRun, {path, HolderOf(path)});
      case LockedFor::kImport:
        return Fail(Failure::kAnImport, {path});
      case LockedFor::kPrune:
        return Fail(Failure::kAPrune, {path});
      case LockedFor::kMerge:
        return Fail(Failure::kAMerge, {path});
      case LockedFor::kDelivery:
        return Fail(Failure::kADelivery, {path});
    }
  }
  // Only for the sentence that others get: without it they are told of a run.
  if (what != LockedFor::kRun && what != LockedFor::kDelivery) {
    range = LockOf(kLockedByte + static_cast<off_t>(what));
    (void)fcntl(lock.file_, F_OFD_SETLK, &range);
  }
  return lock;
}

RunLock::~RunLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace saiten::store
