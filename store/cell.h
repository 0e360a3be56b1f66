#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace saiten::store {

// One value as it lies in a database or a CSV file, before it is read as a property. Text is a view into the current
// row.
struct Cell {
  enum class Kind : uint8_t { kNull, kInt, kReal, kText };
  Kind kind = Kind::kNull;
  int64_t integer = 0;
  double real = 0;
  std::string_view text;

  static Cell Null() { return {}; }
  static Cell OfInt(int64_t value) { return {.kind = Kind::kInt, .integer = value}; }
  static Cell OfReal(double value) { return {.kind = Kind::kReal, .real = value}; }
  static Cell OfText(std::string_view value) { return {.kind = Kind::kText, .text = value}; }

  // The value as text: text as it is, whole numbers without a point, others in their shortest decimal spelling.
  // `*buffer` holds what is not in the row.
  std::string_view Spell(std::string* buffer) const;
};

}  // namespace saiten::store
