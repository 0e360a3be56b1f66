#include "runtime/column.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/memory_limit.h"
#include "runtime/column_values.h"

namespace saiten::rt {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

// Zeros that the system gives page by page as they are written: a few small pages, so that the first rows of a hundred
// columns do not wait for a hundred huge ones to be cleared, and huge ones from there on.
std::shared_ptr<void> ZeroBytes(size_t size) {
  if (size < kHugePage) {
    std::shared_ptr<void> bytes = NewMemory(size);
    std::memset(bytes.get(), 0, size);
    return bytes;
  }
  constexpr size_t kFirst = size_t{64} << 10;
  const size_t huge = (size - kFirst + kHugePage - 1) / kHugePage * kHugePage;
  const size_t whole = kFirst + huge + kHugePage;
  void* mapped = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) EndForNoMemory();
  void* boundary = static_cast<std::byte*>(mapped) + kFirst;
  size_t room = whole - kFirst;
  SAITEN_CHECK(std::align(kHugePage, huge, boundary, room) != nullptr);
  madvise(boundary, huge, MADV_HUGEPAGE);
  return {static_cast<std::byte*>(boundary) - kFirst, [mapped, whole](void*) { munmap(mapped, whole); }};
}

template <typename T>
void FillUnknown(void* bytes, size_t size) {
  std::fill_n(static_cast<T*>(bytes), size, std::numeric_limits<T>::min());
}

void Store(std::byte* at, Width width, int64_t value) {
  // Little-endian: the low bytes of the int64 are the narrow number.
  std::memcpy(at, &value, BytesOf(width));
}

int64_t Load(const std::byte* at, Width width) {
  int64_t value = 0;
  std::memcpy(&value, at, BytesOf(width));
  const int shift = 64 - 8 * BytesOf(width);
  return static_cast<int64_t>(static_cast<uint64_t>(value) << shift) >> shift;
}

}  // namespace

Width WidthFor(int64_t min, int64_t max) {
  for (Width width : {Width::k1, Width::k2, Width::k4}) {
    const int64_t unknown = UnknownOf(width);
    if (min > unknown && max <= -(unknown + 1)) return width;
  }
  return Width::k8;
}

Column Column::Unknowns(Width width, size_t size, int64_t unit) {
  const std::shared_ptr<void> bytes = NewMemory(BytesFor(width, size));
  Column column(width, size, bytes, unit);
  switch (width) {
    case Width::kBit:
      std::memset(bytes.get(), 0, column.bytes());
      break;
    case Width::k1:
      FillUnknown<int8_t>(bytes.get(), size);
      break;
    case Width::k2:
      FillUnknown<int16_t>(bytes.get(), size);
      break;
    case Width::k4:
      FillUnknown<int32_t>(bytes.get(), size);
      break;
    case Width::k8:
      FillUnknown<int64_t>(bytes.get(), size);
      break;
  }
  return column;
}

Column Column::Zeros(Width width, size_t size, int64_t unit) {
  return {width, size, ZeroBytes(BytesFor(width, size)), unit};
}

ColumnBuilder::~ColumnBuilder() { std::free(bytes_); }

ColumnBuilder::ColumnBuilder(ColumnBuilder&& other) noexcept { *this = std::move(other); }

ColumnBuilder& ColumnBuilder::operator=(ColumnBuilder&& other) noexcept {
  if (this == &other) return *this;
  std::free(bytes_);
  width_ = std::exchange(other.width_, Width::k1);
  size_ = std::exchange(other.size_, 0);
  room_ = std::exchange(other.room_, 0);
  bytes_ = std::exchange(other.bytes_, nullptr);
  return *this;
}

void ColumnBuilder::Resize(size_t rows, Width width) {
  // Much of it moves by its pages, without a copy.
  void* const bytes = std::realloc(bytes_, std::max<size_t>(rows * BytesOf(width), 1));
  if (bytes == nullptr) EndForNoMemory();
  bytes_ = static_cast<std::byte*>(bytes);
  room_ = rows;
}

void ColumnBuilder::Reserve(size_t rows) {
  if (rows > room_) Resize(rows, width_);
}

void ColumnBuilder::MakeRoom(size_t rows) {
  constexpr size_t kLeast = 64;
  if (size_ + rows > room_) Resize(std::max({size_ + rows, room_ * 2, kLeast}), width_);
}

void ColumnBuilder::AppendSlowly(int64_t value) {
  const Width needed = WidthFor(value, value);
  if (BytesOf(needed) > BytesOf(width_)) Widen(needed);
  Push(value);
}

void ColumnBuilder::Push(int64_t stored) {
  MakeRoom(1);
  Store(bytes_ + size_ * BytesOf(width_), width_, stored);
  ++size_;
}

void ColumnBuilder::Widen(Width width) {
  Resize(std::max(room_, size_ + 1), width);
  // From the end, where nothing is overwritten that is still to be read.
  for (size_t row = size_; row-- > 0;) {
    const int64_t stored = Load(bytes_ + row * BytesOf(width_), width_);
    Store(bytes_ + row * BytesOf(width), width, stored == UnknownOf(width_) ? UnknownOf(width) : stored);
  }
  width_ = width;
}

void ColumnBuilder::AppendAll(const Column& column, const std::vector<int32_t>* codes) {
  if (codes != nullptr) {
    for (size_t row = 0; row < column.size(); ++row) {
      const int64_t raw = column.Raw(row);
      raw == column.unknown() ? AppendUnknown() : Append((*codes)[static_cast<size_t>(raw)]);
    }
    return;
  }
  if (BytesOf(column.width()) > BytesOf(width_)) Widen(column.width());
  MakeRoom(column.size());
  std::byte* const at = bytes_ + size_ * BytesOf(width_);
  if (column.width() == width_) {
    if (column.size() > 0) std::memcpy(at, column.data(), column.size() * BytesOf(width_));
  } else {
    for (size_t row = 0; row < column.size(); ++row) {
      const int64_t raw = column.Raw(row);
      Store(at + row * BytesOf(width_), width_, raw == UnknownOf(column.width()) ? UnknownOf(width_) : raw);
    }
  }
  size_ += column.size();
}

Column ColumnBuilder::Finish() {
  if (size_ < room_) Resize(size_, width_);
  const std::shared_ptr<void> owned(std::exchange(bytes_, nullptr), [](void* made) { std::free(made); });
  Column column(width_, size_, owned);
  *this = ColumnBuilder();
  return column;
}

Column Gather(const Column& column, const std::vector<uint32_t>& order) {
  Column out = Column::Unknowns(column.width(), order.size(), column.unit());
  if (column.width() == Width::kBit) {
    for (size_t row = 0; row < order.size(); ++row) out.Set(row, column.Raw(order[row]));
    return out;
  }
  WithNumbers(column, [&]<typename T>(std::span<const T> values) {
    T* const to = static_cast<T*>(out.mutable_data());
    for (size_t row = 0; row < order.size(); ++row) to[row] = values[order[row]];
  });
  return out;
}

void Scatter(const Column& from, std::span<const uint32_t> rows, Column& to) {
  SAITEN_CHECK(from.width() == to.width() && from.unit() == to.unit() && from.size() == rows.size());
  if (from.width() == Width::kBit) {
    for (size_t i = 0; i < rows.size(); ++i) to.Set(rows[i], from.Raw(i));
    return;
  }
  WithNumbers(from, [&]<typename T>(std::span<const T> values) {
    T* const out = static_cast<T*>(to.mutable_data());
    for (size_t i = 0; i < rows.size(); ++i) out[rows[i]] = values[i];
  });
}

void CopyRows(const Column& from, size_t begin, size_t count, Column& to, size_t at) {
  SAITEN_CHECK(from.width() == to.width() && from.unit() == to.unit());
  const auto* const read = static_cast<const uint8_t*>(from.data());
  auto* const write = static_cast<uint8_t*>(to.mutable_data());
  if (from.width() != Width::kBit) {
    const auto each = static_cast<size_t>(BytesOf(from.width()));
    if (count > 0) std::memcpy(write + at * each, read + begin * each, count * each);
    return;
  }
  const auto bits = [&](size_t some) {
    for (const size_t end = begin + some; begin < end; ++begin, ++at) to.Set(at, from.Raw(begin));
    count -= some;
  };
  bits(std::min(count, (8 - at % 8) % 8));
  // Whole bytes; eight bits that do not begin with one lie in two.
  const size_t shift = begin % 8;
  for (; count >= 8; begin += 8, at += 8, count -= 8) {
    const uint8_t* const byte = read + begin / 8;
    write[at / 8] = static_cast<uint8_t>(shift == 0 ? *byte : byte[0] >> shift | byte[1] << (8 - shift));
  }
  bits(count);
}

size_t CountOf(const Column& column, int64_t value) {
  return WithStored(column, [&]<typename Values>(const Values& values) -> size_t {
    if constexpr (std::is_same_v<Values, BitValues>) {
      return value == 1 ? values.Ones() : value == 0 ? values.size() - values.Ones() : 0;
    } else {
      using T = typename Values::value_type;
      const int64_t stored = value / column.unit();
      const bool any = value % column.unit() == 0 && stored == static_cast<T>(stored);
      return any ? static_cast<size_t>(std::ranges::count(values, static_cast<T>(stored))) : 0;
    }
  });
}

}  // namespace saiten::rt
