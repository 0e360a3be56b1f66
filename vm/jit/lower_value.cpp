#include <bit>

#include "base/check.h"
#include "vm/jit/lower.h"

// Values of every kind: what they are read from, logic, comparisons, choices and sets. Nothing here branches or calls,
// so that the loop over the rows becomes vector code.
namespace saiten::jit {

using ir::Op;

Val KernelLowering::Get(ir::ValueId id) {
  Val val = Made(id);
  if (!thousands_[id.index()]) return val;
  const int bits = RangeAt(id).bits();
  return {builder_->CreateMul(As(val, bits), Const(1'000, bits)), val.known};
}

Val KernelLowering::Made(ir::ValueId id) {
  if (values_[id.index()]) return *values_[id.index()];
  const ir::Inst& inst = At(id);
  SAITEN_CHECK(!inst.is_list);
  Val val;
  if (plan_.related_place[id.index()] >= 0 && !table_.valid()) {
    val = Mutate(inst, LowerRelated(id));
  } else if (is_stored_[id.index()]) {
    val = LoadScratch(id);
  } else if (plan_.uniform[id.index()] && inst.op != Op::kConst && inst.op != Op::kUnknown) {
    return Mutate(inst, UniformAt({.value = id}, WidthAt(id)));
  } else {
    val = Mutate(inst, LowerValue(id));
    // A value that can never be unknown carries no mask, whatever it was made from.
    if (!inst.type.optional) val.known = nullptr;
    if (BitsOf(val.value) != WidthAt(id)) val.least = false;
    val.value = As(val.value, WidthAt(id));
  }
  Remember(id, val);
  return val;
}

Val KernelLowering::LowerValue(ir::ValueId id) {
  const ir::Inst& inst = At(id);
  switch (inst.op) {
    case Op::kConst:
      return {Constant(thousands_[id.index()] ? inst.imm / 1'000 : inst.imm, WidthAt(id)), nullptr};
    case Op::kUnknown:
      return {Const(0, WidthAt(id)), Const(0, 1)};
    case Op::kRow:
      if (lanes_ == 0) return {row_, nullptr};
      return {builder_->CreateAdd(builder_->CreateVectorSplat(lanes_, row_), builder_->CreateStepVector(Lanes(64))),
              nullptr};
    case Op::kElement:
    case Op::kNow:
    case Op::kNamed:
      // Elements are remembered where their block is called; the others are uniform.
      SAITEN_UNREACHABLE("an element outside its block");
    case Op::kSoFar:
      return so_far_.back();
    case Op::kInput:
      SAITEN_UNREACHABLE("an input in a kernel that runs");
    case Op::kLoad:
      return LowerLoad(id, inst, {Input::Kind::kProperty, At(inst.args[0]).type.ref, inst.aux},
                       layout_.properties[At(inst.args[0]).type.ref][inst.aux]);
    case Op::kLoadResult:
      return LowerLoad(id, inst, {Input::Kind::kResult, At(inst.args[0]).type.ref, inst.aux},
                       layout_.results[At(inst.args[0]).type.ref][inst.aux]);
    case Op::kLoadField:
      return LowerLoad(id, inst, {Input::Kind::kField, At(inst.args[0]).type.ref, inst.aux},
                       layout_.fields[At(inst.args[0]).type.ref][inst.aux]);
    case Op::kInList:
      return LowerLoad(id, inst, {Input::Kind::kList, At(inst.args[0]).type.ref, inst.aux}, rt::Width::k1);
    case Op::kEventTime:
      return LowerLoad(id, inst, {Input::Kind::kTimes, At(inst.args[0]).type.ref, 0},
                       layout_.times[At(inst.args[0]).type.ref]);
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kIsKnown:
    case Op::kTruth:
      return LowerLogic(inst);
    case Op::kSelect:
      return LowerSelect(id, inst);
    case Op::kElse:
      return LowerElse(id, inst);
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe:
      return LowerCompare(inst);
    case Op::kInMask:
    case Op::kSetHas:
    case Op::kSetOverlaps:
    case Op::kSetSize:
      return LowerSet(inst);
    case Op::kLift:
      return LowerLift(id, inst);
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
    case Op::kDiv:
    case Op::kNeg:
    case Op::kRescale:
    case Op::kMin:
    case Op::kMax:
    case Op::kDecayLinear:
    case Op::kDecayCompound:
    case Op::kHalfLife:
      return LowerNumber(id, inst);
    case Op::kEventOwner:
    case Op::kDateOf:
    case Op::kDayStart:
    case Op::kDayEnd:
    case Op::kMoveDate:
    case Op::kMoveInstant:
    case Op::kStepBack:
    case Op::kStepsBetween:
    case Op::kCalendarFirst:
    case Op::kNextCrossing:
    case Op::kNextStep:
    case Op::kMoveBusiness:
    case Op::kTextEq:
    case Op::kTextTest:
    case Op::kLike:
    case Op::kMatches:
    case Op::kFold:
    case Op::kCall:
      return LowerCalled(id, inst);
    case Op::kEventAfter:
      return LowerEventAfter(inst);
    case Op::kCount:
    case Op::kExists:
      if (plan_.counted[id.index()].valid()) return LowerCounted(id, inst);
      return LowerAggregate(id, inst);
    case Op::kFirst:
    case Op::kLast:
    case Op::kSum:
    case Op::kAvg:
    case Op::kMinOf:
    case Op::kMaxOf:
    case Op::kRunning:
      return LowerAggregate(id, inst);
    case Op::kEvents:
    case Op::kRelated:
    case Op::kFilter:
    case Op::kEachRelated:
    case Op::kEachRef:
    case Op::kEachEvents:
    case Op::kDistinct:
    case Op::kCapPeriod:
    case Op::kCapRolling:
    case Op::kKeepLatest:
    case Op::kStretches:
      SAITEN_UNREACHABLE("a list is no value");
  }
  return {};
}

llvm::Value* KernelLowering::Constant(int64_t value, int bits) {
  const bool large = rows_at_once_ != kRowStep;
  if (!large || lanes_ == 0 || bits == 1 || value == 0 || value == -1) return Const(value, bits);
  const std::string name = "c" + std::to_string(bits) + "." + std::to_string(value);
  llvm::GlobalVariable* stored = module_->getGlobalVariable(name, /*AllowInternal=*/true);
  if (stored == nullptr) {
    // Not called constant, or it would be looked through.
    stored = new llvm::GlobalVariable(*module_, Bits(bits), /*isConstant=*/false, llvm::GlobalValue::PrivateLinkage,
                                      Number(value, bits), name);
  }
  return builder_->CreateVectorSplat(lanes_, builder_->CreateLoad(Bits(bits), stored));
}

llvm::Value* KernelLowering::LoadBits(Value* pointer, Value* row) {
  Value* byte = builder_->CreateLShr(row, Number(3));
  Value* within = builder_->CreateAnd(row, Number(7));
  if (lanes_ == 0) {
    Value* eight = builder_->CreateLoad(Bits(8), builder_->CreateGEP(Bits(8), pointer, byte));
    return builder_->CreateTrunc(builder_->CreateLShr(eight, builder_->CreateTrunc(within, Bits(8))), Bits(1));
  }
  // The rows need not begin at a byte: see KernelRun::Worker.
  const auto load = [&](int64_t behind) {
    Value* at = builder_->CreateGEP(Bits(8), pointer, builder_->CreateAdd(byte, Number(behind)));
    return builder_->CreateAlignedLoad(Bits(64), at, llvm::Align(1));
  };
  Value* bits = builder_->CreateIntrinsic(llvm::Intrinsic::fshr, {Bits(64)}, {load(8), load(0), within});
  return builder_->CreateBitCast(builder_->CreateTrunc(bits, Bits(static_cast<int>(lanes_))), Lanes(1));
}

Val KernelLowering::LowerLoad(ir::ValueId id, const ir::Inst& inst, Input input, rt::Width width) {
  const int bits = 8 * rt::BytesOf(width);
  Val of;
  Value* row = row_;
  const bool in_order = At(inst.args[0]).op == Op::kElement && lanes_ != 0;
  if (table_.valid()) {
    // All its records, row behind row.
    SAITEN_CHECK(inst.args[0] == table_);
  } else if (in_order || At(inst.args[0]).op == Op::kRow) {
    // Row behind row, or event behind event (MarkEvents).
    const unsigned lanes = std::exchange(lanes_, 0);
    row = Mutate(At(inst.args[0]), {row_, nullptr}).value;
    lanes_ = lanes;
  } else {
    // An unknown record is read at place 0, which every array has, and the result masked.
    of = Get(inst.args[0]);
    row = As(of, 64);
    if (of.known != nullptr) row = builder_->CreateSelect(of.known, row, Number(0));
  }
  if (width == rt::Width::kBit) return {LoadBits(InputPointer(input), row), of.known};
  Value* pointer = builder_->CreateGEP(Bits(bits), InputPointer(input), row);
  auto* raw = builder_->CreateAlignedLoad(Lanes(bits), pointer, llvm::Align(1));
  Val val{raw, of.known};
  const bool may_be_unknown = input.kind != Input::Kind::kTimes && input.kind != Input::Kind::kList;
  if (may_be_unknown && inst.type.optional) {
    val.known = Both(of.known, builder_->CreateICmpNE(raw, Const(rt::UnknownOf(width), bits)));
    val.least = of.known == nullptr;
  }
  if (input.kind == Input::Kind::kTimes) {
    val.value = MicrosOf(raw);
  } else if (inst.type.is(TypeKind::kBool)) {
    val = {builder_->CreateICmpEQ(raw, Const(1, bits)), val.known, val.least};
  } else if (inst.type.is(TypeKind::kText) && input.kind != Input::Kind::kResult) {
    Value* code = builder_->CreateZExt(As(raw, 32), Lanes(64));
    val.value = builder_->CreateOr(code, Const(inst.imm << 32));
  }
  const int64_t unit = inst.op == Op::kLoadResult ? program_.results[input.owner][input.index].unit : 1;
  if (unit != 1) {
    const int wide = RangeAt(id).bits();
    val.least = false;
    val.value = builder_->CreateMul(As(val, wide), Const(unit, wide));
  }
  return val;
}

Val KernelLowering::LowerLogic(const ir::Inst& inst) {
  const Val a = Get(inst.args[0]);
  if (inst.op == Op::kIsKnown) {
    return {Mutated(inst, Mutation::Kind::kUnknown) ? Const(1, 1) : KnownOf(a), nullptr};
  }
  if (inst.op == Op::kTruth) {
    return {Mutated(inst, Mutation::Kind::kUnknown) ? a.value : Holds(a), nullptr};
  }
  if (inst.op == Op::kNot) {
    return {builder_->CreateNot(a.value), a.known};
  }
  const Val b = Get(inst.args[1]);
  const bool is_and = inst.op == Op::kAnd;
  if (a.known == nullptr && b.known == nullptr) {
    return {is_and ? builder_->CreateAnd(a.value, b.value) : builder_->CreateOr(a.value, b.value), nullptr};
  }
  // What is known and true, what is known and false; the rest is unknown. One side may decide alone.
  Value* holds = is_and ? builder_->CreateAnd(Holds(a), Holds(b)) : builder_->CreateOr(Holds(a), Holds(b));
  if (Mutated(inst, Mutation::Kind::kBoundary)) return {holds, builder_->CreateAnd(KnownOf(a), KnownOf(b)), true};
  Value* fails = is_and ? builder_->CreateOr(Fails(a), Fails(b)) : builder_->CreateAnd(Fails(a), Fails(b));
  return {holds, builder_->CreateOr(holds, fails), true};
}

Val KernelLowering::LowerDayCompare(const ir::Inst& inst) {
  const ir::ValueId date = At(inst.args[0]).args[0];
  const Val a = Get(date);
  const int bits = std::max(WidthAt(date), 8);
  // The days' ends ascend, so one date of the calendar divides those that compare one way from the others.
  const bool at_least = inst.op == Op::kGe || inst.op == Op::kLt;
  const Val last = UniformAt({.value = inst.args[1], .day = inst.args[0], .at_least = at_least}, bits);
  const bool above = inst.op == Op::kGt || inst.op == Op::kGe;
  Value* date_value = As(a, bits);
  return {above ? builder_->CreateICmpSGT(date_value, last.value) : builder_->CreateICmpSLE(date_value, last.value),
          Both(a.known, last.known)};
}

Val KernelLowering::LowerCompare(const ir::Inst& inst) {
  const bool mutated = mutation_.op == inst.op || mutation_.op == At(inst.args[0]).op;
  if (IsDayCompare(kernel_, inst, ranges_, plan_.uniform) && (!mutated || mutation_.kind == Mutation::Kind::kNone)) {
    return LowerDayCompare(inst);
  }
  const bool in_thousands = thousands_[inst.args[0].index()] && thousands_[inst.args[1].index()];
  const Val a = in_thousands ? Made(inst.args[0]) : Get(inst.args[0]);
  const Val b = in_thousands ? Made(inst.args[1]) : Get(inst.args[1]);
  const int bits = std::max({BitsOf(a.value), BitsOf(b.value), 8});
  Value* left = As(a, bits);
  Value* right = As(b, bits);
  const bool edge = Mutated(inst, Mutation::Kind::kBoundary);
  const auto compare = [&]() -> Value* {
    // Only the six comparisons come here.
    if (inst.op == Op::kEq) return edge ? builder_->CreateICmpSLE(left, right) : builder_->CreateICmpEQ(left, right);
    if (inst.op == Op::kNe) return edge ? builder_->CreateICmpSLT(left, right) : builder_->CreateICmpNE(left, right);
    if (inst.op == Op::kLt) return edge ? builder_->CreateICmpSLE(left, right) : builder_->CreateICmpSLT(left, right);
    if (inst.op == Op::kLe) return edge ? builder_->CreateICmpSLT(left, right) : builder_->CreateICmpSLE(left, right);
    if (inst.op == Op::kGt) return edge ? builder_->CreateICmpSGE(left, right) : builder_->CreateICmpSGT(left, right);
    return edge ? builder_->CreateICmpSGT(left, right) : builder_->CreateICmpSGE(left, right);
  };
  Val val{compare(), Both(a.known, b.known)};
  // The least of its width is neither equal to a larger number nor above it.
  const bool above = inst.op == Op::kEq || inst.op == Op::kGt || inst.op == Op::kGe;
  const int64_t least = std::numeric_limits<int64_t>::min() >> (64 - BitsOf(a.value));
  val.masked = a.least && above && !edge && At(inst.args[1]).op == Op::kConst && At(inst.args[1]).imm > least;
  return val;
}

Val KernelLowering::LowerSelect(ir::ValueId id, const ir::Inst& inst) {
  const Val condition = Get(inst.args[0]);
  const Val a = Operand(id, inst.args[1]);
  const Val b = Operand(id, inst.args[2]);
  Value* first = Mutated(inst, Mutation::Kind::kUnknown) ? condition.value : Holds(condition);
  const int bits = WidthAt(id);
  Val val{builder_->CreateSelect(first, As(a, bits), As(b, bits)), nullptr};
  if (a.known != nullptr || b.known != nullptr) val.known = builder_->CreateSelect(first, KnownOf(a), KnownOf(b));
  return val;
}

Val KernelLowering::LowerElse(ir::ValueId id, const ir::Inst& inst) {
  const Val a = Operand(id, inst.args[0]);
  const Val b = Operand(id, inst.args[1]);
  if (a.known == nullptr || Mutated(inst, Mutation::Kind::kUnknown)) return a;
  const int bits = WidthAt(id);
  Val val{builder_->CreateSelect(a.known, As(a, bits), As(b, bits)), nullptr};
  if (b.known != nullptr) val.known = builder_->CreateOr(a.known, b.known);
  return val;
}

llvm::Value* KernelLowering::InMask(Value* member, uint64_t mask) {
  // Members mostly stand together: a comparison for each stretch of them, in as few bits as the column has.
  constexpr int kMostStretches = 3;
  const int stretches = std::popcount(mask & ~(mask << 1));
  const int narrow = std::max(BitsOf(member), 8);
  if (stretches <= kMostStretches) {
    Value* in = Const(0, 1);
    for (int from = 0; from < 64;) {
      from += std::countr_zero(mask >> from);
      if (from >= 64 || mask >> from == 0) break;
      const int size = std::countr_one(mask >> from);
      Value* place = builder_->CreateSub(As(member, narrow), Const(from, narrow));
      in = builder_->CreateOr(in, builder_->CreateICmpULT(place, Const(size, narrow)));
      from += size;
    }
    return in;
  }
  // A shift in 32 bits keeps twice as many rows in a vector; members from 32 on are then outside.
  const int bits = mask >> 32 == 0 ? 32 : 64;
  Value* number = As(member, bits);
  Value* shift = builder_->CreateAnd(number, Const(bits - 1, bits));
  Value* bit = builder_->CreateLShr(llvm::ConstantInt::get(Lanes(bits), mask), shift);
  return builder_->CreateAnd(As(bit, 1), builder_->CreateICmpULT(number, Const(bits, bits)));
}

Val KernelLowering::LowerSet(const ir::Inst& inst) {
  const Val a = Get(inst.args[0]);
  if (inst.op == Op::kInMask) {
    const auto mask = static_cast<uint64_t>(inst.imm);
    return {InMask(a.value, mask), a.known};
  }
  if (inst.op == Op::kSetSize) {
    Value* size = builder_->CreateUnaryIntrinsic(llvm::Intrinsic::ctpop, As(a, 64));
    return {size, a.known};
  }
  const Val b = Get(inst.args[1]);
  Value* known = Both(a.known, b.known);
  if (inst.op == Op::kSetOverlaps) {
    return {builder_->CreateICmpNE(builder_->CreateAnd(As(a, 64), As(b, 64)), Const(0)), known};
  }
  Value* shift = builder_->CreateAnd(As(b, 64), Const(63));
  return {As(builder_->CreateLShr(As(a, 64), shift), 1), known};
}

Val KernelLowering::LowerLift(ir::ValueId id, const ir::Inst& inst) {
  if (!HasTable(kernel_, inst, ranges_)) {
    PrepareBlock(inst.blocks[0]);
    const Val text = Get(inst.args[0]);
    Value* value = Variable(Bits(WidthAt(id)), Number(0, WidthAt(id)));
    Value* known = Variable(Bits(1), builder_->getFalse());
    // The block may read the text: it is only for texts that are there.
    If(KnownOf(text), [&] {
      const Val result = CallBlock(inst.blocks[0], text.value);
      builder_->CreateStore(As(result, WidthAt(id)), value);
      builder_->CreateStore(KnownOf(result), known);
    });
    return {builder_->CreateLoad(Bits(WidthAt(id)), value), builder_->CreateLoad(Bits(1), known)};
  }
  if (IsTest(kernel_, inst, ranges_)) return LowerTest(id, inst);
  const rt::Width width = LiftWidth(kernel_, inst, ranges_);
  const int bits = 8 * rt::BytesOf(width);
  const Input input{Input::Kind::kLift, id.value, 0};
  Value* pointer = builder_->CreateGEP(Bits(bits), InputPointer(input), CodeOf(Get(inst.args[0])));
  auto* raw = builder_->CreateAlignedLoad(Bits(bits), pointer, llvm::Align(1));
  Val val{raw, nullptr};
  if (inst.type.optional) val.known = builder_->CreateICmpNE(raw, Const(rt::UnknownOf(width), bits));
  if (inst.type.is(TypeKind::kBool)) val.value = builder_->CreateICmpEQ(raw, Const(1, bits));
  return val;
}

llvm::Value* KernelLowering::CodeOf(Val text) {
  Value* code = builder_->CreateZExt(builder_->CreateTrunc(text.value, Bits(32)), Bits(64));
  return text.known != nullptr ? builder_->CreateSelect(text.known, code, Number(-1)) : code;
}

Val KernelLowering::Mutate(const ir::Inst& inst, Val val) {
  if (Mutated(inst, Mutation::Kind::kUnknown) || Mutated(inst, Mutation::Kind::kValue)) val.masked = val.least = false;
  const bool place = inst.type.is(TypeKind::kRef) || inst.type.is(TypeKind::kEvent);
  if (Mutated(inst, Mutation::Kind::kUnknown) && val.known != nullptr) {
    // A record or text that is not there must not become an address outside of its array.
    const int bits = BitsOf(val.value);
    Value* safe = nullptr;
    if (place) safe = Const(0, bits);
    if (inst.type.is(TypeKind::kText)) safe = Const(inst.op == Op::kLoad ? inst.imm << 32 : 0);
    if (safe != nullptr) val.value = builder_->CreateSelect(val.known, val.value, safe);
    val.known = nullptr;
  }
  if (!Mutated(inst, Mutation::Kind::kValue) || inst.type.is(TypeKind::kText) || inst.op == Op::kUnknown) return val;
  if (inst.type.is(TypeKind::kBool)) return {builder_->CreateNot(val.value), val.known};
  const int bits = BitsOf(val.value);
  if (place) {
    Value* before = builder_->CreateSub(val.value, Const(1, bits));
    return {builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, before, Const(0, bits)), val.known};
  }
  // The next one; of the largest the one before, so that it stays a number of its width.
  return {builder_->CreateXor(val.value, Const(1, bits)), val.known};
}

}  // namespace saiten::jit
