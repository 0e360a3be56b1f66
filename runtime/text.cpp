#include "runtime/text.h"

#include <utf8proc.h>

#include <algorithm>

#include "runtime/normalize.h"
#include "runtime/utf8.h"

namespace saiten::rt {

namespace {

// Letters, marks, numbers: what words are made of.
bool IsWordCharacter(char32_t c) {
  if (c == '_') return true;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

constexpr bool IsTail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The character that ends just before byte `at` > 0.
char32_t CharBefore(std::string_view text, size_t at) {
  size_t start = at - 1;
  while (start > 0 && at - start < 4 && IsTail(text[start])) --start;
  char32_t last = kReplacement;
  while (start < at) last = DecodeOne(text, &start);
  return last;
}

bool IsSeparator(char32_t c, std::string_view separators) {
  if (separators.empty()) return !IsWordCharacter(c);
  for (size_t at = 0; at < separators.size();) {
    if (DecodeOne(separators, &at) == c) return true;
  }
  return false;
}

constexpr bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

// Moves every character of one kana script to the other one.
std::string ShiftKana(std::string_view text, bool to_katakana) {
  const std::string form = Nfkc(text);
  std::string out;
  out.reserve(form.size());
  for (size_t at = 0; at < form.size();) {
    const char32_t c = DecodeOne(form, &at);
    const bool hiragana = (c >= 0x3041 && c <= 0x3096) || c == 0x309D || c == 0x309E;
    const bool katakana = (c >= 0x30A1 && c <= 0x30F6) || c == 0x30FD || c == 0x30FE;
    AppendUtf8(&out, to_katakana ? (hiragana ? c + 0x60 : c) : (katakana ? c - 0x60 : c));
  }
  return out;
}

}  // namespace

bool ContainsWord(std::string_view text, std::string_view word, std::string_view separators) {
  if (word.empty()) return false;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    size_t end = at + word.size();
    if (at > 0 && !IsSeparator(CharBefore(text, at), separators)) continue;
    if (end == text.size() || IsSeparator(DecodeOne(text, &end), separators)) return true;
  }
  return false;
}

std::string_view Slice(std::string_view text, int64_t start, int64_t count) {
  if (count <= 0) return {};
  int64_t skip = start > 0 ? start - 1 : 0;
  if (start < 0) {
    const int64_t length = CharLength(text);
    // A start before the text takes only what of the slice lies inside it.
    if (start < -length) {
      const int64_t missing = -(start + length);
      count = missing >= count ? 0 : count - missing;
    } else {
      skip = length + start;
    }
  }
  text.remove_prefix(ByteOfChar(text, skip));
  return text.substr(0, ByteOfChar(text, count));
}

std::optional<std::string_view> SplitPart(std::string_view text, std::string_view separator, int64_t n) {
  if (n == 0) return std::nullopt;
  if (separator.empty()) return n == 1 || n == -1 ? std::optional(text) : std::nullopt;
  if (n > 0) {
    size_t from = 0;
    while (true) {
      const size_t to = text.find(separator, from);
      if (--n == 0) return text.substr(from, to == std::string_view::npos ? to : to - from);
      if (to == std::string_view::npos) return std::nullopt;
      from = to + separator.size();
    }
  }
  // Pieces are cut from the left, also where separators could overlap, so the last one is found by counting them.
  int64_t pieces = 1;
  for (size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator, at + separator.size())) {
    ++pieces;
  }
  return n < -pieces ? std::nullopt : SplitPart(text, separator, pieces + n + 1);
}

std::string Replace(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  if (what.empty()) return std::string(text);
  out.reserve(text.size());
  size_t from = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, from)) {
    out.append(text.substr(from, at - from)).append(with);
    from = at + what.size();
  }
  return out.append(text.substr(from));
}

std::optional<std::string> Domain(std::string_view text) {
  std::string_view host = Trim(text);
  const size_t scheme = host.find("://");
  if (scheme != std::string_view::npos) host.remove_prefix(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  const size_t user = host.rfind('@');
  if (user != std::string_view::npos) host.remove_prefix(user + 1);
  host = host.substr(0, host.find_first_of(":> ,;)\""));
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.front() == '.' || host.find("..") != std::string_view::npos) return std::nullopt;
  if (!std::all_of(host.begin(), host.end(), IsHostByte)) return std::nullopt;
  // A lone word is a host only where something says so.
  const bool marked = scheme != std::string_view::npos || user != std::string_view::npos;
  if (!marked && host.find('.') == std::string_view::npos) return std::nullopt;
  return Lower(Nfkc(host));
}

int64_t Width(std::string_view text) {
  int64_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] >= ' ' && text[at] <= '~') {
      ++columns;
      ++at;
    } else {
      columns += utf8proc_charwidth(static_cast<utf8proc_int32_t>(DecodeOne(text, &at)));
    }
  }
  return columns;
}

std::string ToKatakana(std::string_view text) { return ShiftKana(text, true); }
std::string ToHiragana(std::string_view text) { return ShiftKana(text, false); }

}  // namespace saiten::rt
