#include "vm/jit/lower.h"

// Operations whose code stays in the runtime: the call goes to the very function that the interpreter uses.
namespace saiten::jit {

using ir::Op;

Val KernelLowering::LowerCalled(ir::ValueId id, const ir::Inst& inst) {
  if (inst.op == Op::kEventOwner) {
    const Val event = Get(inst.args[0]);
    Value* row = As(event, 64);
    if (event.known != nullptr) row = builder_->CreateSelect(event.known, row, Number(0));
    Value* owner = Helper("saiten_owner", Bits(64), {HelperContextPointer(), Number(At(inst.args[0]).type.ref), row});
    return {owner, event.known};
  }
  // An array of CallValue: number and mark take 8 bytes each.
  const size_t count = inst.args.size();
  Value* args = Variable(llvm::ArrayType::get(Bits(64), 2 * std::max<size_t>(count, 1)), nullptr);
  for (size_t i = 0; i < count; ++i) {
    const Val arg = Get(inst.args[i]);
    builder_->CreateStore(As(arg, 64), builder_->CreateConstGEP1_64(Bits(64), args, 2 * i));
    builder_->CreateStore(As(KnownOf(arg), 8), builder_->CreateConstGEP1_64(Bits(64), args, 2 * i + 1));
  }
  Value* result = Variable(llvm::ArrayType::get(Bits(64), 2), nullptr);
  Value* cut = Variable(Bits(8), Number(0, 8));
  // Times have edges to break; what a text or a library function's edge is, nobody can say for all of them.
  const bool has_edge = At(inst.args.empty() ? id : inst.args[0]).type.is(TypeKind::kInstant) ||
                        inst.type.is(TypeKind::kDate) || inst.type.is(TypeKind::kInstant);
  const char* helper = has_edge && Mutated(inst, Mutation::Kind::kBoundary) ? "saiten_scalar_edge" : "saiten_scalar";
  Helper(helper, builder_->getVoidTy(), {HelperContextPointer(), Number(id.value), args, result, cut});
  if (MayTrap(kernel_, inst, ranges_)) {
    Trap(builder_->CreateTrunc(builder_->CreateLoad(Bits(8), cut), Bits(1)));
  }
  Value* value = builder_->CreateLoad(Bits(64), result);
  Value* known =
      builder_->CreateTrunc(builder_->CreateLoad(Bits(8), builder_->CreateConstGEP1_64(Bits(64), result, 1)), Bits(1));
  if (inst.type.is(TypeKind::kBool)) value = builder_->CreateICmpNE(value, Number(0));
  if (inst.type.is(TypeKind::kText)) makes_texts_ = true;
  return {value, known};
}

llvm::Value* KernelLowering::Helper(const char* name, llvm::Type* result, llvm::ArrayRef<Value*> args, bool pure) {
  llvm::Function* function = module_->getFunction(name);
  if (function == nullptr) {
    llvm::SmallVector<llvm::Type*> types;
    for (Value* arg : args) types.push_back(arg->getType());
    function = llvm::Function::Create(llvm::FunctionType::get(result, types, false), llvm::Function::ExternalLinkage,
                                      name, *module_);
    function->setDoesNotThrow();
    function->setWillReturn();
    if (pure) function->setDoesNotAccessMemory();
  }
  return builder_->CreateCall(function, args);
}

llvm::Value* KernelLowering::HelperContextPointer() {
  return Argument(offsetof(KernelArgs, helper), builder_->getPtrTy());
}

}  // namespace saiten::jit
