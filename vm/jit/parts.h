#pragma once

#include <vector>

#include "vm/jit/abi.h"
#include "vm/jit/jit.h"
#include "vm/jit/orc.h"

namespace saiten::jit {

struct Compiled::Parts {
  Layout layout;
  std::vector<KernelNeeds> needs;  // by kernel
  Code code;                       // function i: kernel i; behind them the tables of related records, kernel by kernel
  bool from_cache = false;

  // The function of KernelNeeds::related[place].
  void* related_code(size_t kernel, size_t place) const {
    size_t at = needs.size() + place;
    for (size_t i = 0; i < kernel; ++i) at += needs[i].related.size();
    return code[at];
  }
};

}  // namespace saiten::jit
