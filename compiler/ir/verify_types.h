#pragma once

#include <string>

#include "compiler/ir/ir.h"

namespace saiten::ir {

// The type of what a block of `owner` sees as its element: the element of the list that the block belongs to.
Type ElementType(const Kernel& kernel, const Inst& owner, BlockId block);

// Whether arguments, immediates and the result of `inst` fit together by the rules of ir.def; the words of the first
// breach, or empty. The argument values must exist.
std::string CheckTypes(const Program& program, const Kernel& kernel, const Inst& inst);

}  // namespace saiten::ir
