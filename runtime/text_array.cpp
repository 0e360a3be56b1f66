#include "runtime/text_array.h"

namespace saiten::rt {

TextArray TextArray::Of(const std::vector<std::string>& texts) {
  std::vector<uint64_t> offsets = {0};
  std::vector<char> bytes;
  for (const std::string& text : texts) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(bytes.size());
  }
  return {std::move(offsets), std::move(bytes)};
}

}  // namespace saiten::rt
