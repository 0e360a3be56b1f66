#pragma once

#include <span>
#include <string>

#include "base/source.h"
#include "compiler/diag/diagnostic.h"

// Diagnostics as text. Every function is a view of the same values; nothing here decides what is reported.
namespace saiten::diag {

// How diagnostics are shown.
struct RenderOptions {
  Language language = Language::kEnglish;
  bool color = false;
  size_t limit = 100;        // diagnostics printed at most; 0: all
  uint32_t max_width = 140;  // source lines longer than this are cut around the caret, in display columns
  std::string version;       // of this program, for formats that tell it
};

// How many there are of each severity, and in how many files.
struct Counts {
  size_t errors = 0;
  size_t warnings = 0;
  size_t notes = 0;
  size_t files = 0;
};
Counts Count(std::span<const Diagnostic> diagnostics);

// One message with its source lines, labels, help, fixes and counterexample. Ends with a line end.
std::string RenderFull(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options);

// `file:line:col: error[E3104]: message` and a line end.
std::string RenderConcise(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options);

// All of them, at most `limit`, errors before warnings where not all fit, then `... and 9,900 more`.
std::string RenderAllFull(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                          const RenderOptions& options);
std::string RenderAllConcise(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                             const RenderOptions& options);

// One JSON document of all of them, never cut. `format_version` "1.x": readers ignore members they do not know; a
// change that breaks them makes it "2.0". Positions: line and column (code points) from 1, `byte` and `utf16` (units in
// the line) from 0.
std::string RenderJson(std::span<const Diagnostic> diagnostics, const SourceSet& sources, const RenderOptions& options);

// The same without the document around them: an object a line.
std::string RenderJsonLines(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                            const RenderOptions& options);

// SARIF 2.1.0, with the fingerprints of diag/fingerprint.h.
std::string RenderSarif(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                        const RenderOptions& options);
// Annotations of GitHub, the ten first of each severity, and all of them as plain lines.
std::string RenderGithub(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                         const RenderOptions& options);
// GitLab's Code Quality report.
std::string RenderGitlab(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                         const RenderOptions& options);
// A table for a comment or a job summary; nothing in it is read as markup.
std::string RenderMarkdown(std::span<const Diagnostic> diagnostics, const SourceSet& sources,
                           const RenderOptions& options);

// `2 errors, 1 warning in 3 files`; empty if there is nothing to count.
std::string Summary(const Counts& counts, Language language);

// A count as people read it: `12,345`.
std::string WithThousands(uint64_t number);

}  // namespace saiten::diag
