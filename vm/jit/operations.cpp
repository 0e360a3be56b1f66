#include "vm/jit/operations.h"

namespace saiten::jit {

std::span<const Operation> Operations() {
  static constexpr Operation kRows[] = {
#define SAITEN_JIT_OP(name, how, helpers, mutations, reason) {ir::Op::k##name, How::how, helpers, mutations, reason},
#include "vm/jit/operations.def"
#undef SAITEN_JIT_OP
  };
  return kRows;
}

}  // namespace saiten::jit
