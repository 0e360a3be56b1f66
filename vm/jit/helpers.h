#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "runtime/results.h"
#include "runtime/text_store.h"
#include "vm/interp/interp.h"
#include "vm/jit/abi.h"
#include "vm/run_context.h"
#include "vm/trap.h"

namespace saiten::jit {

// A list while generated code makes it; `keys` and `known` stand beside the items where it was filled with keys.
struct ScratchList {
  std::vector<int64_t> items;
  std::vector<int64_t> keys;
  std::vector<uint8_t> known;
};

// What the functions that generated code calls see: one thread's part of a run of one kernel.
class HelperContext {
 public:
  HelperContext(const vm::RunContext& context, size_t kernel, rt::Results& results)
      : context_(context),
        kernel_(kernel),
        results_(results),
        texts_(context.pools()),
        scalars_(context.scalars(&texts_)) {}
  HelperContext(const HelperContext&) = delete;
  HelperContext& operator=(const HelperContext&) = delete;

  const vm::RunContext& run() const { return context_; }
  const ir::Inst& inst(uint64_t id) const { return kernel().insts[id]; }
  const ir::Kernel& kernel() const { return context_.program().kernels[kernel_]; }
  rt::TextStore& texts() { return texts_; }
  const ir::ScalarContext& scalars() const { return scalars_; }

  // Lists are opened and closed like brackets and reused.
  ScratchList* Open();
  void Close() { --open_; }
  // The list opened `back` lists ago; 0 is the newest.
  ScratchList& Newest(size_t back) { return lists_[open_ - 1 - back]; }

  // Where numbers of rows were cut: the interpreter works such a row out again and tells each trap with its place.
  // Rows outside of [begin, end) are worked out beside the ones asked for and not told.
  void SetTraps(vm::TrapLog* traps, size_t begin, size_t end) {
    traps_ = traps;
    begin_ = begin;
    end_ = end;
  }
  void TellTraps(size_t row);

 private:
  const vm::RunContext& context_;
  size_t kernel_;
  rt::Results& results_;
  rt::TextStore texts_;
  ir::ScalarContext scalars_;
  std::deque<ScratchList> lists_;  // never move: code holds their addresses
  size_t open_ = 0;
  vm::TrapLog* traps_ = nullptr;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::unique_ptr<vm::Interpreter> interpreter_;
};

}  // namespace saiten::jit
