#include "base/check.h"
#include "runtime/decimal.h"
#include "vm/jit/lower.h"

// What is made of lists: counts, sums, the first, the best, and running sums; and the loops they are made in.
namespace saiten::jit {

using ir::Op;

Val KernelLowering::LowerAggregate(ir::ValueId id, const ir::Inst& inst) {
  for (ir::ValueId list : inst.args) PrepareList(list);
  for (ir::BlockId block : inst.blocks) PrepareBlock(block);
  if (inst.op == Op::kRunning) return LowerRunning(inst);
  if (inst.op == Op::kSum || inst.op == Op::kAvg) return LowerSum(id, inst);
  if (inst.op == Op::kMinOf || inst.op == Op::kMaxOf) return LowerBest(id, inst);
  if (inst.op == Op::kFirst || inst.op == Op::kLast) return LowerEdge(id, inst);
  if (inst.op == Op::kCount) return {CountOf(inst.args[0]), nullptr};
  SAITEN_CHECK(inst.op == Op::kExists);
  if (IsSlice(inst.args[0])) return {builder_->CreateICmpSGT(CountOf(inst.args[0]), Number(0)), nullptr};
  Value* found = Variable(Bits(1), builder_->getFalse());
  const bool leave = NoTrap(inst.args[0]);
  Stream(inst.args[0], [&](Value*, llvm::BasicBlock* done) {
    builder_->CreateStore(builder_->getTrue(), found);
    if (leave) LeaveTo(done);
  });
  return {builder_->CreateLoad(Bits(1), found), nullptr};
}

bool KernelLowering::IsSlice(ir::ValueId list) const {
  const ir::Inst& inst = At(list);
  return (inst.op == Op::kEvents || inst.op == Op::kRelated) && inst.blocks.empty();
}

llvm::Value* KernelLowering::CountOf(ir::ValueId list) {
  const ir::Inst& inst = At(list);
  // A count without conditions is a difference of places: the events themselves are not touched.
  if (IsSlice(list)) {
    const Bounds bounds = BoundsOf(list);
    return builder_->CreateSub(bounds.hi, bounds.lo);
  }
  if (inst.op == Op::kKeepLatest && !Mutated(inst, Mutation::Kind::kValue)) {
    return builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin, CountOf(inst.args[0]),
                                           Number(std::max<int64_t>(inst.imm, 0)));
  }
  // An hour without an event in five years is one of 43,800: they are divided out, not gone through.
  if (inst.op == Op::kStretches && !Mutated(inst, Mutation::Kind::kValue)) return CountStretches(inst);
  Value* count = Variable(Bits(64), Number(0));
  Stream(list, [&](Value*, llvm::BasicBlock*) {
    builder_->CreateStore(builder_->CreateAdd(builder_->CreateLoad(Bits(64), count), Number(1)), count);
  });
  return builder_->CreateLoad(Bits(64), count);
}

Val KernelLowering::LowerSum(ir::ValueId id, const ir::Inst& inst) {
  // Sums of values below 2^31 over less than 2^32 elements need no more than 64 bits; others are exact in 128.
  const bool narrow = !MayTrap(kernel_, inst, ranges_);
  const int bits = narrow ? 64 : 128;
  const bool average = inst.op == Op::kAvg;
  Value* sum = Variable(Bits(bits), Number(0, bits));
  Value* count = average ? Variable(Bits(64), Number(0)) : nullptr;
  Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
    const Val each = CallBlock(inst.blocks[0], element);
    Value* mask = Mutated(inst, Mutation::Kind::kUnknown) ? nullptr : each.known;
    Value* add = As(each, bits);
    if (mask != nullptr) add = builder_->CreateSelect(mask, add, Number(0, bits));
    builder_->CreateStore(builder_->CreateAdd(builder_->CreateLoad(Bits(bits), sum), add), sum);
    if (!average) return;
    Value* one = mask != nullptr ? builder_->CreateZExt(mask, Bits(64)) : Number(1);
    builder_->CreateStore(builder_->CreateAdd(builder_->CreateLoad(Bits(64), count), one), count);
  });
  Value* total = builder_->CreateLoad(Bits(bits), sum);
  if (average) {
    Value* number = builder_->CreateLoad(Bits(64), count);
    Value* any = builder_->CreateICmpNE(number, Number(0));
    Value* low = builder_->CreateTrunc(total, Bits(64));
    Value* high = builder_->CreateTrunc(builder_->CreateAShr(total, Number(64, 128)), Bits(64));
    const int64_t digits = inst.imm - (Mutated(inst, Mutation::Kind::kBoundary) ? 1 : 0);
    return {CallCutting("saiten_average", {low, high, number, Number(digits)}, any), any};
  }
  if (narrow) return {total, nullptr};
  if (Mutated(inst, Mutation::Kind::kBoundary)) return {As(total, WidthAt(id)), nullptr};
  Value* most = llvm::ConstantInt::getSigned(Bits(128), rt::kNumberMax);
  Value* least = llvm::ConstantInt::getSigned(Bits(128), rt::kNumberMin);
  Value* above = builder_->CreateICmpSGT(total, most);
  Value* below = builder_->CreateICmpSLT(total, least);
  Trap(builder_->CreateOr(above, below));
  Value* held = builder_->CreateSelect(above, most, builder_->CreateSelect(below, least, total));
  return {builder_->CreateTrunc(held, Bits(64)), nullptr};
}

Val KernelLowering::LowerBest(ir::ValueId id, const ir::Inst& inst) {
  const int bits = std::max(WidthAt(id), 8);
  const bool largest = (inst.op == Op::kMaxOf) != Mutated(inst, Mutation::Kind::kBoundary);
  const int64_t worst = largest ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
  const int64_t start = bits == 64 ? worst : (largest ? -(int64_t{1} << (bits - 1)) : (int64_t{1} << (bits - 1)) - 1);
  Value* best = Variable(Bits(bits), Number(start, bits));
  Value* found = Variable(Bits(1), builder_->getFalse());
  Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
    const Val each = CallBlock(inst.blocks[0], element);
    Value* mask = Mutated(inst, Mutation::Kind::kUnknown) ? builder_->getTrue() : KnownOf(each);
    Value* so_far = builder_->CreateLoad(Bits(bits), best);
    Value* better = builder_->CreateBinaryIntrinsic(largest ? llvm::Intrinsic::smax : llvm::Intrinsic::smin, so_far,
                                                    As(each, bits));
    builder_->CreateStore(builder_->CreateSelect(mask, better, so_far), best);
    builder_->CreateStore(builder_->CreateOr(builder_->CreateLoad(Bits(1), found), mask), found);
  });
  return {builder_->CreateLoad(Bits(bits), best), builder_->CreateLoad(Bits(1), found)};
}

Val KernelLowering::LowerEdge(ir::ValueId id, const ir::Inst& inst) {
  const ir::ValueId list = inst.args[0];
  const bool first = (inst.op == Op::kFirst) != Mutated(inst, Mutation::Kind::kBoundary);
  if (IsSlice(list) && At(list).op == Op::kEvents) {
    const Bounds bounds = BoundsOf(list);
    Value* element = first ? bounds.lo : builder_->CreateSub(bounds.hi, Number(1));
    return {element, builder_->CreateICmpSLT(bounds.lo, bounds.hi)};
  }
  const int bits = WidthAt(id);
  Value* element = Variable(Bits(bits), Number(0, bits));
  Value* found = Variable(Bits(1), builder_->getFalse());
  const auto take = [&](Value* each) {
    builder_->CreateStore(As(each, bits), element);
    builder_->CreateStore(builder_->getTrue(), found);
  };
  if (NoTrap(list) && (first || CanReverse(list))) {
    const Body leave = [&](Value* each, llvm::BasicBlock* done) {
      take(each);
      LeaveTo(done);
    };
    if (first) {
      Stream(list, leave);
    } else {
      StreamBackwards(list, leave);
    }
  } else {
    Stream(list, [&](Value* each, llvm::BasicBlock*) {
      if (!first) return take(each);
      If(builder_->CreateNot(builder_->CreateLoad(Bits(1), found)), [&] { take(each); });
    });
  }
  return {builder_->CreateLoad(Bits(bits), element), builder_->CreateLoad(Bits(1), found)};
}

Val KernelLowering::LowerRunning(const ir::Inst& inst) {
  Value* sum = Variable(Bits(64), Number(0));
  std::vector<Value*> own;  // by list
  for (size_t i = 0; i < inst.limits.size(); ++i) own.push_back(Variable(Bits(64), Number(0)));
  llvm::Type* nothing = builder_->getVoidTy();
  // Lists in their order on the runtime's stack; then all elements by time, each with the list it is from.
  std::vector<Value*> lists;
  for (ir::ValueId list : inst.args) {
    lists.push_back(Helper("saiten_list_open", builder_->getPtrTy(), {HelperContextPointer()}));
    Value* into = lists.back();
    Stream(list, [&](Value* element, llvm::BasicBlock*) {
      Helper("saiten_list_push_key", nothing, {into, element, TimeOf(list, element), Number(1, 8)});
    });
  }
  Value* merged = Helper("saiten_list_open", builder_->getPtrTy(), {HelperContextPointer()});
  Helper("saiten_list_merge", nothing, {HelperContextPointer(), Number(static_cast<int64_t>(lists.size()))});
  // Pairs of list and element.
  Value* data = Helper("saiten_list_data", builder_->getPtrTy(), {merged});
  Value* size = Helper("saiten_list_size", Bits(64), {merged});
  Loop(Number(0), builder_->CreateLShr(size, Number(1)), [&](Value* index, llvm::BasicBlock*) {
    Value* pair = builder_->CreateGEP(Bits(64), data, builder_->CreateShl(index, Number(1)));
    Value* rule = builder_->CreateLoad(Bits(64), pair);
    Value* element = builder_->CreateLoad(Bits(64), builder_->CreateConstGEP1_64(Bits(64), pair, 1));
    for (size_t i = 0; i < inst.blocks.size(); ++i) {
      If(builder_->CreateICmpEQ(rule, Number(static_cast<int64_t>(i))),
         [&] { AddPoints(inst, i, element, sum, own.empty() ? nullptr : own[i]); });
    }
  });
  for (size_t i = 0; i <= lists.size(); ++i) Helper("saiten_list_close", nothing, {HelperContextPointer()});
  return {builder_->CreateLoad(Bits(64), sum), nullptr};
}

llvm::Value* KernelLowering::AddTo(Value* before, Value* add) {
  // The limits are inside the range of numbers, so holding at them also holds what the sum would overflow by.
  Value* wrapped = builder_->CreateAdd(before, add);
  Value* after = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::sadd_sat, before, add);
  Trap(builder_->CreateOr(builder_->CreateICmpNE(after, wrapped),
                          builder_->CreateICmpEQ(wrapped, Number(std::numeric_limits<int64_t>::min()))));
  return after;
}

llvm::Value* KernelLowering::Held(Value* value, int64_t min, int64_t max) {
  value = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, value, Number(min));
  return builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin, value, Number(max));
}

void KernelLowering::AddPoints(const ir::Inst& inst, size_t rule, Value* element, Value* sum, Value* own) {
  Value* before = builder_->CreateLoad(Bits(64), sum);
  so_far_.push_back({before, nullptr});
  const Val points = CallBlock(inst.blocks[rule], element);
  so_far_.pop_back();
  Value* add = As(points, 64);
  Value* known = Mutated(inst, Mutation::Kind::kUnknown) ? nullptr : points.known;
  // An unknown one changes nothing, also where limits without 0 would move the sum.
  const auto if_known = [&](Value* then, Value* otherwise) {
    return known == nullptr ? then : builder_->CreateSelect(known, then, otherwise);
  };
  add = if_known(add, Number(0));
  if (own != nullptr) {
    Value* own_before = builder_->CreateLoad(Bits(64), own);
    Value* own_after = Held(AddTo(own_before, add), inst.limits[rule].min, inst.limits[rule].max);
    own_after = if_known(own_after, own_before);
    builder_->CreateStore(own_after, own);
    add = builder_->CreateSub(own_after, own_before);
  }
  Value* after = AddTo(before, add);
  if (!Mutated(inst, Mutation::Kind::kBoundary)) after = Held(after, inst.imm, inst.imm2);
  builder_->CreateStore(if_known(after, before), sum);
}

void KernelLowering::Loop(Value* begin, Value* end,
                          const std::function<void(Value* index, llvm::BasicBlock* done)>& body, bool backwards) {
  llvm::LLVMContext& context = module_->getContext();
  llvm::BasicBlock* before = builder_->GetInsertBlock();
  auto* head = llvm::BasicBlock::Create(context, "list", function_);
  auto* inside = llvm::BasicBlock::Create(context, "element", function_);
  auto* done = llvm::BasicBlock::Create(context, "done", function_);
  builder_->CreateBr(head);
  builder_->SetInsertPoint(head);
  auto* index = builder_->CreatePHI(Bits(64), 2);
  index->addIncoming(backwards ? end : begin, before);
  Value* more = backwards ? builder_->CreateICmpSGT(index, begin) : builder_->CreateICmpSLT(index, end);
  builder_->CreateCondBr(more, inside, done);
  builder_->SetInsertPoint(inside);
  {
    const Scope scope(*this);
    Value* next = builder_->CreateAdd(index, Number(backwards ? -1 : 1));
    body(backwards ? next : index, done);
    index->addIncoming(next, builder_->GetInsertBlock());
    // Most lists are short: copies of the loop's body would only cost time to make.
    builder_->CreateBr(head)->setMetadata(llvm::LLVMContext::MD_loop, LoopFacts());
  }
  builder_->SetInsertPoint(done);
}

void KernelLowering::If(Value* condition, const std::function<void()>& then) {
  auto* yes = llvm::BasicBlock::Create(module_->getContext(), "then", function_);
  auto* behind = llvm::BasicBlock::Create(module_->getContext(), "behind", function_);
  builder_->CreateCondBr(condition, yes, behind);
  builder_->SetInsertPoint(yes);
  {
    const Scope scope(*this);
    then();
  }
  builder_->CreateBr(behind);
  builder_->SetInsertPoint(behind);
}

void KernelLowering::LeaveTo(llvm::BasicBlock* done) {
  builder_->CreateBr(done);
  // What follows is never reached; LLVM drops it.
  builder_->SetInsertPoint(llvm::BasicBlock::Create(module_->getContext(), "left", function_));
}

Val KernelLowering::CallBlock(ir::BlockId block, Value* element) {
  {
    // One element, or the first of those that follow one another (MarkEvents).
    const unsigned lanes = std::exchange(lanes_, 0);
    for (ir::ValueId id : kernel_[block].insts) {
      if (At(id).op == Op::kElement) Remember(id, Mutate(At(id), {As(element, WidthAt(id)), nullptr}));
    }
    lanes_ = lanes;
  }
  // What only raises traps counts too.
  for (ir::ValueId id : kernel_[block].insts) {
    const ir::Inst& inst = At(id);
    if (inst.is_list || values_[id.index()]) continue;
    if (MayTrap(kernel_, inst, ranges_)) Get(id);
  }
  return Get(kernel_[block].result);
}

bool KernelLowering::NoTrap(ir::ValueId list) const {
  const ir::Inst& inst = At(list);
  for (ir::BlockId block : inst.blocks) {
    if (BlockMayTrap(kernel_, block, ranges_)) return false;
  }
  for (ir::ValueId arg : inst.args) {
    if (At(arg).is_list && !NoTrap(arg)) return false;
  }
  return true;
}

bool KernelLowering::CanReverse(ir::ValueId list) const {
  const ir::Inst& inst = At(list);
  if (inst.op == Op::kEvents || inst.op == Op::kRelated) return true;
  return inst.op == Op::kFilter && CanReverse(inst.args[0]);
}

void KernelLowering::StreamBackwards(ir::ValueId list, const Body& body) {
  const ir::Inst& inst = At(list);
  if (inst.op != Op::kFilter) return StreamSlice(list, body, true);
  StreamBackwards(inst.args[0], [&](Value* element, llvm::BasicBlock* done) { Passing(inst, element, done, body); });
}

llvm::Value* KernelLowering::TimeOf(ir::ValueId list, Value* element) {
  const Type type = At(list).type;
  if (!type.is(TypeKind::kEvent)) return element;
  return LoadTime(type.ref, element);
}

}  // namespace saiten::jit
