#include "store/cell.h"

#include <fmt/format.h>

#include <cmath>

namespace saiten::store {

std::string_view Cell::Spell(std::string* buffer) const {
  switch (kind) {
    case Kind::kNull:
      return {};
    case Kind::kInt:
      *buffer = fmt::format("{}", integer);
      return *buffer;
    case Kind::kReal:
      // Up to 2^53 every whole double is an integer that people would write without a point.
      *buffer = std::floor(real) == real && std::fabs(real) <= 9007199254740992.0
                    ? fmt::format("{}", static_cast<int64_t>(real))
                    : fmt::format("{}", real);
      return *buffer;
    case Kind::kText:
      return text;
  }
  return {};
}

}  // namespace saiten::store
