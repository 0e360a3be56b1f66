#include "store/pages/page_file.h"

#include <sys/stat.h>

#include <array>
#include <cstring>

#include "store/pages/format.h"

namespace saiten::store::pages {
namespace {

// In a transaction that began while the log beside the file was empty, SQLite reads the file alone, and nobody may copy
// later pages into it. A log that is empty now was empty then: one in use is not emptied.
bool LogIsEmpty(sqlite3* handle) {
  const char* path = sqlite3_db_filename(handle, "main");
  if (path == nullptr || *path == 0) return false;
  struct stat info{};
  return stat((std::string(path) + "-wal").c_str(), &info) != 0 || info.st_size == 0;
}

}  // namespace

std::optional<PageFile> PageFile::Open(Connection& locked) {
  if (sqlite3_txn_state(locked.handle(), "main") == SQLITE_TXN_NONE || !LogIsEmpty(locked.handle()))
    return std::nullopt;
  auto connection = Connection::Open(locked.path(), OpenMode::kRead);
  if (!connection.ok()) return std::nullopt;
  PageFile file;
  file.connection_ = std::make_shared<Connection>(std::move(connection).value());
  sqlite3* handle = file.connection_->handle();
  if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file.file_)) != SQLITE_OK ||
      file.file_ == nullptr || file.file_->pMethods == nullptr) {
    return std::nullopt;
  }
  std::array<uint8_t, kFileHeaderBytes> header{};
  sqlite3_int64 bytes = 0;
  if (file.file_->pMethods->xRead(file.file_, header.data(), static_cast<int>(header.size()), 0) != SQLITE_OK ||
      file.file_->pMethods->xFileSize(file.file_, &bytes) != SQLITE_OK) {
    return std::nullopt;
  }
  constexpr char kMagic[] = "SQLite format 3";
  constexpr size_t kReservedAt = 20;
  constexpr size_t kEncodingAt = 56;
  constexpr uint32_t kUtf8 = 1;
  if (std::memcmp(header.data(), kMagic, sizeof(kMagic)) != 0) return std::nullopt;
  const uint32_t size = Read16(&header[16]);
  file.page_size_ = size == 1 ? 65536 : size;
  const bool power_of_two = (file.page_size_ & (file.page_size_ - 1)) == 0;
  if (file.page_size_ < 512 || !power_of_two || Read32(&header[kEncodingAt]) != kUtf8) return std::nullopt;
  file.usable_ = file.page_size_ - header[kReservedAt];
  if (file.usable_ < 480) return std::nullopt;
  const uint64_t pages = static_cast<uint64_t>(bytes) / file.page_size_;
  if (pages == 0 || pages > 0xfffffffeu) return std::nullopt;
  file.pages_ = static_cast<uint32_t>(pages);
  return file;
}

bool PageFile::Read(uint32_t first, uint32_t count, uint8_t* into) const {
  if (first == 0 || first > pages_ || count > pages_ - first + 1) return false;
  const auto offset = static_cast<sqlite3_int64>(first - 1) * page_size_;
  return file_->pMethods->xRead(file_, into, static_cast<int>(count * page_size_), offset) == SQLITE_OK;
}

}  // namespace saiten::store::pages
