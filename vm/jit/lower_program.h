#pragma once

#include <string>

#include "vm/jit/abi.h"
#include "vm/jit/layout.h"
#include "vm/jit/module_source.h"
#include "vm/jit/mutation.h"

namespace saiten::jit {

// Makes the code of one kernel as the function `name` (a KernelCode) and others that it calls; returns what it must be
// given.
KernelNeeds LowerKernel(ModuleSource& modules, const ir::Program& program, uint32_t kernel, const Layout& layout,
                        Mutation mutation, const std::string& name);

// The name of the function that works out the bits of KernelNeeds::related[place] of this kernel: a KernelCode over the
// related object's rows, whose outputs are the bits by KernelNeeds's kRelatedBits index.
std::string RelatedName(const std::string& kernel, size_t place);

}  // namespace saiten::jit
