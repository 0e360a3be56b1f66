#include "store/pages/row_counts.h"

#include <algorithm>

#include "store/pages/format.h"
#include "store/pages/page_file.h"
#include "store/pages/table_layout.h"
#include "store/pages/table_leaves.h"

namespace saiten::store {
namespace {

using pages::Leaf;

constexpr size_t kMostParts = 256;
// As many pages are looked at in each table: some thousandths of a second's worth.
constexpr size_t kPagesInTurn = 4096;
constexpr uint32_t kReadAhead = 64;

Result<int64_t> CountAll(Connection& connection, const SourceTable& table) {
  SAITEN_ASSIGN_OR_RETURN(Statement count, connection.Prepare("SELECT count(*) FROM " + QuoteName(table.name)));
  SAITEN_ASSIGN_OR_RETURN(const bool any, count.Step());
  return any ? count.Int(0) : int64_t{0};
}

// Counts the cells of leaves, without reading what is in them.
class LeafCounter {
 public:
  // nullopt if the pages of the table cannot be read.
  static Result<std::optional<LeafCounter>> Open(Connection& connection, const SourceTable& table) {
    SAITEN_ASSIGN_OR_RETURN(const auto layout, pages::LayoutOf(connection, table));
    if (!layout) return std::optional<LeafCounter>();
    auto file = pages::PageFile::Open(connection);
    if (!file) return std::optional<LeafCounter>();
    auto leaves = pages::LeavesOf(*file, layout->root);
    if (!leaves) return std::optional<LeafCounter>();
    return std::optional<LeafCounter>(LeafCounter(std::move(*file), std::move(*leaves)));
  }

  const std::vector<Leaf>& leaves() const { return leaves_; }

  // Rows in the leaves [begin, end) with numbers above `after` (nullopt: all) and up to `last`. -1: a page is strange.
  int64_t Count(size_t begin, size_t end, std::optional<int64_t> after, int64_t last) {
    int64_t rows = 0;
    for (size_t at = begin; at < end; ++at) {
      const uint8_t* page = Page(at, end);
      if (page == nullptr) return -1;
      const size_t start = leaves_[at].page == 1 ? pages::kFileHeaderBytes : 0;
      if (page[start] != pages::kTableLeaf) return -1;
      const size_t cells = pages::Read16(page + start + 3);
      const bool whole = at > begin && leaves_[at].last_rowid <= last;
      const int64_t found = whole ? static_cast<int64_t>(cells) : CountCells(page, start, cells, after, last);
      if (found < 0) return -1;
      rows += found;
    }
    return rows;
  }

 private:
  LeafCounter(pages::PageFile file, std::vector<Leaf> leaves) : file_(std::move(file)), leaves_(std::move(leaves)) {}

  // Pages that lie one behind the other are read together.
  const uint8_t* Page(size_t at, size_t end) {
    const uint32_t page = leaves_[at].page;
    if (page < first_ || page >= first_ + count_) {
      uint32_t count = 1;
      while (count < kReadAhead && at + count < end && leaves_[at + count].page == page + count) ++count;
      buffer_.resize(size_t{kReadAhead} * file_.page_size());
      count_ = 0;
      if (!file_.Read(page, count, buffer_.data())) return nullptr;
      first_ = page;
      count_ = count;
    }
    return buffer_.data() + size_t{page - first_} * file_.page_size();
  }

  int64_t CountCells(const uint8_t* page, size_t start, size_t cells, std::optional<int64_t> after,
                     int64_t last) const {
    const uint8_t* const page_end = page + file_.usable();
    if (start + pages::kLeafHeaderBytes + 2 * cells > file_.usable()) return -1;
    int64_t rows = 0;
    for (size_t i = 0; i < cells; ++i) {
      const uint8_t* cell = page + pages::Read16(page + start + pages::kLeafHeaderBytes + 2 * i);
      uint64_t number = 0;
      const size_t size = pages::ReadVarint(cell, page_end, &number);
      if (size == 0 || pages::ReadVarint(cell + size, page_end, &number) == 0) return -1;
      const auto rowid = static_cast<int64_t>(number);
      rows += (!after || rowid > *after) && rowid <= last ? 1 : 0;
    }
    return rows;
  }

  pages::PageFile file_;
  std::vector<Leaf> leaves_;
  std::vector<uint8_t> buffer_;
  uint32_t first_ = 0;
  uint32_t count_ = 0;
};

}  // namespace

Result<std::vector<TablePart>> CountRowsByPart(Connection& connection, const SourceTable& table) {
  SAITEN_ASSIGN_OR_RETURN(auto counter, LeafCounter::Open(connection, table));
  if (counter) {
    const std::vector<Leaf>& leaves = counter->leaves();
    const size_t most = std::min(kMostParts, leaves.size());
    std::vector<TablePart> parts;
    size_t begin = 0;
    for (size_t part = 1; part <= most; ++part) {
      const size_t end = leaves.size() * part / most;
      const int64_t last = leaves[end - 1].last_rowid;
      const int64_t rows = counter->Count(begin, end, std::nullopt, last);
      if (rows < 0) break;
      parts.push_back({last, rows});
      begin = end;
    }
    if (parts.size() == most && most > 0) return parts;
  }
  SAITEN_ASSIGN_OR_RETURN(const int64_t rows, CountAll(connection, table));
  return std::vector<TablePart>{{.rows = rows}};
}

Result<int64_t> CountDifference(Connection& connection, const SourceTable& table, std::span<const TablePart> parts,
                                uint64_t turn) {
  int64_t all = 0;
  for (const TablePart& part : parts) all += part.rows;
  std::optional<LeafCounter> counter;
  if (parts.size() > 1) {
    SAITEN_ASSIGN_OR_RETURN(counter, LeafCounter::Open(connection, table));
  }
  if (!counter) {
    SAITEN_ASSIGN_OR_RETURN(const int64_t rows, CountAll(connection, table));
    return rows - all;
  }
  const std::vector<Leaf>& leaves = counter->leaves();
  const size_t of_part = leaves.size() / parts.size() + 1;
  const size_t in_turn = std::clamp<size_t>(kPagesInTurn / of_part, 1, parts.size());
  int64_t difference = 0;
  for (size_t i = 0; i <= in_turn; ++i) {
    // The end first: most rows are added there.
    const size_t part = i == 0 ? parts.size() - 1 : (turn * in_turn + i - 1) % parts.size();
    if (i > 0 && part == parts.size() - 1) continue;
    const int64_t last = parts[part].last_rowid;
    const std::optional<int64_t> after = part == 0 ? std::nullopt : std::optional(parts[part - 1].last_rowid);
    const auto holds = [&](int64_t rowid) {
      return static_cast<size_t>(std::ranges::lower_bound(leaves, rowid, {}, &Leaf::last_rowid) - leaves.begin());
    };
    const size_t begin = after ? holds(*after) : 0;
    const size_t end = std::min(holds(last) + 1, leaves.size());
    const int64_t rows = counter->Count(begin, end, after, last);
    if (rows < 0) {
      SAITEN_ASSIGN_OR_RETURN(const int64_t counted, CountAll(connection, table));
      return counted - all;
    }
    difference += rows - parts[part].rows;
  }
  return difference;
}

}  // namespace saiten::store
