#include "tests/parity/cases.h"

#include "tests/parity/engines.h"

namespace saiten::parity {

std::vector<Case> AllCases() {
  std::vector<Case> all = ScalarCases();
  for (std::vector<Case> more : {TextCases(), ListCases()}) {
    for (Case& test : more) all.push_back(std::move(test));
  }
  return all;
}

ir::Program ProgramOf(const Case& test, const Catalog& catalog) {
  ir::Program program = ir::EmptyProgram(catalog);
  auto& results = program.results[kContactObject.index()];
  // What Op::kLoadResult reads: a result of the kernel before.
  results.push_back(ColumnFor(Type::Int().Optional()));
  {
    ir::Builder builder(program, kContactObject);
    builder.Output(builder.Load(builder.Row(), contact::kHuge), 0);
    program.kernels.push_back(builder.Finish());
  }
  ir::Builder builder(program, kContactObject);
  const ir::ValueId value = test.build(builder);
  results.push_back(ColumnFor(builder.TypeOf(value)));
  results.back().name = ir::InfoOf(test.op).mnemonic;
  builder.Output(value, 1);
  program.kernels.push_back(builder.Finish());
  program.literals.PrepareNfkc();
  return program;
}

}  // namespace saiten::parity
