#include <llvm/IR/IntrinsicsX86.h>

#include <bit>
#include <cstddef>

#include "base/check.h"
#include "vm/jit/counts.h"
#include "vm/jit/lower.h"
#include "vm/jit/lower_program.h"
#include "vm/jit/orc.h"

namespace saiten::jit {
namespace {

// What all scratch arrays of a block may take, so that they stay in the second-level cache.
constexpr size_t kScratchBudget = 512 * 1024;
// Kernels of more instructions work on half as many rows at once: made in half the time, run as fast.
constexpr size_t kLargeKernel = 400;

PlanOptions OptionsFor(const ir::Kernel& kernel, const Layout& layout) {
  PlanOptions options{.wide_masks = Machine::has_byte_tables(), .in_registers = {}};
  for (const ir::Inst& inst : kernel.insts) {
    const bool own = inst.op == ir::Op::kLoad && kernel[inst.args[0]].op == ir::Op::kRow;
    const bool narrow = own && layout.properties[kernel.object.index()][inst.aux] == rt::Width::k1;
    options.in_registers.push_back(options.wide_masks && narrow && inst.type.is(TypeKind::kText));
  }
  return options;
}

}  // namespace

KernelNeeds LowerKernel(ModuleSource& modules, const ir::Program& program, uint32_t kernel, const Layout& layout,
                        Mutation mutation, const std::string& name) {
  return KernelLowering(modules, program, kernel, layout, mutation).Lower(name);
}

KernelLowering::KernelLowering(ModuleSource& modules, const ir::Program& program, uint32_t kernel, const Layout& layout,
                               Mutation mutation)
    : modules_(modules),
      program_(program),
      kernel_(program.kernels[kernel]),
      layout_(layout),
      mutation_(mutation),
      ranges_(RangesOf(kernel_, layout, program)),
      plan_(PlanOf(kernel_, ranges_, OptionsFor(kernel_, layout))),
      scratch_(kernel_.insts.size()),
      is_stored_(kernel_.insts.size()),
      values_(kernel_.insts.size()) {
  if (kernel_.insts.size() > kLargeKernel) rows_at_once_ = kRowStep / 2;
  FindThousands();
}

KernelNeeds KernelLowering::Lower(const std::string& name) {
  PlaceScratch();
  needs_.related = plan_.related;
  for (size_t i = 0; i < plan_.related.size(); ++i) LowerRelatedTable(i, RelatedName(name, i));
  // A function a step: LLVM's time for one function grows faster than its length.
  std::vector<std::string> steps;
  for (size_t i = 0; i < plan_.steps.size(); ++i) {
    steps.push_back(name + ".step" + std::to_string(i));
    RunStep(plan_.steps[i], steps.back());
  }
  BeginFunction(name);
  Blocks(steps);
  EndFunction();
  return std::move(needs_);
}

void KernelLowering::BeginStep(const std::string& name, size_t numbers) {
  BeginFunction(name, numbers);
  function_->addFnAttr(llvm::Attribute::NoInline);
  block_begin_ = function_->getArg(1);
  // Told as a number of steps, so that LLVM sees that there is no rest and at least one.
  const auto bits = static_cast<unsigned>(std::bit_width(static_cast<unsigned>(block_size_ / kRowStep)));
  function_->addParamAttr(
      2, llvm::Attribute::get(module_->getContext(), llvm::Attribute::Range,
                              llvm::ConstantRange(llvm::APInt(64, 1), llvm::APInt(64, uint64_t{1} << bits))));
  block_rows_ = builder_->CreateShl(function_->getArg(2), Number(std::countr_zero(static_cast<unsigned>(kRowStep))),
                                    "block.rows", true, true);
}

llvm::FunctionType* KernelLowering::FunctionType(size_t numbers) {
  llvm::SmallVector<llvm::Type*> parameters(3 + numbers, builder_->getInt64Ty());
  parameters[0] = builder_->getPtrTy();
  return llvm::FunctionType::get(builder_->getVoidTy(), parameters, false);
}

void KernelLowering::BeginFunction(const std::string& name, size_t numbers) {
  llvm::Module* module = &modules_.Next();
  if (module != module_) {
    module_ = module;
    builder_.emplace(module->getContext());
  }
  function_ = llvm::Function::Create(FunctionType(numbers), llvm::Function::ExternalLinkage, name, *module_);
  function_->setDoesNotThrow();
  // Where the processor has 512-bit registers they are worth it: the loops are short of nothing but lanes.
  function_->addFnAttr("prefer-vector-width", "512");
  entry_ = llvm::BasicBlock::Create(module_->getContext(), "entry", function_);
  first_ = llvm::BasicBlock::Create(module_->getContext(), "block", function_);
  arguments_.clear();
  input_pointers_.assign(needs_.inputs.size(), nullptr);
  uniforms_.assign(needs_.uniforms.size(), {});
  builder_->SetInsertPoint(first_);
}

void KernelLowering::EndFunction() {
  builder_->CreateRetVoid();
  llvm::BranchInst::Create(first_, entry_);
}

void KernelLowering::Blocks(const std::vector<std::string>& steps) {
  llvm::BasicBlock* head = builder_->GetInsertBlock();
  auto* begin = builder_->CreatePHI(builder_->getInt64Ty(), 2, "block.begin");
  begin->addIncoming(function_->getArg(1), entry_);
  block_begin_ = begin;
  Value* left = builder_->CreateSub(function_->getArg(2), begin);
  block_rows_ =
      builder_->CreateBinaryIntrinsic(llvm::Intrinsic::smin, left, Number(block_size_), nullptr, "block.rows");
  if (kernel_traps_) {
    builder_->CreateMemSet(ScratchPointer(flags_, Bits(8), Number(0)), builder_->getInt8(0), block_rows_,
                           llvm::MaybeAlign());
  }
  Value* row_steps = builder_->CreateLShr(block_rows_, Number(std::countr_zero(static_cast<unsigned>(kRowStep))));
  for (const std::string& step : steps) {
    const llvm::FunctionCallee code = module_->getOrInsertFunction(step, function_->getFunctionType());
    builder_->CreateCall(code, {function_->getArg(0), begin, row_steps});
  }
  if (kernel_traps_) TellTraps();
  if (makes_texts_) Helper("saiten_texts_reset", builder_->getVoidTy(), {HelperContextPointer()});
  Value* next = builder_->CreateAdd(begin, block_rows_);
  begin->addIncoming(next, builder_->GetInsertBlock());
  auto* exit = llvm::BasicBlock::Create(module_->getContext(), "exit", function_);
  builder_->CreateCondBr(builder_->CreateICmpSLT(next, function_->getArg(2)), head, exit);
  builder_->SetInsertPoint(exit);
}

void KernelLowering::RunStep(const Step& step, const std::string& name) {
  if (!step.counted.empty()) return CountEvents(step.counted, name);
  BeginStep(name);
  RowLoop(step.vector ? rows_at_once_ : 0, [&] {
    for (ir::ValueId id : step.stored) StoreScratch(id, Made(id));
    for (size_t tests : step.tests) StoreTests(tests);
    for (ir::ValueId id : step.watched) Made(id);
    for (size_t output : step.outputs) StoreOutput(output);
  });
  EndFunction();
  for (ir::ValueId id : step.stored) is_stored_[id.index()] = true;
  for (size_t tests : step.tests) {
    for (ir::ValueId id : plan_.tests[tests].tests) is_stored_[id.index()] = true;
  }
}

void KernelLowering::RowLoop(unsigned lanes, const std::function<void()>& body) {
  const Scope scope(*this);
  llvm::LLVMContext& context = module_->getContext();
  llvm::BasicBlock* before = builder_->GetInsertBlock();
  auto* loop = llvm::BasicBlock::Create(context, lanes != 0 ? "rows" : "each", function_);
  builder_->CreateBr(loop);
  builder_->SetInsertPoint(loop);
  auto* place = builder_->CreatePHI(builder_->getInt64Ty(), 2, "place");
  place->addIncoming(Number(0), before);
  place_ = place;
  row_ = builder_->CreateAdd(block_begin_, place, "row");
  lanes_ = lanes;
  test_bytes_.clear();
  trap_ = Variable(Lanes(1), Const(0, 1));
  traps_ = false;
  body();
  if (traps_) {
    Value* flag = ScratchPointer(flags_, builder_->getInt8Ty(), place_);
    Value* cut = builder_->CreateZExt(builder_->CreateLoad(Lanes(1), trap_), Lanes(8));
    Value* before = builder_->CreateAlignedLoad(Lanes(8), flag, llvm::Align(1));
    builder_->CreateAlignedStore(builder_->CreateOr(before, cut), flag, llvm::Align(1));
    kernel_traps_ = true;
  }
  lanes_ = 0;
  Value* next = builder_->CreateAdd(place, Number(lanes != 0 ? lanes : 1), "", true, true);
  place->addIncoming(next, builder_->GetInsertBlock());
  auto* behind = llvm::BasicBlock::Create(context, "behind", function_);
  auto* latch = builder_->CreateCondBr(builder_->CreateICmpNE(next, block_rows_), loop, behind);

  latch->setMetadata(llvm::LLVMContext::MD_loop, LoopFacts());
  builder_->SetInsertPoint(behind);
}

llvm::MDNode* KernelLowering::LoopFacts() {
  llvm::LLVMContext& context = module_->getContext();
  auto* as_it_is = llvm::MDNode::get(context, {llvm::MDString::get(context, "llvm.loop.unroll.disable")});
  auto* node = llvm::MDNode::getDistinct(context, {nullptr, as_it_is});
  node->replaceOperandWith(0, node);
  return node;
}

void KernelLowering::PlaceScratch() {
  size_t row_bytes = 1 + plan_.tests.size();  // the trap flag
  row_bytes += plan_.rank_arrays * sizeof(uint32_t);
  const bool marks = plan_.rank_arrays > 0;
  for (const Step& step : plan_.steps) {
    for (ir::ValueId id : step.stored) {
      row_bytes += static_cast<size_t>(std::max(WidthAt(id), 8) / 8) + (At(id).type.optional ? 1 : 0);
    }
  }
  constexpr size_t kMarkBytes = kMostEventsARow / kEventsInWord * sizeof(uint64_t);
  if (marks) row_bytes += kMarkBytes;
  const size_t rows = std::clamp<size_t>(std::bit_floor(kScratchBudget / row_bytes), 64, kMostBlockRows);
  block_size_ = static_cast<int>(rows);
  size_t used = rows;
  for (const Step& step : plan_.steps) {
    for (ir::ValueId id : step.stored) {
      Place place{used, 0};
      used += rows * static_cast<size_t>(std::max(WidthAt(id), 8) / 8);
      if (At(id).type.optional) {
        place.known = used;
        used += rows;
      }
      scratch_[id.index()] = place;
    }
  }
  for (size_t i = 0; i < plan_.tests.size(); ++i) {
    const TestBits& tests = plan_.tests[i];
    for (size_t bit = 0; bit < tests.tests.size(); ++bit) {
      scratch_[tests.tests[bit].index()] = {used, 0, static_cast<int>(bit), i};
      // They need no loop before.
      is_stored_[tests.tests[bit].index()] = tests.in_registers;
    }
    if (!tests.in_registers) used += rows;
    needs_.tests.push_back(tests.tests);
  }
  ranks_ = used;
  used += plan_.rank_arrays * RankBytes();
  marks_ = used;
  // Words at both ends hold events of other blocks, too.
  if (marks) used += rows * kMarkBytes + 4 * kRowStep;
  needs_.scratch_bytes = used;
}

llvm::Value* KernelLowering::ScratchPointer(size_t offset, llvm::Type* type, Value* place) {
  Value* scratch = Argument(offsetof(KernelArgs, scratch), builder_->getPtrTy());
  Value* array = builder_->CreateGEP(builder_->getInt8Ty(), scratch, Number(static_cast<int64_t>(offset)));
  return builder_->CreateGEP(type, array, place);
}

void KernelLowering::StoreScratch(ir::ValueId id, Val val) {
  const Place place = *scratch_[id.index()];
  const int bits = std::max(WidthAt(id), 8);
  builder_->CreateAlignedStore(As(val, bits), ScratchPointer(place.value, Bits(bits), place_), llvm::Align(1));
  if (!At(id).type.optional) return;
  builder_->CreateAlignedStore(As(KnownOf(val), 8), ScratchPointer(place.known, Bits(8), place_), llvm::Align(1));
}

void KernelLowering::StoreTests(size_t tests) {
  Value* place = ScratchPointer(scratch_[plan_.tests[tests].tests[0].index()]->value, Bits(8), place_);
  builder_->CreateAlignedStore(TestByte(tests), place, llvm::Align(1));
}

llvm::Value* KernelLowering::TestByte(size_t tests) {
  const ir::ValueId text = plan_.tests[tests].text;
  Value* table = InputPointer({Input::Kind::kTests, static_cast<uint32_t>(tests), 0});
  if (lanes_ == 0) return builder_->CreateLoad(Bits(8), builder_->CreateGEP(Bits(8), table, CodeOf(Get(text))));
  if (test_bytes_.size() <= tests) test_bytes_.resize(tests + 1);
  if (test_bytes_[tests] != nullptr) return test_bytes_[tests];
  // Codes of one byte are below 128: their tests stand in two registers, from which 64 rows are looked up at once.
  auto* line = llvm::FixedVectorType::get(Bits(8), kRowStep);
  Value* half[2];
  {
    const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
    builder_->SetInsertPoint(entry_);
    for (int i = 0; i < 2; ++i) {
      Value* from = builder_->CreateConstGEP1_64(Bits(8), table, kRowStep * i);
      half[i] = builder_->CreateAlignedLoad(line, from, llvm::Align(1));
    }
  }
  Value* column = InputPointer({Input::Kind::kProperty, kernel_.object.value, At(text).aux});
  Value* codes = builder_->CreateAlignedLoad(Lanes(8), builder_->CreateGEP(Bits(8), column, row_), llvm::Align(1));
  llvm::SmallVector<int> all;
  for (int i = 0; i < kRowStep; ++i) all.push_back(i < static_cast<int>(lanes_) ? i : 0);
  Value* wide = builder_->CreateShuffleVector(codes, all);
  Value* byte = builder_->CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_qi_512, {}, {half[0], wide, half[1]});
  byte = builder_->CreateShuffleVector(byte, llvm::ArrayRef(all).take_front(lanes_));
  byte = builder_->CreateSelect(builder_->CreateICmpSLT(codes, Const(0, 8)), Const(0, 8), byte);
  return test_bytes_[tests] = byte;
}

Val KernelLowering::LoadTest(ir::ValueId id) {
  const Place place = *scratch_[id.index()];
  Value* byte = nullptr;
  if (plan_.tests[place.tests].in_registers) {
    byte = TestByte(place.tests);
  } else {
    byte = builder_->CreateAlignedLoad(Lanes(8), ScratchPointer(place.value, Bits(8), place_), llvm::Align(1));
  }
  Value* bit = builder_->CreateAnd(byte, Const(int64_t{1} << place.bit, 8));
  Val val{builder_->CreateICmpNE(bit, Const(0, 8)), nullptr, true};
  if (At(id).type.optional) val.known = Get(At(id).args[0]).known;
  return Mutate(At(id), val);
}

Val KernelLowering::LoadScratch(ir::ValueId id) {
  const Place place = *scratch_[id.index()];
  if (place.bit >= 0) return LoadTest(id);
  const int bits = std::max(WidthAt(id), 8);
  const auto load = [&](size_t offset, int wide) {
    return builder_->CreateAlignedLoad(Lanes(wide), ScratchPointer(offset, Bits(wide), place_), llvm::Align(1));
  };
  Val val;
  val.value = load(place.value, bits);
  if (WidthAt(id) == 1) val.value = builder_->CreateTrunc(val.value, Lanes(1));
  if (At(id).type.optional) val.known = builder_->CreateTrunc(load(place.known, 8), Lanes(1));
  return val;
}

void KernelLowering::StoreOutput(size_t place) {
  const ir::Output& output = kernel_.outputs[place];
  const rt::Width width = layout_.results[kernel_.object.index()][output.result];
  const int64_t unit = program_.results[kernel_.object.index()][output.result].unit;
  Value* outputs = Argument(offsetof(KernelArgs, outputs), builder_->getPtrTy());
  Value* column = nullptr;
  {
    const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
    builder_->SetInsertPoint(entry_);
    Value* at = builder_->CreateConstGEP1_64(builder_->getPtrTy(), outputs, place);
    column = builder_->CreateLoad(builder_->getPtrTy(), at, "result");
  }
  if (width == rt::Width::kBit) {
    // Not past the caches: it takes several steps to fill a line.
    Value* bits = builder_->CreateBitCast(Get(output.value).value, Bits(static_cast<int>(lanes_)));
    Value* byte = builder_->CreateLShr(row_, Number(3));
    builder_->CreateAlignedStore(bits, builder_->CreateGEP(Bits(8), column, byte), llvm::Align(lanes_ / 8));
    return;
  }
  const int bits = 8 * rt::BytesOf(width);
  const bool in_units = thousands_[output.value.index()] && unit == 1'000;
  const Val val = in_units ? Made(output.value) : Get(output.value);
  Value* number = val.value;
  if (!in_units && unit != 1) number = builder_->CreateExactSDiv(number, Const(unit, BitsOf(number)));
  number = As(number, bits);
  if (val.known != nullptr) number = builder_->CreateSelect(val.known, number, Const(rt::UnknownOf(width), bits));
  // Whole lines past the caches: nobody reads results soon, and a line that is written whole need not be read first.
  llvm::Instruction* store = builder_->CreateAlignedStore(number, builder_->CreateGEP(Bits(bits), column, row_),
                                                          llvm::Align(lanes_ * static_cast<unsigned>(bits) / 8));
  llvm::LLVMContext& context = module_->getContext();
  store->setMetadata(llvm::LLVMContext::MD_nontemporal,
                     llvm::MDNode::get(context, llvm::ConstantAsMetadata::get(builder_->getInt32(1))));
}

llvm::Value* KernelLowering::Argument(unsigned field, llvm::Type* type) {
  for (const auto& [offset, value] : arguments_) {
    if (offset == field) return value;
  }
  const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
  builder_->SetInsertPoint(entry_);
  Value* place = builder_->CreateConstGEP1_64(builder_->getInt8Ty(), function_->getArg(0), field);
  arguments_.emplace_back(field, builder_->CreateLoad(type, place));
  return arguments_.back().second;
}

llvm::Value* KernelLowering::InputPointer(Input input) {
  const auto found = std::find(needs_.inputs.begin(), needs_.inputs.end(), input);
  const auto place = static_cast<size_t>(found - needs_.inputs.begin());
  if (found == needs_.inputs.end()) {
    needs_.inputs.push_back(input);
    input_pointers_.push_back(nullptr);
  }
  if (input_pointers_[place] != nullptr) return input_pointers_[place];
  Value* inputs = Argument(offsetof(KernelArgs, inputs), builder_->getPtrTy());
  const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
  builder_->SetInsertPoint(entry_);
  Value* at = builder_->CreateConstGEP1_64(builder_->getPtrTy(), inputs, place);
  input_pointers_[place] = builder_->CreateLoad(builder_->getPtrTy(), at, "input");
  return input_pointers_[place];
}

Val KernelLowering::UniformAt(const Uniform& uniform, int bits) {
  const auto found = std::find(needs_.uniforms.begin(), needs_.uniforms.end(), uniform);
  const auto place = static_cast<size_t>(found - needs_.uniforms.begin());
  if (found == needs_.uniforms.end()) {
    needs_.uniforms.push_back(uniform);
    uniforms_.push_back({});
  }
  if (uniforms_[place].value != nullptr) return uniforms_[place];
  Value* values = Argument(offsetof(KernelArgs, uniforms), builder_->getPtrTy());
  Value* known = Argument(offsetof(KernelArgs, uniforms_known), builder_->getPtrTy());
  const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
  builder_->SetInsertPoint(entry_);
  Val val;
  val.value = builder_->CreateLoad(Bits(64), builder_->CreateConstGEP1_64(Bits(64), values, place), "uniform");
  val.value = builder_->CreateTrunc(val.value, Bits(bits));
  if (At(uniform.value).type.optional) {
    Value* flag = builder_->CreateLoad(Bits(8), builder_->CreateConstGEP1_64(Bits(8), known, place));
    val.known = builder_->CreateTrunc(flag, Bits(1));
  }
  if (lanes_ != 0) {
    val.value = builder_->CreateVectorSplat(lanes_, val.value);
    if (val.known != nullptr) val.known = builder_->CreateVectorSplat(lanes_, val.known);
  }
  uniforms_[place] = val;
  return val;
}

void KernelLowering::Trap(Value* when, Value* known) {
  if (known != nullptr) when = builder_->CreateAnd(when, known);
  builder_->CreateStore(builder_->CreateOr(builder_->CreateLoad(Lanes(1), trap_), when), trap_);
  traps_ = true;
}

void KernelLowering::TellTraps() {
  auto* flags = llvm::FixedVectorType::get(Bits(8), kRowStep);
  Value* any = Variable(flags, llvm::ConstantInt::get(flags, 0));
  RowLoop(kRowStep, [&] {
    Value* flag = builder_->CreateAlignedLoad(flags, ScratchPointer(flags_, Bits(8), place_), llvm::Align(1));
    builder_->CreateStore(builder_->CreateOr(builder_->CreateLoad(flags, any), flag), any);
  });
  Value* cut = builder_->CreateOrReduce(builder_->CreateLoad(flags, any));
  auto* tell = llvm::BasicBlock::Create(module_->getContext(), "traps", function_);
  auto* behind = llvm::BasicBlock::Create(module_->getContext(), "behind", function_);
  builder_->CreateCondBr(builder_->CreateICmpNE(cut, Number(0, 8)), tell, behind);
  builder_->SetInsertPoint(tell);
  Helper("saiten_traps", builder_->getVoidTy(),
         {HelperContextPointer(), ScratchPointer(flags_, Bits(8), Number(0)), block_begin_, block_rows_});
  builder_->CreateBr(behind);
  builder_->SetInsertPoint(behind);
}

void KernelLowering::ForgetSince(size_t mark) {
  for (size_t i = mark; i < made_.size(); ++i) values_[made_[i].index()].reset();
  made_.resize(mark);
}

void KernelLowering::Remember(ir::ValueId id, Val val) {
  values_[id.index()] = val;
  made_.push_back(id);
}

int KernelLowering::WidthAt(ir::ValueId id) const {
  if (At(id).type.is(TypeKind::kBool)) return 1;
  const Range range = RangeAt(id);
  return thousands_[id.index()] ? Range{range.lo / 1'000, range.hi / 1'000}.bits() : range.bits();
}

void KernelLowering::FindThousands() {
  thousands_.resize(kernel_.insts.size());
  if (kernel_.blocks.empty()) return;
  for (ir::ValueId id : kernel_[ir::BlockId(0)].insts) {
    const ir::Inst& inst = At(id);
    if (!inst.type.is(TypeKind::kDecimal) || inst.is_list) continue;
    if (plan_.uniform[id.index()] && inst.op != ir::Op::kConst) continue;
    const auto operands = [&](size_t first) {
      return std::all_of(inst.args.begin() + static_cast<ptrdiff_t>(first), inst.args.end(),
                         [&](ir::ValueId arg) { return thousands_[arg.index()]; });
    };
    const bool sum = inst.op == ir::Op::kAdd || inst.op == ir::Op::kSub;
    // So many times whole points.
    const auto whole_times = [&](size_t points, size_t number) {
      return thousands_[inst.args[points].index()] && At(inst.args[number]).type.is(TypeKind::kInt);
    };
    const bool product = inst.op == ir::Op::kMul && inst.imm == 0 && !MayTrap(kernel_, inst, ranges_) &&
                         (whole_times(0, 1) || whole_times(1, 0));
    const bool choice = inst.op == ir::Op::kMin || inst.op == ir::Op::kMax || inst.op == ir::Op::kElse;
    thousands_[id.index()] = (inst.op == ir::Op::kConst && inst.imm % 1'000 == 0) ||
                             (inst.op == ir::Op::kSelect && operands(1)) || (choice && operands(0)) || product ||
                             (inst.op == ir::Op::kNeg && operands(0)) ||
                             (sum && operands(0) && !MayTrap(kernel_, inst, ranges_));
  }
}

llvm::Value* KernelLowering::Variable(llvm::Type* type, Value* first) {
  llvm::AllocaInst* variable = nullptr;
  {
    const llvm::IRBuilder<>::InsertPointGuard guard(*builder_);
    builder_->SetInsertPoint(entry_);
    variable = builder_->CreateAlloca(type);
  }
  if (first != nullptr) builder_->CreateStore(first, variable);
  return variable;
}

}  // namespace saiten::jit
