#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include "base/check.h"
#include "runtime/column.h"

// Loops over all rows of a column that do not look at its width for each. What is stored is a value divided by the
// column's unit.
namespace saiten::rt {

// Of Width::kBit.
class BitValues {
 public:
  BitValues(const void* bits, size_t size) : bits_(static_cast<const uint8_t*>(bits)), size_(size) {}
  const uint8_t* data() const { return bits_; }
  size_t size() const { return size_; }
  int8_t operator[](size_t row) const { return static_cast<int8_t>(bits_[row / 8] >> (row % 8) & 1); }
  size_t Ones() const {
    size_t ones = 0;
    for (size_t row = 0; row < size_; row += 64) {
      uint64_t word = 0;
      std::memcpy(&word, bits_ + row / 8, sizeof(word));
      if (size_ - row < 64) word &= (uint64_t{1} << (size_ - row)) - 1;
      ones += static_cast<size_t>(std::popcount(word));
    }
    return ones;
  }

 private:
  const uint8_t* bits_;
  size_t size_;
};

// Calls visit(numbers) with a std::span of the stored numbers in their own type, unknown among them
// (kUnknownValue<T>). Not of kBit.
template <typename Visit>
auto WithNumbers(const Column& column, Visit visit) {
  const auto as = [&]<typename T>(T) { return visit(std::span(static_cast<const T*>(column.data()), column.size())); };
  switch (column.width()) {
    case Width::kBit:
      SAITEN_UNREACHABLE("numbers of bits");
    case Width::k1:
      return as(int8_t{});
    case Width::k2:
      return as(int16_t{});
    case Width::k4:
      return as(int32_t{});
    case Width::k8:
      return as(int64_t{});
  }
  SAITEN_UNREACHABLE("Width");
}

// Calls visit(stored) with BitValues or with what WithNumbers gives: size() and [row].
template <typename Visit>
auto WithStored(const Column& column, Visit visit) {
  if (column.width() == Width::kBit) return visit(BitValues(column.data(), column.size()));
  return WithNumbers(column, visit);
}

// Calls visit(value) for each row; column.unknown() where it is unknown.
template <typename Visit>
void ForEachValue(const Column& column, Visit visit) {
  WithStored(column, [&](const auto& stored) {
    for (size_t row = 0; row < stored.size(); ++row) visit(int64_t{stored[row]} * column.unit());
  });
}

template <typename T>
inline constexpr T kUnknownValue = std::numeric_limits<T>::min();

}  // namespace saiten::rt
