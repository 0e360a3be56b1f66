#pragma once

#include <vector>

#include "vm/jit/abi.h"
#include "vm/jit/jit.h"
#include "vm/jit/orc.h"

namespace saiten::jit {

struct Compiled::Parts {
  Layout layout;
  std::vector<KernelNeeds> needs;  // by kernel
  Code code;                       // function i: kernel i
  bool from_cache = false;
};

}  // namespace saiten::jit
