#include <functional>

#include "compiler/opt/next_change.h"

// Lists of events change when one enters or leaves their window; the search is over all events of the record, whatever
// a filter says of them, so that the instants do not depend on the clock.
namespace saiten::opt {

using ir::BlockId;
using ir::Inst;
using ir::Op;
using ir::ValueId;
using rt::TimeUnit;

ValueId NextChange::OfWindow(ValueId ref, EventId event, ValueId after, ValueId until) {
  return Earlier(OfEdge(ref, event, after), OfEdge(ref, event, until));
}

ValueId NextChange::OfEdge(ValueId ref, EventId event, ValueId bound) {
  if (!Depends(bound)) return {};
  if (!Follows(bound)) return Of(bound);
  const auto time = [&](int64_t last) {
    return Emit(Op::kEventAfter, Type::Instant().Optional(), {ref, bound}, last, event.value);
  };
  const ValueId behind = time(0);
  ValueId next;
  const auto crossing = Cross(bound, behind, &next);
  if (!crossing) {
    // Without events there is no edge.
    const ValueId some =
        Emit(Op::kOr, Type::Bool(),
             {Emit(Op::kIsKnown, Type::Bool(), {behind}), Emit(Op::kIsKnown, Type::Bool(), {time(1)})});
    const ValueId changes = Of(bound);
    return Emit(Op::kSelect, Type::Instant(), {some, changes, Never()});
  }
  if (!crossing->settled) {
    // The event is behind the bound, so the bound has not passed it.
    return Earlier(next, OrNever(Emit(Op::kMax, Type::Instant(), {crossing->at, Always()})));
  }
  next = Earlier(next, OrNever(crossing->at));
  // A bound on the local calendar may go back over the last event that it has passed.
  ValueId known;
  const auto back = Cross(bound, time(1), &known);
  return Earlier(next, OrNever(back->at));
}

ValueId NextChange::EarliestOf(ValueId list, const std::function<ValueId(ValueId)>& make) {
  const BlockId outer = block_;
  const BlockId block(kernel_.blocks.size());
  kernel_.blocks.emplace_back();
  block_ = block;
  scopes_.emplace_back();
  const Type type = At(list).type;
  const ValueId next = make(Append({.op = Op::kElement, .type = type, .at = at_}));
  scopes_.pop_back();
  block_ = outer;
  if (!next.valid()) {
    // The block stays behind, unused; DropDead does not copy it.
    return {};
  }
  kernel_[block].result = next;
  const ValueId earliest =
      Append({.op = Op::kMinOf, .type = Type::Instant().Optional(), .args = {list}, .blocks = {block}, .at = at_});
  return OrNever(earliest);
}

ValueId NextChange::OfBlock(ValueId list, BlockId block) {
  if (!Depends(kernel_[block].result)) return {};
  return EarliestOf(list, [&](ValueId element) {
    std::map<ValueId, ValueId> copies;
    return Of(CopyBlock(block, element, copies));
  });
}

ValueId NextChange::CopyBlock(BlockId block, ValueId element, std::map<ValueId, ValueId>& copies) {
  const auto copy_of = [&](ValueId id) {
    const auto copy = copies.find(id);
    return copy == copies.end() ? id : copy->second;
  };
  const std::vector<ValueId> insts = kernel_[block].insts;
  for (ValueId id : insts) {
    if (At(id).op == Op::kElement) {
      copies[id] = element;
      continue;
    }
    Inst inst = At(id);
    for (ValueId& arg : inst.args) arg = copy_of(arg);
    for (BlockId& inner : inst.blocks) {
      const BlockId outer = block_;
      const BlockId copy(kernel_.blocks.size());
      kernel_.blocks.emplace_back();
      block_ = copy;
      const Inst first = At(kernel_[inner].insts.front());
      const ValueId result = CopyBlock(inner, Append(first), copies);
      kernel_[copy].result = result;
      block_ = outer;
      inner = copy;
    }
    copies[id] = Append(std::move(inst));
  }
  return copy_of(kernel_[block].result);
}

ValueId NextChange::Unfiltered(ValueId id) {
  Inst all = At(id);
  all.blocks.clear();
  return Append(std::move(all));
}

ValueId NextChange::OfList(ValueId id) {
  const Inst inst = At(id);
  ValueId next = Of(inst.args[0]);
  const bool many = inst.op == Op::kEachEvents;
  if (inst.op == Op::kEvents) {
    next = Earlier(next, OfWindow(inst.args[0], EventId(inst.aux), inst.args[1], inst.args[2]));
  } else if (many && (Depends(inst.args[1]) || Depends(inst.args[2]))) {
    next = Earlier(next, EarliestOf(inst.args[0], [&](ValueId record) {
                     return OfWindow(record, EventId(inst.aux), inst.args[1], inst.args[2]);
                   }));
  }
  if (inst.blocks.empty() || !Depends(kernel_[inst.blocks[0]].result)) return next;
  const bool makes = inst.op == Op::kEvents || inst.op == Op::kRelated || many;
  return Earlier(next, OfBlock(makes ? Unfiltered(id) : inst.args[0], inst.blocks[0]));
}

ValueId NextChange::OfStretches(ValueId id) {
  const Inst inst = At(id);
  ValueId next = Earlier(Of(inst.args[0]), Of(inst.args[1]));
  if (!Depends(inst.args[2])) return next;
  const bool fixed = rt::FixedLength(static_cast<TimeUnit>(inst.aux)) != 0;
  if (At(inst.args[2]).op != Op::kNow || !fixed) return Always();
  // The next stretch ends behind the last event that is there already, or behind the anchor.
  const bool is_event = At(inst.args[0]).type.is(TypeKind::kEvent);
  const auto end_of_next = [&](ValueId from, bool event) {
    if (event) from = Emit(Op::kEventTime, Type::Instant(), {from});
    return OrNever(Emit(Op::kNextStep, Type::Instant(), {from, Now()}, inst.imm, inst.aux));
  };
  next = Earlier(next, end_of_next(inst.args[1], false));
  if (!EndsNow(inst.args[0])) {
    return Earlier(next, EarliestOf(inst.args[0], [&](ValueId each) { return end_of_next(each, is_event); }));
  }
  const ValueId last = Emit(Op::kLast, At(inst.args[0]).type.Optional(), {inst.args[0]});
  return Earlier(next, end_of_next(last, is_event));
}

bool NextChange::EndsNow(ValueId list) const {
  const Inst& inst = At(list);
  if (inst.op == Op::kEvents || inst.op == Op::kEachEvents) return At(inst.args[2]).op == Op::kNow;
  return inst.op == Op::kFilter && EndsNow(inst.args[0]);
}

ValueId NextChange::OfFold(ValueId id) {
  const Inst inst = At(id);
  return Earlier(Of(inst.args[0]), OfBlock(inst.args[0], inst.blocks[0]));
}

}  // namespace saiten::opt
