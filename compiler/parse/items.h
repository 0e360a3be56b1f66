#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/parse/mistake.h"

namespace saiten::parse {

// The items of a statement by their place in it, for those who look at all of them.
class Items {
 public:
  explicit Items(Attempt& attempt) : attempt_(attempt) {}

  // Without the end.
  size_t size() const { return attempt_.items().empty() ? 0 : attempt_.items().size() - 1; }
  Kind kind(size_t i) const { return i < size() ? attempt_.items()[i].kind : Kind::kNil; }
  Span span(size_t i) const { return attempt_.SpanAt(Offset(i)); }
  // Where the item itself begins and ends, not what it opens.
  uint32_t begin(size_t i) const { return span(i).begin; }
  std::string text(size_t i) const { return attempt_.TextAt(Offset(i)); }
  // Does it touch the item before it?
  bool glued(size_t i) const { return !attempt_.context().token(attempt_.items()[i].token).space_before; }
  // Is it this word, in small letters or capitals?
  bool IsWord(size_t i, std::string_view lower) const;
  // The bracket that closes the one at `open`.
  std::optional<size_t> CloseOf(size_t open) const;

 private:
  int Offset(size_t i) const { return static_cast<int>(static_cast<int64_t>(i) - static_cast<int64_t>(attempt_.at())); }

  Attempt& attempt_;
};

}  // namespace saiten::parse
