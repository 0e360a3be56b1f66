#pragma once

#include <functional>
#include <vector>

#include "compiler/ir/builder.h"
#include "tests/parity/world.h"

namespace saiten::parity {

// One use of one operation: a kernel over contacts with the operation's result as its only output.
struct Case {
  ir::Op op;
  std::function<ir::ValueId(ir::Builder&)> build;
  std::vector<uint32_t> reads;  // properties of the contact that are operands
  bool reads_clicks = false;    // its clicks are
};

std::vector<Case> ScalarCases();
std::vector<Case> TextCases();
std::vector<Case> ListCases();
// All of them, by operation: at least one for every row of ir.def.
std::vector<std::vector<Case>> CasesByOperation();

// The cases as one program, a result for each; ready for both engines.
ir::Program ProgramOf(const std::vector<Case>& cases, const Catalog& catalog);

}  // namespace saiten::parity
