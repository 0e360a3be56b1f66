#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/next_change.h"

// Makes the instructions of Kernel::next_change (sem T5). Private to compiler/opt.
//
// For every value v that depends on the clock there is an instant Of(v) behind the clock, at or before the first one at
// which v differs. Each is the earliest one behind the clock of a set of instants that stays the same as long as
// nothing does change; the minimum of such is such a one. So a record that is not evaluated keeps the right
// next_change. Values that grow with the clock (`now - 30 days`, `today`) change all the time, but what they are
// compared with they pass at an instant that can be worked out: the bound is taken back through the operations to the
// clock (Cross).
namespace saiten::opt {

class NextChange {
 public:
  NextChange(const ir::Program& program, ir::Kernel& kernel) : program_(program), kernel_(kernel), scopes_(1) {}

  // The next change of all outputs, in the root block: an instant, rt::kNever if there is none. Invalid: no output
  // depends on the clock.
  ir::ValueId OfOutputs();

  ir::ValueId Never();
  ir::ValueId Emit(ir::Op op, Type type, std::vector<ir::ValueId> args, int64_t imm = 0, uint32_t aux = 0);

 private:
  using ValueId = ir::ValueId;
  // An instant at which a bound is passed: the earliest behind the clock or kNever where `settled`; else one that may
  // lie before the clock, and then it is passed already.
  struct Crossing {
    ValueId at;
    bool settled = false;
  };

  // ---- next_change.cpp: values
  bool Depends(ValueId id);
  bool Follows(ValueId id) const;  // made of the clock by operations that Cross may know
  ValueId Of(ValueId id);          // invalid: it never changes by time
  ValueId Compute(ValueId id);
  ValueId OfArguments(ValueId id);
  ValueId OfComparison(ValueId id);
  ValueId OfSteps(ValueId id);
  ValueId OfHalfLife(ValueId id);
  // When `value`, which follows the clock, passes `bound` of the same type. What else it depends on goes to `also`.
  std::optional<Crossing> Cross(ValueId value, ValueId bound, ValueId* also);
  std::optional<Crossing> CrossArithmetic(ValueId value, ValueId bound, ValueId* also);
  std::optional<Crossing> CrossReading(rt::CalendarReading reading, ValueId value, ValueId bound, ValueId* also);
  // The clock at which `value`, the clock moved by a span, is `at`.
  std::optional<ValueId> Unshift(ValueId value, ValueId at, ValueId* also);
  ValueId Settle(Crossing crossing);

  // ---- next_change_lists.cpp: events, records and what is made of them
  ValueId OfWindow(ValueId ref, EventId event, ValueId after, ValueId until);
  ValueId OfEdge(ValueId ref, EventId event, ValueId bound);
  ValueId OfList(ValueId id);
  ValueId OfStretches(ValueId id);
  bool EndsNow(ValueId list) const;  // surely has no events behind the clock
  ValueId OfFold(ValueId id);
  // The earliest over the elements of a list of what `make` gives for one; called inside a new block.
  ValueId EarliestOf(ValueId list, const std::function<ValueId(ValueId element)>& make);
  // Of what a block gives for the elements of `list`.
  ValueId OfBlock(ValueId list, ir::BlockId block);
  ValueId CopyBlock(ir::BlockId block, ValueId element, std::map<ValueId, ValueId>& copies);
  ValueId Unfiltered(ValueId id);

  // ---- small things
  ir::Inst& At(ValueId id) { return kernel_[id]; }
  const ir::Inst& At(ValueId id) const { return kernel_[id]; }
  ValueId Append(ir::Inst inst);
  ValueId InRoot(ir::Inst inst);
  ValueId Const(Type type, int64_t value) { return Emit(ir::Op::kConst, type, {}, value); }
  ValueId Now();
  ValueId Always();
  ValueId Earlier(ValueId a, ValueId b);
  ValueId OrNever(ValueId at) { return Emit(ir::Op::kElse, Type::Instant(), {at, Never()}); }
  // a + b and a - b, held far beyond all calendars, so that nothing is cut.
  ValueId Plus(Type type, ValueId a, ValueId b);
  ValueId Minus(Type type, ValueId a, ValueId b);
  ValueId Held(ValueId value);

  const ir::Program& program_;
  ir::Kernel& kernel_;
  ir::BlockId block_{0};                            // where instructions are put
  std::vector<std::map<ValueId, ValueId>> scopes_;  // what Of gave, by block
  std::map<ValueId, bool> depends_;
  ValueId never_, now_, always_;
  Location at_;
};

}  // namespace saiten::opt
