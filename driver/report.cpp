#include "driver/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "driver/words.h"

namespace saiten::driver {

Visible VisibleOf(const Compiled& compiled) {
  Visible visible;
  const std::vector<std::string>& only = compiled.project.only;
  for (const diag::Diagnostic& diagnostic : compiled.sink.all()) {
    const bool named = only.empty() || !diagnostic.at.file.valid() ||
                       std::ranges::find(only, compiled.sources[diagnostic.at.file].path()) != only.end();
    if (named) {
      visible.diagnostics.push_back(diagnostic);
    } else if (diag::InfoOf(diagnostic.code).severity == diag::Severity::kError) {
      ++visible.errors_elsewhere;
    }
  }
  visible.counts = diag::Count(visible.diagnostics);
  return visible;
}

std::string RenderReport(const Visible& visible, const SourceSet& sources, ReportFormat format,
                         const diag::RenderOptions& options) {
  switch (format) {
    case ReportFormat::kFull:
      return diag::RenderAllFull(visible.diagnostics, sources, options);
    case ReportFormat::kConcise:
      return diag::RenderAllConcise(visible.diagnostics, sources, options);
    case ReportFormat::kJson:
      return diag::RenderJson(visible.diagnostics, sources, options);
  }
  return {};
}

}  // namespace saiten::driver
