#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/source.h"
#include "compiler/diag/diagnostic.h"

namespace saiten::diag {

// By diagnostic: 16 hex digits that stay when lines move, other declarations change or the file is renamed. They are of
// the code, of the declaration in which it lies (the last line above that begins in column 1), and of the lines that it
// is about, both without the way in which they are spaced; of several that are alike, each has its own.
std::vector<std::string> Fingerprints(std::span<const Diagnostic> diagnostics, const SourceSet& sources);

}  // namespace saiten::diag
