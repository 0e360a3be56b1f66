#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "vm/jit/module_source.h"
#include "vm/jit/orc.h"

namespace saiten::jit {

// Takes functions in modules of bounded size and turns each into an object while the next ones are lowered, on several
// threads: LLVM's time for one module grows no faster than its length, and there is a module for every core.
class ObjectMaker : public ModuleSource {
 public:
  // `threads`: how many may work, the calling one among them. `quick`: passes of LLVM that take longer than they save
  // are left out. `stop`, if given, ends the work soon after it is true.
  ObjectMaker(Machine& machine, size_t threads, bool quick, const std::atomic<bool>* stop);
  // Waits for what is being made.
  ~ObjectMaker() override;
  ObjectMaker(const ObjectMaker&) = delete;
  ObjectMaker& operator=(const ObjectMaker&) = delete;

  llvm::Module& Next() override;
  // All objects, in the order of their modules; once. kRefused where LLVM cannot, or if it was stopped.
  Result<std::vector<std::string>> Finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace saiten::jit
