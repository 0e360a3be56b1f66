#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/source.h"

// Files of rules in the one style (compiler/format).
namespace saiten::driver {

struct Restyled {
  std::string text;
  // Declarations that hold a mistake and were left as they are: the lines they begin on, from 1.
  std::vector<uint32_t> kept_lines;
};

// `lines`: only declarations that touch these lines, from 1, both ends in. kRefused, and nothing is changed, if the
// text would mean something else afterwards: a bug of ours that must not cost anybody a rule.
struct LineRange {
  uint32_t first = 1;
  uint32_t last = 1;
};
Result<Restyled> Restyle(const SourceFile& source, std::optional<LineRange> lines = std::nullopt);

}  // namespace saiten::driver
