#pragma once

#include <string>
#include <vector>

#include "base/source.h"
#include "compiler/check/program.h"
#include "compiler/ir/flow.h"
#include "compiler/ir/ir.h"
#include "compiler/lower/trace.h"

// The checked program as IR: fns and lets inlined, windows as (after, until], all of an object in as few kernels as the
// dependencies between scores allow.
namespace saiten::lower {

// An expression beside the declarations whose value is wanted for each record of `object`: a condition of `evaluate`,
// an expectation of a test. Its nodes must be typed in the checked program, with the record as frame 0.
struct Extra {
  ObjectId object;
  FileId file;
  const ast::Expr* expr = nullptr;
};

// What is wanted beside the declarations.
struct LowerOptions {
  std::vector<Extra> extras;
  // Also the roles of objects that no flow is about, for the delivery of what was written before the rules changed.
  bool all_roles = false;
};

// Where a value is stored: Results::columns[object][column]. Without an object: nowhere, it is worked out where it is
// read (texts of tables).
struct ResultRef {
  ObjectId object;
  uint32_t column = 0;
};

// The program and where everything of the rules is found in it.
struct LowerResult {
  ir::Program program;  // passes ir::Verify
  ir::Automation automation;
  Trace trace;
  std::vector<ResultRef> scores;  // by index in the checked program
  std::vector<ResultRef> bands;   // by score; of a score without bands the column is that of the score
  std::vector<ResultRef> grids;
  std::vector<std::vector<ResultRef>> tables;  // by table, column
  std::vector<ResultRef> segments;
  std::vector<ResultRef> extras;  // by index in the options
  std::vector<ResultRef> levels;  // of flows: conditions that are known at every commit, each a column of its own
};

// `checked` must be free of errors and outlive the result (the program refers to its catalog, the trace to its trees).
LowerResult Lower(const check::CheckedProgram& checked, const LowerOptions& options = {});

}  // namespace saiten::lower
