#include "compiler/parse/reader.h"

#include <algorithm>
#include <iterator>

#include <utf8proc.h>

#include "compiler/parse/foreign.h"

namespace saiten::parse {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct SignRow {
  char32_t sign;
  std::string_view ascii;
};

// Signs that a Japanese keyboard or a word processor writes for ours. The full-width forms U+FF01..FF5E are computed.
constexpr SignRow kSigns[] = {
    {U'“', "\""},  {U'”', "\""}, {U'„', "\""}, {U'‟', "\""},  {U'「', "\""}, {U'」', "\""}, {U'『', "\""},
    {U'』', "\""}, {U'‘', "'"},  {U'’', "'"},  {U'、', ","},  {U'。', "."},  {U'−', "-"},   {U'–', "-"},
    {U'—', "-"},   {U'×', "*"},  {U'÷', "/"},  {U'≤', "<="},  {U'≦', "<="},  {U'≥', ">="},  {U'≧', ">="},
    {U'≠', "!="},  {U'→', "=>"}, {U'⇒', "=>"}, {U'〜', ".."}, {U'～', ".."}, {U'…', ".."},  {U'‥', ".."},
    {U'【', "["},  {U'】', "]"}, {U'〔', "["}, {U'〕', "]"},
};

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

uint8_t ClassOf(char32_t c) {
  if (!AsciiOf(c).empty()) return kSign;
  if (c == U'・' || c == U'·') return kNamePart;
  if (c == kReplacement) return kUnreadable;
  const int category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return kLetter;
  if (category == UTF8PROC_CATEGORY_NL) return kLetter;
  if (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_NO) return kNamePart;
  return category == UTF8PROC_CATEGORY_ZS ? ' ' : static_cast<uint8_t>(kUnreadable);
}

uint8_t AsciiClassOf(unsigned char c) {
  if (c == '\v' || c == '\f') return ' ';
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f ? static_cast<uint8_t>(kUnreadable) : c;
}

std::string HexOf(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (unsigned char c : bytes.substr(0, 4)) {
    if (!hex.empty()) hex += ' ';
    hex += kDigits[c >> 4];
    hex += kDigits[c & 15];
  }
  return bytes.size() > 4 ? hex + " ..." : hex;
}

}  // namespace

std::string_view AsciiOf(char32_t sign) {
  for (const SignRow& row : kSigns) {
    if (row.sign == sign) return row.ascii;
  }
  static constexpr std::string_view kAscii =
      "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  if (sign < 0xFF01 || sign > 0xFF5E) return {};
  const std::string_view ascii = kAscii.substr(sign - 0xFF01, 1);
  const char c = ascii[0];
  // Full-width letters are letters: `ＩＴ` is a name (the checker tells of a clash with `IT`).
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ? std::string_view() : ascii;
}

char32_t DecodeAt(std::string_view text, size_t offset, size_t& length) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  const unsigned char lead = byte(0);
  length = 1;
  if (lead < 0x80) return lead;
  const size_t want = lead >= 0xC2 && lead <= 0xDF   ? 2
                      : (lead & 0xF0) == 0xE0        ? 3
                      : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                     : 0;
  if (want == 0 || offset + want > text.size()) return kReplacement;
  char32_t c = lead & (0xFF >> (want + 1));
  for (size_t i = 1; i < want; ++i) {
    if (!IsContinuation(byte(i))) return kReplacement;
    c = c << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (want == 3 && c < 0x800) || (want == 4 && c < 0x10000);
  if (overlong || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) return kReplacement;
  length = want;
  return c;
}

bool IsHidden(char32_t c) {
  const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
  const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return control || turns || c == 0x7F || c == 0x2028 || c == 0x2029;
}

namespace {

// Every second byte of UTF-16 is 0 where the text is ASCII, as the first words of rules are.
bool IsUtf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  return text.size() >= 4 &&
         ((text[0] == 0 && text[2] == 0 && text[1] != 0) || (text[1] == 0 && text[3] == 0 && text[0] != 0));
}

}  // namespace

Reader::Reader(const SourceFile& source, Reporter& reporter) {
  std::string_view text = source.text();
  if (IsUtf16(text)) {
    reporter.Report(diag::Code::kNotUtf8File, {0, 0}, {"UTF-16"})
        .Note("save the file as UTF-8", "ファイルをUTF-8で保存してください");
    text = {};
  }
  ascii_ = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  classes_.reserve(text.size());
  if (!ascii_) offsets_.reserve(text.size() + 1);
  size_t bad_begin = 0;
  size_t bad_end = 0;  // a run of bad bytes [bad_begin, bad_end) that is not reported yet
  const auto tell = [&] {
    if (bad_end == bad_begin) return;
    const Span span{static_cast<uint32_t>(bad_begin), static_cast<uint32_t>(bad_end)};
    reporter.Report(diag::Code::kInvalidUtf8, span, {HexOf(source.Slice(span))})
        .Note("save the file as UTF-8", "ファイルをUTF-8で保存してください");
  };
  for (size_t i = 0; i < text.size();) {
    size_t length = 1;
    const char32_t c = DecodeAt(text, i, length);
    if (!ascii_) offsets_.push_back(static_cast<uint32_t>(i));
    const bool bad = c == kReplacement && length == 1;
    if (bad) {
      if (bad_end != i) {
        tell();
        bad_begin = i;
      }
      bad_end = i + 1;
    }
    if (IsHidden(c)) {
      const Span span{static_cast<uint32_t>(i), static_cast<uint32_t>(i + length)};
      reporter.Report(diag::Code::kHiddenSign, span, {NameOfChar(c)})
          .Fix("remove it", "削除する", {reporter.Replace(span, "")}, diag::FixSafety::kUnsafe);
    }
    const bool mark = c == 0xFEFF && i == 0;  // byte order mark
    classes_.push_back(mark ? ' ' : c < 0x80 ? AsciiClassOf(static_cast<unsigned char>(c)) : ClassOf(c));
    i += length;
  }
  tell();
  if (!ascii_) offsets_.push_back(static_cast<uint32_t>(text.size()));
}

size_t Reader::IndexOf(uint32_t offset) const {
  if (ascii_) return offset;
  return static_cast<size_t>(std::ranges::lower_bound(offsets_, offset) - offsets_.begin());
}

}  // namespace saiten::parse
