#include "runtime/hash.h"

#include <charconv>
#include <iterator>

namespace saiten::rt {

int64_t BucketOf(std::string_view name, int64_t unit) {
  char digits[24];
  const char* end = std::to_chars(std::begin(digits), std::end(digits), unit).ptr;
  return BucketOf(name, std::string_view(digits, static_cast<size_t>(end - digits)));
}

}  // namespace saiten::rt
