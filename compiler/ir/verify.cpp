#include <fmt/format.h>

#include "compiler/ir/ir.h"
#include "compiler/ir/verify_types.h"

namespace saiten::ir {
namespace {

// Walks one kernel in the order in which the engines do and stops at the first breach.
class KernelVerifier {
 public:
  KernelVerifier(const Program& program, const Kernel& kernel, bool asked = false)
      : program_(program),
        kernel_(kernel),
        asked_(asked),
        visible_(kernel.insts.size()),
        placed_(kernel.insts.size()),
        entered_(kernel.blocks.size()) {}

  std::string Run() {
    if (kernel_.blocks.empty()) return "no root block";
    if (kernel_.object.index() >= program_.catalog->objects.size()) return "no such object";
    if (kernel_[BlockId(0)].result.valid()) return "the root block has a result";
    if (asked_ && !kernel_.outputs.empty()) return "what is asked writes no results";
    EnterBlock(BlockId(0), nullptr);
    for (const Output& output : kernel_.outputs) CheckOutput(output);
    return std::move(breach_);
  }

 private:
  void EnterBlock(BlockId id, const Inst* owner) {
    if (!breach_.empty()) return;
    if (id.index() >= kernel_.blocks.size()) return Fail("no such block");
    if (entered_[id.index()]) return Fail(fmt::format("block {} is used twice", id.value));
    entered_[id.index()] = true;
    const Block& block = kernel_[id];
    owners_.push_back(owner);
    block_at_.push_back(id);
    for (size_t i = 0; i < block.insts.size() && breach_.empty(); ++i) {
      const ValueId value = block.insts[i];
      if (value.index() >= kernel_.insts.size()) return Fail("no such instruction");
      if (placed_[value.index()]) return Fail(fmt::format("%{} stands in two places", value.value));
      placed_[value.index()] = true;
      first_ = i == 0;
      CheckInst(value);
      visible_[value.index()] = true;
    }
    if (owner && breach_.empty()) {
      if (!Visible(block.result)) return Fail(fmt::format("block {} has no result", id.value));
      if (kernel_[block.result].is_list) return Fail(fmt::format("the result of block {} is a list", id.value));
    }
    for (ValueId value : block.insts) visible_[value.index()] = false;
    if (!owner && breach_.empty()) {
      for (ValueId value : block.insts) visible_[value.index()] = true;  // outputs are read behind the root
    }
    owners_.pop_back();
    block_at_.pop_back();
  }

  void CheckInst(ValueId value) {
    const Inst& inst = kernel_[value];
    const OpInfo& info = InfoOf(inst.op);
    if (info.args >= 0 && inst.args.size() != static_cast<size_t>(info.args)) return FailAt(value, "argument count");
    if (info.blocks >= 0 && inst.blocks.size() != static_cast<size_t>(info.blocks)) return FailAt(value, "block count");
    for (ValueId arg : inst.args) {
      if (!Visible(arg)) return FailAt(value, "an argument is not defined before it");
    }
    if (inst.op == Op::kElement || inst.op == Op::kSoFar) CheckImplicit(value);
    if (inst.op == Op::kInput && !asked_) return FailAt(value, "in a kernel that runs");
    for (BlockId block : inst.blocks) EnterBlock(block, &inst);
    if (!breach_.empty()) return;
    if (std::string words = CheckTypes(program_, kernel_, inst); !words.empty()) FailAt(value, words);
  }

  void CheckImplicit(ValueId value) {
    const Inst& inst = kernel_[value];
    const Inst* owner = owners_.back();
    if (!owner) return FailAt(value, "outside of a block");
    if (inst.op == Op::kSoFar) {
      if (owner->op != Op::kRunning) FailAt(value, "outside of a running sum");
      return;
    }
    if (!first_) return FailAt(value, "not the first of its block");
    Type expected = ElementType(kernel_, *owner, block_at_.back());
    if (!inst.type.SameBase(expected)) FailAt(value, "not the type of the list's elements");
  }

  void CheckOutput(const Output& output) {
    if (!breach_.empty()) return;
    const auto& results = program_.results[kernel_.object.index()];
    if (output.result >= results.size()) return Fail("no such result column");
    if (!Visible(output.value)) return Fail(fmt::format("output %{} is not defined", output.value.value));
    const Inst& inst = kernel_[output.value];
    const ResultColumn& column = results[output.result];
    if (inst.is_list) return Fail("an output is a list");
    if (!inst.type.SameBase(column.type)) return Fail(fmt::format("output {} has another type", column.name));
    if (inst.type.optional && !column.type.optional) return Fail(fmt::format("output {} may be unknown", column.name));
  }

  bool Visible(ValueId id) const { return id.valid() && id.index() < visible_.size() && visible_[id.index()]; }
  void Fail(std::string words) {
    if (breach_.empty()) breach_ = std::move(words);
  }
  void FailAt(ValueId value, std::string_view words) {
    Fail(fmt::format("%{} {}: {}", value.value, InfoOf(kernel_[value].op).mnemonic, words));
  }

  const Program& program_;
  const Kernel& kernel_;
  const bool asked_;
  std::vector<bool> visible_;
  std::vector<bool> placed_;
  std::vector<bool> entered_;
  std::vector<const Inst*> owners_;
  std::vector<BlockId> block_at_;
  bool first_ = false;
  std::string breach_;
};

}  // namespace

std::string Verify(const Program& program) {
  if (!program.catalog) return "no catalog";
  if (program.results.size() != program.catalog->objects.size()) return "result columns are not by object";
  if (program.pools.empty() || program.pools[0].kind != PoolSource::Kind::kLiterals)
    return "pool 0 is not the literals";
  std::vector<std::vector<bool>> written(program.results.size());
  for (size_t i = 0; i < written.size(); ++i) written[i].resize(program.results[i].size());
  auto verify = [&](const Kernel& kernel, bool asked) {
    std::string words = KernelVerifier(program, kernel, asked).Run();
    if (!words.empty()) return words;
    for (const Inst& inst : kernel.insts) {
      if (inst.op != Op::kLoadResult) continue;
      if (!written[kernel[inst.args[0]].type.ref][inst.aux]) words = "reads a result that no earlier kernel wrote";
    }
    return words;
  };
  for (size_t i = 0; i < program.kernels.size(); ++i) {
    const Kernel& kernel = program.kernels[i];
    const std::string words = verify(kernel, false);
    if (!words.empty()) return fmt::format("kernel {}: {}", i, words);
    for (const Output& output : kernel.outputs) {
      auto&& done = written[kernel.object.index()][output.result];
      if (done) return fmt::format("kernel {}: writes a result twice", i);
      done = true;
    }
  }
  for (size_t object = 0; object < written.size(); ++object) {
    for (size_t i = 0; i < written[object].size(); ++i) {
      if (!written[object][i]) return fmt::format("result {} is never written", program.results[object][i].name);
    }
  }
  for (size_t i = 0; i < program.asked.size(); ++i) {
    if (std::string words = verify(program.asked[i], true); !words.empty())
      return fmt::format("asked {}: {}", i, words);
  }
  return {};
}

}  // namespace saiten::ir
