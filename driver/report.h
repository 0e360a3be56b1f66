#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/diag/render.h"
#include "driver/compile.h"

// What a compilation has to say, in the formats of `--output`.
namespace saiten::driver {

enum class ReportFormat : uint8_t {
  kFull,
  kConcise,
  kJson,
  kJsonLines,
  kSarif,
  kJUnit,
  kGithub,
  kGitlab,
  kMarkdown,
};
// `json-lines`, as a user writes it.
std::optional<ReportFormat> FindReportFormat(std::string_view name);
std::string_view NameOf(ReportFormat format);
// All of them, with commas between.
std::string ReportFormatNames();

// The diagnostics that the user asked about: all, or those of the files that were named. `elsewhere` counts the errors
// left out.
struct Visible {
  std::vector<diag::Diagnostic> diagnostics;
  diag::Counts counts;
  size_t errors_elsewhere = 0;
};
Visible VisibleOf(const Compiled& compiled);

// Empty for full and concise if there is nothing to say.
std::string RenderReport(const Compiled& compiled, const Visible& visible, ReportFormat format,
                         diag::RenderOptions options);

}  // namespace saiten::driver
