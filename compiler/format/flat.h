#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/format/statement.h"

namespace saiten::format {

// What lines up in the lines of a block: types and options of properties, spellings, arrows, the parts of short events,
// the records of events in tests, what named steps do.
enum class Column : uint8_t { kNone, kStep, kType, kOption, kText, kArrow, kOf, kBrace, kRecord };
inline constexpr Column kLastColumn = Column::kRecord;

// A statement on one line, in pieces: each but the first begins at a column that may line up with other lines.
struct Cells {
  struct Cell {
    Column column = Column::kNone;
    std::string text;
    uint32_t gap = 0;  // before it
  };
  std::vector<Cell> cells;
  Column ends_at = Column::kNone;  // what could still come would line up there

  std::string Text() const;
};

// nullopt where it needs several lines: a comment inside, a block that was written open, a block text.
std::optional<Cells> FlatCells(const Statement& statement);
std::optional<std::string> FlatText(const Statement& statement);
// `{ ... }` on one line; nullopt as above.
std::optional<std::string> FlatText(const Body& body);

}  // namespace saiten::format
