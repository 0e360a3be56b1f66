#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

namespace saiten::rt {

// Bytes of one stored value.
enum class Width : uint8_t { k1 = 1, k2 = 2, k4 = 4, k8 = 8 };

constexpr int BytesOf(Width width) { return static_cast<int>(width); }
// The stored number that means unknown: the smallest of its width. Values never reach it (sem N7: saturation stops one
// above).
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
  Column(Width width, size_t size, std::shared_ptr<const void> data)
      : width_(width), size_(size), data_(std::move(data)) {}
  // An owned column filled with unknown, to be written by an engine through mutable_data.
  static Column Unknowns(Width width, size_t size);
  // The same filled with zeros, of which large ones are memory only from the first write on: for whoever writes every
  // row, on all cores.
  static Column Zeros(Width width, size_t size);

  Width width() const { return width_; }
  size_t size() const { return size_; }
  const void* data() const { return data_.get(); }
  // Only for columns made by Unknowns or a builder, while nobody else reads them.
  void* mutable_data() { return const_cast<void*>(data_.get()); }

  // The stored number, sign-extended; UnknownOf(width()) means unknown.
  int64_t Raw(size_t row) const {
    switch (width_) {
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
  bool Known(size_t row) const { return Raw(row) != UnknownOf(width_); }
  // Stores `value`, which must fit, or unknown.
  void Set(size_t row, int64_t value) {
    switch (width_) {
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
  void SetUnknown(size_t row) { Set(row, UnknownOf(width_)); }
  // As Set, for columns that may lie in a mapped file: a page of it that is written becomes a copy, so what stands
  // there already is not.
  void Change(size_t row, int64_t value) {
    if (Raw(row) != value) Set(row, value);
  }
  void ChangeToUnknown(size_t row) { Change(row, UnknownOf(width_)); }

 private:
  Width width_ = Width::k8;
  size_t size_ = 0;
  std::shared_ptr<const void> data_;
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

}  // namespace saiten::rt
