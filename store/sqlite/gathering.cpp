#include "store/sqlite/gathering.h"

#include <sqlite3.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace saiten::store {
namespace {

// SQLite writes no more to a file of the system at once.
constexpr size_t kMost = (size_t{1} << 17) - 1;

sqlite3_vfs* system_files = nullptr;

// A file of the system with what was written to it and not yet handed on. SQLite gives the memory, and the file of the
// system lies behind it.
struct GatheringFile final : sqlite3_file {
  std::unique_ptr<std::byte[]> bytes;
  size_t size = 0;
  sqlite3_int64 at = 0;  // in the file
  sqlite3_io_methods methods{};

  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  // What cannot be written is given up, and whoever asked is told: SQLite then rolls back, as it does when a write
  // itself fails. Called only where SQLite looks at the answer; it never lets go of a lock before it had all synced.
  int HandOn() {
    const auto whole = static_cast<int>(std::exchange(size, 0));
    return whole == 0 ? SQLITE_OK : system()->pMethods->xWrite(system(), bytes.get(), whole, at);
  }
};
// SQLite rounds up to that, too.
static_assert(sizeof(GatheringFile) % alignof(sqlite3_int64) == 0);

GatheringFile& Of(sqlite3_file* file) { return *static_cast<GatheringFile*>(file); }

// The method of the system's file, once everything was handed on.
template <auto kMethod, typename... Arguments>
int After(sqlite3_file* file, Arguments... arguments) {
  const int code = Of(file).HandOn();
  if (code != SQLITE_OK) return code;
  sqlite3_file* const system = Of(file).system();
  return (system->pMethods->*kMethod)(system, arguments...);
}

// The method of the system's file, which has nothing to do with what it holds.
template <auto kMethod, typename... Arguments>
auto Same(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* const system = Of(file).system();
  return (system->pMethods->*kMethod)(system, arguments...);
}

int Close(sqlite3_file* base) {
  GatheringFile& file = Of(base);
  const int handed = file.HandOn();
  const int closed = file.system()->pMethods->xClose(file.system());
  std::destroy_at(&file);
  return handed != SQLITE_OK ? handed : closed;
}

int Write(sqlite3_file* base, const void* bytes, int size, sqlite3_int64 at) {
  GatheringFile& file = Of(base);
  const auto more = static_cast<size_t>(size);
  if (file.size > 0 && (at != file.at + static_cast<sqlite3_int64>(file.size) || file.size + more > kMost)) {
    const int code = file.HandOn();
    if (code != SQLITE_OK) return code;
  }
  if (more > kMost / 2) return file.system()->pMethods->xWrite(file.system(), bytes, size, at);
  if (file.bytes == nullptr) file.bytes.reset(new (std::nothrow) std::byte[kMost]);
  if (file.bytes == nullptr) return SQLITE_IOERR_NOMEM;
  if (file.size == 0) file.at = at;
  std::memcpy(file.bytes.get() + file.size, bytes, more);
  file.size += more;
  return SQLITE_OK;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  // Others (the write-ahead log, temporary files) are the system's own.
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL)) == 0) {
    return system_files->xOpen(system_files, name, base, flags, out_flags);
  }
  auto* const file = new (static_cast<void*>(base)) GatheringFile{};
  file->system()->pMethods = nullptr;
  const int code = system_files->xOpen(system_files, name, file->system(), flags, out_flags);
  if (file->system()->pMethods == nullptr) {
    std::destroy_at(file);
    base->pMethods = nullptr;
    return code;
  }
  using M = sqlite3_io_methods;
  file->methods = {.iVersion = file->system()->pMethods->iVersion,
                   .xClose = Close,
                   .xRead = After<&M::xRead>,
                   .xWrite = Write,
                   .xTruncate = After<&M::xTruncate>,
                   .xSync = After<&M::xSync>,
                   .xFileSize = After<&M::xFileSize>,
                   .xLock = After<&M::xLock>,
                   .xUnlock = After<&M::xUnlock>,
                   .xCheckReservedLock = Same<&M::xCheckReservedLock>,
                   .xFileControl = Same<&M::xFileControl>,
                   .xSectorSize = Same<&M::xSectorSize>,
                   .xDeviceCharacteristics = Same<&M::xDeviceCharacteristics>,
                   .xShmMap = Same<&M::xShmMap>,
                   .xShmLock = Same<&M::xShmLock>,
                   .xShmBarrier = Same<&M::xShmBarrier>,
                   .xShmUnmap = Same<&M::xShmUnmap>,
                   .xFetch = After<&M::xFetch>,
                   .xUnfetch = Same<&M::xUnfetch>};
  file->pMethods = &file->methods;
  return code;
}

const char* Register() {
  if (sqlite3_initialize() != SQLITE_OK) return nullptr;
  system_files = sqlite3_vfs_find(nullptr);
  if (system_files == nullptr) return nullptr;
  static sqlite3_vfs files = *system_files;
  files.zName = "saiten-gathering";
  files.szOsFile += static_cast<int>(sizeof(GatheringFile));
  files.xOpen = Open;
  return sqlite3_vfs_register(&files, 0) == SQLITE_OK ? files.zName : nullptr;
}

}  // namespace

const char* GatheringFiles() {
  static const char* const name = Register();
  return name;
}

}  // namespace saiten::store
