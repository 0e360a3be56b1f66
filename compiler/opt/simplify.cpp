#include <algorithm>
#include <array>

#include "compiler/ir/ranges.h"
#include "compiler/ir/scalar.h"
#include "compiler/opt/opt.h"
#include "compiler/opt/rewrite.h"
#include "runtime/normalize.h"
#include "runtime/text_store.h"

namespace saiten::opt {
namespace {

using ir::BlockId;
using ir::Inst;
using ir::Op;
using ir::ValueId;

class Simplifier {
 public:
  Simplifier(ir::Program& program, ir::Kernel& kernel)
      : program_(program), kernel_(kernel), ranges_(ir::RangesOf(program, kernel)), replacement_(kernel.insts.size()) {}

  void Run() {
    Visit(BlockId(0));
    ReplaceUses(kernel_, replacement_);
  }

 private:
  void Visit(BlockId id) {
    std::vector<ValueId> placed;
    const std::vector<ValueId> insts = kernel_[id].insts;
    for (ValueId value : insts) {
      for (size_t i = 0; i < kernel_[value].blocks.size(); ++i) Visit(kernel_[value].blocks[i]);
      for (ValueId& arg : kernel_[value].args) arg = Final(arg);
      for (BlockId block : kernel_[value].blocks) kernel_[block].result = Final(kernel_[block].result);
      SumOfOne(value, placed);
      const ValueId same = SimplerFor(value);
      if (same.valid()) {
        replacement_[value.index()] = same;
      } else {
        FoldConstant(value);
      }
      placed.push_back(value);
    }
    kernel_[id].insts = std::move(placed);
  }

  ValueId Final(ValueId id) const {
    while (replacement_[id.index()].valid()) id = replacement_[id.index()];
    return id;
  }

  const Inst& Arg(const Inst& inst, size_t i) const { return kernel_[inst.args[i]]; }
  bool IsConst(ValueId id) const { return kernel_[id].op == Op::kConst; }
  bool IsConst(ValueId id, int64_t value) const { return IsConst(id) && kernel_[id].imm == value; }
  bool Optional(ValueId id) const { return kernel_[id].type.optional; }

  void BecomeConst(ValueId id, int64_t value) {
    Inst& inst = kernel_[id];
    inst.op = Op::kConst;
    inst.type.optional = false;
    inst.args.clear();
    inst.imm = value;
    inst.imm2 = 0;
    inst.aux = 0;
  }

  // Constants are folded by the function that the interpreter calls. What depends on the run (clock, zone, patterns),
  // what makes texts and what traps stays.
  void FoldConstant(ValueId id) {
    const Inst& inst = kernel_[id];
    if (!ir::InfoOf(inst.op).Has(ir::kScalar) || inst.op == Op::kConst || inst.op == Op::kUnknown || NeedsRun(inst.op))
      return;
    if (inst.args.size() > 3) return;
    std::array<CallValue, 3> args;
    std::array<Type, 3> types;
    for (size_t i = 0; i < inst.args.size(); ++i) {
      const Inst& arg = Arg(inst, i);
      if (arg.op != Op::kConst && arg.op != Op::kUnknown) return;
      args[i] = {arg.imm, arg.op == Op::kConst};
      types[i] = arg.type;
    }
    bool saturated = false;
    rt::TextStore texts(literals_);
    program_.literals.PrepareNfkc();
    const ir::ScalarContext context{.call = {.texts = &texts}, .program = &program_};
    const CallValue value = ir::EvaluateScalar(inst, std::span(args).first(inst.args.size()),
                                               std::span(types).first(inst.args.size()), context, &saturated);
    if (saturated) return;
    if (!value.known) {
      Inst& unknown = kernel_[id];
      unknown.op = Op::kUnknown;
      unknown.type.optional = true;
      unknown.args.clear();
      return;
    }
    if (inst.op == Op::kFold) {
      BecomeConst(id, rt::MakeTextHandle(0, program_.literals.Intern(texts.View(value.value))));
    } else {
      BecomeConst(id, value.value);
    }
  }

  static bool NeedsRun(Op op) {
    return op == Op::kNow || op == Op::kNamed || op == Op::kDateOf || op == Op::kDayStart || op == Op::kDayEnd ||
           op == Op::kMoveDate || op == Op::kMoveInstant || op == Op::kStepBack || op == Op::kStepsBetween ||
           op == Op::kCalendarFirst || op == Op::kNextCrossing || op == Op::kNextStep || op == Op::kMoveBusiness ||
           op == Op::kCall || op == Op::kLike || op == Op::kMatches;
  }

  // The value that `id` always equals; invalid if there is none. Both have the same type but for optionality.
  ValueId SimplerFor(ValueId id) {
    const Inst& inst = kernel_[id];
    auto arg = [&](size_t i) { return inst.args[i]; };
    switch (inst.op) {
      case Op::kAnd:
        if (IsConst(arg(0), 1) || arg(0) == arg(1)) return arg(1);
        if (IsConst(arg(1), 1)) return arg(0);
        if (IsConst(arg(0), 0)) return arg(0);
        if (IsConst(arg(1), 0)) return arg(1);
        return {};
      case Op::kOr:
        if (IsConst(arg(0), 0) || arg(0) == arg(1)) return arg(1);
        if (IsConst(arg(1), 0)) return arg(0);
        if (IsConst(arg(0), 1)) return arg(0);
        if (IsConst(arg(1), 1)) return arg(1);
        return {};
      case Op::kNot:
        return Arg(inst, 0).op == Op::kNot ? Arg(inst, 0).args[0] : ValueId();
      case Op::kIsKnown:
        if (!Optional(arg(0))) BecomeConst(id, 1);
        return {};
      case Op::kTruth:
        return Optional(arg(0)) ? ValueId() : arg(0);
      case Op::kSelect:
        if (IsConst(arg(0))) return IsConst(arg(0), 0) ? arg(2) : arg(1);
        if (kernel_[arg(0)].op == Op::kUnknown) return arg(2);
        return arg(1) == arg(2) ? arg(1) : ValueId();
      case Op::kElse:
        if (!Optional(arg(0))) return arg(0);
        return kernel_[arg(0)].op == Op::kUnknown ? arg(1) : ValueId();
      case Op::kAdd:
        if (IsConst(arg(0), 0) && inst.type.SameBase(kernel_[arg(1)].type)) return arg(1);
        if (IsConst(arg(1), 0) && inst.type.SameBase(kernel_[arg(0)].type)) return arg(0);
        return {};
      case Op::kSub:
        return IsConst(arg(1), 0) && inst.type.SameBase(kernel_[arg(0)].type) ? arg(0) : ValueId();
      case Op::kMin:
        return KeptAnyway(inst, true);
      case Op::kMax:
        return KeptAnyway(inst, false);
        // clang-format off
      case Op::kConst: case Op::kUnknown: case Op::kNow: case Op::kNamed: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kInput:
      case Op::kLoad: case Op::kLoadResult: case Op::kLoadField: case Op::kEventTime: case Op::kEventOwner: case Op::kEventAfter:
      case Op::kInList: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe:
      case Op::kInMask: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize: case Op::kMul: case Op::kDiv:
      case Op::kNeg: case Op::kRescale: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd: case Op::kMoveDate:
      case Op::kMoveInstant: case Op::kStepBack: case Op::kStepsBetween: case Op::kCalendarFirst: case Op::kNextCrossing:
    case Op::kNextStep:
      case Op::kMoveBusiness: case Op::kTextEq: case Op::kTextTest: case Op::kLike: case Op::kMatches: case Op::kFold:
      case Op::kLift: case Op::kCall: case Op::kDecayLinear: case Op::kDecayCompound: case Op::kHalfLife:
      case Op::kEvents: case Op::kRelated: case Op::kFilter: case Op::kEachRelated: case Op::kEachRef:
      case Op::kEachEvents: case Op::kDistinct: case Op::kCapPeriod: case Op::kCapRolling: case Op::kKeepLatest:
      case Op::kStretches: case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kSum:
      case Op::kAvg: case Op::kMinOf: case Op::kMaxOf: case Op::kRunning:
        return {};
        // clang-format on
    }
    return {};
  }

  // A limit that never cuts. Only against a known side: an unknown one makes the whole unknown.
  ValueId KeptAnyway(const Inst& inst, bool is_min) const {
    for (size_t i = 0; i < 2; ++i) {
      const ValueId kept = inst.args[i];
      const ValueId limit = inst.args[1 - i];
      if (Optional(limit) || kept.index() >= ranges_.size() || limit.index() >= ranges_.size()) continue;
      const ir::Range value = ranges_[kept.index()];
      const ir::Range bound = ranges_[limit.index()];
      if (value.empty() || bound.empty()) continue;
      if (is_min ? value.max <= bound.min : value.min >= bound.max) return kept;
    }
    return {};
  }

  // sum(list) of one number that does not depend on the element: count(list) * number.
  void SumOfOne(ValueId id, std::vector<ValueId>& placed) {
    if (kernel_[id].op != Op::kSum) return;
    const ValueId each = kernel_[kernel_[id].blocks[0]].result;
    if (!IsConst(each)) return;
    Inst count{.op = Op::kCount, .type = Type::Int(), .at = kernel_[id].at};
    count.args = {kernel_[id].args[0]};
    Inst number{.op = Op::kConst, .type = kernel_[each].type, .imm = kernel_[each].imm, .at = kernel_[id].at};
    const std::vector<ValueId> args = {Append(std::move(count), placed), Append(std::move(number), placed)};
    Inst& sum = kernel_[id];
    sum.op = Op::kMul;
    sum.blocks.clear();
    sum.args = args;
  }

  ValueId Append(Inst inst, std::vector<ValueId>& placed) {
    const ValueId id(kernel_.insts.size());
    kernel_.insts.push_back(std::move(inst));
    replacement_.emplace_back();
    placed.push_back(id);
    return id;
  }

  ir::Program& program_;
  ir::Kernel& kernel_;
  std::vector<ir::Range> ranges_;
  std::vector<ValueId> replacement_;
  const std::array<const rt::StringPool*, 1> literals_ = {&program_.literals};
};

}  // namespace

void Simplify(ir::Program& program, ir::Kernel& kernel) { Simplifier(program, kernel).Run(); }

}  // namespace saiten::opt
