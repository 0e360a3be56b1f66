#include "vm/jit/plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "vm/jit/counts.h"
#include "vm/jit/facts.h"

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
    plan_.counted.resize(kernel_.insts.size());
    plan_.related_place.resize(kernel_.insts.size(), -1);
    if (options_.wide_masks && !kernel_.blocks.empty()) {
      FindCounted();
      FindRelated();
    }
    MarkNeeded();
    KeepNeededRelated();
    SetStages();
    StoreLargeOperands();
    Collect();
    PlaceCounting();
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
    for (ValueId id : Root()) plan_.counted[id.index()] = CountedList(kernel_, kernel_[id], ranges_, plan_.uniform);
  }

  // All that there could be; those that nothing needs go again.
  void FindRelated() {
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

  // What `id` is made of and then itself, as far as they are worked out in the loops over rows: a sum so far behind
  // what it is the sum of, which then need not be kept for another loop.
  void AddRows(ValueId id, std::vector<bool>& seen, std::vector<ValueId>& rows) const {
    if (seen[id.index()] || stored_[id.index()] || Uniform(id)) return;
    seen[id.index()] = true;
    for (ValueId operand : Args(id)) AddRows(operand, seen, rows);
    rows.push_back(id);
  }

  // Lists are counted shortly before the first step that wants to know, and their ranks make room behind the last one:
  // of a thousand lists those of a few are kept at a time.
  void PlaceCounting() {
    std::vector<Step> steps = std::exchange(plan_.steps, {});
    std::vector<std::vector<ValueId>> wanted;  // by step
    std::vector<size_t> last(kernel_.insts.size());
    for (const Step& step : steps) {
      wanted.push_back(CountedFor(step));
      for (ValueId list : wanted.back()) last[list.index()] = wanted.size() - 1;
    }
    plan_.ranks.resize(kernel_.insts.size());
    plan_.counting.resize(kernel_.insts.size());
    std::map<std::vector<int64_t>, size_t> counting;  // by CountingKey
    std::vector<size_t> free;
    std::vector<bool> placed(kernel_.insts.size());
    for (size_t i = 0; i < steps.size(); ++i) {
      std::map<size_t, std::vector<ValueId>> first_wanted;  // by Plan::counting
      for (ValueId list : wanted[i]) {
        if (placed[list.index()]) continue;
        placed[list.index()] = true;
        if (free.empty()) free.push_back(plan_.rank_arrays++);
        plan_.ranks[list.index()] = free.back();
        free.pop_back();
        const size_t code = counting.try_emplace(CountingKey(kernel_, list), counting.size()).first->second;
        plan_.counting[list.index()] = code;
        first_wanted[code].push_back(list);
      }
      for (auto& [code, lists] : first_wanted) plan_.steps.emplace_back().counted = std::move(lists);
      plan_.steps.push_back(std::move(steps[i]));
      for (ValueId list : wanted[i]) {
        if (last[list.index()] == i) free.push_back(plan_.ranks[list.index()]);
      }
    }
  }

  // The lists whose counts a step is made from, each once.
  std::vector<ValueId> CountedFor(const Step& step) const {
    std::vector<bool> seen(kernel_.insts.size());
    std::vector<ValueId> lists;
    const auto add_operands = [&](ValueId id) {
      for (ValueId operand : Operands(id)) AddCounted(operand, seen, lists);
    };
    for (ValueId id : step.stored) add_operands(id);
    for (size_t tests : step.tests) AddCounted(plan_.tests[tests].text, seen, lists);
    for (ValueId id : step.watched) AddCounted(id, seen, lists);
    for (size_t output : step.outputs) AddCounted(kernel_.outputs[output].value, seen, lists);
    return lists;
  }

  void AddCounted(ValueId id, std::vector<bool>& seen, std::vector<ValueId>& lists) const {
    if (seen[id.index()] || stored_[id.index()] || Uniform(id)) return;
    seen[id.index()] = true;
    const ValueId list = plan_.counted[id.index()];
    if (list.valid() && !seen[list.index()]) {
      seen[list.index()] = true;
      lists.push_back(list);
    }
    for (ValueId operand : Operands(id)) AddCounted(operand, seen, lists);
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

}  // namespace

Plan PlanOf(const Kernel& kernel, const std::vector<Range>& ranges, const PlanOptions& options) {
  return Planner(kernel, ranges, options).Make();
}

}  // namespace saiten::jit
