#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "runtime/string_pool.h"

namespace saiten::rt {

// A text value as the engines carry it: number of its pool in the upper 32 bits, code in the pool in the lower.
using TextHandle = int64_t;

constexpr TextHandle MakeTextHandle(uint32_t pool, int32_t code) {
  return static_cast<TextHandle>(pool) << 32 | static_cast<uint32_t>(code);
}

// Reads text handles and makes new ones. One per thread: the pools (of columns and of the program's literals) are
// shared and only read; texts made while a row is evaluated are kept until Reset.
class TextStore {
 public:
  static constexpr uint32_t kScratchPool = 0x7fffffff;

  explicit TextStore(std::span<const StringPool* const> pools) : pools_(pools) {}

  // The bytes as the database or the program has them; valid until Reset for texts made here.
  std::string_view View(TextHandle handle) const;
  // The NFKC form, which comparisons use (sem N3a).
  std::string_view Nfkc(TextHandle handle) const;
  // A handle for a text that no pool holds.
  TextHandle Make(std::string text);
  void Reset() { made_.clear(); }

 private:
  struct Made {
    std::string text;
    std::string nfkc;  // only if it differs
    bool differs = false;
  };
  std::span<const StringPool* const> pools_;
  std::deque<Made> made_;
};

}  // namespace saiten::rt
