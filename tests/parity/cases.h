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

// At least one for every row of ir.def.
std::vector<Case> ScalarCases();
std::vector<Case> TextCases();
std::vector<Case> ListCases();
std::vector<Case> AllCases();

// The kernel of a case as a program; ready for both engines.
ir::Program ProgramOf(const Case& test, const Catalog& catalog);

}  // namespace saiten::parity
