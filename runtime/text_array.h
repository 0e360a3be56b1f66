#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/array.h"

namespace saiten::rt {

// Many texts one behind the other: text i is bytes[offsets[i]] .. bytes[offsets[i + 1]].
struct TextArray {
  Array<uint64_t> offsets;  // one more than there are texts; empty: no texts
  Array<char> bytes;

  static TextArray Of(const std::vector<std::string>& texts);
  friend bool operator==(const TextArray&, const TextArray&) = default;
  size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  std::string_view operator[](size_t at) const {
    return {bytes.data() + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at])};
  }
};

}  // namespace saiten::rt
