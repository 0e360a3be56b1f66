#include "vm/jit/lower.h"
#include "vm/jit/lower_program.h"
#include "vm/jit/related.h"

// Conditions on related records (related.h): bits by record, and how they are read.
namespace saiten::jit {

namespace {

constexpr int kBitsInWord = 32;
constexpr int kWordShift = 5;

}  // namespace

std::string RelatedName(const std::string& kernel, size_t place) { return kernel + ".related" + std::to_string(place); }

void KernelLowering::LowerRelatedTable(size_t place, const std::string& name) {
  const RelatedTest& test = plan_.related[place];
  BeginFunction(name);
  block_begin_ = function_->getArg(1);
  block_rows_ = builder_->CreateSub(function_->getArg(2), block_begin_);
  table_ = test.relation;
  Value* outputs = Argument(offsetof(KernelArgs, outputs), builder_->getPtrTy());
  Value* holds = builder_->CreateLoad(builder_->getPtrTy(), outputs);
  Value* known =
      builder_->CreateLoad(builder_->getPtrTy(), builder_->CreateConstGEP1_64(builder_->getPtrTy(), outputs, 1));
  RowLoop(kRowStep, [&] {
    const Val val = Made(test.test);
    Value* byte = builder_->CreateLShr(row_, Number(3));
    const auto store = [&](Value* bits, Value* to) {
      builder_->CreateAlignedStore(builder_->CreateBitCast(bits, Bits(kRowStep)),
                                   builder_->CreateGEP(Bits(8), to, byte), llvm::Align(8));
    };
    store(Holds(val), holds);
    store(KnownOf(val), known);
  });
  table_ = {};
  EndFunction();
}

Val KernelLowering::LowerRelated(ir::ValueId id) {
  const int place = plan_.related_place[id.index()];
  const Val record = Get(plan_.related[static_cast<size_t>(place)].relation);
  Value* number = As(record, 32);
  if (record.known != nullptr) number = builder_->CreateSelect(record.known, number, Const(0, 32));
  Value* bit = builder_->CreateShl(Const(1, 32), builder_->CreateAnd(number, Const(kBitsInWord - 1, 32)));
  Value* at = builder_->CreateZExt(builder_->CreateLShr(number, Const(kWordShift, 32)), Lanes(64));
  const auto read = [&](uint32_t which) {
    Value* table = InputPointer({Input::Kind::kRelatedBits, static_cast<uint32_t>(place), which});
    Value* pointer = builder_->CreateGEP(Bits(32), table, at);
    Value* word = nullptr;
    if (lanes_ == 0) {
      word = builder_->CreateLoad(Bits(32), pointer);
    } else {
      word = builder_->CreateMaskedGather(Lanes(32), pointer, llvm::Align(4), record.known, Const(0, 32));
    }
    Value* is = builder_->CreateICmpNE(builder_->CreateAnd(word, bit), Const(0, 32));
    return lanes_ == 0 ? Both(is, record.known) : is;
  };
  Val val{read(0), nullptr, true};
  if (At(id).type.optional) val.known = read(1);
  return val;
}

}  // namespace saiten::jit
