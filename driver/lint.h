#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "driver/compile.h"
#include "driver/report.h"

// `saiten lint`: what check finds and the house rules of compiler/lint, as [lint] of saiten.toml and the command line
// select them.
namespace saiten::driver {

struct LintOptions {
  // Beginnings of codes. Those of the command line take the place of the ones in saiten.toml.
  std::vector<std::string> select;  // empty: as saiten.toml says
  std::vector<std::string> ignore;
  std::string baseline;  // a file; empty: as saiten.toml says
  bool use_baseline = true;
  std::string new_from;  // a commit: only what it does not have; empty: all
  std::string as_of;     // for dates of review, as of DataOptions; empty: the machine's clock
};

struct LintReport {
  Visible visible;                 // what is left to say
  size_t in_baseline = 0;          // findings that are known
  size_t gone_of_baseline = 0;     // entries of it that nothing is found for any more
  size_t not_new = 0;              // findings that the commit has, too
  bool commit_had_errors = false;  // so that nothing is known of it, and everything counts as new
};

// Of a project with errors they are all that is said. kUsage: a beginning that no code has, a pattern of [lint.naming]
// that is none; kCorrupt, kIo: the baseline; of the commit as ProjectAt.
Result<LintReport> Lint(Compiled& compiled, const LintOptions& options);

// A baseline: the findings as they are now, which Lint then leaves out until they are gone (docs/outputs.md,
// Fingerprints).
std::string BaselineOf(const Compiled& compiled, const Visible& visible);

// How often each code was found, most frequent first.
std::vector<std::pair<diag::Code, size_t>> CountByCode(const Visible& visible);

// The files with a comment `// saiten ignore CODE: reason` above each line with findings; errors stay.
struct FixedFile;
std::vector<FixedFile> AddIgnores(const Compiled& compiled, const Visible& visible, std::string_view reason);

}  // namespace saiten::driver
