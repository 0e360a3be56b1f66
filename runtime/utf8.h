#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace saiten::rt {

inline constexpr char32_t kReplacement = 0xFFFD;

// The position of the first byte that is not part of well-formed UTF-8 (no overlong forms, no surrogates, nothing above
// U+10FFFF); npos if there is none.
size_t FirstBadByte(std::string_view text);
inline bool ValidUtf8(std::string_view text) { return FirstBadByte(text) == std::string_view::npos; }

// True if every byte is ASCII.
bool IsAscii(std::string_view text);

// The code point at `*at`, which must lie inside `text`; moves `*at` behind it. A byte that begins no well-formed
// character reads as U+FFFD and is one byte long, so that every text can be walked.
char32_t DecodeOne(std::string_view text, size_t* at);

// True for the second and later bytes of a character.
constexpr bool IsTail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Appends a code point as UTF-8; what is no code point becomes U+FFFD.
void AppendUtf8(std::string* out, char32_t code_point);

// The number of characters: Unicode code points of the text as it is kept (sem N8).
int64_t CharLength(std::string_view text);

// The byte position behind the first `count` characters, at most the size; count >= 0.
size_t ByteOfChar(std::string_view text, int64_t count);

}  // namespace saiten::rt
