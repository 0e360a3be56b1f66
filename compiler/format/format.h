#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/source.h"

namespace saiten::format {

// Columns of a line, as a terminal shows them (East Asian wide characters take two).
inline constexpr uint32_t kWidth = 100;

struct Formatted {
  std::string text;
  // Declarations with a mistake in them, by their place in the source: they are in `text` as they were written.
  std::vector<Span> kept;
};

// The one style of a file of rules (docs/language.md, Layout): what it means, its comments and its blank lines stay (of
// several one). A second time changes nothing. Only declarations that touch `range`, where one is given, are changed.
Formatted Format(const SourceFile& source, std::optional<Span> range = std::nullopt);

}  // namespace saiten::format
