#include "store/changes/fingerprint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
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

// The frames that belong to the log as it is: those that carry its salts, from the first one on.
bool AddFrames(const unsigned char* log, size_t size, Hash& hash) {
  if (size < kWalHeader) return true;
  const uint32_t page = BigEndian(log + 8);
  if (page < 512 || page > 65536) return false;
  hash.Add(log, kWalHeader);
  for (size_t at = kWalHeader; at + kFrameHeader + page <= size; at += kFrameHeader + page) {
    if (std::memcmp(log + at + 8, log + 16, 8) != 0) break;
    hash.Add(log + at, kFrameHeader);
  }
  return true;
}

// Unlike the database itself, which must never be opened beside SQLite (closing it would give up SQLite's locks), the
// log carries no locks of its own.
bool AddLog(const std::string& path, Hash& hash) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == ENOENT;
  struct stat info{};
  bool ok = fstat(file, &info) == 0 && static_cast<size_t>(info.st_size) <= kLongestWal;
  if (ok && info.st_size > 0) {
    const auto size = static_cast<size_t>(info.st_size);
    void* log = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    ok = log != MAP_FAILED && AddFrames(static_cast<const unsigned char*>(log), size, hash);
    if (log != MAP_FAILED) munmap(log, size);
  }
  close(file);
  return ok;
}

bool IsRecent(const timespec& time) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t ms = (int64_t{now.tv_sec} - time.tv_sec) * 1000 + (now.tv_nsec - time.tv_nsec) / 1'000'000;
  return ms <= kFileClockMs;
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
  hash.Add(header.data(), kHeader);
  if (!AddLog(path + "-wal", hash)) return {};
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
