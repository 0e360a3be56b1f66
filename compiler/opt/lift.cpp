#include <algorithm>

#include "compiler/opt/opt.h"
#include "compiler/opt/rewrite.h"

namespace saiten::opt {
namespace {

using ir::BlockId;
using ir::Op;
using ir::ValueId;

// What a value is made of, as far as lifting asks.
struct Source {
  ValueId text;             // the one text it depends on; invalid: none
  bool constant = false;    // made of constants alone
  bool liftable = false;    // unknown whenever the text is, cannot trap, nothing else in it
  bool tests_text = false;  // holds an operation on texts, so that lifting it pays
};

class Lifter {
 public:
  Lifter(const ir::Program& program, ir::Kernel& kernel) : program_(program), kernel_(kernel) {}

  void Run() {
    sources_.resize(kernel_.insts.size());
    users_.resize(kernel_.insts.size());
    copies_.resize(kernel_.insts.size());
    for (size_t i = 0; i < kernel_.insts.size(); ++i) sources_[i] = SourceOf(ValueId(i));
    for (size_t i = 0; i < kernel_.insts.size(); ++i) {
      for (ValueId arg : kernel_.insts[i].args) users_[arg.index()].push_back(ValueId(i));
    }
    VisitBlock(BlockId(0));
    ReplaceUses(kernel_, replacement_);
  }

 private:
  bool OnTexts(const ir::Inst& inst) const {
    if (inst.op == Op::kTextEq || inst.op == Op::kTextTest || inst.op == Op::kLike || inst.op == Op::kMatches ||
        inst.op == Op::kFold) {
      return true;
    }
    // A function whose first argument is a text reads nothing but its arguments.
    return inst.op == Op::kCall && !program_.functions[inst.aux]->takes_unknown && !inst.args.empty() &&
           kernel_[inst.args[0]].type.is(TypeKind::kText);
  }

  Source SourceOf(ValueId id) const {
    const ir::Inst& inst = kernel_[id];
    if (inst.op == Op::kConst) return {.constant = true};
    const bool text_load = (inst.op == Op::kLoad || inst.op == Op::kLoadField) && inst.type.is(TypeKind::kText);
    if (text_load) return {.text = id, .liftable = true};
    const bool compares = inst.op >= Op::kEq && inst.op <= Op::kInMask;
    const bool logic = inst.op == Op::kAnd || inst.op == Op::kOr;
    if (!OnTexts(inst) && !compares && !logic && inst.op != Op::kNot) return {};
    Source source;
    for (ValueId arg : inst.args) {
      const Source& of = sources_[arg.index()];
      if (of.constant && !logic) continue;
      if (!of.liftable || (source.text.valid() && source.text != of.text)) return {};
      source.text = of.text;
      source.tests_text |= of.tests_text;
    }
    if (!source.text.valid()) return {};
    source.liftable = true;
    source.tests_text |= OnTexts(inst);
    return source;
  }

  // Whether `id` is the top of what can be lifted: its value is no text, and something else uses it.
  bool IsTop(ValueId id) const {
    const Source& source = sources_[id.index()];
    if (!source.liftable || !source.tests_text || kernel_[id].type.is(TypeKind::kText)) return false;
    const auto& users = users_[id.index()];
    return users.empty() || std::ranges::any_of(users, [&](ValueId user) { return !sources_[user.index()].liftable; });
  }

  void VisitBlock(BlockId id) {
    std::vector<ValueId> placed;
    const std::vector<ValueId> insts = kernel_[id].insts;
    for (ValueId value : insts) {
      for (size_t i = 0; i < kernel_[value].blocks.size(); ++i) VisitBlock(kernel_[value].blocks[i]);
      placed.push_back(value);
      if (IsTop(value)) placed.push_back(Lift(value));
    }
    kernel_[id].insts = std::move(placed);
  }

  ValueId Append(ir::Inst inst) {
    kernel_.insts.push_back(std::move(inst));
    return ValueId(kernel_.insts.size() - 1);
  }

  ValueId Lift(ValueId top) {
    const ValueId text = sources_[top.index()].text;
    const BlockId block(kernel_.blocks.size());
    kernel_.blocks.emplace_back();
    ir::Inst element{.op = Op::kElement, .type = Type::Text(), .at = kernel_[top].at};
    SetCopy(text, Append(std::move(element)), block);
    kernel_[block].result = Copy(top, block);
    for (ValueId original : copied_) copies_[original.index()] = ValueId();
    copied_.clear();
    ir::Inst lift{.op = Op::kLift, .type = kernel_[top].type, .at = kernel_[top].at};
    lift.args = {text};
    lift.blocks = {block};
    const ValueId lifted = Append(std::move(lift));
    replacement_.resize(kernel_.insts.size());
    replacement_[top.index()] = lifted;
    return lifted;
  }

  ValueId Copy(ValueId id, BlockId block) {
    if (copies_[id.index()].valid()) return copies_[id.index()];
    ir::Inst inst = kernel_[id];
    for (ValueId& arg : inst.args) arg = Copy(arg, block);
    // The element is a text that is there: what is unknown only for want of it is known.
    if (inst.op != Op::kCall && !inst.args.empty()) {
      inst.type.optional = std::ranges::any_of(inst.args, [&](ValueId arg) { return kernel_[arg].type.optional; });
    }
    return SetCopy(id, Append(std::move(inst)), block);
  }

  ValueId SetCopy(ValueId original, ValueId copy, BlockId block) {
    copies_[original.index()] = copy;
    copied_.push_back(original);
    kernel_[block].insts.push_back(copy);
    return copy;
  }

  const ir::Program& program_;
  ir::Kernel& kernel_;
  std::vector<Source> sources_;
  std::vector<std::vector<ValueId>> users_;
  std::vector<ValueId> replacement_;
  std::vector<ValueId> copies_;  // in the block being made; cleared through copied_, as one array for each is quadratic
  std::vector<ValueId> copied_;
};

}  // namespace

void LiftTexts(const ir::Program& program, ir::Kernel& kernel) { Lifter(program, kernel).Run(); }

}  // namespace saiten::opt
