#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace saiten::flow {

// A value outside of columns: unknown, a number as compiler/types/type.h says, or a text. Of a relation the number is
// the row of its target.
struct Value {
  bool known = false;
  int64_t number = 0;
  std::string text;
  bool operator==(const Value&) const = default;

  static Value Unknown() { return {}; }
  static Value Of(int64_t number) { return {true, number, {}}; }
  static Value Of(std::string text) { return {true, 0, std::move(text)}; }
};

}  // namespace saiten::flow
