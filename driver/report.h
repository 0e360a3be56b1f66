#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/diag/render.h"
#include "driver/compile.h"

// What a compilation has to say, in the formats of `--output`.
namespace saiten::driver {

enum class ReportFormat { kFull, kConcise, kJson };

// The diagnostics that the user asked about: all, or those of the files that were named. `elsewhere` counts the errors
// left out.
struct Visible {
  std::vector<diag::Diagnostic> diagnostics;
  diag::Counts counts;
  size_t errors_elsewhere = 0;
};
Visible VisibleOf(const Compiled& compiled);

// Empty for full and concise if there is nothing to say.
std::string RenderReport(const Visible& visible, const SourceSet& sources, ReportFormat format,
                         const diag::RenderOptions& options);

}  // namespace saiten::driver
