#include "tests/parity/cases.h"

#include "tests/parity/engines.h"

namespace saiten::parity {

namespace {

// Outputs of one kernel at most: more of them make its loop slow to compile.
constexpr size_t kMostOutputs = 32;

}  // namespace

std::vector<std::vector<Case>> CasesByOperation() {
  std::vector<std::vector<Case>> all(static_cast<size_t>(ir::Op::kRunning) + 1);
  for (std::vector<Case> some : {ScalarCases(), TextCases(), ListCases()}) {
    for (Case& test : some) all[static_cast<size_t>(test.op)].push_back(std::move(test));
  }
  return all;
}

ir::Program ProgramOf(const std::vector<Case>& cases, const Catalog& catalog) {
  ir::Program program = ir::EmptyProgram(catalog);
  auto& results = program.results[kContactObject.index()];
  // What Op::kLoadResult reads: a result of the kernel before.
  results.push_back(ColumnFor(Type::Int().Optional()));
  {
    ir::Builder builder(program, kContactObject);
    builder.Output(builder.Load(builder.Row(), contact::kHuge), 0);
    program.kernels.push_back(builder.Finish());
  }
  for (size_t begin = 0; begin < cases.size(); begin += kMostOutputs) {
    ir::Builder builder(program, kContactObject);
    for (size_t i = begin; i < std::min(cases.size(), begin + kMostOutputs); ++i) {
      const ir::ValueId value = cases[i].build(builder);
      builder.Output(value, static_cast<uint32_t>(results.size()));
      results.push_back(ColumnFor(builder.TypeOf(value)));
      results.back().name = std::string(ir::InfoOf(cases[i].op).mnemonic) + " case " + std::to_string(i);
    }
    program.kernels.push_back(builder.Finish());
  }
  program.literals.PrepareNfkc();
  return program;
}

}  // namespace saiten::parity
