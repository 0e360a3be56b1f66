#pragma once

#include <string>
#include <vector>

#include "base/source.h"

namespace saiten::parse {

// For tests of the grammar: every statement of the file that the grammar can read in two ways, as "rule: text".
std::vector<std::string> AmbiguitiesIn(const SourceFile& source);

}  // namespace saiten::parse
