#pragma once

namespace llvm {
class Module;
}  // namespace llvm

namespace saiten::jit {

// Where functions are put while a program is lowered: one module, or one after the other, which are then optimised and
// turned into code at the same time.
class ModuleSource {
 public:
  virtual ~ModuleSource() = default;
  // The module for the next function; the one before it is complete. A module lives in a context of its own.
  virtual llvm::Module& Next() = 0;
};

}  // namespace saiten::jit
