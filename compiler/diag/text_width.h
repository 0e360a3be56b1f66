#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace saiten::diag {

// One code point of a source line as a terminal shows it.
struct Cell {
  uint32_t byte = 0;    // where it begins in the line
  uint32_t column = 0;  // display column, from 0
  uint32_t width = 0;   // columns it takes: 2 for wide characters, 0 for combining marks
  std::string shown;    // what is printed: spaces for a tab, a stand-in for what would steer the terminal
};

// A line laid out in terminal columns. Tabs go to the next multiple of kTabWidth. Control characters, NUL and the marks
// that turn the direction of text are replaced by visible stand-ins, so that a file cannot steer the terminal or hide
// code; bytes that are not UTF-8 are shown as U+FFFD, each one column.
class DisplayLine {
 public:
  static constexpr uint32_t kTabWidth = 4;

  explicit DisplayLine(std::string_view line);

  const std::vector<Cell>& cells() const { return cells_; }
  uint32_t width() const { return width_; }
  // The display column of a byte of the line; of bytes behind its end, one column each.
  uint32_t ColumnOf(uint32_t byte) const;

 private:
  std::vector<Cell> cells_;
  uint32_t bytes_ = 0;
  uint32_t width_ = 0;
};

// Columns that `text` takes on a terminal.
uint32_t TextWidth(std::string_view text);

// `text` with everything replaced that would steer the terminal. Line ends stay if `keep_lines`.
std::string Printable(std::string_view text, bool keep_lines = false);

// UTF-16 code units of `text`; a byte that is not UTF-8 counts as one.
uint32_t Utf16Length(std::string_view text);

}  // namespace saiten::diag
