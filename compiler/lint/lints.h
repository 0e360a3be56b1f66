#pragma once

#include <string_view>

#include "compiler/analyse/facts.h"
#include "compiler/lint/lint.h"

// Private to compiler/lint: one function for each house rule.
namespace saiten::lint {

struct Pass {
  const check::CheckedProgram& program;
  analyse::Facts& facts;
  const Options& options;
  diag::Sink& sink;
};

// The word a declaration begins with; empty for what has no name.
std::string_view WordOf(const ast::Decl& decl);

void LintNames(Pass& pass);      // L1001, req S1-84
void LintDocs(Pass& pass);       // L1002, req S1-85
void LintReviews(Pass& pass);    // L1003, L1004, req S1-86
void LintSpelling(Pass& pass);   // L1005, req S1-81
void LintPenalties(Pass& pass);  // L1006

}  // namespace saiten::lint
