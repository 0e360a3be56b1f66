#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"
#include "base/interrupt.h"
#include "store/messages.h"
#include "store/snapshot/container.h"
#include "store/snapshot/layout.h"

namespace saiten::store {
namespace {

constexpr int kWaitMs = 5000;
constexpr int kAskEveryMs = 20;

// Opens the temporary file and locks it. Whoever finds that the file was renamed while it waited tries the next one.
Result<int> OpenLocked(const std::string& path) {
  for (int waited = 0;;) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return Fail(Failure::kCacheUnwritable, {path, SystemReason(errno)});
    if (flock(file, LOCK_EX | LOCK_NB) == 0) {
      struct stat mine{};
      struct stat named{};
      if (fstat(file, &mine) == 0 && stat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
          mine.st_dev == named.st_dev) {
        return file;
      }
      close(file);
      continue;
    }
    const int error = errno;
    close(file);
    // A file system without locks: the rename alone has to do.
    if (error != EWOULDBLOCK) return Fail(Failure::kCacheUnwritable, {path, SystemReason(error)});
    if (waited >= kWaitMs || StopScope::Asked()) return Fail(Failure::kCacheInUse, {path});
    usleep(kAskEveryMs * 1000);
    waited += kAskEveryMs;
  }
}

}  // namespace

Result<ContainerWriter> ContainerWriter::Create(const std::string& path, ContainerKind kind, uint32_t version) {
  ContainerWriter writer;
  writer.path_ = path;
  writer.temporary_ = path + ".new";
  writer.kind_ = kind;
  writer.version_ = version;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return Fail(Failure::kCacheUnwritable, {path, SystemReason(error.value())});
  SAITEN_ASSIGN_OR_RETURN(writer.file_, OpenLocked(writer.temporary_));
  if (ftruncate(writer.file_, 0) != 0) writer.error_ = errno;
  const ContainerHeader nothing{.magic = 0};
  writer.Write(&nothing, sizeof nothing);
  return writer;
}

ContainerWriter::ContainerWriter(ContainerWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      file_(std::exchange(other.file_, -1)),
      kind_(other.kind_),
      version_(other.version_),
      at_(other.at_),
      table_(std::move(other.table_)),
      sections_(other.sections_),
      error_(other.error_) {}

ContainerWriter::~ContainerWriter() {
  if (file_ < 0) return;
  unlink(temporary_.c_str());
  close(file_);
}

void ContainerWriter::Write(const void* bytes, size_t size) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0 && error_ == 0) {
    const ssize_t written = pwrite(file_, from, std::min(size, size_t{1} << 30), static_cast<off_t>(at_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      error_ = written < 0 ? errno : ENOSPC;
      return;
    }
    from += written;
    size -= static_cast<size_t>(written);
    at_ += static_cast<uint64_t>(written);
  }
}

void ContainerWriter::Add(std::string_view name, std::span<const std::byte> bytes, uint64_t room) {
  at_ = (at_ + kPage - 1) / kPage * kPage;
  ByteWriter entry;
  entry.Text(name);
  entry.Number(at_);
  entry.Number(bytes.size());
  entry.Number(XXH3_64bits(bytes.data(), bytes.size()));
  table_ += entry.bytes();
  ++sections_;
  Write(bytes.data(), bytes.size());
  at_ += room;
}

Status ContainerWriter::Finish(Durability durability) {
  const bool sync = durability == Durability::kPowerCut;
  at_ = (at_ + kPage - 1) / kPage * kPage;
  ByteWriter table;
  table.Number(sections_);
  const std::string bytes = table.bytes() + table_;
  ContainerHeader header{.kind = static_cast<uint32_t>(kind_), .version = version_};
  header.table_at = at_;
  header.table_size = bytes.size();
  header.table_hash = XXH3_64bits(bytes.data(), bytes.size());
  header.size = at_ + bytes.size();
  header.hash = XXH3_64bits(&header, offsetof(ContainerHeader, hash));
  Write(bytes.data(), bytes.size());
  at_ = 0;
  Write(&header, sizeof header);
  // Once, and not for the name: a power cut leaves the old file, the new one or one whose checksums say that it is
  // neither, and each wait costs more than all else of a small run.
  if (sync && error_ == 0 && fsync(file_) != 0) error_ = errno;
  if (error_ == 0 && rename(temporary_.c_str(), path_.c_str()) != 0) error_ = errno;
  if (error_ != 0) return Fail(Failure::kCacheUnwritable, {path_, SystemReason(error_)});
  close(std::exchange(file_, -1));
  return {};
}

}  // namespace saiten::store
