#include "compiler/format/format.h"

#include <utility>

#include "compiler/format/lines.h"
#include "compiler/format/read.h"

namespace saiten::format {
namespace {

std::string Joined(const std::vector<std::string>& lines, std::string_view line_end) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += line_end;
  }
  return text;
}

// A line apart, but for short declarations that stood together.
bool StandsApart(const Row* before, const Row& row) {
  if (!before) return false;
  const bool asked = row.statement.above.empty() ? row.statement.blank_above : row.statement.above.front().blank_above;
  return asked || before->lines.size() > 1 || row.lines.size() > 1;
}

std::vector<std::string> FileLines(const Body& file, const std::vector<Row>& rows) {
  std::vector<std::string> lines;
  const Row* before = nullptr;
  for (const Row& row : rows) {
    if (StandsApart(before, row)) lines.emplace_back();
    for (size_t i = 0; i < row.statement.above.size(); ++i) {
      Comment comment = row.statement.above[i];
      comment.blank_above &= i > 0;
      AppendComment(comment, 0, lines);
    }
    if (!row.statement.above.empty() && row.statement.blank_above) lines.emplace_back();
    lines.insert(lines.end(), row.lines.begin(), row.lines.end());
    before = &row;
  }
  for (const Comment& comment : file.below) AppendComment(comment, 0, lines);
  return lines;
}

// Only the declarations that the range touches, each in its place.
std::string Replaced(const SourceFile& source, const std::vector<Row>& rows, Span range, std::string_view line_end) {
  std::string text(source.text());
  for (size_t i = rows.size(); i-- > 0;) {
    const Span span = rows[i].statement.span;
    if (span.end < range.begin || span.begin > range.end) continue;
    std::string own = Joined(rows[i].lines, line_end);
    own.resize(own.size() - line_end.size());
    // A comment behind it is part of its line.
    const size_t behind = source.text().find_first_of("\r\n", span.end);
    const size_t end = rows[i].statement.trailing.empty() ? span.end : std::min(behind, text.size());
    text.replace(span.begin, end - span.begin, own);
  }
  return text;
}

}  // namespace

Formatted Format(const SourceFile& source, std::optional<Span> range) {
  const std::optional<Body> file = ReadBody(source);
  if (!file) return {std::string(source.text()), {Span{0, static_cast<uint32_t>(source.text().size())}}};
  const std::vector<Row> rows = RowsOf(*file, 0);
  const size_t first_end = source.text().find('\n');
  const bool crlf = first_end != std::string_view::npos && first_end > 0 && source.text()[first_end - 1] == '\r';
  const std::string_view line_end = crlf ? "\r\n" : "\n";
  Formatted formatted;
  for (const Row& row : rows) {
    if (row.statement.kept) formatted.kept.push_back(row.statement.span);
  }
  formatted.text = range ? Replaced(source, rows, *range, line_end) : Joined(FileLines(*file, rows), line_end);
  return formatted;
}

}  // namespace saiten::format
