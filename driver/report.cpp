#include "driver/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "driver/doctor.h"
#include "driver/junit.h"
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

namespace {

struct NamedFormat {
  ReportFormat format;
  std::string_view name;
};
constexpr NamedFormat kFormats[] = {
    {ReportFormat::kFull, "full"},         {ReportFormat::kConcise, "concise"},
    {ReportFormat::kJson, "json"},         {ReportFormat::kJsonLines, "json-lines"},
    {ReportFormat::kSarif, "sarif"},       {ReportFormat::kJUnit, "junit"},
    {ReportFormat::kGithub, "github"},     {ReportFormat::kGitlab, "gitlab"},
    {ReportFormat::kMarkdown, "markdown"},
};

}  // namespace

std::optional<ReportFormat> FindReportFormat(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &NamedFormat::name);
  return found == std::end(kFormats) ? std::nullopt : std::optional(found->format);
}

std::string_view NameOf(ReportFormat format) { return std::ranges::find(kFormats, format, &NamedFormat::format)->name; }

std::string ReportFormatNames() {
  std::string names;
  for (const NamedFormat& one : kFormats) names += (names.empty() ? "" : ", ") + std::string(one.name);
  return names;
}

std::string RenderReport(const Compiled& compiled, const Visible& visible, ReportFormat format,
                         diag::RenderOptions options) {
  options.version = VersionsOfParts().saiten;
  const auto& all = visible.diagnostics;
  const SourceSet& sources = compiled.sources;
  switch (format) {
    case ReportFormat::kFull:
      return diag::RenderAllFull(all, sources, options);
    case ReportFormat::kConcise:
      return diag::RenderAllConcise(all, sources, options);
    case ReportFormat::kJson:
      return diag::RenderJson(all, sources, options);
    case ReportFormat::kJsonLines:
      return diag::RenderJsonLines(all, sources, options);
    case ReportFormat::kSarif:
      return diag::RenderSarif(all, sources, options);
    case ReportFormat::kJUnit:
      return JUnitOfCheck(compiled, visible, options.language);
    case ReportFormat::kGithub:
      return diag::RenderGithub(all, sources, options);
    case ReportFormat::kGitlab:
      return diag::RenderGitlab(all, sources, options);
    case ReportFormat::kMarkdown:
      return diag::RenderMarkdown(all, sources, options);
  }
  return {};
}

}  // namespace saiten::driver
