#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"
#include "compiler/types/function_record.h"
#include "runtime/results.h"
#include "runtime/text_store.h"
#include "vm/run_context.h"
#include "vm/trap.h"

namespace saiten::vm {

// What an ir::Op::kInput is: a number of its type (a row, of a record or an event), or a text.
struct InputValue {
  bool known = false;
  int64_t number = 0;
  std::string_view text;  // instead of `number` where the type is a text; must outlive the evaluation
};

// Runs one kernel, a row at a time: the definition of what the IR means. Each thread has its own; the context and the
// results are shared. Results of kernels before this one must be complete.
class Interpreter {
 public:
  Interpreter(const RunContext& context, size_t kernel, rt::Results& results);
  // For a kernel of Program::asked: what other kernels wrote is read as it stands. Made once for each question, which
  // then costs no more than its instructions: Evaluate and ValueOf.
  Interpreter(const RunContext& context, const ir::Kernel& asked, rt::Results& results);

  // From now on `now` is another instant than the run's.
  void SetClock(int64_t now);
  // The inputs by number, until they are set anew; those that are missing are unknown.
  void SetInputs(std::span<const InputValue> inputs) { inputs_ = inputs; }

  // Evaluates rows [begin, end) of the kernel's object and writes its outputs.
  void Run(size_t begin, size_t end, TrapLog& traps);

  // Evaluates what is the same for all rows, once; the calls below do it where it has not been done. Traps of such
  // values have no row.
  void EvaluateUniform(TrapLog& traps);

  // Evaluates one row and writes nothing; what each value was can then be asked.
  void Evaluate(size_t row, TrapLog& traps);
  CallValue ValueOf(ir::ValueId id) const { return slots_[id.index()]; }
  // What a block gives for an element, where it reads nothing else but uniform values; after EvaluateUniform.
  CallValue ResultFor(ir::BlockId block, int64_t element) { return RunBlockFor(block, element); }
  std::span<const int64_t> ListOf(ir::ValueId id) const { return lists_[id.index()]; }
  // Of an instruction in a block whose owner goes over a list: its value for each element, in the order of the list,
  // since the row began. Only after RecordBlocks.
  void RecordBlocks() { record_ = true; }
  std::span<const CallValue> Recorded(ir::ValueId id) const { return recorded_[id.index()]; }

  // Texts that values of the last row refer to.
  const rt::TextStore& texts() const { return texts_; }

 private:
  Interpreter(const RunContext& context, const ir::Kernel& kernel, size_t number, rt::Results& results);
  CallValue InputOf(const ir::Inst& inst);
  void RunBlock(ir::BlockId id);
  CallValue RunBlockFor(ir::BlockId id, int64_t element);
  void Execute(ir::ValueId id);
  void ExecuteScalar(ir::ValueId id, const ir::Inst& inst);
  void ExecuteLoad(ir::ValueId id, const ir::Inst& inst);
  CallValue FindNamed(const ir::Inst& inst) const;
  CallValue EventAfter(const ir::Inst& inst) const;
  void ExecuteList(ir::ValueId id, const ir::Inst& inst);
  void ExecuteFold(ir::ValueId id, const ir::Inst& inst);
  void ExecuteRunning(ir::ValueId id, const ir::Inst& inst);
  void AddEvents(const ir::Inst& inst, uint32_t record, std::vector<int64_t>& out);
  void AddRelated(const ir::Inst& inst, ObjectId object, int64_t record, std::vector<int64_t>& out);
  void AddRefs(const ir::Inst& inst, std::span<const int64_t> list, std::vector<int64_t>& out);
  void Distinct(const ir::Inst& inst, std::vector<int64_t>& list);
  const rt::Times* TimesOf(ir::ValueId list) const;
  void Trapped(ir::ValueId id);

  const RunContext& context_;
  const ir::Program& program_;
  const size_t number_;  // as in ir::Program::KernelAt
  const ir::Kernel& kernel_;
  rt::Results& results_;
  rt::TextStore texts_;
  ir::ScalarContext scalars_;
  std::vector<bool> uniform_;
  std::vector<ir::ValueId> constant_;  // of those the ones that no clock changes
  std::vector<ir::ValueId> timed_;     // and the others
  bool constant_done_ = false;
  bool timed_done_ = false;
  std::span<const InputValue> inputs_;
  std::vector<CallValue> slots_;             // by ValueId
  std::vector<std::vector<int64_t>> lists_;  // by ValueId
  std::vector<int64_t> trapped_row_;         // by ValueId: the row that it trapped in last
  bool record_ = false;
  std::vector<std::vector<CallValue>> recorded_;  // by ValueId
  int64_t row_ = 0;
  int64_t element_ = 0;
  int64_t so_far_ = 0;
  TrapLog* traps_ = nullptr;
};

}  // namespace saiten::vm
