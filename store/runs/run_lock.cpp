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

// Who holds the lock, as far as its note says; the lock itself is the kernel's and ends with its process.
Text HolderOf(const std::string& path) {
  const auto note = ReadRunNote(path);
  if (!note || !note->MayBeAlive()) return {};
  return Say(Words::kHolder, {note->pid, note->host, rt::FormatInstant(note->started, *rt::Zone::Utc())});
}

}  // namespace

Result<RunLock> RunLock::Take(const std::string& path) {
  RunLock lock(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (lock.file_ < 0) {
    if (errno == EACCES || errno == EPERM || errno == EROFS) {
      const Text reason = SystemReason(errno);
      return Fail(Failure::kNotWritable, {path, Text{" (" + reason.en + ")", "(" + reason.ja + ")"}});
    }
    return lock;
  }
  // A lock of the open file, not of the process: SQLite's locks of this process have nothing to do with it.
  struct flock range{.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = kLockedByte, .l_len = 1, .l_pid = 0};
  if (fcntl(lock.file_, F_OFD_SETLK, &range) != 0 && (errno == EAGAIN || errno == EACCES)) {
    return Fail(Failure::kAnotherRun, {path, HolderOf(path)});
  }
  return lock;
}

RunLock::~RunLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace saiten::store
