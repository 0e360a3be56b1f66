#pragma once

#include <string>

#include "vm/jit/abi.h"
#include "vm/jit/layout.h"
#include "vm/jit/mutation.h"

namespace llvm {
class Module;
}  // namespace llvm

namespace saiten::jit {

// Adds the code of one kernel to the module as the function `name` (a KernelCode); returns what it must be given.
KernelNeeds LowerKernel(llvm::Module& module, const ir::Program& program, uint32_t kernel, const Layout& layout,
                        Mutation mutation, const std::string& name);

}  // namespace saiten::jit
