#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "compiler/diag/diagnostic.h"

// The fixes of diagnostics as changes of texts.
namespace saiten::driver {

struct FixedFile {
  FileId file;
  std::string text;
  size_t fixes = 0;
};

// The files of `sources` that change when each diagnostic's safe fix is applied; with `unsafe_too` also an unsafe one,
// where it is the only way. Of fixes that touch the same text the first is taken: compiled again, the others are found
// again if they still apply. Files of the library stay.
std::vector<FixedFile> ApplyFixes(std::span<const diag::Diagnostic> diagnostics, const SourceSet& sources,
                                  bool unsafe_too);

}  // namespace saiten::driver
