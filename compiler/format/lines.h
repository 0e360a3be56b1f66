#pragma once

#include <string>
#include <vector>

#include "compiler/format/statement.h"

namespace saiten::format {

// A statement as it is written, or a part of one whose members or rows go on lines of their own.
struct Row {
  Statement statement;
  std::vector<std::string> lines;  // with their indentation; comments above and behind it are not among them
};

// The rows of a block or of a file, lined up with each other.
std::vector<Row> RowsOf(const Body& body, uint32_t indent);

// All lines of a block: comments, rows, blank lines between them.
std::vector<std::string> LinesOf(const Body& body, uint32_t indent);

// The lines of a comment that has a line to itself.
void AppendComment(const Comment& comment, uint32_t indent, std::vector<std::string>& lines);

// The lines of a statement that does not go on one: blocks open, outer phrases broken first, so that no line is longer
// than kWidth where that can be.
std::vector<std::string> BrokenLines(const Statement& statement, uint32_t indent);

}  // namespace saiten::format
