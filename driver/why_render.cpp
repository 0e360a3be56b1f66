#include <algorithm>

#include <fmt/format.h>

#include "compiler/diag/style.h"
#include "compiler/diag/text_width.h"
#include "driver/why.h"
#include "runtime/decimal_text.h"

namespace saiten::driver {

std::string_view KindWord(WhyItem::Kind kind) {
  switch (kind) {
    case WhyItem::Kind::kScore:
      return "score";
    case WhyItem::Kind::kGrid:
      return "grid";
    case WhyItem::Kind::kTable:
      return "table";
    case WhyItem::Kind::kSegment:
      return "segment";
  }
  return {};
}

namespace {

using diag::Ink;
using diag::Paint;

// `+15`, `-10.5`, `0`
std::string Signed(int64_t milli) { return (milli > 0 ? "+" : "") + rt::FormatPoints(milli); }

std::string Head(const WhyItem& item, bool color) {
  std::string head = std::string(KindWord(item.kind)) + " " + Paint(item.name, Ink::kBold, color);
  if (!item.label.empty()) head += " \"" + item.label + "\"";
  if (!item.value.empty()) head += " = " + Paint(item.value, Ink::kBold, color);
  if (!item.band.empty()) head += " (" + item.band + ")";
  return head;
}

}  // namespace

std::string WhyLine::Saw() const {
  std::string out;
  for (const WhyValue& value : values)
    out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", value.what, value.value);
  return out + remark;
}

std::string RenderItem(const WhyItem& item, bool color, Language) {
  std::string out = Head(item, color) + "\n";
  size_t text_width = 0;
  for (const WhyLine& line : item.lines) {
    if (!line.Saw().empty())
      text_width = std::max<size_t>(text_width, diag::TextWidth(line.text) + 2 * static_cast<size_t>(line.depth));
  }
  text_width = std::min<size_t>(text_width, 64);
  for (const WhyLine& line : item.lines) {
    std::string left;
    if (item.kind == WhyItem::Kind::kScore) {
      const std::string points = line.points ? Signed(*line.points) : "";
      left = fmt::format("{:>9}  ", points);
    } else {
      left = line.took ? "  ✓  " : "  ✗  ";
    }
    std::string body = std::string(2 * static_cast<size_t>(line.depth), ' ') + line.text;
    const std::string saw = line.Saw();
    if (!saw.empty()) {
      const size_t width = diag::TextWidth(body);
      body += std::string(width < text_width ? text_width - width : 0, ' ') + "   ";
    }
    if (line.took) {
      out += left + body + Paint(saw, Ink::kNote, color) + "\n";
    } else {
      out += left + Paint(body + saw, Ink::kDim, color) + "\n";
    }
  }
  return out;
}

std::string RenderWhy(const Why& why, bool color, Language language) {
  std::string out;
  for (const WhyItem& item : why.items) out += (out.empty() ? "" : "\n") + RenderItem(item, color, language);
  return out;
}

}  // namespace saiten::driver
