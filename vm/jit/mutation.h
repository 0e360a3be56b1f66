#pragma once

#include <cstdint>

#include "compiler/ir/ir.h"

// A deliberate mistake in the code of one operation, so that tests can show that they would notice one.
namespace saiten::jit {

// One deliberate mistake in the code of one operation.
struct Mutation {
  enum class Kind : uint8_t {
    kNone,
    kValue,     // the known results are off by one, truth is swapped, a list loses its first element
    kUnknown,   // an unknown operand is taken as known: the result is never unknown
    kBoundary,  // the operation's own edge: < for <=, no cut at the ends, truncation for rounding ... (see lower_*.cpp)
  };
  Kind kind = Kind::kNone;
  ir::Op op = ir::Op::kConst;
};

}  // namespace saiten::jit
