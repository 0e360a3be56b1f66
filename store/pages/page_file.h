#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/sqlite.h"

namespace saiten::store::pages {

// The pages of a database file, read through SQLite's own file handle: a descriptor of our own would, when closed,
// drop the locks that SQLite holds for this process. Each thread needs its own.
class PageFile {
 public:
  // `locked` must be inside a read transaction that has read something, which keeps the file as it is for as long as
  // it lasts. nullopt where the pages do not tell everything or are of another form: a write-ahead log with content, no
  // UTF-8, no plain file, a size that is none.
  static std::optional<PageFile> Open(Connection& locked);

  uint32_t page_size() const { return page_size_; }
  // Bytes of a page that hold content.
  uint32_t usable() const { return usable_; }
  uint32_t pages() const { return pages_; }

  // Reads `count` pages from number `first` on (pages count from 1). False if they are not there or cannot be read.
  bool Read(uint32_t first, uint32_t count, uint8_t* into) const;

 private:
  PageFile() = default;

  std::shared_ptr<Connection> connection_;  // owns file_
  sqlite3_file* file_ = nullptr;
  uint32_t page_size_ = 0;
  uint32_t usable_ = 0;
  uint32_t pages_ = 0;
};

}  // namespace saiten::store::pages
