#pragma once

#include <span>
#include <string_view>

#include "compiler/ir/ir.h"

namespace saiten::jit {

// The column `how` of operations.def.
enum class How : uint8_t { kInlined, kPartly, kCalled };

// A row of operations.def.
struct Operation {
  ir::Op op;
  How how;
  std::string_view helpers;    // separated by spaces
  std::string_view mutations;  // letters V, U, B
  std::string_view reason;
};

// All rows, by ir::Op.
std::span<const Operation> Operations();

}  // namespace saiten::jit
