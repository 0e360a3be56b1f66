#include "vm/jit/plan.h"

#include <algorithm>
#include <map>

#include "runtime/decay.h"
#include "runtime/decimal.h"
#include "vm/jit/counts.h"

namespace saiten::jit {
namespace {

using ir::BlockId;
using ir::Inst;
using ir::Kernel;
using ir::Op;
using ir::ValueId;

// Up to so many row operations are worked out again in a loop that needs them; beyond, they are stored once.
constexpr size_t kMostRepeated = 24;
// Row operations in one loop.
constexpr size_t kMostInRowLoop = 400;
// Branching values of one stage that share a loop; values that are only read from somewhere.
constexpr size_t kMostInLoop = 4;
constexpr size_t kMostReadInLoop = 8;

class Planner {
 public:
  Planner(const Kernel& kernel, const std::vector<Range>& ranges, const PlanOptions& options)
      : kernel_(kernel),
        ranges_(ranges),
        options_(options),
        needed_(kernel.insts.size()),
        stage_(kernel.insts.size()),
        stored_(kernel.insts.size()) {}

  Plan Make() {
    plan_.uniform = ir::UniformValues(kernel_);
    FindCounted();
    FindRelated();
    MarkNeeded();
    KeepNeededRelated();
    SetStages();
    StoreLargeOperands();
    Collect();
    return std::move(plan_);
  }

 private:
  const std::vector<ValueId>& Root() const { return kernel_[BlockId(0)].insts; }
  bool Uniform(ValueId id) const { return plan_.uniform[id.index()]; }
  bool Counted(ValueId id) const { return plan_.counted[id.index()].valid(); }
  bool Related(ValueId id) const { return plan_.related_place[id.index()] >= 0; }
  bool LookedUp(ValueId id) const {
    const Inst& inst = kernel_[id];
    return inst.op == Op::kLift && options_.in_registers[inst.args[0].index()] && IsTest(kernel_, inst, ranges_);
  }
  bool Branches(ValueId id) const {
    const Inst& inst = kernel_[id];
    return !Uniform(id) && !Counted(id) && !Related(id) && !LookedUp(id) && !inst.is_list &&
           !IsVector(kernel_, inst, ranges_);
  }

  void FindCounted() {
    plan_.counted.resize(kernel_.insts.size());
    if (!options_.wide_masks || kernel_.blocks.empty()) return;
    for (ValueId id : Root()) plan_.counted[id.index()] = CountedList(kernel_, kernel_[id], ranges_, plan_.uniform);
  }

  // All that there could be; those that nothing needs go again.
  void FindRelated() {
    plan_.related_place.resize(kernel_.insts.size(), -1);
    if (!options_.wide_masks || kernel_.blocks.empty()) return;
    std::vector<ValueId> relations = RelatedTests(kernel_, ranges_, plan_.uniform);
    KeepFewTests(kernel_, relations);
    for (ValueId id : Root()) {
      if (!relations[id.index()].valid()) continue;
      plan_.related_place[id.index()] = static_cast<int>(plan_.related.size());
      plan_.related.push_back({relations[id.index()], id});
    }
  }

  void KeepNeededRelated() {
    std::vector<RelatedTest> all = std::move(plan_.related);
    plan_.related.clear();
    for (const RelatedTest& test : all) {
      const bool needed = needed_[test.test.index()];
      plan_.related_place[test.test.index()] = needed ? static_cast<int>(plan_.related.size()) : -1;
      if (needed) plan_.related.push_back(test);
    }
  }

  // What the code of a value is made from.
  std::vector<ValueId> Args(ValueId id) const {
    if (Counted(id)) return {};
    if (Related(id)) return {plan_.related[static_cast<size_t>(plan_.related_place[id.index()])].relation};
    std::vector<ValueId> args = kernel_[id].args;
    if (IsDayCompare(kernel_, kernel_[id], ranges_, plan_.uniform)) args[0] = kernel_[args[0]].args[0];
    return args;
  }

  // What a value of the root block is made of, in the root block: through lists and blocks to what they use from here.
  std::vector<ValueId> Operands(ValueId id) const {
    std::vector<ValueId> operands = Args(id);
    for (BlockId block : kernel_[id].blocks) {
      for (ValueId outer : OuterValues(kernel_, block)) operands.push_back(outer);
    }
    return operands;
  }

  bool Traps(ValueId id) const {
    const Inst& inst = kernel_[id];
    if (MayTrap(kernel_, inst, ranges_)) return true;
    // What goes over a list also raises what making the list does.
    for (ValueId arg : inst.args) {
      if (kernel_[arg].is_list && Traps(arg)) return true;
    }
    return std::any_of(inst.blocks.begin(), inst.blocks.end(),
                       [&](BlockId block) { return BlockMayTrap(kernel_, block, ranges_); });
  }

  void MarkNeeded() {
    for (const ir::Output& output : kernel_.outputs) needed_[output.value.index()] = true;
    for (size_t i = Root().size(); i-- > 0;) {
      const ValueId id = Root()[i];
      // The interpreter works out every value, so also those that only raise traps.
      if (!needed_[id.index()] && !kernel_[id].is_list && Traps(id)) {
        needed_[id.index()] = true;
        only_watched_.push_back(id);
      }
      if (!needed_[id.index()]) continue;
      for (ValueId operand : Operands(id)) needed_[operand.index()] = true;
    }
  }

  void SetStages() {
    for (ValueId id : Root()) {
      if (!needed_[id.index()] || Uniform(id)) continue;
      int stage = 0;
      for (ValueId operand : Operands(id)) stage = std::max(stage, stage_[operand.index()]);
      if (Branches(id)) {
        ++stage;
        stored_[id.index()] = true;
      }
      stage_[id.index()] = stage;
    }
  }

  // Counts what must be worked out again to have `id` where only stored values are at hand; stops above `limit`.
  void Count(ValueId id, size_t limit, std::vector<ValueId>& seen) const {
    if (seen.size() > limit || stored_[id.index()] || Uniform(id)) return;
    if (std::find(seen.begin(), seen.end(), id) != seen.end()) return;
    seen.push_back(id);
    for (ValueId operand : Operands(id)) Count(operand, limit, seen);
  }

  void StoreLargeOperands() {
    for (ValueId id : Root()) {
      if (!needed_[id.index()] || !Branches(id)) continue;
      for (ValueId operand : RowOperands(id)) {
        std::vector<ValueId> again;
        Count(operand, kMostRepeated, again);
        if (again.size() > kMostRepeated) stored_[operand.index()] = true;
      }
    }
  }

  // The operands that are values, looking through lists.
  std::vector<ValueId> RowOperands(ValueId id) const {
    std::vector<ValueId> values;
    for (ValueId operand : Operands(id)) {
      if (!kernel_[operand].is_list) {
        values.push_back(operand);
        continue;
      }
      for (ValueId inner : RowOperands(operand)) values.push_back(inner);
    }
    return values;
  }

  // Branching values that go over the same events share a loop, so that the search of a window is done once.
  uint64_t GroupOf(ValueId id) const {
    const Inst& inst = kernel_[id];
    if (inst.op == Op::kEventAfter) return (static_cast<uint64_t>(Op::kEvents) << 32 | inst.aux) | uint64_t{3} << 62;
    if (!inst.args.empty() && kernel_[inst.args[0]].is_list) return GroupOf(inst.args[0]) | uint64_t{1} << 63;
    if (inst.is_list) return (static_cast<uint64_t>(inst.op) << 32 | inst.aux) | uint64_t{1} << 62;
    // Reads that share the place they are read from.
    if (IsRead(id)) return inst.args[0].value | uint64_t{1} << 61;
    return 0;
  }

  // A value that is read from a table of texts or from another record, nothing else.
  bool IsRead(ValueId id) const {
    const Inst& inst = kernel_[id];
    if (inst.op == Op::kLift) return HasTable(kernel_, inst, ranges_);
    const bool reads = inst.op == Op::kLoad || inst.op == Op::kLoadResult || inst.op == Op::kLoadField ||
                       inst.op == Op::kEventTime || inst.op == Op::kInList;
    return reads && kernel_[inst.args[0]].op != Op::kRow;
  }

  // The steps of one group: tests of texts as bits, everything else as it is.
  void AddSteps(const std::vector<ValueId>& ids) {
    const size_t most = IsRead(ids[0]) ? kMostReadInLoop : kMostInLoop;
    Step step;
    const auto flush = [&](bool full) {
      if (step.stored.size() + step.tests.size() < (full ? most : 1)) return;
      plan_.steps.push_back(std::move(step));
      step = {};
    };
    std::vector<ValueId> tests;
    for (ValueId id : ids) {
      if (IsTest(kernel_, kernel_[id], ranges_)) {
        tests.push_back(id);
      } else {
        step.stored.push_back(id);
        flush(true);
      }
    }
    AddTests(tests, false, [&](size_t place) {
      step.tests.push_back(place);
      flush(true);
    });
    flush(false);
  }

  void CollectCounted() {
    std::vector<bool> seen(kernel_.insts.size());
    std::map<std::vector<int64_t>, size_t> steps;  // by CountingKey
    for (ValueId id : Root()) {
      const ValueId list = plan_.counted[id.index()];
      if (!needed_[id.index()] || !list.valid() || seen[list.index()]) continue;
      seen[list.index()] = true;
      const auto [step, is_new] = steps.try_emplace(CountingKey(kernel_, list), plan_.steps.size());
      if (is_new) plan_.steps.emplace_back();
      plan_.steps[step->second].counted.push_back(list);
    }
  }

  void CollectLookedUp() {
    std::map<ValueId, std::vector<ValueId>> by_text;
    for (ValueId id : Root()) {
      if (needed_[id.index()] && LookedUp(id)) by_text[kernel_[id].args[0]].push_back(id);
    }
    for (const auto& [text, tests] : by_text) AddTests(tests, true, [](size_t) {});
  }

  // Tests of one text in portions of a byte; `added` is told the place of each.
  template <typename Added>
  void AddTests(const std::vector<ValueId>& tests, bool in_registers, const Added& added) {
    for (size_t i = 0; i < tests.size(); i += TestBits::kMost) {
      const auto from = tests.begin() + static_cast<ptrdiff_t>(i);
      const auto to = tests.begin() + static_cast<ptrdiff_t>(std::min(tests.size(), i + TestBits::kMost));
      plan_.tests.push_back({kernel_[tests[0]].args[0], in_registers, {from, to}});
      added(plan_.tests.size() - 1);
    }
  }

  void Collect() {
    CollectCounted();
    CollectLookedUp();
    int last = 0;
    for (ValueId id : Root()) last = std::max(last, stage_[id.index()]);
    for (int stage = 0; stage <= last; ++stage) {
      std::map<uint64_t, std::vector<ValueId>> groups;
      Step rows;
      rows.vector = true;
      for (ValueId id : Root()) {
        if (stage_[id.index()] != stage || !stored_[id.index()]) continue;
        if (Branches(id)) {
          groups[GroupOf(id)].push_back(id);
        } else {
          rows.stored.push_back(id);
        }
      }
      for (const auto& [key, ids] : groups) AddSteps(ids);
      if (!rows.stored.empty()) plan_.steps.push_back(std::move(rows));
    }
    CollectRows();
  }

  // The rest, in loops without branches: one if it is small. LLVM's time for a loop grows faster than its length.
  void CollectRows() {
    std::vector<bool> seen(kernel_.insts.size());
    std::vector<ValueId> rows;
    for (const ir::Output& output : kernel_.outputs) AddRows(output.value, seen, rows);
    for (ValueId id : only_watched_) AddRows(id, seen, rows);
    std::sort(rows.begin(), rows.end());
    std::vector<Step> steps(rows.size() / kMostInRowLoop + 1);
    for (Step& step : steps) step.vector = true;
    std::vector<size_t> step_of(kernel_.insts.size());
    for (size_t i = 0; i < rows.size(); ++i) step_of[rows[i].index()] = i / kMostInRowLoop;
    for (ValueId id : rows) {
      for (ValueId operand : Args(id)) {
        if (!seen[operand.index()] || stored_[operand.index()]) continue;
        if (step_of[operand.index()] == step_of[id.index()]) continue;
        std::vector<ValueId> again;
        Count(operand, kMostRepeated, again);
        if (again.size() <= kMostRepeated / 4) continue;
        stored_[operand.index()] = true;
        steps[step_of[operand.index()]].stored.push_back(operand);
      }
    }
    for (size_t i = 0; i < kernel_.outputs.size(); ++i) {
      steps[step_of[kernel_.outputs[i].value.index()]].outputs.push_back(i);
    }
    for (ValueId id : only_watched_) {
      if (seen[id.index()]) steps[step_of[id.index()]].watched.push_back(id);
    }
    for (Step& step : steps) {
      if (!step.stored.empty() || !step.watched.empty() || !step.outputs.empty())
        plan_.steps.push_back(std::move(step));
    }
  }

  // `id` and what it is made of, as far as it is worked out in the loops over rows.
  void AddRows(ValueId id, std::vector<bool>& seen, std::vector<ValueId>& rows) const {
    if (seen[id.index()] || stored_[id.index()] || Uniform(id)) return;
    seen[id.index()] = true;
    rows.push_back(id);
    for (ValueId operand : Args(id)) AddRows(operand, seen, rows);
  }

  const Kernel& kernel_;
  const std::vector<Range>& ranges_;
  const PlanOptions& options_;
  std::vector<bool> needed_;
  std::vector<int> stage_;
  std::vector<bool> stored_;
  std::vector<ValueId> only_watched_;
  Plan plan_;
};

void AddOuter(const Kernel& kernel, BlockId block, std::vector<bool>& own, std::vector<ValueId>& outer) {
  for (ValueId id : kernel[block].insts) own[id.index()] = true;
  const auto use = [&](ValueId id) {
    if (id.valid() && !own[id.index()] && std::find(outer.begin(), outer.end(), id) == outer.end()) outer.push_back(id);
  };
  for (ValueId id : kernel[block].insts) {
    for (BlockId inner : kernel[id].blocks) AddOuter(kernel, inner, own, outer);
    for (ValueId arg : kernel[id].args) use(arg);
  }
  use(kernel[block].result);
}

bool ConstantDivisor(const Kernel& kernel, const Inst& inst) {
  const Inst& divisor = kernel[inst.args[1]];
  return divisor.op == Op::kConst && divisor.imm != 0;
}

// arg0 * 10^imm / arg1 in 64 bits.
bool NarrowDivision(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  if (!ConstantDivisor(kernel, inst)) return false;
  const Range by = ranges[inst.args[1].index()];
  const int64_t power = rt::Pow10(static_cast<int>(inst.imm < 0 ? -inst.imm : inst.imm));
  if (inst.imm < 0) return !MulRange(by, {power, power}).cut;
  return !MulRange(ranges[inst.args[0].index()], {power, power}).cut;
}

}  // namespace

bool IsDayCompare(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges,
                  const std::vector<bool>& uniform) {
  if (inst.op != Op::kLt && inst.op != Op::kLe && inst.op != Op::kGt && inst.op != Op::kGe) return false;
  const Inst& day = kernel[inst.args[0]];
  if ((day.op != Op::kDayStart && day.op != Op::kDayEnd) || uniform[inst.args[0].index()]) return false;
  if (!uniform[inst.args[1].index()]) return false;
  // The days' ends ascend as long as they are instants at all: 2^63 microseconds are 106 million days. In effect: where
  // the dates are a column of 16 bits, up to 2059.
  constexpr int64_t kMostDays = 100'000'000;
  return ranges[day.args[0].index()].Within(-kMostDays, kMostDays);
}

bool MayTrap(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const auto arg = [&](size_t i) { return ranges[inst.args[i].index()]; };
  switch (inst.op) {
    case Op::kAdd:
      return AddRange(arg(0), arg(1)).cut;
    case Op::kSub:
      return SubRange(arg(0), arg(1)).cut;
    case Op::kMul:
      // A cut product may be small again behind the division; the operation itself decides.
      return MulRange(arg(0), arg(1)).cut;
    case Op::kDiv:
      return !NarrowDivision(kernel, inst, ranges);
    case Op::kRescale:
      return inst.imm > 0 &&
             MulRange(arg(0), {rt::Pow10(static_cast<int>(inst.imm)), rt::Pow10(static_cast<int>(inst.imm))}).cut;
    case Op::kSum: {
      const Range each = ranges[kernel[inst.blocks[0]].result.index()];
      return !each.Within(-(int64_t{1} << 31), int64_t{1} << 31);
    }
    case Op::kAvg:
    case Op::kRunning:
    case Op::kMoveDate:
    case Op::kMoveInstant:
    case Op::kMoveBusiness:
      return true;
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar:
    case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter:
    case Op::kInList: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect:
    case Op::kElse: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe:
    case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize: case Op::kNeg: case Op::kMin:
    case Op::kMax: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
    case Op::kLift: case Op::kDecayLinear: case Op::kDecayCompound: case Op::kHalfLife: case Op::kEvents:
    case Op::kRelated: case Op::kFilter: case Op::kEachRelated: case Op::kEachRef: case Op::kEachEvents:
    case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest: case Op::kStretches:
    case Op::kCall: case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kMinOf: case Op::kMaxOf:
    case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kStepBack: case Op::kStepsBetween:
    case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep:
      return false;
      // clang-format on
  }
  return true;
}

bool BlockMayTrap(const Kernel& kernel, BlockId block, const std::vector<Range>& ranges) {
  for (ValueId id : kernel[block].insts) {
    if (MayTrap(kernel, kernel[id], ranges)) return true;
    for (BlockId inner : kernel[id].blocks) {
      if (BlockMayTrap(kernel, inner, ranges)) return true;
    }
  }
  return false;
}

bool HasTable(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  // A text made by the block is in no dictionary, and a trap must be told with its row.
  if (inst.type.is(TypeKind::kText) || BlockMayTrap(kernel, inst.blocks[0], ranges)) return false;
  if (!PoolOf(kernel, inst.args[0]).has_value()) return false;
  const std::vector<ValueId> outer = OuterValues(kernel, inst.blocks[0]);
  return std::all_of(outer.begin(), outer.end(), [&](ValueId id) {
    return kernel[id].op == Op::kConst || kernel[id].op == Op::kUnknown || kernel[id].op == Op::kNow;
  });
}

bool IsTest(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  return inst.op == Op::kLift && inst.type.is(TypeKind::kBool) &&
         !kernel[kernel[inst.blocks[0]].result].type.optional && HasTable(kernel, inst, ranges);
}

rt::Width LiftWidth(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const Range range = ranges[kernel[inst.blocks[0]].result.index()];
  return rt::WidthFor(range.lo, range.hi);
}

bool IsInlined(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const auto arg = [&](size_t i) { return ranges[inst.args[i].index()]; };
  if (inst.op == Op::kMul) return !MulRange(arg(0), arg(1)).cut;
  if (inst.op == Op::kDiv) return NarrowDivision(kernel, inst, ranges);
  if (inst.op == Op::kRescale) return inst.imm <= 0 || !MayTrap(kernel, inst, ranges);
  return inst.op == Op::kDecayLinear && !MulRange(arg(0), {rt::kRateOne, rt::kRateOne}).cut;
}

bool IsVector(const Kernel& kernel, const Inst& inst, const std::vector<Range>& ranges) {
  const auto arg = [&](size_t i) { return ranges[inst.args[i].index()]; };
  switch (inst.op) {
    // There is no division of vectors of 64 bits.
    case Op::kMul:
      return IsInlined(kernel, inst, ranges) && (inst.imm == 0 || MulRange(arg(0), arg(1)).range.bits() <= 32);
    case Op::kDiv:
      return IsInlined(kernel, inst, ranges) && inst.imm >= 0 && arg(1).bits() <= 32 &&
             MulRange(arg(0), {rt::Pow10(static_cast<int>(inst.imm)), rt::Pow10(static_cast<int>(inst.imm))})
                     .range.bits() <= 32;
    case Op::kRescale:
      return IsInlined(kernel, inst, ranges) && (inst.imm >= 0 || (inst.imm >= -9 && arg(0).bits() <= 32));
    case Op::kDecayLinear:
      return false;
    case Op::kLoad:
    case Op::kLoadResult:
    case Op::kInList:
      return kernel[inst.args[0]].op == Op::kRow;
      // clang-format off
    case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar:
    case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth: case Op::kSelect: case Op::kElse: case Op::kEq:
    case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe: case Op::kInMask: case Op::kSetHas:
    case Op::kSetOverlaps: case Op::kSetSize: case Op::kAdd: case Op::kSub: case Op::kNeg: case Op::kMin: case Op::kMax:
      return true;
    case Op::kLift: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
    case Op::kCall: case Op::kDecayCompound: case Op::kHalfLife: case Op::kEvents: case Op::kRelated:
    case Op::kFilter: case Op::kEachRelated: case Op::kEachRef: case Op::kEachEvents: case Op::kDistinct:
    case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest: case Op::kStretches: case Op::kCount:
    case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kSum: case Op::kAvg: case Op::kMinOf: case Op::kMaxOf:
    case Op::kRunning: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate:
    case Op::kMoveInstant: case Op::kStepBack: case Op::kStepsBetween: case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep: case Op::kMoveBusiness:
      return false;
      // clang-format on
  }
  return false;
}

std::optional<uint32_t> PoolOf(const Kernel& kernel, ValueId text) {
  const Inst& inst = kernel[text];
  if (inst.op == Op::kLoad || inst.op == Op::kLoadField) return static_cast<uint32_t>(inst.imm);
  if (inst.op == Op::kElse || inst.op == Op::kSelect) {
    const auto one = PoolOf(kernel, inst.args[inst.args.size() - 1]);
    return one == PoolOf(kernel, inst.args[inst.args.size() - 2]) ? one : std::nullopt;
  }
  return std::nullopt;
}

std::vector<ValueId> OuterValues(const Kernel& kernel, BlockId block) {
  std::vector<bool> own(kernel.insts.size());
  std::vector<ValueId> outer;
  AddOuter(kernel, block, own, outer);
  return outer;
}

Plan PlanOf(const Kernel& kernel, const std::vector<Range>& ranges, const PlanOptions& options) {
  return Planner(kernel, ranges, options).Make();
}

}  // namespace saiten::jit
