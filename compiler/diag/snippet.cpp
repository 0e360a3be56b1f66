#include "compiler/diag/snippet.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/diag/text_width.h"

namespace saiten::diag {
namespace {

// A mark on one line, in display columns [begin, end).
struct LineMark {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool primary = false;
  std::string text;
};

uint32_t Digits(uint32_t number) { return static_cast<uint32_t>(std::to_string(number).size()); }

// Part of a line: the columns [from, to) with `…` where something was left out.
struct Cut {
  uint32_t from = 0;
  uint32_t to = 0;
  bool left = false;
  bool right = false;
};

Cut CutAround(const DisplayLine& line, uint32_t begin, uint32_t end, uint32_t max_width) {
  if (line.width() <= max_width) return {0, line.width(), false, false};
  const uint32_t lead = max_width / 3;
  uint32_t from = begin > lead ? begin - lead : 0;
  uint32_t to = std::min(line.width(), std::max(from + max_width, std::min(end, from + max_width)));
  if (to - from < max_width) from = to > max_width ? to - max_width : 0;
  return {from, to, from > 0, to < line.width()};
}

std::string Excerpt(const DisplayLine& line, const Cut& cut) {
  std::string out = cut.left ? "…" : "";
  for (const Cell& cell : line.cells()) {
    if (cell.column >= cut.from && cell.column + cell.width <= cut.to) {
      // A wide character that the cut would halve leaves its other half blank, so that columns stay true.
      out += cell.shown;
    } else if (cell.column < cut.from && cell.column + cell.width > cut.from) {
      out.append(cell.column + cell.width - cut.from, ' ');
    }
  }
  if (cut.right) out += "…";
  return out;
}

class Painter {
 public:
  Painter(uint32_t margin, const SnippetOptions& options) : margin_(margin), options_(options) {}

  std::string Gutter(std::string_view number, char bar = '|') const {
    return Paint(fmt::format("{:>{}} {}", number, margin_, bar), Ink::kFrame, options_.color);
  }
  std::string Arrow(std::string_view arrow) const {
    return Paint(fmt::format("{:>{}}{}", "", margin_, arrow), Ink::kFrame, options_.color);
  }
  Ink InkOf(const LineMark& mark) const { return mark.primary ? options_.primary_ink : Ink::kSecond; }

  void Line(uint32_t number, std::string_view shown, std::string& out) const {
    out += Gutter(std::to_string(number));
    if (!shown.empty()) out += fmt::format(" {}", shown);
    out += '\n';
  }

  // One row under a source line: pieces at their columns, from left to right.
  void Row(const std::vector<std::pair<uint32_t, std::pair<std::string, Ink>>>& pieces, std::string& out) const {
    out += Gutter("");
    uint32_t column = 0;
    out += ' ';
    for (const auto& [at, piece] : pieces) {
      if (at > column) out.append(at - column, ' ');
      column = std::max(column, at) + TextWidth(piece.first);
      out += Paint(piece.first, piece.second, options_.color);
    }
    out += '\n';
  }

 private:
  uint32_t margin_;
  const SnippetOptions& options_;
};

std::string Underline(const LineMark& mark) { return std::string(mark.end - mark.begin, mark.primary ? '^' : '-'); }

// Underlines of marks that do not overlap share a row; the rightmost says its words there, the others below, on a stem.
void RenderApart(const std::vector<LineMark>& marks, const Painter& painter, std::string& out) {
  std::vector<std::pair<uint32_t, std::pair<std::string, Ink>>> row;
  for (size_t i = 0; i < marks.size(); ++i) {
    std::string piece = Underline(marks[i]);
    if (i + 1 == marks.size() && !marks[i].text.empty()) piece += " " + marks[i].text;
    row.push_back({marks[i].begin, {std::move(piece), painter.InkOf(marks[i])}});
  }
  painter.Row(row, out);
  for (size_t last = marks.size() - 1; last-- > 0;) {
    if (marks[last].text.empty()) continue;
    row.clear();
    for (size_t i = 0; i < last; ++i) {
      if (!marks[i].text.empty()) row.push_back({marks[i].begin, {"|", painter.InkOf(marks[i])}});
    }
    row.push_back({marks[last].begin, {marks[last].text, painter.InkOf(marks[last])}});
    painter.Row(row, out);
  }
}

void RenderMarks(std::vector<LineMark> marks, const Painter& painter, std::string& out) {
  std::ranges::stable_sort(marks, {}, [](const LineMark& m) { return std::pair(m.begin, m.end); });
  const bool apart = std::ranges::adjacent_find(
                         marks, [](const LineMark& a, const LineMark& b) { return a.end > b.begin; }) == marks.end();
  if (apart) return RenderApart(marks, painter, out);
  std::ranges::stable_sort(marks, {}, [](const LineMark& m) { return !m.primary; });
  for (const LineMark& mark : marks) RenderApart({mark}, painter, out);
}

// The columns of a mark on its first line. A mark that goes on over more lines is underlined to the end of the first.
LineMark OnLine(const DisplayLine& line, Span line_span, const Mark& mark) {
  const uint32_t begin = std::min(mark.at.span.begin, line_span.end) - line_span.begin;
  const uint32_t end_byte = std::clamp(mark.at.span.end, line_span.begin, line_span.end) - line_span.begin;
  LineMark out{.begin = line.ColumnOf(begin),
               .end = line.ColumnOf(end_byte),
               .primary = mark.primary,
               .text = Printable(mark.text)};
  // The end of the line is the width of the line, not where its last character begins.
  if (end_byte == line_span.size()) out.end = line.width();
  // A mark on a combining mark alone, or on nothing, still needs a caret.
  if (out.end <= out.begin) out.end = out.begin + 1;
  return out;
}

void RenderLine(const SourceFile& file, uint32_t number, const std::vector<const Mark*>& marks, const Painter& painter,
                const SnippetOptions& options, std::string& out) {
  const Span span = file.LineSpan(number);
  const DisplayLine line(file.Slice(span));
  std::vector<LineMark> on_line;
  for (const Mark* mark : marks) on_line.push_back(OnLine(line, span, *mark));
  if (line.width() <= options.max_width) {
    painter.Line(number, Excerpt(line, {0, line.width(), false, false}), out);
    RenderMarks(std::move(on_line), painter, out);
    return;
  }
  // In a line too long to show, each mark gets its own piece of it.
  for (LineMark mark : on_line) {
    const Cut cut = CutAround(line, mark.begin, mark.end, options.max_width);
    painter.Line(number, Excerpt(line, cut), out);
    const uint32_t shift = cut.left ? 1 : 0;
    const uint32_t end = std::min(mark.end, std::max(cut.to, mark.begin + 1));
    mark.begin = mark.begin - cut.from + shift;
    mark.end = end - cut.from + shift;
    RenderMarks({mark}, painter, out);
  }
}

}  // namespace

uint32_t MarginFor(const SourceSet& sources, const std::vector<Mark>& marks, const std::vector<Fix>& fixes) {
  uint32_t digits = 1;
  for (const Mark& mark : marks) {
    if (mark.at.file.valid()) digits = std::max(digits, Digits(sources[mark.at.file].LineOf(mark.at.span.begin)));
  }
  for (const Fix& fix : fixes) {
    for (const Edit& edit : fix.edits)
      digits = std::max(digits, Digits(sources[edit.at.file].LineOf(edit.at.span.end)));
  }
  return digits;
}

std::string RenderSnippet(const SourceSet& sources, const std::vector<Mark>& marks, uint32_t margin,
                          const SnippetOptions& options) {
  const Painter painter(margin, options);
  std::string out;
  std::vector<FileId> files;
  for (const Mark& mark : marks) {
    if (mark.at.file.valid() && std::ranges::find(files, mark.at.file) == files.end()) files.push_back(mark.at.file);
  }
  for (FileId id : files) {
    const SourceFile& file = sources[id];
    std::map<uint32_t, std::vector<const Mark*>> lines;
    const Mark* first = nullptr;
    for (const Mark& mark : marks) {
      if (mark.at.file != id) continue;
      if (!first) first = &mark;
      lines[file.LineOf(mark.at.span.begin)].push_back(&mark);
    }
    const LineColumn place = file.LineColumnOf(first->at.span.begin);
    out += painter.Arrow(id == files[0] ? "--> " : "::: ");
    out += fmt::format("{}:{}:{}\n", Printable(file.path()), place.line, place.column);
    out += painter.Gutter("") + '\n';
    uint32_t before = 0;
    for (const auto& [number, on_line] : lines) {
      if (before != 0 && number > before + 1) out += Paint("...", Ink::kFrame, options.color) + '\n';
      RenderLine(file, number, on_line, painter, options, out);
      before = number;
    }
  }
  return out;
}

std::string RenderReplacement(const SourceSet& sources, const std::vector<Edit>& edits, uint32_t margin,
                              const SnippetOptions& options) {
  if (edits.empty()) return {};
  for (const Edit& edit : edits) {
    if (edit.at.file != edits[0].at.file) return {};
  }
  const SourceFile& file = sources[edits[0].at.file];
  std::vector<Edit> sorted = edits;
  std::ranges::stable_sort(sorted, {}, [](const Edit& e) { return e.at.span.begin; });
  const Painter painter(margin, options);
  std::string out = painter.Gutter("") + '\n';
  // The new text of all lines from the first edit to the last; a fix is a few lines at most.
  const uint32_t first_line = file.LineOf(sorted.front().at.span.begin);
  const Span first_span = file.LineSpan(first_line);
  std::string text;
  std::vector<Span> fresh;
  uint32_t at = first_span.begin;
  for (const Edit& edit : sorted) {
    if (edit.at.span.begin < at) return {};
    text += file.text().substr(at, edit.at.span.begin - at);
    const auto begin = static_cast<uint32_t>(text.size());
    text += edit.replacement;
    fresh.push_back({begin, static_cast<uint32_t>(text.size())});
    at = edit.at.span.end;
  }
  const uint32_t line_end = file.LineSpan(file.LineOf(at)).end;
  if (line_end > at) text += file.text().substr(at, line_end - at);
  constexpr uint32_t kMaxLines = 6;
  const SourceFile changed("", std::move(text));
  for (uint32_t number = 1; number <= changed.line_count(); ++number) {
    const Span span = changed.LineSpan(number);
    std::vector<LineMark> marks;
    const DisplayLine line(changed.Slice(span));
    for (Span piece : fresh) {
      const uint32_t begin = std::max(piece.begin, span.begin);
      const uint32_t end = std::min(piece.end, span.end);
      if (begin >= end) continue;
      marks.push_back({line.ColumnOf(begin - span.begin),
                       end == span.end ? line.width() : line.ColumnOf(end - span.begin), false, ""});
    }
    const bool touched = !marks.empty() || std::ranges::any_of(fresh, [&](Span piece) {
      return piece.empty() && piece.begin >= span.begin && piece.begin <= span.end;
    });
    if (!touched) continue;
    if (number > kMaxLines) {
      out += Paint("...", Ink::kFrame, options.color) + '\n';
      break;
    }
    const Cut cut = marks.empty() ? CutAround(line, 0, 0, options.max_width)
                                  : CutAround(line, marks[0].begin, marks.back().end, options.max_width);
    painter.Line(first_line + number - 1, Excerpt(line, cut), out);
    std::vector<std::pair<uint32_t, std::pair<std::string, Ink>>> row;
    for (const LineMark& mark : marks) {
      if (mark.begin < cut.from || mark.begin >= cut.to) continue;
      const uint32_t end = std::min(mark.end, cut.to);
      row.push_back({mark.begin - cut.from + (cut.left ? 1 : 0),
                     {std::string(std::max(end, mark.begin + 1) - mark.begin, '+'), Ink::kAdded}});
    }
    if (!row.empty()) painter.Row(row, out);
  }
  return out;
}

}  // namespace saiten::diag
