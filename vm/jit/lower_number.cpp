#include "base/check.h"
#include "runtime/decay.h"
#include "runtime/decimal.h"
#include "vm/jit/lower.h"

// Arithmetic. Where the ranges say that no result leaves 64 bits there is no check; else numbers are held at the end of
// their range and the row is marked (sem N7a).
namespace saiten::jit {

using ir::Op;

namespace {

// Narrower sums would only be widened again for the next one.
constexpr int kLeastBits = 32;

}  // namespace

Val KernelLowering::LowerNumber(ir::ValueId id, const ir::Inst& inst) {
  // Only numeric operations come here, and each is one of these.
  if (inst.op == Op::kAdd || inst.op == Op::kSub) return AddOrSub(id, inst);
  if (inst.op == Op::kMul) return Multiply(id, inst);
  if (inst.op == Op::kDiv) return Divide(inst);
  if (inst.op == Op::kRescale) return LowerRescale(inst);
  if (inst.op == Op::kDecayLinear || inst.op == Op::kDecayCompound || inst.op == Op::kHalfLife) return LowerDecay(inst);
  const Val a = Operand(id, inst.args[0]);
  if (inst.op == Op::kNeg) {
    const int bits = std::max(WidthAt(id), BitsOf(a.value));
    return {builder_->CreateNeg(As(a, bits)), a.known};
  }
  const Val b = Operand(id, inst.args[1]);
  const int bits = std::max({BitsOf(a.value), BitsOf(b.value), 8});
  const bool largest = (inst.op == Op::kMax) != Mutated(inst, Mutation::Kind::kBoundary);
  Value* value = builder_->CreateBinaryIntrinsic(largest ? llvm::Intrinsic::smax : llvm::Intrinsic::smin, As(a, bits),
                                                 As(b, bits));
  return {value, Both(a.known, b.known)};
}

Val KernelLowering::AddOrSub(ir::ValueId id, const ir::Inst& inst) {
  const Val a = Operand(id, inst.args[0]);
  const Val b = Operand(id, inst.args[1]);
  const bool add = inst.op == Op::kAdd;
  Value* known = Both(a.known, b.known);
  if (!MayTrap(kernel_, inst, ranges_)) {
    // Nothing but the bits of the result is wanted, so the operands may lose theirs above.
    const int bits = std::max(WidthAt(id), 8);
    Value* left = As(a, bits);
    Value* right = As(b, bits);
    return {add ? builder_->CreateAdd(left, right) : builder_->CreateSub(left, right), known};
  }
  Value* left = As(a, 64);
  Value* right = As(b, 64);
  Value* wrapped = add ? builder_->CreateAdd(left, right) : builder_->CreateSub(left, right);
  if (Mutated(inst, Mutation::Kind::kBoundary)) return {wrapped, known};
  // The saturating instruction keeps the loop a vector loop, which an overflow flag would not.
  Value* held =
      builder_->CreateBinaryIntrinsic(add ? llvm::Intrinsic::sadd_sat : llvm::Intrinsic::ssub_sat, left, right);
  Value* lowest = Const(std::numeric_limits<int64_t>::min());
  Value* cut = builder_->CreateOr(builder_->CreateICmpNE(held, wrapped), builder_->CreateICmpEQ(wrapped, lowest));
  Trap(cut, known);
  return {builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, held, Const(rt::kNumberMin)), known};
}

Val KernelLowering::Multiply(ir::ValueId id, const ir::Inst& inst) {
  const Val a = Operand(id, inst.args[0]);
  const Val b = Operand(id, inst.args[1]);
  Value* known = Both(a.known, b.known);
  if (thousands_[id.index()]) {
    const int bits = std::max(WidthAt(id), 8);
    return {builder_->CreateMul(As(a, bits), As(b, bits)), known};
  }
  const ExactRange exact = MulRange(RangeAt(inst.args[0]), RangeAt(inst.args[1]));
  if (exact.cut && !Mutated(inst, Mutation::Kind::kBoundary)) {
    return {CallCutting("saiten_mul", {As(a, 64), As(b, 64), Const(inst.imm)}, known), known};
  }
  const int bits = std::max(exact.range.bits(), kLeastBits);
  Value* product = builder_->CreateMul(As(a, bits), As(b, bits));
  if (inst.imm == 0) return {product, known};
  if (Mutated(inst, Mutation::Kind::kBoundary)) {
    return {builder_->CreateSDiv(As(product, 64), Const(rt::Pow10(static_cast<int>(inst.imm)))), known};
  }
  return {DivRound(product, rt::Pow10(static_cast<int>(inst.imm))), known};
}

Val KernelLowering::Divide(const ir::Inst& inst) {
  const Val a = Get(inst.args[0]);
  const Val b = Get(inst.args[1]);
  Value* known = Both(a.known, b.known);
  if (IsInlined(kernel_, inst, ranges_)) {
    const int64_t divisor = At(inst.args[1]).imm;
    const int64_t power = rt::Pow10(static_cast<int>(inst.imm < 0 ? -inst.imm : inst.imm));
    const int64_t by = inst.imm < 0 ? divisor * power : divisor;
    Value* numerator = As(a, 64);
    if (inst.imm > 0) {
      const int bits = std::max(MulRange(RangeAt(inst.args[0]), {power, power}).range.bits(), kLeastBits);
      numerator = builder_->CreateMul(As(a, bits), Const(power, bits));
    }
    if (Mutated(inst, Mutation::Kind::kBoundary)) return {builder_->CreateSDiv(As(numerator, 64), Const(by)), known};
    return {DivRound(numerator, by), known};
  }
  // A division by 0 is unknown (sem N6); the helper gives 0 for it.
  Value* divisor = As(b, 64);
  if (!Mutated(inst, Mutation::Kind::kBoundary)) {
    Value* defined = builder_->CreateICmpNE(divisor, Const(0));
    known = Both(known, defined);
  }
  return {CallCutting("saiten_div", {As(a, 64), divisor, Const(inst.imm)}, known), known};
}

Val KernelLowering::LowerRescale(const ir::Inst& inst) {
  const Val a = Get(inst.args[0]);
  Value* known = a.known;
  const bool edge = Mutated(inst, Mutation::Kind::kBoundary);
  if (inst.imm <= 0) {
    const int64_t by = rt::Pow10(static_cast<int>(-inst.imm));
    if (edge) return {builder_->CreateSDiv(As(a, 64), Const(by)), known};
    return {DivRound(a.value, by), known};
  }
  const int64_t power = rt::Pow10(static_cast<int>(inst.imm));
  const ExactRange exact = MulRange(RangeAt(inst.args[0]), {power, power});
  if (exact.cut && !edge) return {CallCutting("saiten_mul", {As(a, 64), Const(power), Const(0)}, known), known};
  const int bits = std::max(exact.range.bits(), kLeastBits);
  return {builder_->CreateMul(As(a, bits), Const(power, bits)), known};
}

Val KernelLowering::LowerDecay(const ir::Inst& inst) {
  const Val points = Get(inst.args[0]);
  const Val steps = Get(inst.args[1]);
  // The runtime's functions are defined for numbers only; what stands in an unknown lane may be none.
  const auto number = [&](Val v) {
    Value* value = As(v, 64);
    return v.known != nullptr ? builder_->CreateSelect(v.known, value, Const(0)) : value;
  };
  Value* known = Both(points.known, steps.known);
  if (inst.op == Op::kHalfLife) {
    const Val half = Get(inst.args[2]);
    known = Both(known, half.known);
    const bool edge = Mutated(inst, Mutation::Kind::kBoundary);
    const auto at_least = [&](Val v, int64_t least) {
      return builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, number(v), Const(least));
    };
    Value* age = at_least(steps, 0);
    if (edge) age = builder_->CreateAdd(age, at_least(half, 1));
    return {Helper("saiten_half_life", Bits(64), {number(points), age, at_least(half, 1)}, true), known};
  }
  Value* count = number(steps);
  if (Mutated(inst, Mutation::Kind::kBoundary)) count = builder_->CreateAdd(count, Const(1));
  if (inst.op == Op::kDecayCompound) {
    return {Helper("saiten_decay_compound", Bits(64), {number(points), Const(inst.imm), count}, true), known};
  }
  if (!IsInlined(kernel_, inst, ranges_)) {
    return {Helper("saiten_decay_linear", Bits(64), {number(points), Const(inst.imm), count}, true), known};
  }
  // 1 - rate * steps, not under 0; more steps than it takes to get there would overflow.
  const int64_t rate = std::clamp<int64_t>(inst.imm, 0, rt::kRateOne);
  Value* few = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin,
                                               builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, count, Const(0)),
                                               Const(rt::kRateOne));
  Value* left = builder_->CreateSub(Const(rt::kRateOne), builder_->CreateMul(few, Const(rate)));
  left = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, left, Const(0));
  return {DivRound(builder_->CreateMul(As(points, 64), left), rt::kRateOne), known};
}

llvm::Value* KernelLowering::DivRound(Value* numerator, int64_t divisor) {
  if (divisor == 1) return numerator;
  const Range by{divisor, divisor};
  const int bits = std::max({BitsOf(numerator), by.bits(), kLeastBits});
  Value* n = As(numerator, bits);
  // The smallest number divided by -1 has no quotient; lanes that mean nothing may hold it.
  if (divisor == -1) return builder_->CreateNeg(n);
  Value* quotient = builder_->CreateSDiv(n, Const(divisor, bits));
  Value* rest = builder_->CreateSub(n, builder_->CreateMul(quotient, Const(divisor, bits)));
  Value* size = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::abs, rest, builder_->getFalse());
  const int64_t whole = divisor < 0 ? -divisor : divisor;
  Value* up = builder_->CreateICmpSGE(size, builder_->CreateSub(Const(whole, bits), size));
  Value* negative = builder_->CreateICmpSLT(n, Const(0, bits));
  Value* step = builder_->CreateSelect(negative, Const(divisor < 0 ? 1 : -1, bits), Const(divisor < 0 ? -1 : 1, bits));
  return builder_->CreateAdd(quotient, builder_->CreateSelect(up, step, Const(0, bits)));
}

llvm::Value* KernelLowering::CallCutting(const char* helper, std::initializer_list<Value*> args, Value* known) {
  Value* cut = Variable(Bits(8), Const(0, 8));
  std::vector<Value*> all(args);
  all.push_back(cut);
  Value* result = Helper(helper, Bits(64), all);
  Trap(builder_->CreateTrunc(builder_->CreateLoad(Bits(8), cut), Bits(1)), known);
  return result;
}

}  // namespace saiten::jit
