#include "vm/interp/interp.h"

#include <array>

#include "base/check.h"
#include "runtime/occurrences.h"

namespace saiten::vm {
namespace {

constexpr int64_t kNoRow = -2;

CallValue FromColumn(const rt::Column& column, size_t row) {
  const int64_t raw = column.Raw(row);
  if (raw == column.unknown()) return {0, false};
  return {raw, true};
}

}  // namespace

Interpreter::Interpreter(const RunContext& context, size_t kernel, rt::Results& results)
    : Interpreter(context, context.program().kernels[kernel], kernel, results) {}

Interpreter::Interpreter(const RunContext& context, const ir::Kernel& asked, rt::Results& results)
    : Interpreter(context, asked,
                  context.program().kernels.size() + static_cast<size_t>(&asked - context.program().asked.data()),
                  results) {}

Interpreter::Interpreter(const RunContext& context, const ir::Kernel& kernel, size_t number, rt::Results& results)
    : context_(context),
      program_(context.program()),
      number_(number),
      kernel_(kernel),
      results_(results),
      texts_(context.pools()),
      scalars_(context.scalars(&texts_)),
      uniform_(ir::UniformValues(kernel_)),
      slots_(kernel_.insts.size()),
      lists_(kernel_.insts.size()),
      trapped_row_(kernel_.insts.size(), kNoRow),
      recorded_(kernel_.insts.size()) {
  std::vector<bool> timed(kernel_.insts.size());
  for (size_t i = 0; i < uniform_.size(); ++i) {
    if (!uniform_[i]) continue;
    const ir::Inst& inst = kernel_.insts[i];
    timed[i] = inst.op == ir::Op::kNow || inst.op == ir::Op::kCall;  // functions see the clock
    for (ir::ValueId arg : inst.args) timed[i] = timed[i] || timed[arg.index()];
    (timed[i] ? timed_ : constant_).emplace_back(i);
  }
}

void Interpreter::SetClock(int64_t now) {
  if (scalars_.call.now == now) return;
  scalars_.call.now = now;
  timed_done_ = false;
}

void Interpreter::Run(size_t begin, size_t end, TrapLog& traps) {
  auto& columns = results_.columns[kernel_.object.index()];
  for (size_t row = begin; row < end; ++row) {
    Evaluate(row, traps);
    for (const ir::Output& output : kernel_.outputs) {
      const CallValue value = ValueOf(output.value);
      rt::Column& column = columns[output.result];
      if (!value.known) {
        column.ChangeToUnknown(row);
        continue;
      }
      column.Change(row, value.value);
      // A value outside of the range that the width was chosen by would come back as another one.
      SAITEN_CHECK(column.Raw(row) == value.value);
    }
  }
}

void Interpreter::Evaluate(size_t row, TrapLog& traps) {
  EvaluateUniform(traps);
  traps_ = &traps;
  row_ = static_cast<int64_t>(row);
  texts_.Reset();
  if (record_) {
    for (auto& values : recorded_) values.clear();
  }
  RunBlock(ir::BlockId(0));
}

void Interpreter::EvaluateUniform(TrapLog& traps) {
  if (timed_done_) return;
  traps_ = &traps;
  row_ = -1;
  if (!constant_done_) {
    for (ir::ValueId id : constant_) Execute(id);
  }
  for (ir::ValueId id : timed_) Execute(id);
  constant_done_ = timed_done_ = true;
}

CallValue Interpreter::InputOf(const ir::Inst& inst) {
  if (inst.aux >= inputs_.size() || !inputs_[inst.aux].known) return {0, false};
  const InputValue& input = inputs_[inst.aux];
  return {inst.type.is(TypeKind::kText) ? texts_.Make(std::string(input.text)) : input.number, true};
}

void Interpreter::RunBlock(ir::BlockId id) {
  for (ir::ValueId value : kernel_[id].insts) {
    if (!uniform_[value.index()]) Execute(value);
    if (record_ && id != ir::BlockId(0)) recorded_[value.index()].push_back(slots_[value.index()]);
  }
}

CallValue Interpreter::RunBlockFor(ir::BlockId id, int64_t element) {
  const int64_t outer = element_;
  element_ = element;
  RunBlock(id);
  element_ = outer;
  return ValueOf(kernel_[id].result);
}

void Interpreter::Trapped(ir::ValueId id) {
  if (kernel_[id].quiet || trapped_row_[id.index()] == row_) return;
  trapped_row_[id.index()] = row_;
  traps_->Add({.kernel = static_cast<uint32_t>(number_), .value = id, .row = row_});
}

void Interpreter::ExecuteScalar(ir::ValueId id, const ir::Inst& inst) {
  constexpr size_t kFew = 4;
  std::array<CallValue, kFew> few;
  std::array<Type, kFew> few_types;
  std::vector<CallValue> many;
  std::vector<Type> many_types;
  std::span<CallValue> args(few);
  std::span<Type> types(few_types);
  if (inst.args.size() > kFew) {
    many.resize(inst.args.size());
    many_types.resize(inst.args.size());
    args = many;
    types = many_types;
  }
  for (size_t i = 0; i < inst.args.size(); ++i) {
    args[i] = ValueOf(inst.args[i]);
    types[i] = kernel_[inst.args[i]].type;
  }
  bool saturated = false;
  slots_[id.index()] =
      ir::EvaluateScalar(inst, args.first(inst.args.size()), types.first(inst.args.size()), scalars_, &saturated);
  if (saturated) Trapped(id);
}

void Interpreter::ExecuteLoad(ir::ValueId id, const ir::Inst& inst) {
  CallValue& slot = slots_[id.index()];
  const CallValue from = ValueOf(inst.args[0]);
  const Type type = kernel_[inst.args[0]].type;
  slot = {0, false};
  if (!from.known) return;
  const auto row = static_cast<size_t>(from.value);
  if (inst.op == ir::Op::kLoadResult) {
    slot = FromColumn(results_.columns[type.ref][inst.aux], row);
    return;
  }
  if (inst.op == ir::Op::kInList) {
    slot = {FromColumn(context_.table(type.object_id()).lists[inst.aux], row).value == 1 ? 1 : 0, true};
    return;
  }
  if (inst.op == ir::Op::kEventTime) {
    slot = {context_.series(type.event_id()).times[row], true};
    return;
  }
  if (inst.op == ir::Op::kEventOwner) {
    slot = {rt::OwnerOf(context_.series(type.event_id()), static_cast<uint32_t>(row)), true};
    return;
  }
  slot = inst.op == ir::Op::kLoad ? FromColumn(context_.table(type.object_id()).columns[inst.aux], row)
                                  : FromColumn(context_.series(type.event_id()).fields[inst.aux], row);
  if (slot.known && inst.type.is(TypeKind::kText)) {
    slot.value = rt::MakeTextHandle(static_cast<uint32_t>(inst.imm), static_cast<int32_t>(slot.value));
  }
}

CallValue Interpreter::FindNamed(const ir::Inst& inst) const {
  const rt::Table& table = context_.table(inst.type.object_id());
  const rt::Column& column = table.columns[inst.aux];
  const std::string_view wanted = program_.literals.NfkcView(static_cast<int32_t>(inst.imm));
  CallValue found{0, false};
  for (size_t row = 0; row < table.size; ++row) {
    if (!column.Known(row)) continue;
    if (table.pools[inst.aux]->NfkcView(static_cast<int32_t>(column.Raw(row))) != wanted) continue;
    if (found.known) return {0, false};
    found = {static_cast<int64_t>(row), true};
  }
  return found;
}

void Interpreter::Execute(ir::ValueId id) {
  const ir::Inst& inst = kernel_[id];
  switch (inst.op) {
    case ir::Op::kRow:
      slots_[id.index()] = {row_, true};
      return;
    case ir::Op::kElement:
      slots_[id.index()] = {element_, true};
      return;
    case ir::Op::kSoFar:
      slots_[id.index()] = {so_far_, true};
      return;
    case ir::Op::kInput:
      slots_[id.index()] = InputOf(inst);
      return;
    case ir::Op::kLoad:
    case ir::Op::kLoadResult:
    case ir::Op::kLoadField:
    case ir::Op::kEventTime:
    case ir::Op::kEventOwner:
    case ir::Op::kInList:
      return ExecuteLoad(id, inst);
    case ir::Op::kEventAfter:
      slots_[id.index()] = EventAfter(inst);
      return;
    case ir::Op::kNamed:
      slots_[id.index()] = FindNamed(inst);
      return;
    case ir::Op::kLift: {
      const CallValue text = ValueOf(inst.args[0]);
      slots_[id.index()] = text.known ? RunBlockFor(inst.blocks[0], text.value) : CallValue{0, false};
      return;
    }
      // clang-format off
    case ir::Op::kEvents: case ir::Op::kRelated: case ir::Op::kFilter: case ir::Op::kEachRelated:
    case ir::Op::kEachRef: case ir::Op::kEachEvents: case ir::Op::kDistinct: case ir::Op::kCapPeriod:
    case ir::Op::kCapRolling: case ir::Op::kKeepLatest: case ir::Op::kStretches:
      return ExecuteList(id, inst);
    case ir::Op::kCount: case ir::Op::kExists: case ir::Op::kFirst: case ir::Op::kLast: case ir::Op::kSum:
    case ir::Op::kAvg: case ir::Op::kMinOf: case ir::Op::kMaxOf:
      return ExecuteFold(id, inst);
    case ir::Op::kRunning:
      return ExecuteRunning(id, inst);
    case ir::Op::kConst: case ir::Op::kUnknown: case ir::Op::kNow: case ir::Op::kAnd: case ir::Op::kOr:
    case ir::Op::kNot: case ir::Op::kIsKnown: case ir::Op::kTruth: case ir::Op::kSelect: case ir::Op::kElse:
    case ir::Op::kEq: case ir::Op::kNe: case ir::Op::kLt: case ir::Op::kLe: case ir::Op::kGt: case ir::Op::kGe:
    case ir::Op::kInMask: case ir::Op::kSetHas: case ir::Op::kSetOverlaps: case ir::Op::kSetSize: case ir::Op::kAdd:
    case ir::Op::kSub: case ir::Op::kMul: case ir::Op::kDiv: case ir::Op::kNeg: case ir::Op::kRescale:
    case ir::Op::kMin: case ir::Op::kMax: case ir::Op::kDateOf: case ir::Op::kDayStart: case ir::Op::kDayEnd:
    case ir::Op::kMoveDate: case ir::Op::kMoveInstant: case ir::Op::kStepBack: case ir::Op::kStepsBetween:
    case ir::Op::kCalendarFirst: case ir::Op::kNextCrossing: case ir::Op::kNextStep: case ir::Op::kMoveBusiness: case ir::Op::kTextEq: case ir::Op::kTextTest:
    case ir::Op::kLike: case ir::Op::kMatches: case ir::Op::kFold: case ir::Op::kCall: case ir::Op::kDecayLinear:
    case ir::Op::kDecayCompound: case ir::Op::kHalfLife:
      return ExecuteScalar(id, inst);
      // clang-format on
  }
}

}  // namespace saiten::vm
