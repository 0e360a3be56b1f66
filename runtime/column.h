#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace saiten::rt {

// Bytes of one stored value; kBit: eight values a byte, the first in the lowest bit, 0 or 1 and never unknown.
enum class Width : uint8_t { kBit = 0, k1 = 1, k2 = 2, k4 = 4, k8 = 8 };

// Not of kBit.
constexpr int BytesOf(Width width) { return static_cast<int>(width); }
// Bytes of so many values. Bits are whole words of 64 and one more, so that 64 of them can be read from any byte on.
constexpr size_t BytesFor(Width width, size_t values) {
  return width == Width::kBit ? (values + 63) / 64 * 8 + 8 : values * static_cast<size_t>(BytesOf(width));
}
// The stored number that means unknown: the smallest of its width. Values never reach it (sem N7: saturation stops one
// above). Not of kBit.
constexpr int64_t UnknownOf(Width width) {
  return width == Width::k8 ? std::numeric_limits<int64_t>::min() : -(int64_t{1} << (8 * BytesOf(width) - 1));
}
// The narrowest width that can store both numbers beside its unknown.
Width WidthFor(int64_t min, int64_t max);

// Values of one property or result for all rows of a table, as signed numbers of one width. What the numbers mean is
// the property's type (compiler/types/type.h); of text they are codes in the column's StringPool.
// Reading is a view over memory that somebody else may own (a mapped snapshot); ColumnBuilder makes owned ones.
class Column {
 public:
  Column() = default;
  // `unit`: all values are multiples of it and stored divided by it (points that are whole: 1,000); 1 of eight bytes.
  Column(Width width, size_t size, std::shared_ptr<const void> data, int64_t unit = 1)
      : width_(width), size_(size), data_(std::move(data)), unit_(unit) {}
  // An owned column filled with unknown (kBit: with 0), to be written by an engine through mutable_data.
  static Column Unknowns(Width width, size_t size, int64_t unit = 1);
  // The same filled with zeros, of which large ones are memory only from the first write on: for whoever writes every
  // row, on all cores.
  static Column Zeros(Width width, size_t size, int64_t unit = 1);

  Width width() const { return width_; }
  int64_t unit() const { return unit_; }
  size_t size() const { return size_; }
  // Of all values, as they are stored.
  size_t bytes() const { return BytesFor(width_, size_); }
  const void* data() const { return data_.get(); }
  // Only for columns made by Unknowns or a builder, while nobody else reads them.
  void* mutable_data() { return const_cast<void*>(data_.get()); }

  // The value: the stored number times the unit. unknown() means unknown.
  int64_t Raw(size_t row) const { return Stored(row) * unit_; }
  // No value of a column is this one.
  int64_t unknown() const { return width_ == Width::kBit ? -1 : UnknownOf(width_) * unit_; }
  bool Known(size_t row) const { return Raw(row) != unknown(); }
  // Stores `value`, which must fit.
  void Set(size_t row, int64_t value) {
    if (unit_ != 1) value /= unit_;
    switch (width_) {
      case Width::kBit: {
        uint8_t& byte = static_cast<uint8_t*>(mutable_data())[row / 8];
        const auto bit = static_cast<uint8_t>(1U << (row % 8));
        byte = static_cast<uint8_t>(value != 0 ? byte | bit : byte & ~bit);
        break;
      }
      case Width::k1:
        static_cast<int8_t*>(mutable_data())[row] = static_cast<int8_t>(value);
        break;
      case Width::k2:
        static_cast<int16_t*>(mutable_data())[row] = static_cast<int16_t>(value);
        break;
      case Width::k4:
        static_cast<int32_t*>(mutable_data())[row] = static_cast<int32_t>(value);
        break;
      case Width::k8:
        static_cast<int64_t*>(mutable_data())[row] = value;
        break;
    }
  }
  // Not of kBit.
  void SetUnknown(size_t row) { Set(row, unknown()); }
  // As Set, for columns that may lie in a mapped file: a page of it that is written becomes a copy, so what stands
  // there already is not.
  void Change(size_t row, int64_t value) {
    if (Raw(row) != value) Set(row, value);
  }
  void ChangeToUnknown(size_t row) { Change(row, unknown()); }

 private:
  // The stored number, sign-extended.
  int64_t Stored(size_t row) const {
    switch (width_) {
      case Width::kBit:
        return static_cast<const uint8_t*>(data())[row / 8] >> (row % 8) & 1;
      case Width::k1:
        return static_cast<const int8_t*>(data())[row];
      case Width::k2:
        return static_cast<const int16_t*>(data())[row];
      case Width::k4:
        return static_cast<const int32_t*>(data())[row];
      case Width::k8:
        return static_cast<const int64_t*>(data())[row];
    }
    return 0;
  }

  Width width_ = Width::k8;
  size_t size_ = 0;
  std::shared_ptr<const void> data_;
  int64_t unit_ = 1;
};

// Appends values and widens as needed; Finish gives the narrowest column.
class ColumnBuilder {
 public:
  ColumnBuilder() = default;
  ColumnBuilder(ColumnBuilder&& other) noexcept;
  ColumnBuilder& operator=(ColumnBuilder&& other) noexcept;
  ~ColumnBuilder();

  void Reserve(size_t rows);
  void Append(int64_t value) {
    if (size_ == room_) return AppendSlowly(value);
    std::byte* const at = bytes_ + size_ * static_cast<size_t>(BytesOf(width_));
    switch (width_) {
      case Width::kBit:  // not of a builder
      case Width::k1:
        if (!StoreAt<int8_t>(at, value)) return AppendSlowly(value);
        break;
      case Width::k2:
        if (!StoreAt<int16_t>(at, value)) return AppendSlowly(value);
        break;
      case Width::k4:
        if (!StoreAt<int32_t>(at, value)) return AppendSlowly(value);
        break;
      case Width::k8:
        if (!StoreAt<int64_t>(at, value)) return AppendSlowly(value);
        break;
    }
    ++size_;
  }
  void AppendUnknown() { Push(UnknownOf(width_)); }
  // All rows of `column`. With `codes`, what its numbers stand for: codes[n] instead of n.
  void AppendAll(const Column& column, const std::vector<int32_t>* codes = nullptr);
  size_t size() const { return size_; }
  Column Finish();

 private:
  // False if it does not fit, beside the number that means unknown.
  template <typename T>
  static bool StoreAt(std::byte* at, int64_t value) {
    const auto stored = static_cast<T>(value);
    if (stored != value || stored == std::numeric_limits<T>::min()) return false;
    std::memcpy(at, &stored, sizeof stored);
    return true;
  }
  void AppendSlowly(int64_t value);
  void MakeRoom(size_t rows);
  void Resize(size_t rows, Width width);
  void Widen(Width width);
  void Push(int64_t stored);

  Width width_ = Width::k1;
  size_t size_ = 0;
  size_t room_ = 0;  // rows that fit into `bytes_` in this width
  std::byte* bytes_ = nullptr;
};

// Copies `column` so that row i holds the value of row order[i].
Column Gather(const Column& column, const std::vector<uint32_t>& order);
// The way back: row rows[i] of `to`, which is stored alike, gets the value of row i.
void Scatter(const Column& from, std::span<const uint32_t> rows, Column& to);
// Copies `count` values from row `begin` of `from` to row `at` of `to`, another column that is stored alike.
void CopyRows(const Column& from, size_t begin, size_t count, Column& to, size_t at);
// How many rows hold it.
size_t CountOf(const Column& column, int64_t value);

}  // namespace saiten::rt
