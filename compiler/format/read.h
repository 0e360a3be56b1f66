#pragma once

#include <optional>

#include "base/source.h"
#include "compiler/format/statement.h"

namespace saiten::format {

// The declarations of a file. One with a mistake in it is a single word, as it was written. nullopt: it is no UTF-8 at
// all.
std::optional<Body> ReadBody(const SourceFile& source);

}  // namespace saiten::format
