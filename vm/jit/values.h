#pragma once

#include <llvm/IR/Value.h>

#include <cstddef>

// What code is made of while it is lowered. Internal to vm/jit.
namespace saiten::jit {

// A value while code is made: a truth value is an i1, everything else a signed integer just wide enough for its range.
// Where `known` is false `value` means nothing, but is never poison. Without `known` the value is always known.
struct Val {
  llvm::Value* value = nullptr;
  llvm::Value* known = nullptr;
  // Of a truth value: false wherever it is unknown, so that it need not be masked.
  bool masked = false;
  // As read from a column: where it is unknown it is the least of its width.
  bool least = false;
};

// Places of a list's elements: from `lo` up to `hi`.
struct Bounds {
  llvm::Value* lo;
  llvm::Value* hi;
};

// Between which instants events count: behind `after`, up to `until`, none if not `known`.
struct Window {
  llvm::Value* after;
  llvm::Value* until;
  llvm::Value* known;
};

// Where a value is kept between two loops: offsets of arrays in the scratch memory.
struct Place {
  size_t value;
  size_t known;
  int bit = -1;      // of TestBits
  size_t tests = 0;  // in Plan::tests
};

}  // namespace saiten::jit
