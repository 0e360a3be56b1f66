#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "compiler/diag/fingerprint.h"
#include "compiler/diag/render.h"

// What the servers on which changes are reviewed read: annotations of GitHub, a report of GitLab, a comment.
namespace saiten::diag {
namespace {

// GitHub shows no more of a step.
constexpr size_t kAnnotations = 10;

std::string_view CommandOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "notice";
  }
  return {};
}

// As a workflow command of GitHub wants it; `property`: also what ends one of its properties.
std::string Escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string AnnotationOf(const Diagnostic& diagnostic, const SourceSet& sources, Language language) {
  const CodeInfo& info = InfoOf(diagnostic.code);
  std::string out = fmt::format("::{} ", CommandOf(info.severity));
  if (diagnostic.at.file.valid()) {
    const SourceFile& file = sources[diagnostic.at.file];
    const LineColumn begin = file.LineColumnOf(diagnostic.at.span.begin);
    const LineColumn end = file.LineColumnOf(diagnostic.at.span.end);
    out += fmt::format("file={},line={},endLine={},", Escaped(file.path(), true), begin.line, end.line);
    // Columns count only within one line.
    if (begin.line == end.line) out += fmt::format("col={},endColumn={},", begin.column, end.column);
  }
  std::string words = Message(diagnostic, language);
  for (const Text& note : diagnostic.notes) words += "\n" + note.In(language);
  return out + fmt::format("title={}::{}\n", info.id, Escaped(words, false));
}

std::string_view GitlabSeverity(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "critical";
    case Severity::kWarning:
      return "minor";
    case Severity::kNote:
      return "info";
  }
  return {};
}

// A text in a cell of a table, in which nothing is markup.
std::string MarkdownText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#+-.!|~&$@").find(c) != std::string_view::npos) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c == '\n' || c == '\r' ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

std::string RenderGithub(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                         const RenderOptions& options) {
  std::string out;
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    size_t shown = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
      if (InfoOf(diagnostic.code).severity != severity || shown++ >= kAnnotations) continue;
      out += AnnotationOf(diagnostic, sources, options.language);
    }
  }
  // The log of the step has them all.
  RenderOptions plain = options;
  plain.color = false;
  plain.limit = 0;
  return out + RenderAllConcise(diagnostics, sources, plain);
}

std::string RenderGitlab(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                         const RenderOptions& options) {
  Json issues = Json::array();
  const std::vector<std::string> fingerprints = Fingerprints(diagnostics, sources);
  for (size_t i = 0; i < diagnostics.size(); ++i) {
    const Diagnostic& diagnostic = diagnostics[i];
    const CodeInfo& info = InfoOf(diagnostic.code);
    // An issue without a place is refused as a whole; what is about no file is said of the settings.
    std::string path = "saiten.toml";
    uint32_t line = 1;
    if (diagnostic.at.file.valid()) {
      path = sources[diagnostic.at.file].path();
      line = sources[diagnostic.at.file].LineOf(diagnostic.at.span.begin);
    }
    issues.push_back({{"description", Message(diagnostic, options.language)},
                      {"check_name", info.id},
                      {"fingerprint", fingerprints[i]},
                      {"severity", GitlabSeverity(info.severity)},
                      {"location", {{"path", path}, {"lines", {{"begin", line}}}}}});
  }
  return JsonPage(issues);
}

std::string RenderMarkdown(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                           const RenderOptions& options) {
  const bool ja = options.language == Language::kJapanese;
  std::string out = "## saiten\n\n";
  const std::string summary = Summary(Count(diagnostics), options.language);
  if (summary.empty()) return out + (ja ? "間違いはありません。\n" : "No mistakes.\n");
  out += summary + "\n\n";
  out += ja ? "| | コード | 場所 | 内容 |\n" : "| | code | place | what |\n";
  out += "|---|---|---|---|\n";
  for (const Diagnostic& diagnostic : diagnostics) {
    const CodeInfo& info = InfoOf(diagnostic.code);
    std::string place;
    if (diagnostic.at.file.valid()) {
      const SourceFile& file = sources[diagnostic.at.file];
      place = fmt::format("{}:{}", file.path(), file.LineOf(diagnostic.at.span.begin));
    }
    out += fmt::format("| {} | {} | {} | {} |\n", NameOf(info.severity, options.language), info.id, MarkdownText(place),
                       MarkdownText(Message(diagnostic, options.language)));
  }
  return out;
}

}  // namespace saiten::diag
