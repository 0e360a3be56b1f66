#include "store/snapshot/container.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"
#include "base/cut_file.h"
#include "base/parallel.h"
#include "store/messages.h"
#include "store/snapshot/layout.h"

namespace saiten::store {
namespace {

constexpr const char* kNote = ".checked";

// Which file this is, when it was last written to, and since when the machine runs: what the disk made of it while the
// machine stood still is looked at. Empty if somebody may have written within the same tick of the file system's clock.
std::string IdentityOf(const struct stat& info) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  constexpr int64_t kSeconds = 2;  // some file systems keep whole seconds
  // Also of a file of the future: the clock was set back, and may come by that time again.
  if (now.tv_sec - info.st_ctim.tv_sec <= kSeconds) return {};
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::string id;
  if (!std::getline(boot, id)) return {};
  return fmt::format("{} {} {} {} {}.{:09} {}.{:09}", id, info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

Error Damaged(const std::string& path, Words what) { return Fail(Failure::kCacheDamaged, {path, Say(what)}); }

// What a header says against reading the file; ok for one that is as it should be.
Status CheckHeader(const std::string& path, const ContainerHeader& header, uint64_t size, ContainerKind kind,
                   uint32_t version) {
  if (header.magic != kMagic) return Damaged(path, Words::kCacheNotOurs);
  if (header.byte_order != kByteOrder) return Damaged(path, Words::kCacheOtherMachine);
  if (header.hash != XXH3_64bits(&header, offsetof(ContainerHeader, hash))) return Damaged(path, Words::kCacheHeader);
  if (header.kind != static_cast<uint32_t>(kind)) return Damaged(path, Words::kCacheOtherKind);
  if (header.format > kContainerFormat || header.version > version) {
    return Fail(Failure::kCacheNewer, {path});
  }
  if (header.format < kContainerFormat || header.version < version) return Fail(Failure::kCacheOlder, {path});
  if (header.size != size) return Damaged(path, Words::kCacheTorn);
  if (header.table_at > size || header.table_size > size - header.table_at) return Damaged(path, Words::kCacheTorn);
  return {};
}

}  // namespace

Result<std::optional<Container>> Container::Open(const std::string& path, ContainerKind kind, uint32_t version,
                                                 size_t threads) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not hang
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<Container>();
    return Fail(Failure::kCacheUnreadable, {path, SystemReason(errno)});
  }
  struct stat info{};
  const bool plain = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  const auto size = static_cast<uint64_t>(info.st_size);
  void* memory = MAP_FAILED;
  if (plain && size >= sizeof(ContainerHeader)) {
    // Ours alone: what a refresh changes in place it makes writable first, so that only this counts as memory.
    memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  }
  const int error = errno;
  std::string identity = plain ? IdentityOf(info) : std::string();
  close(file);
  if (!plain) return Damaged(path, Words::kCacheNotOurs);
  if (size < sizeof(ContainerHeader)) return Damaged(path, Words::kCacheTorn);
  if (memory == MAP_FAILED) return Fail(Failure::kCacheUnreadable, {path, SystemReason(error)});
  Container container;
  container.path_ = path;
  container.size_ = size;
  container.identity_ = std::move(identity);
  container.threads_ = threads;
  container.mapping_ = std::shared_ptr<std::byte>(
      static_cast<std::byte*>(memory),
      [size, note = std::make_shared<MappingNote>(memory, size)](std::byte* bytes) { munmap(bytes, size); });
  ContainerHeader header;
  std::memcpy(&header, memory, sizeof header);
  SAITEN_RETURN_IF_ERROR(CheckHeader(path, header, size, kind, version));
  const std::byte* table = container.mapping_.get() + header.table_at;
  if (XXH3_64bits(table, header.table_size) != header.table_hash) return Damaged(path, Words::kCacheTable);
  SAITEN_RETURN_IF_ERROR(container.ReadTable(table, header.table_size));
  container.ReadNote();
  return std::optional<Container>(std::move(container));
}

Status Container::ReadTable(const std::byte* table, size_t size) {
  ByteReader reader({reinterpret_cast<const char*>(table), size});
  for (size_t left = reader.Count(); left > 0; --left) {
    const std::string name(reader.Text());
    const Section section{.at = reader.Number(), .size = reader.Number(), .hash = reader.Number()};
    if (section.at % kPage != 0 || section.at > size_ || section.size > size_ - section.at) break;
    sections_.emplace(name, section);
    if (left == 1 && reader.ok() && reader.at_end()) return {};
  }
  if (sections_.empty() && reader.ok() && reader.at_end()) return {};
  return Damaged(path_, Words::kCacheTable);
}

std::vector<std::string> Container::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, section] : sections_) names.push_back(name);
  return names;
}

std::optional<std::span<const std::byte>> Container::Find(std::string_view name) {
  const auto found = sections_.find(name);
  if (found == sections_.end()) return std::nullopt;
  used_.insert(found->first);
  return std::span<const std::byte>(mapping_.get() + found->second.at, found->second.size);
}

Error Container::Damage() const { return Damaged(path_, Words::kCacheSection); }

Status Container::Verify() {
  std::vector<Section> sections;
  for (const std::string& name : used_) {
    if (compared_.insert(name).second) sections.push_back(sections_.find(name)->second);
  }
  used_.clear();
  std::atomic<bool> same{!damaged_};
  ForEachPiece(sections.size(), ThreadsFor(threads_, sections.size()), [&](size_t, size_t piece) {
    const Section& section = sections[piece];
    if (XXH3_64bits(mapping_.get() + section.at, section.size) != section.hash) same = false;
  });
  if (!same) return Damage();
  if (!sections.empty()) WriteNote();
  return {};
}

void Container::ReadNote() {
  std::ifstream note(path_ + kNote);
  std::string line;
  if (identity_.empty() || !std::getline(note, line) || line != identity_) return;
  while (std::getline(note, line)) {
    if (sections_.contains(line)) compared_.insert(line);
  }
}

// A note that cannot be written costs time and nothing else. One name for all: what a process that was killed left is
// written over by the next, and whoever finds another one at work leaves it to that.
void Container::WriteNote() const {
  if (identity_.empty()) return;
  const std::string path = path_ + kNote;
  const std::string fresh = path + ".new";
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (file < 0) return;
  std::string note = identity_ + '\n';
  for (const std::string& name : compared_) note += name + '\n';
  struct stat mine{};
  struct stat named{};
  const bool alone = flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &mine) == 0 && S_ISREG(mine.st_mode) &&
                     stat(fresh.c_str(), &named) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
  if (alone) {
    const bool whole = ftruncate(file, 0) == 0 && write(file, note.data(), note.size()) == std::ssize(note);
    if (!whole || rename(fresh.c_str(), path.c_str()) != 0) unlink(fresh.c_str());
  }
  close(file);
}

}  // namespace saiten::store
