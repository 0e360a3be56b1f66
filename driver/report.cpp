#include "driver/report.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "base/interrupt.h"
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

Status WriteFile(const std::string& path, std::string_view text) {
  const StopScope scope;
  const std::string beside = fmt::format("{}.{}.tmp", path, getpid());
  auto failed = [&](const char* what) {
    const Text why = SystemReason(errno);
    std::remove(beside.c_str());
    return Fail(ErrorKind::kIo, {fmt::format("cannot {} {}: {}", what, path, why.en),
                                 fmt::format("{}に書き込めません: {}", path, why.ja)});
  };
  std::FILE* file = std::fopen(beside.c_str(), "wb");
  if (!file) return failed("write");
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) != 0 || !written) return failed("write");
  if (std::rename(beside.c_str(), path.c_str()) != 0) return failed("write");
  return {};
}

}  // namespace saiten::driver
