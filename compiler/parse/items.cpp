#include "compiler/parse/items.h"

#include "compiler/parse/words.h"

namespace saiten::parse {

bool Items::IsWord(size_t i, std::string_view lower) const {
  if (i >= size() || kind(i) == Kind::kText || kind(i) == Kind::kBlock) return false;
  return LowerAscii(text(i)) == lower;
}

std::optional<size_t> Items::CloseOf(size_t open) const {
  int depth = 0;
  for (size_t i = open; i < size(); ++i) {
    if (kind(i) == Kind::kLp || kind(i) == Kind::kLb) ++depth;
    if ((kind(i) == Kind::kRp || kind(i) == Kind::kRb) && --depth == 0) return i;
  }
  return std::nullopt;
}

}  // namespace saiten::parse
