#include <algorithm>

#include <fmt/format.h>

#include "base/markup.h"
#include "compiler/diag/text_width.h"
#include "driver/flow_chart.h"

namespace saiten::driver {
namespace {

// Pixels. A column of text is as wide as half a Japanese character; Latin letters take a little less on average.
constexpr int kColumn = 8;
constexpr int kLine = 17;
constexpr int kPad = 10;
constexpr int kGap = 34;    // between a box and the next
constexpr int kTurn = 26;   // from a box to its branches, and from them back
constexpr int kAside = 24;  // between branches
constexpr int kMargin = 24;
constexpr int kBoxColumns = 40;
constexpr int kPanelColumns = 66;
constexpr int kBarWidth = 6;

std::string Shown(std::string_view text) { return InMarkup(diag::Printable(text)); }

// Lines of at most `columns`, broken at spaces where there are some; at most `lines`, the last then ends in `…`.
std::vector<std::string> Wrap(std::string_view text, uint32_t columns, size_t lines) {
  const diag::DisplayLine line(text);
  const std::vector<diag::Cell>& cells = line.cells();
  std::vector<std::string> out;
  size_t from = 0;
  while (from < cells.size()) {
    while (from < cells.size() && cells[from].shown == " ") ++from;
    size_t to = from;
    size_t space = 0;
    uint32_t width = 0;
    while (to < cells.size() && width + cells[to].width <= columns) {
      if (cells[to].shown == " ") space = to;
      width += cells[to].width;
      ++to;
    }
    if (to < cells.size() && cells[to].shown != " " && space > from) to = space;
    if (to == from && to < cells.size()) ++to;
    std::string part;
    for (size_t i = from; i < to; ++i) part += cells[i].shown;
    while (part.ends_with(' ')) part.pop_back();
    if (out.size() + 1 == lines && to < cells.size()) {
      out.push_back(part + "…");
      return out;
    }
    if (!part.empty()) out.push_back(std::move(part));
    from = to;
  }
  if (out.empty()) out.emplace_back();
  return out;
}

std::string_view ClassOf(ChartShape shape) {
  switch (shape) {
    case ChartShape::kSend:
      return "send";
    case ChartShape::kWait:
      return "wait";
    case ChartShape::kWrite:
      return "write";
    case ChartShape::kTask:
      return "task";
    case ChartShape::kCall:
      return "call";
    case ChartShape::kBranch:
      return "branch";
    case ChartShape::kEnd:
      return "end";
  }
  return {};
}

struct Size {
  int width = 0;
  int height = 0;
};

// Sizes come first, from the inside; then everything is put at its place, symmetric about the axis of its list.
class Painter {
 public:
  explicit Painter(const Chart& chart) : chart_(chart) {}

  std::string Run() {
    int panel_width = 0;
    for (const ChartPanel& panel : chart_.panels) panel_width = std::max(panel_width, PanelSize(panel).width);
    const Size steps = SizeOf(chart_.steps);
    const int title = static_cast<int>(diag::TextWidth(chart_.title)) * (kColumn + 2);
    const int width = std::max({panel_width, steps.width, title, 200}) + 2 * kMargin;
    const int axis = width / 2;
    int y = kMargin + 20;
    Put("<text class=\"title\" x=\"{}\" y=\"{}\">{}</text>\n", axis, y, Shown(chart_.title));
    y += 20;
    for (const ChartPanel& panel : chart_.panels) {
      y = Panel(panel, axis - panel_width / 2, y, panel_width) + 10;
    }
    y -= 10;
    const int first = y + kGap;
    Edge(axis, y, first, chart_.enrolled, In(chart_.language, "enrolled", "登録"));
    y = List(chart_.steps, axis, first);
    if (!chart_.ends) {
      Edge(axis, y, y + kGap, chart_.completed, {});
      y += kGap;
      const std::string_view word = In(chart_.language, "completed", "完了");
      const int half = static_cast<int>(diag::TextWidth(word)) * kColumn / 2 + 2 * kPad;
      Put("<rect class=\"box end\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"15\"/>\n", axis - half, y,
          2 * half, 30);
      Text("head middle", axis, y + 20, word);
      y += 30;
    }
    const int height = y + kMargin;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
        "font-family=\"'Noto Sans CJK JP','Noto Sans JP','Hiragino Sans','Yu Gothic','DejaVu Sans',sans-serif\" "
        "font-size=\"13\">\n<title>{2}</title>\n{3}<rect class=\"ground\" width=\"{0}\" height=\"{1}\"/>\n{4}</svg>\n",
        width, height, Shown(chart_.title), kStyle, out_);
  }

 private:
  static constexpr std::string_view kStyle =
      "<style>\n"
      ".ground{fill:#fff}\n"
      "text{fill:#1f2933}\n"
      ".title{font-size:17px;font-weight:600;text-anchor:middle}\n"
      ".middle{text-anchor:middle}\n"
      ".right{text-anchor:end}\n"
      ".title,.panel-title{font-weight:600}\n"
      ".note,.count{font-size:12px}\n"
      ".note{fill:#52606d}\n"
      ".count{font-weight:600;fill:#0b4f8a}\n"
      ".panel{fill:#f5f7fa;stroke:#cbd2d9}\n"
      ".box{fill:#fff;stroke:#7b8794}\n"
      ".box.wait{stroke-dasharray:5 3}\n"
      ".box.branch{fill:#fffbea}\n"
      ".box.end{fill:#e4e7eb}\n"
      ".bar.send{fill:#2186eb}.bar.wait{fill:#9aa5b1}.bar.write{fill:#7b5fc9}.bar.task{fill:#2f9e5f}"
      ".bar.call{fill:#0f8a8a}.bar.branch{fill:#de911d}.bar.end{fill:#52606d}\n"
      ".edge{fill:none;stroke:#7b8794;stroke-width:1.5}\n"
      ".tip{fill:#7b8794}\n"
      "</style>\n";

  template <typename... Args>
  void Put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  void Text(std::string_view style, int x, int y, std::string_view text) {
    Put("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", style, x, y, Shown(text));
  }

  // ---- panels
  static std::vector<std::string> RowLines(const ChartRow& row) { return Wrap(row.text, kPanelColumns, 4); }
  static Size PanelSize(const ChartPanel& panel) {
    Size size{.width = static_cast<int>(diag::TextWidth(panel.title)) * kColumn, .height = kLine + 2 * kPad};
    for (const ChartRow& row : panel.rows) {
      for (const std::string& line : RowLines(row)) {
        const int count = row.count ? static_cast<int>(std::to_string(*row.count).size()) + 3 : 0;
        size.width = std::max(size.width, (static_cast<int>(diag::TextWidth(line)) + count) * kColumn);
        size.height += kLine;
      }
    }
    size.width += 4 * kPad;
    return size;
  }
  int Panel(const ChartPanel& panel, int x, int y, int width) {
    const int height = PanelSize(panel).height;
    Put("<rect class=\"panel\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n", x, y, width, height);
    int at = y + kPad + 12;
    Text("panel-title", x + kPad, at, panel.title);
    for (const ChartRow& row : panel.rows) {
      bool first = true;
      for (const std::string& line : RowLines(row)) {
        at += kLine;
        Text("row", x + 2 * kPad, at, line);
        if (first && row.count) Text("count right", x + width - kPad, at, std::to_string(*row.count));
        first = false;
      }
    }
    return y + height;
  }

  // ---- sizes
  static std::vector<std::string> HeadLines(const ChartBlock& block) { return Wrap(block.head, kBoxColumns, 4); }
  static std::vector<std::string> NoteLines(const ChartBlock& block) {
    std::vector<std::string> lines;
    for (const std::string& note : block.notes) {
      for (std::string& line : Wrap(note, kBoxColumns + 4, 3)) lines.push_back(std::move(line));
    }
    return lines;
  }
  static Size BoxSize(const ChartBlock& block) {
    Size size;
    uint32_t columns = 12;
    for (const std::string& line : HeadLines(block)) columns = std::max(columns, diag::TextWidth(line));
    size.width = static_cast<int>(columns) * kColumn;
    for (const std::string& line : NoteLines(block)) {
      size.width = std::max(size.width, static_cast<int>(diag::TextWidth(line)) * (kColumn - 1));
    }
    size.width += 2 * kPad + kBarWidth;
    size.height = kLine * static_cast<int>(HeadLines(block).size()) +
                  (kLine - 2) * static_cast<int>(NoteLines(block).size()) + 2 * kPad - 4;
    return size;
  }
  static std::vector<std::string> LabelLines(const ChartWay& way) { return Wrap(way.label, 30, 3); }
  static int LabelHeight(const ChartBlock& block) {
    size_t lines = 1;
    for (const ChartWay& way : block.ways) lines = std::max(lines, LabelLines(way).size());
    return kLine * static_cast<int>(lines) + 8;
  }
  static Size WaySize(const ChartWay& way) {
    Size size = SizeOf(way.steps);
    int columns = 0;
    for (const std::string& line : LabelLines(way))
      columns = std::max(columns, static_cast<int>(diag::TextWidth(line)));
    if (way.count) columns += static_cast<int>(std::to_string(*way.count).size()) + 2;
    // The label stands at the right of the line.
    size.width = std::max(size.width, 2 * (columns * kColumn + 12));
    return size;
  }
  static Size WaysSize(const ChartBlock& block) {
    Size size{.width = -kAside};
    for (const ChartWay& way : block.ways) {
      const Size one = WaySize(way);
      size.width += one.width + kAside;
      size.height = std::max(size.height, one.height);
    }
    size.height += 2 * kTurn + LabelHeight(block);
    return size;
  }
  static Size SizeOf(const ChartBlock& block) {
    Size size = BoxSize(block);
    if (block.ways.empty()) return size;
    const Size ways = WaysSize(block);
    return {.width = std::max(size.width, ways.width), .height = size.height + ways.height};
  }
  static Size SizeOf(const std::vector<ChartBlock>& blocks) {
    Size size;
    for (const ChartBlock& block : blocks) {
      const Size one = SizeOf(block);
      size.width = std::max(size.width, one.width);
      size.height += one.height + (size.height > 0 ? kGap : 0);
    }
    return size;
  }

  // ---- places
  void Line(std::string_view path) { Put("<path class=\"edge\" d=\"{}\"/>\n", path); }
  void Tip(int x, int y) { Put("<path class=\"tip\" d=\"M{} {}l-4 -7h8z\"/>\n", x, y); }
  // An arrow downwards with its number.
  void Edge(int x, int from, int to, const std::optional<uint64_t>& count, std::string_view word) {
    Line(fmt::format("M{} {}V{}", x, from, to));
    Tip(x, to);
    std::string text(count ? word : std::string_view());
    if (count) text += (text.empty() ? "" : " ") + std::to_string(*count);
    if (!text.empty()) Text("count", x + 7, (from + to) / 2 + 3, text);
  }

  // Ends at the returned height.
  int List(const std::vector<ChartBlock>& blocks, int axis, int y) {
    bool first = true;
    for (const ChartBlock& block : blocks) {
      if (!first) {
        Edge(axis, y, y + kGap, block.in, {});
        y += kGap;
      }
      first = false;
      y = Block(block, axis, y);
    }
    return y;
  }

  int Block(const ChartBlock& block, int axis, int y) {
    const Size size = BoxSize(block);
    const int x = axis - size.width / 2;
    const std::string_view style = ClassOf(block.shape);
    const int round = block.shape == ChartShape::kEnd ? 14 : 4;
    Put("<g><title>{}</title>\n", Shown(block.name));
    Put("<rect class=\"box {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>\n", style, x, y, size.width,
        size.height, round);
    Put("<rect class=\"bar {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", style, x, y + round, kBarWidth - 2,
        size.height - 2 * round);
    int at = y + kPad + 10;
    for (const std::string& line : HeadLines(block)) {
      Text("head", x + kPad + kBarWidth / 2, at, line);
      at += kLine;
    }
    for (const std::string& line : NoteLines(block)) {
      Text("note", x + kPad + kBarWidth / 2, at - 1, line);
      at += kLine - 2;
    }
    Put("</g>\n");
    y += size.height;
    return block.ways.empty() ? y : Ways(block, axis, y);
  }

  int Ways(const ChartBlock& block, int axis, int y) {
    const Size all = WaysSize(block);
    const int bar = y + kTurn / 2;
    const int labels = LabelHeight(block);
    const int top = bar + labels + kTurn / 2;
    const int bottom = y + all.height - kTurn / 2;
    Line(fmt::format("M{} {}V{}", axis, y, bar));
    int left = axis - all.width / 2;
    for (const ChartWay& way : block.ways) {
      const int width = WaySize(way).width;
      const int x = left + width / 2;
      Line(fmt::format("M{} {}H{}V{}", axis, bar, x, way.steps.empty() ? (way.ends ? top : bottom) : top));
      int at = bar + 16;
      for (const std::string& line : LabelLines(way)) {
        Text("row", x + 7, at, line);
        if (at == bar + 16 && way.count) {
          Text("count", x + 7 + (static_cast<int>(diag::TextWidth(line)) + 1) * kColumn, at,
               std::to_string(*way.count));
        }
        at += kLine;
      }
      int end = bottom;
      if (!way.steps.empty()) {
        Tip(x, top);
        end = List(way.steps, x, top);
      }
      if (way.ends) {
        if (way.steps.empty()) Put("<circle class=\"tip\" cx=\"{}\" cy=\"{}\" r=\"5\"/>\n", x, top);
      } else {
        if (!way.steps.empty()) {
          Line(fmt::format("M{} {}V{}", x, end, bottom));
          if (way.out && way.out != way.count) Text("count", x + 7, bottom - 4, std::to_string(*way.out));
        }
        Line(fmt::format("M{} {}H{}", x, bottom, axis));
      }
      left += width + kAside;
    }
    const int after = y + all.height;
    if (!std::ranges::all_of(block.ways, &ChartWay::ends)) Line(fmt::format("M{} {}V{}", axis, bottom, after));
    return after;
  }

  const Chart& chart_;
  std::string out_;
};

}  // namespace

std::string ToSvg(const Chart& chart) { return Painter(chart).Run(); }

}  // namespace saiten::driver
