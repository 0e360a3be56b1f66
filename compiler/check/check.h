#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/check/program.h"
#include "compiler/diag/diagnostic.h"

namespace saiten::check {

// What of the project's settings the check reads.
struct CheckOptions {
  std::string currency;  // of bare `money`, from saiten.toml; empty: none
};

// Resolves names and types of all files of a project together and reports what is wrong. The result is always made;
// if the sink has errors it may only be used by tools that show it (an editor), never lowered.
CheckedProgram Check(std::vector<std::unique_ptr<ast::File>> files, const SourceSet& sources, FunctionTable functions,
                     const CheckOptions& options, diag::Sink& sink);

}  // namespace saiten::check
