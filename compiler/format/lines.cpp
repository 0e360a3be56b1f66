#include "compiler/format/lines.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/diag/text_width.h"
#include "compiler/format/flat.h"
#include "compiler/format/format.h"

namespace saiten::format {
namespace {

using diag::TextWidth;

// A row on its way: in one piece as long as it may still line up with others.
struct Draft {
  Statement statement;
  std::optional<Cells> cells;  // none: it needs several lines
};

// The words [begin, end) as a row of their own.
Statement Part(const Statement& whole, size_t begin, size_t end) {
  Statement part;
  part.rule = whole.rule;
  part.span = whole.span;
  part.words.assign(whole.words.begin() + static_cast<std::ptrdiff_t>(begin),
                    whole.words.begin() + static_cast<std::ptrdiff_t>(end));
  return part;
}

// What stands between two rows goes with the line that it is on.
void TakeComments(Statement& row, Statement* before) {
  for (Comment& comment : std::exchange(row.words.front().comments, {})) {
    if (comment.own_line || !before) {
      row.above.push_back({std::move(comment.text), true, comment.blank_above});
    } else {
      before->trailing += (before->trailing.empty() ? "" : " ") + comment.text;
    }
  }
}

bool Fits(const Statement& row, uint32_t indent) {
  const auto flat = FlatText(row);
  return flat && indent + TextWidth(*flat) <= kWidth;
}

// Fields with commas between go on behind one; a field a line needs none.
void EndWithCommas(std::vector<Statement>& rows) {
  const auto several = [](const Statement& row) { return std::ranges::count_if(row.words, &Word::begins_item) > 1; };
  const bool fields = rows.front().rule == parse::Rule::kRecordLine || rows.front().rule == parse::Rule::kActionLine;
  if (!fields || std::ranges::none_of(rows, several)) return;
  for (size_t i = 0; i + 1 < rows.size(); ++i) {
    const bool commented = !rows[i].trailing.empty() || !rows[i + 1].above.empty();
    if (!rows[i].words.back().body && !commented) rows[i].words.back().text += ",";
  }
}

// Members, rows, properties and fields share a line where they did and still can.
std::vector<Statement> Split(const Statement& statement, uint32_t indent) {
  std::vector<Statement> rows;
  size_t begin = 0;
  size_t end = 0;  // of the items that are known to fit
  const auto put = [&](size_t upto) {
    rows.push_back(Part(statement, begin, upto));
    TakeComments(rows.back(), rows.size() > 1 ? &rows[rows.size() - 2] : nullptr);
    begin = upto;
  };
  for (size_t i = 1; i <= statement.words.size(); ++i) {
    if (i < statement.words.size() && !statement.words[i].begins_item) continue;
    const bool own_line = end > begin && statement.words[end].newline_before;
    if (end > begin && (own_line || !Fits(Part(statement, begin, i), indent))) put(end);
    end = i;
  }
  put(statement.words.size());
  EndWithCommas(rows);
  rows.front().above.insert(rows.front().above.begin(), statement.above.begin(), statement.above.end());
  rows.front().blank_above = statement.blank_above;
  rows.front().kept = statement.kept;
  std::string& trailing = rows.back().trailing;
  trailing += (trailing.empty() || statement.trailing.empty() ? "" : " ") + statement.trailing;
  return rows;
}

bool HasColumn(const Draft& row, Column column) {
  if (!row.cells) return false;
  return std::ranges::any_of(row.cells->cells, [column](const auto& cell) { return cell.column == column; });
}

// Where the column begins in this row, in columns behind the indentation; nullopt if it has none.
std::optional<uint32_t> PlaceOf(const Cells& cells, Column column) {
  uint32_t width = 0;
  for (const Cells::Cell& cell : cells.cells) {
    if (cell.column == column) return width;
    width += cell.gap + TextWidth(cell.text);
  }
  return cells.ends_at == column ? std::optional(width) : std::nullopt;
}

void LineUp(std::vector<Draft>& rows, size_t begin, size_t end, Column column, uint32_t indent) {
  uint32_t widest = 0;
  for (size_t i = begin; i < end; ++i) {
    if (rows[i].cells) widest = std::max(widest, PlaceOf(*rows[i].cells, column).value_or(0));
  }
  const auto gap_of = [&](const Cells& cells) { return widest - *PlaceOf(cells, column) + 1; };
  for (size_t i = begin; i < end; ++i) {
    if (!HasColumn(rows[i], column)) continue;
    if (indent + TextWidth(rows[i].cells->Text()) + gap_of(*rows[i].cells) - 1 > kWidth) return;
  }
  for (size_t i = begin; i < end; ++i) {
    if (!HasColumn(rows[i], column)) continue;
    const uint32_t gap = gap_of(*rows[i].cells);
    std::ranges::find(rows[i].cells->cells, column, &Cells::Cell::column)->gap = gap;
  }
}

// Does the row end a group of rows that line up?
bool Parts(const Draft& row, Column column) {
  if (column == Column::kStep) return false;
  const bool neighbours_only = column == Column::kOf || column == Column::kBrace || column == Column::kRecord;
  return !row.cells || (neighbours_only && !HasColumn(row, column));
}

void LineUpAll(std::vector<Draft>& rows, uint32_t indent) {
  for (int i = 1; i <= static_cast<int>(kLastColumn); ++i) {
    const auto column = static_cast<Column>(i);
    size_t begin = 0;
    for (size_t end = 0; end < rows.size(); ++end) {
      const bool apart = rows[end].statement.blank_above || !rows[end].statement.above.empty();
      if (column != Column::kStep && apart) {
        LineUp(rows, begin, end, column, indent);
        begin = end;
      }
      if (!Parts(rows[end], column)) continue;
      LineUp(rows, begin, end, column, indent);
      begin = end + 1;
    }
    LineUp(rows, begin, rows.size(), column, indent);
  }
}

std::vector<std::string> KeptLines(const std::string& text) {
  std::vector<std::string> lines = {{}};
  for (const char c : text) {
    if (c != '\n') {
      lines.back() += c;
      continue;
    }
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    lines.emplace_back();
  }
  return lines;
}

// Comments behind neighbouring rows line up.
void AppendTrailing(std::vector<Row>& rows) {
  const auto has = [](const Row& row) { return !row.statement.trailing.empty(); };
  const auto apart = [](const Row& row) {
    return row.statement.blank_above || !row.statement.above.empty() || row.lines.size() > 1;
  };
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin + 1;
    if (!has(rows[begin])) {
      begin = end;
      continue;
    }
    while (end < rows.size() && has(rows[end]) && !apart(rows[end])) ++end;
    uint32_t widest = 0;
    for (size_t i = begin; i < end; ++i) widest = std::max(widest, TextWidth(rows[i].lines.back()));
    for (size_t i = begin; i < end; ++i) {
      std::string& line = rows[i].lines.back();
      const std::string& comment = rows[i].statement.trailing;
      const uint32_t gap = widest - TextWidth(line) + 2;
      line += std::string(widest + 2 + TextWidth(comment) <= kWidth ? gap : 2, ' ') + comment;
    }
    begin = end;
  }
}

}  // namespace

std::vector<Row> RowsOf(const Body& body, uint32_t indent) {
  std::vector<Draft> drafts;
  for (const Statement& statement : body.statements) {
    for (Statement& row : Split(statement, indent)) {
      Draft draft{.statement = std::move(row), .cells = {}};
      if (!draft.statement.kept && Fits(draft.statement, indent)) draft.cells = FlatCells(draft.statement);
      drafts.push_back(std::move(draft));
    }
  }
  LineUpAll(drafts, indent);
  std::vector<Row> rows;
  for (Draft& draft : drafts) {
    Row row{.statement = std::move(draft.statement), .lines = {}};
    if (row.statement.kept) {
      row.lines = KeptLines(row.statement.words.front().text);
    } else if (draft.cells) {
      row.lines = {std::string(indent, ' ') + draft.cells->Text()};
    } else {
      row.lines = BrokenLines(row.statement, indent);
    }
    rows.push_back(std::move(row));
  }
  AppendTrailing(rows);
  return rows;
}

void AppendComment(const Comment& comment, uint32_t indent, std::vector<std::string>& lines) {
  if (comment.blank_above && !lines.empty()) lines.emplace_back();
  std::vector<std::string> own = KeptLines(comment.text);
  own.front().insert(0, indent, ' ');
  lines.insert(lines.end(), own.begin(), own.end());
}

std::vector<std::string> LinesOf(const Body& body, uint32_t indent) {
  std::vector<std::string> lines;
  for (const Row& row : RowsOf(body, indent)) {
    for (const Comment& comment : row.statement.above) AppendComment(comment, indent, lines);
    if (row.statement.blank_above && !lines.empty()) lines.emplace_back();
    lines.insert(lines.end(), row.lines.begin(), row.lines.end());
  }
  for (const Comment& comment : body.below) AppendComment(comment, indent, lines);
  return lines;
}

}  // namespace saiten::format
