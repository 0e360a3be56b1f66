#include "driver/part.h"

#include "compiler/ir/reads.h"

namespace saiten::driver {

std::vector<bool> ObjectsApart(const ir::Program& program) {
  std::vector<bool> apart(program.results.size(), true);
  for (const ir::Kernel& kernel : program.kernels) {
    const ir::Reads reads = ir::ReadsOf(kernel);
    if (reads.anything) return std::vector<bool>(apart.size(), false);
    for (size_t node = 1; node < reads.nodes.size(); ++node) {
      const ObjectId object = reads.nodes[node].object;
      if (reads.nodes[node].results || object == kernel.object) apart[object.index()] = false;
    }
  }
  return apart;
}

PartOfObject::PartOfObject(const vm::RunContext& context, ObjectId object, const RowFlags& marks, rt::Results& results,
                           size_t threads)
    : object_(object), all_(results), results_(results) {
  for (uint32_t row = 0; row < marks.size(); ++row) {
    if (marks[row] != 0) rows_.push_back(row);
  }
  context_ = vm::RunContext::Narrow(context, object, rows_, threads);
  results_.columns[object.index()] = context_->MakeRoom().columns[object.index()];
}

void PartOfObject::Give(const ir::Kernel& kernel) {
  for (const ir::Output& output : kernel.outputs) {
    const rt::Column& from = results_.columns[object_.index()][output.result];
    rt::Column& to = all_.columns[object_.index()][output.result];
    for (size_t i = 0; i < rows_.size(); ++i) to.Change(rows_[i], from.Raw(i));
  }
}

}  // namespace saiten::driver
