#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/results.h"
#include "vm/run_context.h"

// A run over a part of the records.
namespace saiten::driver {

// Which rows of a table are marked: 1 for each that is, 0 for others.
using RowFlags = std::vector<uint8_t>;

// The records whose results are wanted. Results of others may be worked out too, where the wanted ones read them.
struct Part {
  std::vector<RowFlags> marks;  // by object
  // Of values that are the same for all records one part of several tells the traps.
  bool tells_uniform = true;
};

// By object: whether its kernels can be run over some of its records as if there were no others, because no rule reads
// another record of the object, but for properties read from records of other objects.
std::vector<bool> ObjectsApart(const ir::Program& program);

// The wanted records of one such object, moved together, so that they alone are worked on.
class PartOfObject {
 public:
  // `results`: of the whole run, as MakeResults gives them. Both must outlive it.
  PartOfObject(const vm::RunContext& context, ObjectId object, const RowFlags& marks, rt::Results& results,
               size_t threads);

  const vm::RunContext& context() const { return *context_; }
  // Of the object by row of the part, of others those of the whole run.
  rt::Results& results() { return results_; }
  const std::vector<uint32_t>& rows() const { return rows_; }
  // Puts what `kernel` wrote into the results of the whole run.
  void Give(const ir::Kernel& kernel);

 private:
  ObjectId object_;
  std::vector<uint32_t> rows_;
  std::unique_ptr<vm::RunContext> context_;
  rt::Results& all_;
  rt::Results results_;
};

}  // namespace saiten::driver
