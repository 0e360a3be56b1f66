#include <llvm/IR/IntrinsicsX86.h>

#include <bit>
#include <cstddef>

#include "base/check.h"
#include "vm/jit/counts.h"
#include "vm/jit/lower.h"
#include "vm/jit/orc.h"

// Counts of events for all records of a block at once (counts.h): bits of the block's events, ranks of its records, and
// the counts as differences of neighbouring ranks.
namespace saiten::jit {

using ir::Op;

namespace {

constexpr int kShift = std::countr_zero(static_cast<unsigned>(kEventsInWord));
// A window's ends, whether they are known, and where the ranks stand in the scratch memory.
constexpr size_t kWindowNumbers = 4;
constexpr int kStepShift = std::countr_zero(static_cast<unsigned>(kRowStep));

}  // namespace

void KernelLowering::CountEvents(const std::vector<ir::ValueId>& lists, const std::string& name) {
  counting_.resize(kernel_.insts.size());
  std::string& counting = counting_[plan_.counting[lists[0].index()]];
  if (counting.empty()) {
    counting = name + ".count";
    LowerCounting(lists[0], counting);
  }
  BeginStep(name);
  const llvm::FunctionCallee code = module_->getOrInsertFunction(counting, FunctionType(kWindowNumbers));
  {
    const Scope scope(*this);
    for (ir::ValueId list : lists) {
      const Val after = Get(At(list).args[1]);
      const Val until = Get(At(list).args[2]);
      Value* known = Both(after.known, until.known);
      builder_->CreateCall(
          code, {function_->getArg(0), function_->getArg(1), function_->getArg(2), As(after, 64), As(until, 64),
                 known != nullptr ? As(known, 64) : Number(1), Number(static_cast<int64_t>(RanksOf(list)))});
    }
  }
  EndFunction();
}

void KernelLowering::LowerCounting(ir::ValueId list, const std::string& name) {
  BeginStep(name, kWindowNumbers);
  const ir::Inst& inst = At(list);
  const Window window{function_->getArg(3), function_->getArg(4),
                      builder_->CreateICmpNE(function_->getArg(5), Number(0))};
  Value* scratch = Argument(offsetof(KernelArgs, scratch), builder_->getPtrTy());
  Value* ranks = builder_->CreateGEP(Bits(8), scratch, function_->getArg(6));
  Value* offsets = InputPointer({Input::Kind::kBegins, inst.aux, 0});
  Value* ends = InputPointer({Input::Kind::kEnds, inst.aux, 0});
  const auto offset = [&](Value* row) {
    Value* at = builder_->CreateLoad(Bits(32), builder_->CreateGEP(Bits(32), offsets, row));
    return builder_->CreateZExt(at, Bits(64));
  };
  Value* first = offset(block_begin_);
  Value* last = offset(builder_->CreateAdd(block_begin_, block_rows_));
  Value* most = builder_->CreateMul(block_rows_, Number(kMostEventsARow));
  Value* many = builder_->CreateICmpSGT(builder_->CreateSub(last, first), most);
  // Events of records that have got others stand behind all.
  Value* in_order = builder_->CreateICmpEQ(ends, builder_->CreateConstGEP1_64(Bits(32), offsets, 1));
  Value* one_by_one = builder_->CreateOr(many, builder_->CreateNot(in_order));
  const auto block = [&](const char* name) { return llvm::BasicBlock::Create(module_->getContext(), name, function_); };
  auto *search = block("search"), *mark = block("mark"), *counted = block("counted");
  builder_->CreateCondBr(one_by_one, search, mark);

  builder_->SetInsertPoint(search);
  const auto rank_at = [&](Value* place) { return builder_->CreateGEP(Bits(32), ranks, place); };
  builder_->CreateStore(Number(0, 32), ranks);
  RowLoop(0, [&] {
    RememberWindow(inst, window);
    Value* count = builder_->CreateTrunc(CountOf(list), Bits(32));
    Value* before = builder_->CreateLoad(Bits(32), rank_at(place_));
    builder_->CreateStore(builder_->CreateAdd(before, count), rank_at(builder_->CreateAdd(place_, Number(1))));
  });
  builder_->CreateBr(counted);
  // They are vectors from here on.
  uniforms_.assign(needs_.uniforms.size(), {});

  builder_->SetInsertPoint(mark);
  Value* word = builder_->CreateLShr(first, Number(kStepShift));
  Value* words = builder_->CreateAdd(builder_->CreateSub(builder_->CreateLShr(last, Number(kStepShift)), word),
                                     Number(1), "words");
  MarkAllEvents(inst, window, word, words);
  RankRows(offsets, word, ranks, first);
  builder_->CreateBr(counted);
  builder_->SetInsertPoint(counted);
  EndFunction();
}

void KernelLowering::RememberWindow(const ir::Inst& inst, const Window& window) {
  const auto remember = [&](ir::ValueId id, Value* end) {
    Value* known = window.known;
    if (lanes_ != 0) {
      end = builder_->CreateVectorSplat(lanes_, end);
      known = builder_->CreateVectorSplat(lanes_, known);
    }
    Remember(id, {As(end, WidthAt(id)), At(id).type.optional ? known : nullptr});
  };
  remember(inst.args[1], window.after);
  remember(inst.args[2], window.until);
}

void KernelLowering::MarkAllEvents(const ir::Inst& inst, const Window& window, Value* word, Value* words) {
  // All dictionaries that its filter looks into are small: their bits stand in registers.
  Value* few = nullptr;
  if (!inst.blocks.empty()) {
    for (ir::ValueId id : kernel_[inst.blocks[0]].insts) {
      if (At(id).op != Op::kLift) continue;
      Value* table = InputPointer({Input::Kind::kTestBits, id.value, 0});
      Value* size = builder_->CreateLoad(Bits(64), builder_->CreateConstGEP1_64(Bits(64), table, -1));
      Value* small = builder_->CreateICmpULE(size, Number(kCodesInRegisters));
      few = few == nullptr ? small : builder_->CreateAnd(few, small);
    }
  }
  if (few == nullptr) return MarkEvents(inst, window, word, words);
  const auto block = [&](const char* name) { return llvm::BasicBlock::Create(module_->getContext(), name, function_); };
  auto *small = block("few.texts"), *large = block("many.texts"), *behind = block("all.marked");
  builder_->CreateCondBr(few, small, large);
  for (llvm::BasicBlock* way : {small, large}) {
    builder_->SetInsertPoint(way);
    few_texts_ = way == small;
    MarkEvents(inst, window, word, words);
    builder_->CreateBr(behind);
  }
  few_texts_ = false;
  builder_->SetInsertPoint(behind);
}

std::pair<llvm::Value*, llvm::Value*> KernelLowering::WindowInTimes(uint32_t event, const Window& window) {
  Value* begin = nullptr;
  Value* end = nullptr;  // behind the last one
  if (layout_.times[event] == rt::Width::k8) {
    begin = builder_->CreateAdd(window.after, Number(1));
    end = builder_->CreateAdd(window.until, Number(1));
  } else {
    const auto behind = [&](Value* instant) {
      Value* second = SecondUpTo(instant);
      second = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin, second, Number(rt::Times::kLastSecond));
      return builder_->CreateAdd(second, Number(1));
    };
    begin = behind(window.after);
    end = behind(window.until);
  }
  Value* some = builder_->CreateAnd(builder_->CreateICmpSGT(window.until, window.after), window.known);
  return {begin, builder_->CreateSelect(some, builder_->CreateSub(end, begin), Number(0))};
}

void KernelLowering::MarkEvents(const ir::Inst& inst, const Window& window, Value* word, Value* words) {
  const auto block = [&](const char* name) { return llvm::BasicBlock::Create(module_->getContext(), name, function_); };
  auto *loop = block("events"), *behind = block("marked");
  Value* size = builder_->CreateLoad(Bits(64), InputPointer({Input::Kind::kEventCount, inst.aux, 0}));
  Value* last_whole = builder_->CreateSub(size, Number(kRowStep));
  const Scope scope(*this);
  lanes_ = kRowStep;
  RememberWindow(inst, window);
  const auto [first, many] = WindowInTimes(inst.aux, window);
  const int time_bits = 8 * rt::BytesOf(layout_.times[inst.aux]);
  Value* begin = builder_->CreateVectorSplat(lanes_, builder_->CreateTrunc(first, Bits(time_bits)));
  Value* length = builder_->CreateVectorSplat(lanes_, builder_->CreateTrunc(many, Bits(time_bits)));
  llvm::BasicBlock* before = builder_->GetInsertBlock();
  builder_->CreateBr(loop);
  builder_->SetInsertPoint(loop);
  auto* step = builder_->CreatePHI(Bits(64), 2, "step");
  auto* counted = builder_->CreatePHI(Bits(64), 2, "so.far");
  step->addIncoming(Number(0), before);
  counted->addIncoming(Number(0), before);
  // The last events are gone through together with ones before them, for nothing stands behind them.
  Value* at = builder_->CreateShl(builder_->CreateAdd(word, step), Number(kStepShift));
  row_ = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin, at, last_whole);
  Value* beyond = builder_->CreateAnd(builder_->CreateSub(at, row_), Number(kRowStep - 1));
  Value* times = builder_->CreateGEP(Bits(time_bits), InputPointer({Input::Kind::kTimes, inst.aux, 0}), row_);
  Value* time = builder_->CreateAlignedLoad(Lanes(time_bits), times, llvm::Align(time_bits / 8));
  Value* counts = builder_->CreateICmpULT(builder_->CreateSub(time, begin), length);
  if (!inst.blocks.empty()) {
    const Val passes = CallBlock(inst.blocks[0], row_);
    const bool unmasked = Mutated(inst, Mutation::Kind::kUnknown);
    counts = builder_->CreateAnd(counts, unmasked ? passes.value : Holds(passes));
  }
  Value* bits = builder_->CreateLShr(builder_->CreateBitCast(counts, Bits(kRowStep)), beyond);
  Value* so_far = counted;
  for (int half = 0; half < kRowStep / kEventsInWord; ++half) {
    Value* low = builder_->CreateAnd(builder_->CreateLShr(bits, Number(half * kEventsInWord)), Number(0xffffffff));
    Value* both = builder_->CreateOr(low, builder_->CreateShl(so_far, Number(32)));
    Value* place = builder_->CreateAdd(builder_->CreateShl(step, Number(kStepShift - kShift)), Number(half));
    builder_->CreateStore(both, ScratchPointer(marks_, Bits(64), place));
    so_far = builder_->CreateAdd(so_far, builder_->CreateUnaryIntrinsic(llvm::Intrinsic::ctpop, low));
  }
  Value* next = builder_->CreateAdd(step, Number(1), "", true, true);
  step->addIncoming(next, builder_->GetInsertBlock());
  counted->addIncoming(so_far, builder_->GetInsertBlock());
  builder_->CreateCondBr(builder_->CreateICmpNE(next, words), loop, behind)
      ->setMetadata(llvm::LLVMContext::MD_loop, LoopFacts());
  lanes_ = 0;
  builder_->SetInsertPoint(behind);
}

void KernelLowering::RankRows(Value* offsets, Value* word, Value* ranks, Value* first) {
  Value* marks = ScratchPointer(marks_, Bits(64), Number(0));
  // Of the first `events` events behind those of words before `word`: how many count.
  const auto rank = [&](Value* events) {
    Value* place = builder_->CreateZExt(builder_->CreateLShr(events, Const(kShift, 32)), Lanes(64));
    Value* pointer = builder_->CreateGEP(Bits(64), marks, place);
    Value* found = lanes_ == 0 ? static_cast<Value*>(builder_->CreateLoad(Bits(64), pointer))
                               : builder_->CreateMaskedGather(Lanes(64), pointer, llvm::Align(8));
    Value* below = builder_->CreateSub(
        builder_->CreateShl(Const(1, 32), builder_->CreateAnd(events, Const(kEventsInWord - 1, 32))), Const(1, 32));
    Value* own = builder_->CreateAnd(builder_->CreateTrunc(found, Lanes(32)), below);
    Value* before = builder_->CreateTrunc(builder_->CreateLShr(found, Const(32)), Lanes(32));
    return builder_->CreateAdd(before, builder_->CreateUnaryIntrinsic(llvm::Intrinsic::ctpop, own));
  };
  Value* base = builder_->CreateTrunc(builder_->CreateShl(word, Number(kStepShift)), Bits(32));
  builder_->CreateStore(rank(builder_->CreateSub(builder_->CreateTrunc(first, Bits(32)), base)), ranks);
  RowLoop(kRowStep, [&] {
    Value* end = builder_->CreateAdd(row_, Number(1));
    Value* events = builder_->CreateAlignedLoad(Lanes(32), builder_->CreateGEP(Bits(32), offsets, end), llvm::Align(4));
    Value* ranked = rank(builder_->CreateSub(events, builder_->CreateVectorSplat(lanes_, base)));
    Value* to = builder_->CreateGEP(Bits(32), ranks, builder_->CreateAdd(place_, Number(1)));
    builder_->CreateAlignedStore(ranked, to, llvm::Align(4));
  });
}

Val KernelLowering::LowerCounted(ir::ValueId id, const ir::Inst& inst) {
  const size_t ranks = RanksOf(plan_.counted[id.index()]);
  const auto load = [&](int64_t behind) {
    Value* place = builder_->CreateAdd(place_, Number(behind));
    return builder_->CreateAlignedLoad(Lanes(32), ScratchPointer(ranks, Bits(32), place), llvm::Align(4));
  };
  Value* count = builder_->CreateSub(load(1), load(0));
  if (Mutated(At(plan_.counted[id.index()]), Mutation::Kind::kValue)) {
    count = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::usub_sat, count, Const(1, 32));
  }
  if (inst.op == Op::kExists) return {builder_->CreateICmpNE(count, Const(0, 32)), nullptr};
  const ir::Inst& list = At(inst.args[0]);
  if (list.op == Op::kKeepLatest) {
    const int64_t limit = list.imm + (Mutated(list, Mutation::Kind::kValue) ? 1 : 0);
    const int64_t most = std::clamp<int64_t>(limit, 0, std::numeric_limits<int32_t>::max());
    count = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::umin, count, Const(most, 32));
  }
  const int bits = WidthAt(id);
  return {bits > 32 ? builder_->CreateZExt(count, Lanes(bits)) : As(count, bits), nullptr};
}

Val KernelLowering::LowerTest(ir::ValueId id, const ir::Inst& inst) {
  const ir::Inst& text = At(inst.args[0]);
  Value* table = InputPointer({Input::Kind::kTestBits, id.value, 0});
  Value* known = nullptr;
  Value* code = nullptr;
  if (lanes_ == 0) {
    const Val read = Get(inst.args[0]);
    known = KnownOf(read);
    code = builder_->CreateTrunc(read.value, Bits(32));
  } else {
    SAITEN_CHECK(text.op == Op::kLoadField);
    const Type event = At(text.args[0]).type;
    const int bits = 8 * rt::BytesOf(layout_.fields[event.ref][text.aux]);
    Value* codes = InputPointer({Input::Kind::kField, event.ref, text.aux});
    Value* raw = builder_->CreateAlignedLoad(Lanes(bits), builder_->CreateGEP(Bits(bits), codes, row_), llvm::Align(1));
    known = builder_->CreateICmpSGE(raw, Const(0, bits));
    if (few_texts_ && bits <= 16) return {LookUpBit(table, As(raw, 16)), inst.type.optional ? known : nullptr};
    code = As(raw, 32);
  }
  // Where it is unknown, the first text's; nobody looks at it.
  if (inst.type.optional) code = builder_->CreateSelect(known, code, Const(0, 32));
  Value* place = builder_->CreateLShr(code, Const(5, 32));
  Value* pointer = builder_->CreateGEP(Bits(32), table, builder_->CreateZExt(place, Lanes(64)));
  Value* word = lanes_ == 0 ? static_cast<Value*>(builder_->CreateLoad(Bits(32), pointer))
                            : builder_->CreateMaskedGather(Lanes(32), pointer, llvm::Align(4));
  Value* bit = builder_->CreateShl(Const(1, 32), builder_->CreateAnd(code, Const(31, 32)));
  Value* value = builder_->CreateICmpNE(builder_->CreateAnd(word, bit), Const(0, 32));
  return {value, inst.type.optional ? known : nullptr};
}

llvm::Value* KernelLowering::LookUpBit(Value* table, Value* codes) {
  // The first 1,024 bits are 64 words of 16; two registers hold 32 each.
  constexpr int kHalf = 32;
  auto* words = llvm::FixedVectorType::get(Bits(16), kHalf);
  Value* half[2];
  {
    const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
    builder_->SetInsertPoint(entry_);
    for (int i = 0; i < 2; ++i) {
      half[i] =
          builder_->CreateAlignedLoad(words, builder_->CreateConstGEP1_64(Bits(16), table, kHalf * i), llvm::Align(1));
    }
  }
  Value* place = builder_->CreateLShr(codes, Const(4, 16));
  Value* parts[2];
  for (int i = 0; i < 2; ++i) {
    llvm::SmallVector<int> lanes;
    for (int lane = 0; lane < kHalf; ++lane) lanes.push_back(kHalf * i + lane);
    Value* of = builder_->CreateShuffleVector(place, lanes);
    parts[i] = builder_->CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_hi_512, {}, {half[0], of, half[1]});
  }
  llvm::SmallVector<int> all;
  for (int lane = 0; lane < kRowStep; ++lane) all.push_back(lane);
  Value* word = builder_->CreateShuffleVector(parts[0], parts[1], all);
  Value* bit = builder_->CreateShl(Const(1, 16), builder_->CreateAnd(codes, Const(15, 16)));
  return builder_->CreateICmpNE(builder_->CreateAnd(word, bit), Const(0, 16));
}

}  // namespace saiten::jit
