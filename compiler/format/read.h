#pragma once

#include "base/source.h"
#include "compiler/format/statement.h"

namespace saiten::format {

// The declarations of a file. One with a mistake in it is a single word, as it was written.
Body ReadBody(const SourceFile& source);

}  // namespace saiten::format
