#include "driver/clock_use.h"

#include <set>
#include <utility>

namespace saiten::driver {
namespace {

class Search {
 public:
  explicit Search(const ir::Program& program) : program_(program) {}

  bool Result(uint32_t object, uint32_t column) {
    if (!results_.insert({object, column}).second) return false;
    for (const ir::Kernel& kernel : program_.kernels) {
      if (kernel.object.value != object) continue;
      for (const ir::Output& output : kernel.outputs) {
        if (output.result == column && Value(kernel, output.value)) return true;
      }
    }
    return false;
  }

 private:
  bool Value(const ir::Kernel& kernel, ir::ValueId id) {
    if (!values_.insert({&kernel, id}).second) return false;
    const ir::Inst& inst = kernel[id];
    if (inst.op == ir::Op::kNow) return true;
    if (inst.op == ir::Op::kLoadResult && Result(kernel[inst.args[0]].type.ref, inst.aux)) return true;
    for (ir::ValueId arg : inst.args) {
      if (Value(kernel, arg)) return true;
    }
    for (ir::BlockId block : inst.blocks) {
      if (Value(kernel, kernel[block].result)) return true;
    }
    return false;
  }

  const ir::Program& program_;
  std::set<std::pair<uint32_t, uint32_t>> results_;             // seen: object, column
  std::set<std::pair<const ir::Kernel*, ir::ValueId>> values_;  // seen
};

}  // namespace

bool LooksAtClock(const ir::Program& program, lower::ResultRef result) {
  return Search(program).Result(result.object.value, result.column);
}

}  // namespace saiten::driver
