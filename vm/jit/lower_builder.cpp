#include "vm/jit/lower_builder.h"

namespace saiten::jit {

llvm::Value* ValueBuilder::As(Value* value, int bits) {
  const int from = BitsOf(value);
  if (from == bits) return value;
  llvm::Type* type = value->getType()->getWithNewBitWidth(static_cast<unsigned>(bits));
  if (from == 1) return builder_->CreateZExt(value, type);
  return from < bits ? builder_->CreateSExt(value, type) : builder_->CreateTrunc(value, type);
}

llvm::Value* ValueBuilder::Fails(Val val) {
  if (val.known == nullptr) return builder_->CreateNot(val.value);
  return val.masked ? builder_->CreateXor(val.known, val.value)
                    : builder_->CreateAnd(val.known, builder_->CreateNot(val.value));
}

llvm::Value* ValueBuilder::Both(Value* a, Value* b) {
  if (a == nullptr) return b;
  return b == nullptr || a == b ? a : builder_->CreateAnd(a, b);
}

}  // namespace saiten::jit
