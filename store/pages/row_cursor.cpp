#include "store/pages/row_cursor.h"

#include <algorithm>
#include <cstring>

#include "store/pages/format.h"

namespace saiten::store::pages {
namespace {

// Pages that lie side by side in the file are read together, up to so many bytes.
constexpr uint32_t kReadBytes = 256 * 1024;

// What ReadSigned reads before a number lies before a payload in its page; where it is gathered it needs room.
constexpr size_t kBefore = sizeof(uint64_t);

// More than SQLite makes by default; offsets and serial types fit into 32 bits.
constexpr uint64_t kMostPayload = 0x7fffff00;

bool IsReserved(uint64_t serial) { return serial == 10 || serial == 11; }

// How much of a payload lies in the leaf itself.
uint64_t LocalBytes(uint64_t payload, uint64_t usable) {
  const uint64_t most = usable - 35;
  if (payload <= most) return payload;
  const uint64_t least = (usable - 12) * 32 / 255 - 23;
  const uint64_t fitting = least + (payload - least) % (usable - 4);
  return fitting <= most ? fitting : least;
}

}  // namespace

RowCursor::RowCursor(const PageFile& file, const TableLayout& layout, std::span<const Leaf> leaves,
                     std::vector<int> columns)
    : file_(file), layout_(layout), leaves_(leaves), columns_(std::move(columns)) {
  for (int column : columns_) {
    if (column != kRowid) fields_needed_ = std::max(fields_needed_, static_cast<size_t>(column) + 1);
  }
  fields_.resize(fields_needed_);
}

RowCursor::Step RowCursor::Next() {
  while (cell_ == cells_) {
    if (leaf_ == leaves_.size()) return Step::kEnd;
    if (!EnterLeaf()) return Step::kStrange;
  }
  const size_t at = Read16(page_ + cells_at_ + 2 * cell_);
  if (at < cells_at_ || at >= file_.usable() || !ReadRow(page_ + at, page_ + file_.usable())) return Step::kStrange;
  ++cell_;
  return Step::kRow;
}

bool RowCursor::ReadAhead() {
  const uint32_t first = leaves_[leaf_].page;
  const uint32_t most = std::max<uint32_t>(1, kReadBytes / file_.page_size());
  uint32_t count = 1;
  while (count < most && leaf_ + count < leaves_.size() && leaves_[leaf_ + count].page == first + count) ++count;
  buffer_.resize(size_t{count} * file_.page_size());
  if (!file_.Read(first, count, buffer_.data())) return false;
  read_from_ = leaf_;
  read_until_ = leaf_ + count;
  return true;
}

bool RowCursor::EnterLeaf() {
  if (leaf_ >= read_until_ && !ReadAhead()) return false;
  page_ = buffer_.data() + (leaf_ - read_from_) * file_.page_size();
  const size_t start = leaves_[leaf_].page == 1 ? kFileHeaderBytes : 0;
  if (page_[start] != kTableLeaf) return false;
  const size_t cells = Read16(page_ + start + 3);
  if (start + kLeafHeaderBytes + 2 * cells > file_.usable()) return false;
  ++leaf_;
  cells_at_ = start + kLeafHeaderBytes;
  cells_ = cells;
  cell_ = 0;
  return true;
}

bool RowCursor::ReadRow(const uint8_t* cell, const uint8_t* page_end) {
  uint64_t payload_bytes = 0;
  uint64_t rowid = 0;
  const size_t first = ReadVarint(cell, page_end, &payload_bytes);
  if (first == 0 || payload_bytes > kMostPayload) return false;
  const size_t second = ReadVarint(cell + first, page_end, &rowid);
  if (second == 0) return false;
  const auto number = static_cast<int64_t>(rowid);
  if ((any_ && number <= rowid_) || number > leaves_[leaf_ - 1].last_rowid) return false;
  const uint8_t* const local_at = cell + first + second;
  const uint64_t local = LocalBytes(payload_bytes, file_.usable());
  const uint64_t link_bytes = local < payload_bytes ? sizeof(uint32_t) : 0;
  if (local + link_bytes > static_cast<uint64_t>(page_end - local_at)) return false;

  payload_ = local_at;
  uint64_t header_bytes = 0;
  if (payload_bytes == 0 || ReadVarint(local_at, local_at + local, &header_bytes) == 0) return false;
  if (header_bytes > payload_bytes) return false;
  if (header_bytes > local && !Gather(local_at, local, header_bytes)) return false;
  if (!ReadHeader(payload_, payload_ + header_bytes, payload_bytes)) return false;
  if (local < payload_bytes && fields_read_ > 0) {
    const Field& last = fields_[fields_read_ - 1];
    const uint64_t needed = last.offset + BytesOfSerial(last.serial);
    if (needed > local && !Gather(local_at, local, needed)) return false;
  }
  rowid_ = number;
  any_ = true;
  return true;
}

bool RowCursor::ReadHeader(const uint8_t* header, const uint8_t* header_end, uint64_t payload_bytes) {
  uint64_t unused = 0;
  const uint8_t* at = header + ReadVarint(header, header_end, &unused);
  uint64_t offset = static_cast<uint64_t>(header_end - header);
  size_t read = 0;
  for (; at < header_end && read < fields_needed_; ++read) {
    uint64_t serial = *at;
    size_t bytes = 1;
    if (serial >= 0x80) bytes = ReadVarint(at, header_end, &serial);
    if (bytes == 0 || IsReserved(serial)) return false;
    const uint64_t size = BytesOfSerial(serial);
    // Both are less than the payload, which is less than 2^31.
    if (size > payload_bytes - offset) return false;
    fields_[read] = {static_cast<uint32_t>(serial), static_cast<uint32_t>(offset)};
    offset += size;
    at += bytes;
  }
  fields_read_ = read;
  return read == fields_needed_ || std::all_of(layout_.columns.begin() + static_cast<ptrdiff_t>(read),
                                               layout_.columns.begin() + static_cast<ptrdiff_t>(fields_needed_),
                                               [](const TableLayout::Column& column) { return column.null_missing; });
}

bool RowCursor::Gather(const uint8_t* local_at, uint64_t local, uint64_t bytes) {
  const uint64_t in_page = file_.usable() - sizeof(uint32_t);
  uint32_t next = Read32(local_at + local);
  gathered_.assign(kBefore, 0);
  gathered_.insert(gathered_.end(), local_at, local_at + local);
  overflow_page_.resize(file_.page_size());
  while (gathered_.size() < kBefore + bytes) {
    // Each page adds something: a chain that goes in circles ends where the payload does.
    if (!file_.Read(next, 1, overflow_page_.data())) return false;
    next = Read32(overflow_page_.data());
    const uint64_t more = std::min<uint64_t>(in_page, kBefore + bytes - gathered_.size());
    gathered_.insert(gathered_.end(), overflow_page_.begin() + sizeof(uint32_t),
                     overflow_page_.begin() + sizeof(uint32_t) + static_cast<ptrdiff_t>(more));
  }
  payload_ = gathered_.data() + kBefore;
  return true;
}

}  // namespace saiten::store::pages
