#include "base/source.h"

#include <algorithm>

namespace saiten {

SourceFile::SourceFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

uint32_t SourceFile::LineOf(uint32_t offset) const {
  auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<uint32_t>(after - line_starts_.begin());
}

Span SourceFile::LineSpan(uint32_t line) const {
  const uint32_t begin = line_starts_[line - 1];
  uint32_t end = line < line_starts_.size() ? line_starts_[line] - 1 : static_cast<uint32_t>(text_.size());
  if (end > begin && text_[end - 1] == '\r') --end;
  return {begin, end};
}

LineColumn SourceFile::LineColumnOf(uint32_t offset) const {
  const uint32_t line = LineOf(offset);
  uint32_t column = 1;
  for (uint32_t i = line_starts_[line - 1]; i < offset && i < text_.size(); ++i) {
    const bool continuation = (static_cast<unsigned char>(text_[i]) & 0xC0) == 0x80;
    if (!continuation) ++column;
  }
  // A position inside a code point counts as that code point.
  if (offset < text_.size() && (static_cast<unsigned char>(text_[offset]) & 0xC0) == 0x80 && column > 1) --column;
  return {line, column};
}

FileId SourceSet::Add(std::string path, std::string text) {
  files_.emplace_back(std::move(path), std::move(text));
  return FileId(files_.size() - 1);
}

}  // namespace saiten
