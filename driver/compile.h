#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "base/words.h"
#include "compiler/check/program.h"
#include "compiler/diag/diagnostic.h"
#include "compiler/lint/ignores.h"
#include "compiler/lower/lower.h"
#include "driver/project.h"

// Text to a checked program, and on to IR for those who run it.
namespace saiten::driver {

// A version of a flow that people were inside at the end of the last run and that is not the one of now (sem R6).
struct OldVersion {
  std::string flow;
  std::string version;
  uint32_t index = 0;  // of Automation::flows; that of the newest where it means the same
  Text why;            // it cannot be made with the schema of now; else empty
};

// A project as far as it could be compiled. Positions in `sink` and `checked` are in `sources`.
struct Compiled {
  Project project;
  SourceSet sources;
  diag::Sink sink;  // sorted, without what comments ignore
  lint::Ignores ignores;
  check::CheckedProgram checked;  // not to be lowered if the sink has errors
  std::string rules_hash;         // 32 hex digits: of the texts of all files and modules, in order; recorded with a run
  // The program as lowered, before the optimiser; there if it was asked for and the sink has no errors.
  std::optional<lower::LowerResult> lowered;
  size_t own_sources = 0;                // of `sources`: files and modules; behind them stand those of old versions
  std::vector<OldVersion> old_versions;  // AddOldVersions
  bool ok() const { return !sink.has_errors(); }
};

// How far to go. Who wants diagnostics and declarations only needs no program, which takes a sixth of the time and most
// of the memory.
enum class CompileTo { kChecked, kProgram };

// Reads, parses and checks. The Result fails only where a file or the settings could not be read.
Result<std::unique_ptr<Compiled>> Compile(const ProjectOptions& options, CompileTo to = CompileTo::kProgram);

// The same for texts in memory (tests, editors): `project.files` are not read, `sources` holds them.
std::unique_ptr<Compiled> CompileSources(Project project, SourceSet sources, CompileTo to = CompileTo::kProgram);

}  // namespace saiten::driver
