#pragma once

#include <functional>
#include <vector>

#include "compiler/ir/ir.h"

// What the passes share. Private to compiler/opt.
namespace saiten::opt {

// Puts `replacement[v]` (if valid) wherever v is used, through chains of replacements.
void ReplaceUses(ir::Kernel& kernel, std::vector<ir::ValueId> replacement);

}  // namespace saiten::opt
