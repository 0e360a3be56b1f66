#include "runtime/utf8.h"

#include <cstring>

namespace saiten::rt {

namespace {

constexpr uint64_t kHighBits = 0x8080808080808080u;

uint64_t LoadEight(const char* at) {
  uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

constexpr unsigned Byte(char c) { return static_cast<unsigned char>(c); }

// Decodes the multi-byte character at text[at]; its length is 0 if it is not well formed.
struct Decoded {
  char32_t code_point = kReplacement;
  size_t length = 0;
};
Decoded DecodeMany(std::string_view text, size_t at) {
  const unsigned lead = Byte(text[at]);
  const size_t length = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) return {};
  char32_t code_point = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (!IsTail(text[at + i])) return {};
    code_point = code_point << 6 | (Byte(text[at + i]) & 0x3F);
  }
  const char32_t least = length == 2 ? 0x80 : (length == 3 ? 0x800 : 0x10000);
  if (code_point < least || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return {};
  return {code_point, length};
}

// The end of the run of ASCII that begins at `at`.
size_t SkipAscii(std::string_view text, size_t at) {
  while (text.size() - at >= 8 && (LoadEight(text.data() + at) & kHighBits) == 0) at += 8;
  while (at < text.size() && Byte(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

size_t FirstBadByte(std::string_view text) {
  size_t at = 0;
  while ((at = SkipAscii(text, at)) < text.size()) {
    const Decoded decoded = DecodeMany(text, at);
    if (decoded.length == 0) return at;
    at += decoded.length;
  }
  return std::string_view::npos;
}

bool IsAscii(std::string_view text) { return SkipAscii(text, 0) == text.size(); }

char32_t DecodeOne(std::string_view text, size_t* at) {
  if (Byte(text[*at]) < 0x80) return Byte(text[(*at)++]);
  const Decoded decoded = DecodeMany(text, *at);
  *at += decoded.length == 0 ? 1 : decoded.length;
  return decoded.code_point;
}

void AppendUtf8(std::string* out, char32_t c) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  const int tails = c < 0x800 ? 1 : (c < 0x10000 ? 2 : 3);
  out->push_back(static_cast<char>((0xFF00u >> (tails + 1) & 0xFF) | c >> (6 * tails)));
  for (int i = tails - 1; i >= 0; --i) out->push_back(static_cast<char>(0x80 | (c >> (6 * i) & 0x3F)));
}

int64_t CharLength(std::string_view text) {
  int64_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) DecodeOne(text, &at);
  return count;
}

size_t ByteOfChar(std::string_view text, int64_t count) {
  size_t at = 0;
  for (; count > 0 && at < text.size(); --count) DecodeOne(text, &at);
  return at;
}

}  // namespace saiten::rt
