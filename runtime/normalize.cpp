#include "runtime/normalize.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "runtime/utf8.h"

namespace saiten::rt {

namespace {

constexpr int kNfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
constexpr int kNfkc = kNfc | UTF8PROC_COMPAT;
constexpr int kFold = kNfkc | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;

// The longest decomposition in Unicode is 18 code points.
constexpr size_t kLongestDecomposition = 32;

int CombiningClass(utf8proc_int32_t c) { return c < 0x300 ? 0 : utf8proc_get_property(c)->combining_class; }

// Puts runs of combining marks into canonical order; stable, and not quadratic in a text made of marks only.
void Reorder(std::vector<utf8proc_int32_t>* text) {
  auto begin = text->begin();
  while (begin != text->end()) {
    if (CombiningClass(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, text->end(), [](utf8proc_int32_t c) { return CombiningClass(c) == 0; });
    std::stable_sort(begin, end,
                     [](utf8proc_int32_t a, utf8proc_int32_t b) { return CombiningClass(a) < CombiningClass(b); });
    begin = end;
  }
}

std::string Normalize(std::string_view text, int options) {
  const auto flags = static_cast<utf8proc_option_t>(options);
  thread_local std::vector<utf8proc_int32_t> points;
  points.resize(text.size() + kLongestDecomposition);
  size_t size = 0;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = DecodeOne(text, &at);
    if (points.size() - size < kLongestDecomposition) points.resize(points.size() * 2 + kLongestDecomposition);
    int boundary = 0;
    const utf8proc_ssize_t made =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), points.data() + size,
                                static_cast<utf8proc_ssize_t>(points.size() - size), flags, &boundary);
    SAITEN_CHECK(made >= 0 && static_cast<size_t>(made) <= points.size() - size);
    size += static_cast<size_t>(made);
  }
  points.resize(size);
  Reorder(&points);
  const utf8proc_ssize_t length = utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(size), flags);
  SAITEN_CHECK(length >= 0);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < static_cast<size_t>(length); ++i) AppendUtf8(&out, static_cast<char32_t>(points[i]));
  if (points.capacity() > 1'000'000) {
    points.clear();
    points.shrink_to_fit();
  }
  return out;
}

// Characters that no normal form changes, whatever stands beside them, and that have no case.
constexpr bool IsInert(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FC) ||
         (c >= 0x3400 && c <= 0x4DBF) || c == 0x3001 || c == 0x3002;
}

// True if the text is ASCII and inert characters only.
bool IsPlain(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
    } else if (!IsInert(DecodeOne(text, &at))) {
      return false;
    }
  }
  return true;
}

// A copy in which the ASCII letters from `first` on, 26 of them, are the ones of the other case.
std::string SwapAscii(std::string_view text, char first) {
  std::string out(text);
  for (char& c : out) c = c >= first && c < first + 26 ? static_cast<char>(c ^ 0x20) : c;
  return out;
}

std::string MapEach(std::string_view text, utf8proc_int32_t (*map)(utf8proc_int32_t)) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    AppendUtf8(&out, static_cast<char32_t>(map(static_cast<utf8proc_int32_t>(DecodeOne(text, &at)))));
  }
  return out;
}

}  // namespace

bool SurelyNfkc(std::string_view text) { return IsPlain(text); }

std::string Nfc(std::string_view text) { return IsPlain(text) ? std::string(text) : Normalize(text, kNfc); }

std::string Nfkc(std::string_view text) { return IsPlain(text) ? std::string(text) : Normalize(text, kNfkc); }

std::string Fold(std::string_view text) {
  if (IsPlain(text)) return SwapAscii(text, 'A');
  // Folding may leave what NFKC changes once more (a mark dropped between two that now compose); NFKC closes it.
  return Normalize(Normalize(text, kFold), kNfkc);
}

std::string Lower(std::string_view text) {
  return IsPlain(text) ? SwapAscii(text, 'A') : MapEach(text, utf8proc_tolower);
}

std::string Upper(std::string_view text) {
  return IsPlain(text) ? SwapAscii(text, 'a') : MapEach(text, utf8proc_toupper);
}

std::string_view UnicodeVersion() { return utf8proc_unicode_version(); }

}  // namespace saiten::rt
