#include "base/check.h"
#include "runtime/civil.h"
#include "vm/jit/lower.h"

// Lists as loops. Events in a window, related records, filters and caps are streams: no list is made. The others are
// collected, handed to the runtime's function of that name and gone through afterwards.
namespace saiten::jit {

using ir::Op;

namespace {

// Rolling caps up to this many keep their times on the stack.
constexpr int64_t kMostRolling = 64;
// Kernels with more loops than this share the search of windows.
constexpr size_t kFewSteps = 4;

// Where the slices of a list begin.
Input Begins(const ir::Kernel& kernel, const ir::Inst& inst) {
  if (inst.op == Op::kRelated) return {Input::Kind::kManyOffsets, kernel[inst.args[0]].type.ref, inst.aux};
  return {Input::Kind::kBegins, inst.aux, 0};
}

}  // namespace

void KernelLowering::PrepareBlock(ir::BlockId block) {
  for (ir::ValueId outer : OuterValues(kernel_, block)) {
    if (At(outer).is_list) {
      PrepareList(outer);
    } else {
      Get(outer);
    }
  }
}

void KernelLowering::PrepareList(ir::ValueId list) {
  const ir::Inst& inst = At(list);
  for (ir::ValueId arg : inst.args) {
    if (At(arg).is_list) {
      PrepareList(arg);
    } else {
      Get(arg);
    }
  }
  for (ir::BlockId block : inst.blocks) PrepareBlock(block);
  if (inst.op == Op::kEvents || inst.op == Op::kRelated) BoundsOf(list);
}

void KernelLowering::Stream(ir::ValueId list, const Body& body) {
  const ir::Inst& inst = At(list);
  const Body passing = [&](Value* element, llvm::BasicBlock* done) { Passing(inst, element, done, body); };
  switch (inst.op) {
    case Op::kEvents:
    case Op::kRelated:
      return StreamSlice(list, body, false);
    case Op::kFilter:
      return Stream(inst.args[0], passing);
    case Op::kCapPeriod:
      return StreamCapPeriod(inst, body);
    case Op::kCapRolling:
      if (inst.imm > kMostRolling) return StreamMade(inst, body);
      return StreamCapRolling(inst, body);
    case Op::kKeepLatest:
      return StreamKeepLatest(inst, body);
    case Op::kEachEvents:
      return StreamMade(inst, passing);
    case Op::kEachRelated:
    case Op::kEachRef:
    case Op::kDistinct:
    case Op::kStretches:
      return StreamMade(inst, body);
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kInput:
    case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter:
    case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect:
    case Op::kElse: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe:
    case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize: case Op::kAdd: case Op::kSub:
    case Op::kMul: case Op::kDiv: case Op::kNeg: case Op::kRescale: case Op::kMin: case Op::kMax: case Op::kDateOf:
    case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate: case Op::kMoveInstant: case Op::kStepBack:
    case Op::kStepsBetween: case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep: case Op::kMoveBusiness: case Op::kTextEq: case Op::kTextTest:
    case Op::kLike: case Op::kMatches: case Op::kFold: case Op::kLift: case Op::kCall: case Op::kDecayLinear:
    case Op::kDecayCompound: case Op::kHalfLife: case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast:
    case Op::kSum: case Op::kAvg: case Op::kMinOf: case Op::kMaxOf: case Op::kRunning:
      SAITEN_UNREACHABLE("not a list");
      // clang-format on
  }
}

Bounds KernelLowering::BoundsOf(ir::ValueId list) {
  for (const auto& [id, bounds] : bounds_) {
    if (id == list) return bounds;
  }
  const ir::Inst& inst = At(list);
  Bounds bounds = SliceOf(Begins(kernel_, inst), Get(inst.args[0]));
  if (inst.op == Op::kEvents) bounds = WindowOf(inst.aux, bounds, Get(inst.args[1]), Get(inst.args[2]));
  if (Mutated(inst, Mutation::Kind::kValue)) {
    bounds.lo =
        builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin, builder_->CreateAdd(bounds.lo, Number(1)), bounds.hi);
  }
  bounds_.emplace_back(list, bounds);
  return bounds;
}

Bounds KernelLowering::SliceOf(Input begins, Val row) {
  // Of related rows one slice ends where the next begins.
  const bool by_event = begins.kind == Input::Kind::kBegins;
  Value* const first = InputPointer(begins);
  Value* const behind = by_event ? InputPointer({Input::Kind::kEnds, begins.owner, begins.index}) : first;
  Value* place = As(row, 64);
  if (row.known != nullptr) place = builder_->CreateSelect(row.known, place, Number(0));
  const auto load = [&](Value* pointer, Value* at) {
    Value* offset = builder_->CreateLoad(Bits(32), builder_->CreateGEP(Bits(32), pointer, at));
    return builder_->CreateZExt(offset, Bits(64));
  };
  Bounds bounds{load(first, place), load(behind, by_event ? place : builder_->CreateAdd(place, Number(1)))};
  if (row.known != nullptr) bounds.hi = builder_->CreateSelect(row.known, bounds.hi, bounds.lo);
  return bounds;
}

Bounds KernelLowering::WindowOf(uint32_t event, Bounds all, Val after, Val until) {
  Bounds window;
  window.lo = UpperBound(event, all.lo, all.hi, As(after, 64));
  window.hi = UpperBound(event, window.lo, all.hi, As(until, 64));
  if (Value* known = Both(after.known, until.known)) {
    window.hi = builder_->CreateSelect(known, window.hi, window.lo);
  }
  return window;
}

llvm::Value* KernelLowering::MicrosOf(Value* time) {
  auto* const type = time->getType();
  if (type->getScalarSizeInBits() == 64) return time;
  return builder_->CreateMul(builder_->CreateZExt(time, type->getWithNewBitWidth(64)),
                             llvm::ConstantInt::get(type->getWithNewBitWidth(64), rt::Times::kSecond), "", true, true);
}

llvm::Value* KernelLowering::LoadTime(uint32_t event, Value* place) {
  llvm::Type* const type = Bits(8 * rt::BytesOf(layout_.times[event]));
  Value* const times = InputPointer({Input::Kind::kTimes, event, 0});
  return MicrosOf(builder_->CreateLoad(type, builder_->CreateGEP(type, times, place)));
}

llvm::Value* KernelLowering::SecondUpTo(Value* bound) {
  Value* const second = builder_->CreateUDiv(bound, Number(rt::Times::kSecond));
  return builder_->CreateSelect(builder_->CreateICmpSLT(bound, Number(0)), Number(-1), second);
}

llvm::Value* KernelLowering::UpperBound(uint32_t event, Value* lo, Value* hi, Value* bound) {
  const int bits = 8 * rt::BytesOf(layout_.times[event]);
  const char* const name = bits == 64 ? "saiten.upper_bound" : "saiten.upper_bound.seconds";
  Value* const times = InputPointer({Input::Kind::kTimes, event, 0});
  if (bits != 64) bound = SecondUpTo(bound);
  llvm::Function* function = module_->getFunction(name);
  if (function == nullptr) {
    const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
    auto* type = llvm::FunctionType::get(Bits(64), {builder_->getPtrTy(), Bits(64), Bits(64), Bits(64)}, false);
    function = llvm::Function::Create(type, llvm::Function::InternalLinkage, name, *module_);
    function->setDoesNotThrow();
    function->setOnlyReadsMemory();
    function->setWillReturn();
    // A copy at each place is a little faster and takes long to make where there are many.
    function->addFnAttr(plan_.steps.size() > kFewSteps ? llvm::Attribute::NoInline : llvm::Attribute::AlwaysInline);
    llvm::LLVMContext& context = module_->getContext();
    const auto block = [&](const char* name) { return llvm::BasicBlock::Create(context, name, function); };
    auto *entry = block("entry"), *ends = block("ends"), *search = block("search"), *found = block("found");
    Value *array = function->getArg(0), *first = function->getArg(1), *last = function->getArg(2);
    Value* limit = function->getArg(3);
    const auto time = [&](Value* at) {
      Value* const stored = builder_->CreateLoad(Bits(bits), builder_->CreateGEP(Bits(bits), array, at));
      return builder_->CreateZExt(stored, Bits(64));
    };
    builder_->SetInsertPoint(entry);
    builder_->CreateCondBr(builder_->CreateICmpSLT(first, last), ends, found);
    // Windows mostly end at the clock, behind the last event.
    builder_->SetInsertPoint(ends);
    Value* newest = time(builder_->CreateSub(last, Number(1)));
    Value* count = builder_->CreateSub(last, first);
    builder_->CreateCondBr(builder_->CreateICmpSLE(newest, limit), found, search);
    builder_->SetInsertPoint(search);
    auto* low = builder_->CreatePHI(Bits(64), 2);
    auto* left = builder_->CreatePHI(Bits(64), 2);
    low->addIncoming(first, ends);
    left->addIncoming(count, ends);
    Value* half = builder_->CreateLShr(left, Number(1));
    Value* middle = builder_->CreateAdd(low, half);
    Value* before = builder_->CreateICmpSLE(time(middle), limit);
    Value* next_low = builder_->CreateSelect(before, builder_->CreateAdd(middle, Number(1)), low);
    Value* above = builder_->CreateSub(builder_->CreateSub(left, half), Number(1));
    Value* next_left = builder_->CreateSelect(before, above, half);
    low->addIncoming(next_low, search);
    left->addIncoming(next_left, search);
    builder_->CreateCondBr(builder_->CreateICmpSGT(next_left, Number(0)), search, found);
    builder_->SetInsertPoint(found);
    auto* result = builder_->CreatePHI(Bits(64), 3);
    result->addIncoming(first, entry);
    result->addIncoming(last, ends);
    result->addIncoming(next_low, search);
    builder_->CreateRet(result);
  }
  return builder_->CreateCall(function, {times, lo, hi, bound});
}

Val KernelLowering::LowerEventAfter(const ir::Inst& inst) {
  const Val row = Get(inst.args[0]);
  const Val bound = Get(inst.args[1]);
  const Bounds all = SliceOf({Input::Kind::kBegins, inst.aux, 0}, row);
  Value* next = UpperBound(inst.aux, all.lo, all.hi, As(bound, 64));
  const bool last = (inst.imm != 0) != Mutated(inst, Mutation::Kind::kBoundary);
  Value* there = last ? builder_->CreateICmpSGT(next, all.lo) : builder_->CreateICmpSLT(next, all.hi);
  Value* at = last ? builder_->CreateSub(next, Number(1)) : next;
  // Place 0 can always be read.
  Value* place = builder_->CreateSelect(there, at, Number(0));
  Value* time = LoadTime(inst.aux, place);
  return {time, Both(Both(row.known, bound.known), there)};
}

void KernelLowering::StreamSlice(ir::ValueId list, const Body& body, bool backwards) {
  const ir::Inst& inst = At(list);
  const Bounds bounds = BoundsOf(list);
  Value* rows = nullptr;
  if (inst.op == Op::kRelated) {
    rows = InputPointer({Input::Kind::kManyRows, At(inst.args[0]).type.ref, inst.aux});
  }
  Loop(
      bounds.lo, bounds.hi,
      [&](Value* index, llvm::BasicBlock* done) {
        Value* element = index;
        if (rows != nullptr) {
          Value* row = builder_->CreateLoad(Bits(32), builder_->CreateGEP(Bits(32), rows, index));
          element = builder_->CreateZExt(row, Bits(64));
        }
        if (inst.blocks.empty()) return body(element, done);
        Passing(inst, element, done, body);
      },
      backwards);
}

void KernelLowering::Passing(const ir::Inst& inst, Value* element, llvm::BasicBlock* done, const Body& body) {
  if (inst.blocks.empty()) return body(element, done);
  const Val passes = CallBlock(inst.blocks[0], element);
  const bool unmasked = Mutated(inst, Mutation::Kind::kUnknown);
  Value* holds = unmasked ? passes.value : Holds(passes);
  if (inst.op == Op::kFilter && Mutated(inst, Mutation::Kind::kValue)) holds = builder_->CreateNot(holds);
  If(holds, [&] { body(element, done); });
}

void KernelLowering::StreamCapPeriod(const ir::Inst& inst, const Body& body) {
  Value* period = Variable(Bits(64), Number(std::numeric_limits<int64_t>::min()));
  Value* in_period = Variable(Bits(64), Number(0));
  Stream(inst.args[0], [&](Value* element, llvm::BasicBlock* done) {
    Value* its =
        Helper("saiten_period", Bits(64), {HelperContextPointer(), TimeOf(inst.args[0], element), Number(inst.aux)});
    Value* same = builder_->CreateICmpEQ(its, builder_->CreateLoad(Bits(64), period));
    Value* count = builder_->CreateSelect(same, builder_->CreateLoad(Bits(64), in_period), Number(0));
    builder_->CreateStore(its, period);
    const int64_t most = inst.imm + (Mutated(inst, Mutation::Kind::kValue) ? 1 : 0);
    Value* room = builder_->CreateICmpSLT(count, Number(most));
    builder_->CreateStore(builder_->CreateAdd(count, builder_->CreateZExt(room, Bits(64))), in_period);
    If(room, [&] { body(element, done); });
  });
}

void KernelLowering::StreamCapRolling(const ir::Inst& inst, const Body& body) {
  // Nothing passes, but what the list below computes may still trap.
  if (inst.imm <= 0) return Stream(inst.args[0], [](Value*, llvm::BasicBlock*) {});
  Value* ring = Variable(llvm::ArrayType::get(Bits(64), static_cast<uint64_t>(inst.imm)), nullptr);
  Value* kept = Variable(Bits(64), Number(0));
  Stream(inst.args[0], [&](Value* element, llvm::BasicBlock* done) {
    Value* time = TimeOf(inst.args[0], element);
    Value* count = builder_->CreateLoad(Bits(64), kept);
    // The kept one that many places back decides; its time is overwritten by this one's.
    Value* place = builder_->CreateURem(count, Number(inst.imm));
    Value* slot = builder_->CreateGEP(Bits(64), ring, place);
    Value* full = builder_->CreateICmpSGE(count, Number(inst.imm));
    Value* oldest = Variable(Bits(64), Number(std::numeric_limits<int64_t>::min()));
    If(full, [&] { builder_->CreateStore(builder_->CreateLoad(Bits(64), slot), oldest); });
    Value* back = AgeBack(time, inst.imm2, static_cast<rt::TimeUnit>(inst.aux));
    Value* before = builder_->CreateLoad(Bits(64), oldest);
    const bool edge = Mutated(inst, Mutation::Kind::kValue);
    Value* blocked = edge ? builder_->CreateICmpSGE(before, back) : builder_->CreateICmpSGT(before, back);
    If(builder_->CreateNot(builder_->CreateAnd(full, blocked)), [&] {
      builder_->CreateStore(time, slot);
      builder_->CreateStore(builder_->CreateAdd(count, Number(1)), kept);
      body(element, done);
    });
  });
}

llvm::Value* KernelLowering::AgeBack(Value* time, int64_t n, rt::TimeUnit unit) {
  const int64_t length = rt::FixedLength(unit);
  if (length == 0) {
    return Helper("saiten_age_back", Bits(64),
                  {HelperContextPointer(), time, Number(n), Number(static_cast<int64_t>(unit))});
  }
  bool beyond = false;
  const int64_t span = rt::Saturate(rt::Int128{length} * n, &beyond);
  Value* back = builder_->CreateBinaryIntrinsic(llvm::Intrinsic::ssub_sat, time, Number(span));
  return builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smax, back, Number(rt::kMinInstant));
}

void KernelLowering::StreamKeepLatest(const ir::Inst& inst, const Body& body) {
  const int64_t most = std::max<int64_t>(inst.imm, 0) + (Mutated(inst, Mutation::Kind::kValue) ? 1 : 0);
  // Counted first and then gone through again: cheaper than keeping the list.
  Value* skip = builder_->CreateSub(CountOf(inst.args[0]), Number(most));
  Value* seen = Variable(Bits(64), Number(0));
  Stream(inst.args[0], [&](Value* element, llvm::BasicBlock* done) {
    Value* before = builder_->CreateLoad(Bits(64), seen);
    builder_->CreateStore(builder_->CreateAdd(before, Number(1)), seen);
    If(builder_->CreateICmpSGE(before, skip), [&] { body(element, done); });
  });
}

void KernelLowering::StreamMade(const ir::Inst& inst, const Body& body) {
  Value* list = Helper("saiten_list_open", builder_->getPtrTy(), {HelperContextPointer()});
  FillList(inst, list);
  Value* data = Helper("saiten_list_data", builder_->getPtrTy(), {list});
  Value* size = Helper("saiten_list_size", Bits(64), {list});
  Value* first = Number(0);
  if (Mutated(inst, Mutation::Kind::kValue)) first = Number(1);
  Loop(first, size, [&](Value* index, llvm::BasicBlock* done) {
    body(builder_->CreateLoad(Bits(64), builder_->CreateGEP(Bits(64), data, index)), done);
  });
  Helper("saiten_list_close", builder_->getVoidTy(), {HelperContextPointer()});
}

void KernelLowering::FillList(const ir::Inst& inst, Value* list) {
  llvm::Type* nothing = builder_->getVoidTy();
  const Type from = At(inst.args[0]).type;
  const auto push = [&](Value* element) { Helper("saiten_list_push", nothing, {list, element}); };
  if (inst.op == Op::kEachEvents) {
    const Val after = Get(inst.args[1]);
    const Val until = Get(inst.args[2]);
    Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
      const Bounds all = SliceOf({Input::Kind::kBegins, inst.aux, 0}, {element, nullptr});
      const Bounds window = WindowOf(inst.aux, all, after, until);
      Helper("saiten_list_push_range", nothing, {list, window.lo, window.hi});
    });
    Helper("saiten_list_sort", nothing, {HelperContextPointer(), list, Number(inst.aux)});
  } else if (inst.op == Op::kEachRelated) {
    Value* rows = InputPointer({Input::Kind::kManyRows, from.ref, inst.aux});
    Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
      const Bounds bounds = SliceOf({Input::Kind::kManyOffsets, from.ref, inst.aux}, {element, nullptr});
      Loop(bounds.lo, bounds.hi, [&](Value* index, llvm::BasicBlock*) {
        Value* row = builder_->CreateLoad(Bits(32), builder_->CreateGEP(Bits(32), rows, index));
        push(builder_->CreateZExt(row, Bits(64)));
      });
    });
    Helper("saiten_list_unique", nothing, {list});
  } else if (inst.op == Op::kEachRef) {
    const bool event = from.is(TypeKind::kEvent);
    const Input input{event ? Input::Kind::kField : Input::Kind::kProperty, from.ref, inst.aux};
    const rt::Width width = (event ? layout_.fields : layout_.properties)[from.ref][inst.aux];
    const int bits = 8 * rt::BytesOf(width);
    Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
      Value* raw = builder_->CreateAlignedLoad(
          Bits(bits), builder_->CreateGEP(Bits(bits), InputPointer(input), element), llvm::Align(1));
      Value* known = builder_->CreateICmpNE(raw, Number(rt::UnknownOf(width), bits));
      If(known, [&] { push(As(raw, 64)); });
    });
    Helper("saiten_list_unique", nothing, {list});
  } else if (inst.op == Op::kDistinct) {
    Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
      const Val key = CallBlock(inst.blocks[0], element);
      Helper("saiten_list_push_key", nothing, {list, element, As(key, 64), As(KnownOf(key), 8)});
    });
    const bool text = At(kernel_[inst.blocks[0]].result).type.is(TypeKind::kText);
    const bool latest = (inst.imm != 0) != Mutated(inst, Mutation::Kind::kBoundary);
    Helper("saiten_list_distinct", nothing,
           {HelperContextPointer(), list, Number(latest ? 1 : 0), Number(text ? 1 : 0)});
  } else {
    Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) { push(element); });
    const Type type = At(inst.args[0]).type;
    const int64_t event = type.is(TypeKind::kEvent) ? type.ref : -1;
    if (inst.op == Op::kCapRolling) {
      Helper("saiten_list_cap_rolling", nothing,
             {HelperContextPointer(), list, Number(event), Number(inst.imm), Number(inst.imm2), Number(inst.aux)});
      return;
    }
    Helper("saiten_list_stretches", nothing, StretchArguments(inst, list));
  }
}

std::vector<llvm::Value*> KernelLowering::StretchArguments(const ir::Inst& inst, Value* list) {
  const Type type = At(inst.args[0]).type;
  const Val anchor = Get(inst.args[1]);
  const Val until = Get(inst.args[2]);
  return {HelperContextPointer(),
          list,
          Number(type.is(TypeKind::kEvent) ? type.ref : -1),
          As(anchor, 64),
          As(KnownOf(anchor), 8),
          As(until, 64),
          As(KnownOf(until), 8),
          Number(inst.imm),
          Number(inst.aux)};
}

llvm::Value* KernelLowering::CountStretches(const ir::Inst& inst) {
  Value* list = Helper("saiten_list_open", builder_->getPtrTy(), {HelperContextPointer()});
  Stream(inst.args[0], [&](Value* element, llvm::BasicBlock*) {
    Helper("saiten_list_push", builder_->getVoidTy(), {list, element});
  });
  Value* count = Helper("saiten_count_stretches", Bits(64), StretchArguments(inst, list));
  Helper("saiten_list_close", builder_->getVoidTy(), {HelperContextPointer()});
  return count;
}

}  // namespace saiten::jit
