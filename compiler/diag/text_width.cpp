#include "compiler/diag/text_width.h"

#include <algorithm>

#include <utf8proc.h>

namespace saiten::diag {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Point {
  int32_t code = -1;  // -1: not UTF-8
  uint32_t size = 1;
};

Point Next(std::string_view text, size_t at) {
  utf8proc_int32_t code = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  if (size <= 0) return {};
  return {code, static_cast<uint32_t>(size)};
}

std::string Encode(int32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(code, bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)};
}

// Marks that reorder the text around them: what a reader sees would not be what is compiled.
bool TurnsDirection(int32_t code) {
  return code == 0x061C || (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

// The stand-in for a code point that must not reach a terminal; empty for all others.
std::string StandIn(int32_t code) {
  if (code < 0) return std::string(kReplacement);
  if (code < 0x20) return Encode(0x2400 + code);
  if (code == 0x7F) return Encode(0x2421);
  if ((code >= 0x80 && code < 0xA0) || TurnsDirection(code) || code == 0x2028 || code == 0x2029)
    return std::string(kReplacement);
  return {};
}

uint32_t WidthOf(int32_t code) {
  const int width = utf8proc_charwidth(code);
  return width < 0 ? 0 : static_cast<uint32_t>(width);
}

}  // namespace

DisplayLine::DisplayLine(std::string_view line) : bytes_(static_cast<uint32_t>(line.size())) {
  cells_.reserve(line.size());
  for (size_t at = 0; at < line.size();) {
    const Point point = Next(line, at);
    Cell cell{.byte = static_cast<uint32_t>(at), .column = width_};
    if (point.code == '\t') {
      cell.width = kTabWidth - width_ % kTabWidth;
      cell.shown.assign(cell.width, ' ');
    } else if (std::string stand_in = StandIn(point.code); !stand_in.empty()) {
      cell.width = 1;
      cell.shown = std::move(stand_in);
    } else {
      cell.width = WidthOf(point.code);
      cell.shown = line.substr(at, point.size);
    }
    width_ += cell.width;
    at += point.size;
    cells_.push_back(std::move(cell));
  }
}

uint32_t DisplayLine::ColumnOf(uint32_t byte) const {
  if (byte >= bytes_) return width_ + (byte - bytes_);
  auto after =
      std::upper_bound(cells_.begin(), cells_.end(), byte, [](uint32_t b, const Cell& c) { return b < c.byte; });
  return std::prev(after)->column;
}

uint32_t TextWidth(std::string_view text) {
  uint32_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const Point point = Next(text, at);
    width += StandIn(point.code).empty() ? WidthOf(point.code) : 1;
    at += point.size;
  }
  return width;
}

std::string Printable(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Point point = Next(text, at);
    std::string stand_in = point.code == '\n' && keep_lines ? std::string() : StandIn(point.code);
    if (stand_in.empty()) {
      out += text.substr(at, point.size);
    } else {
      out += stand_in;
    }
    at += point.size;
  }
  return out;
}

uint32_t Utf16Length(std::string_view text) {
  uint32_t units = 0;
  for (size_t at = 0; at < text.size();) {
    const Point point = Next(text, at);
    units += point.code > 0xFFFF ? 2 : 1;
    at += point.size;
  }
  return units;
}

}  // namespace saiten::diag
