#include "store/changes/fingerprint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace saiten::store {
namespace {

// As SQLite's file format says ("Write-Ahead Log").
constexpr size_t kHeader = 100;
constexpr size_t kWalHeader = 32;
constexpr size_t kFrameHeader = 24;
constexpr size_t kLongestWal = size_t{1} << 30;
constexpr size_t kReadVersion = 19;
constexpr unsigned char kWriteAhead = 2;

class Hash {
 public:
  Hash() : state_(XXH3_createState()) { XXH3_128bits_reset(state_); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  ~Hash() { XXH3_freeState(state_); }

  void Add(const void* bytes, size_t size) { XXH3_128bits_update(state_, bytes, size); }
  template <typename Number>
  void Add(Number number) {
    Add(&number, sizeof number);
  }
  std::string Spell() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_);
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  XXH3_state_t* state_;
};

uint32_t BigEndian(const unsigned char* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
}

// Unlike the database itself, which must never be opened beside SQLite (closing it would give up SQLite's locks), the
// log carries no locks of its own. It is read and not mapped: another program may cut it at any moment.
class Log {
 public:
  explicit Log(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), error_(errno) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() {
    if (file_ >= 0) close(file_);
  }

  // Adds the frames that belong to the log as it is: those that carry its salts, from the first one on.
  bool AddTo(Hash& hash) const {
    if (file_ < 0) return error_ == ENOENT;
    std::array<unsigned char, kWalHeader> header{};
    if (!Read(header.data(), kWalHeader, 0)) return true;  // too short to hold any
    const uint32_t page = BigEndian(&header[8]);
    if (page < 512 || page > 65536) return false;
    hash.Add(header.data(), kWalHeader);
    std::array<unsigned char, kFrameHeader> frame{};
    size_t at = kWalHeader;
    for (; at < kLongestWal && Read(frame.data(), kFrameHeader, at); at += kFrameHeader + page) {
      if (std::memcmp(&frame[8], &header[16], 8) != 0) break;
      hash.Add(frame.data(), kFrameHeader);
    }
    return at < kLongestWal;
  }

 private:
  bool Read(unsigned char* into, size_t size, size_t at) const {
    return pread(file_, into, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
  }

  int file_;
  int error_;
};

// Whether a commit that comes now could leave the same time behind. Some file systems (FAT, ext3, some that come over
// the network) keep whole seconds, or every other one; a time without a fraction is taken for one of these.
bool IsRecent(const timespec& time) {
  constexpr int64_t kWholeSecondsMs = 2000;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t ms = (int64_t{now.tv_sec} - time.tv_sec) * 1000 + (now.tv_nsec - time.tv_nsec) / 1'000'000;
  return ms <= (time.tv_nsec == 0 ? kWholeSecondsMs : 0) + kFileClockMs;
}

}  // namespace

std::string FingerprintOf(Connection& connection) {
  const char* name = sqlite3_db_filename(connection.handle(), "main");
  if (name == nullptr || *name == '\0') return {};
  const std::string path = name;
  struct stat info{};
  // A journal that is not empty belongs to a writer that died, or to one at work.
  if (stat((path + "-journal").c_str(), &info) == 0 && info.st_size > 0) {
    std::array<char, 8> magic{};
    const int journal = open((path + "-journal").c_str(), O_RDONLY | O_CLOEXEC);
    const bool read = journal >= 0 && pread(journal, magic.data(), magic.size(), 0) == ssize_t{magic.size()};
    if (journal >= 0) close(journal);
    // One that was kept after its commit (journal_mode PERSIST) begins with zeros.
    if (!read || magic != std::array<char, 8>{}) return {};
  }
  if (stat(path.c_str(), &info) != 0) return {};
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr) {
    return {};
  }
  std::array<unsigned char, kHeader> header{};
  if (file->pMethods->xRead(file, header.data(), kHeader, 0) != SQLITE_OK) return {};
  // In write-ahead mode the header has no counter that every commit moves, and a log that was worked in is gone: then
  // the time of the file is all there is, and it must be older than the clock that stamps files is coarse.
  if (header[kReadVersion] == kWriteAhead && IsRecent(info.st_mtim)) return {};
  Hash hash;
  hash.Add(uint64_t{info.st_dev});
  hash.Add(uint64_t{info.st_ino});
  hash.Add(static_cast<int64_t>(info.st_size));
  hash.Add(static_cast<int64_t>(info.st_mtim.tv_sec));
  hash.Add(static_cast<int64_t>(info.st_mtim.tv_nsec));
  // Whoever copies an older file over this one may set its time back (`cp -p`), but not this one.
  hash.Add(static_cast<int64_t>(info.st_ctim.tv_sec));
  hash.Add(static_cast<int64_t>(info.st_ctim.tv_nsec));
  hash.Add(header.data(), kHeader);
  if (!Log(path + "-wal").AddTo(hash)) return {};
  return hash.Spell();
}

Result<KnownRead> BeginKnownRead(Connection& connection) {
  constexpr int kTries = 3;
  for (int i = 0;; ++i) {
    const std::string before = FingerprintOf(connection);
    SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kRead));
    // BEGIN alone sees nothing yet: the first read fixes what the transaction sees.
    SAITEN_RETURN_IF_ERROR(connection.Run("SELECT count(*) FROM sqlite_master"));
    std::string fingerprint = FingerprintOf(connection);
    // In write-ahead mode others may commit at any moment: only if nobody did around the beginning is it of what we
    // see.
    if (fingerprint == before) return KnownRead{std::move(transaction), std::move(fingerprint)};
    if (i + 1 == kTries) return KnownRead{std::move(transaction), {}};
  }
}

}  // namespace saiten::store
