#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/cell.h"
#include "store/pages/format.h"
#include "store/pages/page_file.h"
#include "store/pages/table_layout.h"
#include "store/pages/table_leaves.h"

namespace saiten::store::pages {

// Goes over the rows in some leaves of a table, in order of rowid. Each thread needs its own, over a PageFile of its
// own.
class RowCursor {
 public:
  // kStrange: from here on the pages are not what this understands; rows up to last_rowid() have been given and are
  // right.
  enum class Step : uint8_t { kRow, kEnd, kStrange };

  // In `columns`, kRowid asks for the row number. All arguments must outlive the cursor.
  static constexpr int kRowid = -1;
  RowCursor(const PageFile& file, const TableLayout& layout, std::span<const Leaf> leaves, std::vector<int> columns);

  Step Next();
  // Of the row that Next gave last.
  std::optional<int64_t> last_rowid() const { return any_ ? std::optional(rowid_) : std::nullopt; }
  // The value of the column asked for in this place; text is valid until Next.
  Cell Get(size_t place) const {
    const int column = columns_[place];
    if (column == kRowid) return Cell::OfInt(rowid_);
    const TableLayout::Column& layout = layout_.columns[static_cast<size_t>(column)];
    if (layout.is_rowid) return Cell::OfInt(rowid_);
    if (static_cast<size_t>(column) >= fields_read_) return Cell::Null();
    const Field field = fields_[static_cast<size_t>(column)];
    const uint8_t* at = payload_ + field.offset;
    if (field.serial >= kFirstTextSerial) {
      return Cell::OfText({reinterpret_cast<const char*>(at), BytesOfSerial(field.serial)});
    }
    if (field.serial == kNullSerial) return Cell::Null();
    if (field.serial == kRealSerial) {
      const double real = ReadDouble(at);
      return real != real ? Cell::Null() : Cell::OfReal(real);
    }
    const int64_t value = field.serial == kZeroSerial  ? 0
                          : field.serial == kOneSerial ? 1
                                                       : ReadSigned(at, BytesOfSerial(field.serial));
    return layout.is_real ? Cell::OfReal(static_cast<double>(value)) : Cell::OfInt(value);
  }

 private:
  static constexpr uint64_t kNullSerial = 0;
  static constexpr uint64_t kRealSerial = 7;
  static constexpr uint64_t kZeroSerial = 8;
  static constexpr uint64_t kOneSerial = 9;
  static constexpr uint64_t kFirstTextSerial = 12;

  struct Field {
    uint32_t serial;
    uint32_t offset;  // in the payload
  };
  bool EnterLeaf();
  bool ReadAhead();
  bool ReadRow(const uint8_t* cell, const uint8_t* page_end);
  bool ReadHeader(const uint8_t* header, const uint8_t* header_end, uint64_t payload_bytes);
  // Makes payload_ hold the first `bytes` of a payload of which only `local` lie in the leaf.
  bool Gather(const uint8_t* local_at, uint64_t local, uint64_t bytes);

  const PageFile& file_;
  const TableLayout& layout_;
  std::span<const Leaf> leaves_;
  std::vector<int> columns_;
  size_t fields_needed_ = 0;

  std::vector<uint8_t> buffer_;  // pages read ahead: leaves_[read_from_, read_until_)
  size_t read_from_ = 0;
  size_t read_until_ = 0;
  size_t leaf_ = 0;  // the next one to enter
  const uint8_t* page_ = nullptr;
  size_t cells_at_ = 0;  // in the page
  size_t cells_ = 0;
  size_t cell_ = 0;

  bool any_ = false;
  int64_t rowid_ = 0;
  const uint8_t* payload_ = nullptr;
  std::vector<uint8_t> gathered_;  // a payload that begins behind kBefore bytes
  std::vector<uint8_t> overflow_page_;
  std::vector<Field> fields_;  // of the current row, fields_needed_ of them
  size_t fields_read_ = 0;     // fewer where the record is shorter
};

}  // namespace saiten::store::pages
