#include "runtime/trim.h"

#include "runtime/utf8.h"

namespace saiten::rt {

namespace {

constexpr bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// White_Space of Unicode outside ASCII, and the byte order mark.
constexpr bool IsWideSpace(char32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

constexpr unsigned Byte(char c) { return static_cast<unsigned char>(c); }

// The code point of the two or three bytes at `at`; all wide spaces have that length.
constexpr char32_t Two(const char* at) { return ((Byte(at[0]) & 0x1F) << 6) | (Byte(at[1]) & 0x3F); }
constexpr char32_t Three(const char* at) {
  return ((Byte(at[0]) & 0x0F) << 12) | ((Byte(at[1]) & 0x3F) << 6) | (Byte(at[2]) & 0x3F);
}

// How many bytes of white space begin `text`; 0 if none.
size_t LeadingSpace(std::string_view text) {
  if (IsAsciiSpace(text[0])) return 1;
  if (text.size() >= 2 && (Byte(text[0]) & 0xE0) == 0xC0 && IsTail(text[1])) {
    return IsWideSpace(Two(text.data())) ? 2 : 0;
  }
  if (text.size() >= 3 && (Byte(text[0]) & 0xF0) == 0xE0 && IsTail(text[1]) && IsTail(text[2])) {
    return IsWideSpace(Three(text.data())) ? 3 : 0;
  }
  return 0;
}

// How many bytes of white space end `text`; 0 if none.
size_t TrailingSpace(std::string_view text) {
  const size_t size = text.size();
  if (IsAsciiSpace(text[size - 1])) return 1;
  if (!IsTail(text[size - 1])) return 0;
  if (size >= 2 && !IsTail(text[size - 2])) return LeadingSpace(text.substr(size - 2)) == 2 ? 2 : 0;
  if (size >= 3 && !IsTail(text[size - 3])) return LeadingSpace(text.substr(size - 3)) == 3 ? 3 : 0;
  return 0;
}

}  // namespace

std::string_view Trim(std::string_view text) {
  while (!text.empty()) {
    const size_t space = LeadingSpace(text);
    if (space == 0) break;
    text.remove_prefix(space);
  }
  while (!text.empty()) {
    const size_t space = TrailingSpace(text);
    if (space == 0) break;
    text.remove_suffix(space);
  }
  return text;
}

}  // namespace saiten::rt
