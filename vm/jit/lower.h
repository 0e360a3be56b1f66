#pragma once

#include <llvm/IR/Module.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "runtime/local_time.h"
#include "runtime/times.h"
#include "vm/jit/abi.h"
#include "vm/jit/facts.h"
#include "vm/jit/lower_builder.h"
#include "vm/jit/module_source.h"
#include "vm/jit/mutation.h"
#include "vm/jit/plan.h"

// From a kernel to LLVM IR. Internal to vm/jit.
namespace saiten::jit {

// Makes the LLVM function of one kernel.
class KernelLowering : private ValueBuilder {
 public:
  KernelLowering(ModuleSource& modules, const ir::Program& program, uint32_t kernel, const Layout& layout,
                 Mutation mutation);

  // Makes the kernel's function (a KernelCode) under this name.
  KernelNeeds Lower(const std::string& name);

 private:
  // Called with each element of a list; `done` is where to go to see no more of them.
  using Body = std::function<void(Value* element, llvm::BasicBlock* done)>;

  // Values made inside are forgotten at the end: code behind must not use what may not have run.
  class Scope {
   public:
    explicit Scope(KernelLowering& lowering)
        : lowering_(lowering), mark_(lowering.made_.size()), bounds_(lowering.bounds_.size()) {}
    ~Scope() {
      lowering_.ForgetSince(mark_);
      lowering_.bounds_.resize(bounds_);
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    KernelLowering& lowering_;
    size_t mark_;
    size_t bounds_;
  };

  // ---- lower_kernel.cpp: the function, its loops, arrays and arguments
  // The parameters of KernelCode and so many numbers of 64 bits.
  llvm::FunctionType* FunctionType(size_t numbers = 0);
  void BeginFunction(const std::string& name, size_t numbers = 0);
  // One that is called with the rows of a block.
  void BeginStep(const std::string& name, size_t numbers = 0);
  void EndFunction();
  void Blocks(const std::vector<std::string>& steps);
  void RunStep(const Step& step, const std::string& name);
  void RowLoop(unsigned lanes, const std::function<void()>& body);
  // What the end of a loop tells LLVM: that it is to stay as it is.
  llvm::MDNode* LoopFacts();
  void StoreScratch(ir::ValueId id, Val val);
  Val LoadScratch(ir::ValueId id);
  void StoreTests(size_t tests);
  // The results of these tests for the current rows, a bit each.
  Value* TestByte(size_t tests);
  Val LoadTest(ir::ValueId id);
  void StoreOutput(size_t place);
  void PlaceScratch();
  Value* InputPointer(Input input);
  Value* Argument(unsigned field, llvm::Type* type);
  Val UniformAt(const Uniform& uniform, int bits);
  Value* ScratchPointer(size_t offset, llvm::Type* type, Value* place);
  void TellTraps();
  void Trap(Value* when, Value* known = nullptr);
  void ForgetSince(size_t mark);
  void Remember(ir::ValueId id, Val val);

  // ---- lower_value.cpp: values of every kind
  Val Get(ir::ValueId id);
  Val Made(ir::ValueId id);  // as it is kept: see thousands_
  Val LowerValue(ir::ValueId id);
  // A constant of the rules. Large kernels read theirs from memory: what LLVM knows the lanes of it looks at one by
  // one.
  Value* Constant(int64_t value, int bits);
  Val LowerLoad(ir::ValueId id, const ir::Inst& inst, Input input, rt::Width width);
  Value* LoadBits(Value* pointer, Value* row);  // truth values from this row on
  Val LowerLogic(const ir::Inst& inst);
  Val LowerCompare(const ir::Inst& inst);
  Val LowerDayCompare(const ir::Inst& inst);
  Val LowerSelect(ir::ValueId id, const ir::Inst& inst);
  Val LowerElse(ir::ValueId id, const ir::Inst& inst);
  Val LowerSet(const ir::Inst& inst);
  Value* InMask(Value* member, uint64_t mask);
  Val LowerLift(ir::ValueId id, const ir::Inst& inst);
  Val Mutate(const ir::Inst& inst, Val val);

  // ---- lower_number.cpp: arithmetic
  Val LowerNumber(ir::ValueId id, const ir::Inst& inst);
  Val AddOrSub(ir::ValueId id, const ir::Inst& inst);
  Val Multiply(ir::ValueId id, const ir::Inst& inst);
  Val Divide(const ir::Inst& inst);
  Val LowerRescale(const ir::Inst& inst);
  Val LowerDecay(const ir::Inst& inst);
  Value* DivRound(Value* numerator, int64_t divisor);
  Value* CallCutting(const char* helper, std::initializer_list<Value*> args, Value* known);

  // ---- lower_call.cpp: operations that call the runtime
  Val LowerCalled(ir::ValueId id, const ir::Inst& inst);
  Value* Helper(const char* name, llvm::Type* result, llvm::ArrayRef<Value*> args, bool pure = false);
  Value* HelperContextPointer();

  // ---- lower_list.cpp: lists as loops; lower_aggregate.cpp: what is made of them
  void PrepareList(ir::ValueId list);
  void PrepareBlock(ir::BlockId block);
  void Stream(ir::ValueId list, const Body& body);
  void StreamSlice(ir::ValueId list, const Body& body, bool backwards);
  void Passing(const ir::Inst& inst, Value* element, llvm::BasicBlock* done, const Body& body);
  void StreamCapPeriod(const ir::Inst& inst, const Body& body);
  void StreamCapRolling(const ir::Inst& inst, const Body& body);
  void StreamKeepLatest(const ir::Inst& inst, const Body& body);
  void StreamMade(const ir::Inst& inst, const Body& body);
  void FillList(const ir::Inst& inst, Value* list);
  std::vector<Value*> StretchArguments(const ir::Inst& inst, Value* list);
  Value* CountStretches(const ir::Inst& inst);
  Bounds BoundsOf(ir::ValueId list);
  Bounds SliceOf(Input begins, Val row);
  Bounds WindowOf(uint32_t event, Bounds all, Val after, Val until);
  Value* UpperBound(uint32_t event, Value* lo, Value* hi, Value* bound);
  // The time of an event, in microseconds; and what times that were loaded as they are kept (rt::Times) are in them.
  Value* LoadTime(uint32_t event, Value* place);
  Value* MicrosOf(Value* time);
  // The last whole second up to an instant, -1 for those before 1970.
  Value* SecondUpTo(Value* bound);
  void Loop(Value* begin, Value* end, const std::function<void(Value* index, llvm::BasicBlock* done)>& body,
            bool backwards = false);
  void If(Value* condition, const std::function<void()>& then);
  Val CallBlock(ir::BlockId block, Value* element);
  void LeaveTo(llvm::BasicBlock* done);
  bool NoTrap(ir::ValueId list) const;
  bool CanReverse(ir::ValueId list) const;
  void StreamBackwards(ir::ValueId list, const Body& body);
  Value* TimeOf(ir::ValueId list, Value* element);
  Value* AgeBack(Value* time, int64_t n, rt::TimeUnit unit);
  Val LowerEventAfter(const ir::Inst& inst);

  // ---- lower_counts.cpp: events counted for all rows of a block at once
  // Leaves in the lists' ranks how many of their events up to each row count; `name` is the step's function.
  void CountEvents(const std::vector<ir::ValueId>& lists, const std::string& name);
  // Bytes of an array of ranks; where a list's one is in the scratch memory.
  size_t RankBytes() const { return static_cast<size_t>(block_size_ + kRowStep) * sizeof(uint32_t); }
  size_t RanksOf(ir::ValueId list) const { return ranks_ + plan_.ranks[list.index()] * RankBytes(); }
  // The function that counts all lists with the key of this one.
  void LowerCounting(ir::ValueId list, const std::string& name);
  // A bit for each event of so many words from `word` on, counted from the first event there is.
  void MarkEvents(const ir::Inst& events, const Window& window, Value* word, Value* words);
  void MarkAllEvents(const ir::Inst& events, const Window& window, Value* word, Value* words);
  void RememberWindow(const ir::Inst& events, const Window& window);
  // The first time of a window, and how many come from it on, as wide as the event's times: one comparison without sign
  // does for both ends.
  std::pair<Value*, Value*> WindowInTimes(uint32_t event, const Window& window);
  void RankRows(Value* offsets, Value* word, Value* ranks, Value* first);
  Val LowerCounted(ir::ValueId id, const ir::Inst& inst);
  // A test of a text, read from a table with a bit for each text.
  Val LowerTest(ir::ValueId id, const ir::Inst& inst);
  // The bits of kRowStep codes, which are below kCodesInRegisters or mean nothing.
  Value* LookUpBit(Value* table, Value* codes);

  // ---- lower_related.cpp: conditions on related records as bits
  // The function that works out the bits of Plan::related[place].
  void LowerRelatedTable(size_t place, const std::string& name);
  Val LowerRelated(ir::ValueId id);
  Val LowerAggregate(ir::ValueId id, const ir::Inst& inst);
  bool IsSlice(ir::ValueId list) const;
  Value* CountOf(ir::ValueId list);
  Val LowerSum(ir::ValueId id, const ir::Inst& inst);
  Val LowerBest(ir::ValueId id, const ir::Inst& inst);
  Val LowerEdge(ir::ValueId id, const ir::Inst& inst);
  Val LowerRunning(const ir::Inst& inst);
  // Adds what `element` of list `rule` brings; `own`: where that list's own sum is, if the list has limits.
  void AddPoints(const ir::Inst& inst, size_t rule, Value* element, Value* sum, Value* own);
  // before + add, trapping where that is cut.
  Value* AddTo(Value* before, Value* add);
  Value* Held(Value* value, int64_t min, int64_t max);

  // ---- small things
  const ir::Inst& At(ir::ValueId id) const { return kernel_[id]; }
  Range RangeAt(ir::ValueId id) const { return ranges_[id.index()]; }
  // The place of a text in tables by dictionary code: -1 for unknown.
  Value* CodeOf(Val text);
  Value* Variable(llvm::Type* type, Value* first);
  bool Mutated(const ir::Inst& inst, Mutation::Kind kind) const {
    return mutation_.kind == kind && mutation_.op == inst.op;
  }
  int WidthAt(ir::ValueId id) const;  // bits of the value of this instruction, in thousands where it is kept so
  void FindThousands();
  // The operand as the code of `id` works with it: in thousands if `id` is.
  Val Operand(ir::ValueId id, ir::ValueId operand) { return thousands_[id.index()] ? Made(operand) : Get(operand); }

  ModuleSource& modules_;
  llvm::Module* module_ = nullptr;  // of the current function
  const ir::Program& program_;
  const ir::Kernel& kernel_;
  const Layout& layout_;
  Mutation mutation_;
  std::vector<Range> ranges_;
  Plan plan_;
  KernelNeeds needs_;

  // By ValueId: points that are whole are kept as such, not in thousandths, in registers and scratch arrays: most then
  // need 8 bits instead of 32.
  std::vector<bool> thousands_;
  unsigned rows_at_once_ = kRowStep;

  llvm::Function* function_ = nullptr;
  llvm::BasicBlock* entry_ = nullptr;  // arguments and variables; ends in a jump to the first block
  llvm::BasicBlock* first_ = nullptr;
  Value* block_begin_ = nullptr;  // first row of the block
  Value* block_rows_ = nullptr;   // rows in it
  Value* place_ = nullptr;        // of the current row in its block
  Value* row_ = nullptr;          // the current row
  Value* trap_ = nullptr;         // variable: whether a number of the current row was cut
  bool traps_ = false;            // whether code that may set it was made in this loop
  bool kernel_traps_ = false;
  bool few_texts_ = false;    // code is made for dictionaries of up to kCodesInRegisters texts
  bool makes_texts_ = false;  // texts that live until the end of a block
  int block_size_ = kMostBlockRows;
  std::vector<std::optional<Place>> scratch_;  // by ValueId; offsets for kMostBlockRows rows
  ir::ValueId table_;                          // the relation whose records are the rows now, if valid
  size_t flags_ = 0;                           // offset of the rows' trap flags
  size_t marks_ = 0;                           // offset of the bits of events, of one list after the other
  size_t ranks_ = 0;                           // offset of the arrays of ranks
  std::vector<std::string> counting_;          // the functions that count, by Plan::counting; empty if not yet made
  std::vector<bool> is_stored_;                // by ValueId: has been written by an earlier step

  std::vector<std::optional<Val>> values_;              // by ValueId
  std::vector<ir::ValueId> made_;                       // in order, for Scope
  std::vector<Value*> input_pointers_;                  // by place in needs_.inputs
  std::vector<std::pair<unsigned, Value*>> arguments_;  // by offset in KernelArgs
  std::vector<Value*> test_bytes_;                      // by place in Plan::tests, of the current loop
  std::vector<Val> uniforms_;                           // by place in needs_.uniforms; a step is all vector or not
  std::vector<Val> so_far_;                             // of the enclosing `running`s
  std::vector<std::pair<ir::ValueId, Bounds>> bounds_;
};

}  // namespace saiten::jit
