#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/span.h"

namespace saiten {

using FileId = Id<struct FileTag>;

// A span with its file.
struct Location {
  FileId file;
  Span span;
  friend bool operator==(const Location&, const Location&) = default;
};

// A place as people count: both from 1. `column` counts code points; see TextWidth in compiler/diag for display
// columns.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

// One text to compile: its path as shown to the user and its bytes, which need not be valid UTF-8.
class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  std::string_view Slice(Span span) const { return text().substr(span.begin, span.size()); }

  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }
  // The number (from 1) of the line that holds the byte `offset`.
  uint32_t LineOf(uint32_t offset) const;
  // The bytes of a line (from 1), without its line end.
  Span LineSpan(uint32_t line) const;
  LineColumn LineColumnOf(uint32_t offset) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
};

// All files of one compilation. Files are added, never removed; ids stay valid.
class SourceSet {
 public:
  FileId Add(std::string path, std::string text);
  const SourceFile& operator[](FileId id) const { return files_[id.index()]; }
  size_t size() const { return files_.size(); }
  std::string_view Slice(Location at) const { return (*this)[at.file].Slice(at.span); }

 private:
  std::deque<SourceFile> files_;  // files stay where they are: trees point into their texts
};

}  // namespace saiten
