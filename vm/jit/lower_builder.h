#pragma once

#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/IRBuilder.h>

#include <optional>

#include "vm/jit/values.h"

// Values as they are where code is made now: of one row, or of as many at once as a vector has lanes. Internal to
// vm/jit.
namespace saiten::jit {

// What everything that makes code of values is built on.
class ValueBuilder {
 protected:
  using Value = llvm::Value;

  llvm::IntegerType* Bits(int bits) { return builder_->getIntNTy(static_cast<unsigned>(bits)); }
  llvm::ConstantInt* Number(int64_t value, int bits = 64) { return llvm::ConstantInt::getSigned(Bits(bits), value); }
  // A value's type where code is made now: of one row, or of many at once.
  llvm::Type* Lanes(int bits) {
    return lanes_ == 0 ? Bits(bits) : static_cast<llvm::Type*>(llvm::FixedVectorType::get(Bits(bits), lanes_));
  }
  llvm::Constant* Const(int64_t value, int bits = 64) {
    return llvm::ConstantInt::get(Lanes(bits), static_cast<uint64_t>(value), /*IsSigned=*/true);
  }
  static int BitsOf(Value* value) { return static_cast<int>(value->getType()->getScalarSizeInBits()); }
  // The value in so many bits, sign kept; a truth value becomes 0 or 1.
  Value* As(Value* value, int bits);
  Value* As(Val val, int bits) { return As(val.value, bits); }
  // Whether known, and of truth values: known and true.
  Value* KnownOf(Val val) { return val.known != nullptr ? val.known : Const(1, 1); }
  Value* Holds(Val val) {
    return val.known != nullptr && !val.masked ? builder_->CreateAnd(val.value, val.known) : val.value;
  }
  // Known and false.
  Value* Fails(Val val);
  Value* Both(Value* a, Value* b);  // of two masks; null is everything

  std::optional<llvm::IRBuilder<>> builder_;
  unsigned lanes_ = 0;  // rows that a value is of; 0: one, not as a vector
};

}  // namespace saiten::jit
