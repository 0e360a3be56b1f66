#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "compiler/parse/report.h"

namespace saiten::parse {

// The classes that RulesLexer.g4 sees in place of characters above ASCII.
enum CharClass : uint8_t { kLetter = 1, kNamePart = 2, kSign = 3, kUnreadable = 4 };

// A file as the lexer sees it: one class per code point, and where each begins in the bytes.
class Reader {
 public:
  // Reports bytes that are no UTF-8 (one message a run) and reads each as U+FFFD.
  Reader(const SourceFile& source, Reporter& reporter);

  size_t size() const { return classes_.size(); }
  uint8_t operator[](size_t i) const { return classes_[i]; }
  // The byte at which code point `i` begins; the size of the text for i == size().
  uint32_t OffsetOf(size_t i) const { return ascii_ ? static_cast<uint32_t>(i) : offsets_[i]; }
  // The code point that holds the byte; the inverse of OffsetOf.
  size_t IndexOf(uint32_t offset) const;
  // Reads code point `i` as this ASCII character from now on.
  void Patch(size_t i, char as) { classes_[i] = static_cast<uint8_t>(as); }

 private:
  std::vector<uint8_t> classes_;
  std::vector<uint32_t> offsets_;
  bool ascii_ = true;
};

// What a full-width or typographic sign stands for in ASCII ("=", "..", "\""); empty if it is none.
std::string_view AsciiOf(char32_t sign);
// Decodes the code point at `offset`; U+FFFD for a bad byte. Sets `length` to its bytes (at least 1).
char32_t DecodeAt(std::string_view text, size_t offset, size_t& length);
// Control characters and those that turn the direction of what follows: a reviewer does not see them (E1080).
bool IsHidden(char32_t c);

}  // namespace saiten::parse
