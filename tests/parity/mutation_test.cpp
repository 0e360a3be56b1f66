#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/parity/cases.h"
#include "tests/parity/engines.h"
#include "vm/jit/operations.h"

// That the parity test would find a mistake: the JIT is broken in one operation at a time, and the same cases must
// then differ from the interpreter. And that vm/jit/operations.def says truly how each operation is made.
namespace saiten::parity {
namespace {

using jit::How;
using jit::Mutation;
using jit::Operation;

constexpr std::pair<char, Mutation::Kind> kKinds[] = {
    {'V', Mutation::Kind::kValue}, {'U', Mutation::Kind::kUnknown}, {'B', Mutation::Kind::kBoundary}};

// The code as first made, for narrow columns and then for wide ones.
std::string Unoptimised(const ir::Program& program, Mutation mutation) {
  std::string all;
  jit::Layout layout = jit::TypicalLayout(program);
  for (bool wide : {false, true}) {
    for (auto* group : {&layout.properties, &layout.fields}) {
      for (auto& widths : *group) {
        if (wide) std::fill(widths.begin(), widths.end(), rt::Width::k8);
      }
    }
    const auto text = jit::EmitLlvm(program, layout, {.optimised = false, .mutation = mutation});
    all += text.ok() ? *text : text.error().message;
  }
  return all;
}

TEST(Mutations, EveryOneIsFound) {
  const auto world = MakeWorld(1, 200, true);
  const auto tame = MakeWorld(2, 200, false);
  const auto cases = CasesByOperation();
  for (const Operation& operation : jit::Operations()) {
    const ir::Program program = ProgramOf(cases[static_cast<size_t>(operation.op)], world->catalog);
    const std::string name(ir::InfoOf(operation.op).mnemonic);
    const std::string sound = Unoptimised(program, {});
    std::vector<Outcome> want;
    for (const World* data : {world.get(), tame.get()}) {
      auto outcome = RunInterpreter(program, *data);
      ASSERT_TRUE(outcome.ok());
      want.push_back(std::move(*outcome));
    }
    for (const auto& [letter, kind] : kKinds) {
      const Mutation mutation{kind, operation.op};
      if (operation.mutations.find(letter) == std::string_view::npos) {
        EXPECT_TRUE(Unoptimised(program, mutation) == sound)
            << name << ": mutation " << letter << " is not in the table";
        continue;
      }
      bool found = false;
      size_t place = 0;
      for (const World* data : {world.get(), tame.get()}) {
        const auto got = RunJit(program, *data, {.mutation = mutation});
        ASSERT_TRUE(got.ok()) << name << letter << got.error().message;
        found = found || !FirstDifference(program, want[place++], *got).empty();
        if (found) break;
      }
      EXPECT_TRUE(found) << name << ": nobody noticed mutation " << letter;
    }
  }
}

// The names behind `call ... @` in the text, LLVM's own and this module's aside.
std::set<std::string> CalledIn(const std::string& text) {
  std::set<std::string> names;
  for (size_t at = text.find("@saiten_"); at != std::string::npos; at = text.find("@saiten_", at + 1)) {
    names.insert(text.substr(at + 1, text.find('(', at) - at - 1));
  }
  return names;
}

TEST(Operations, TableIsTrue) {
  const auto rows = jit::Operations();
  const Catalog catalog = MakeCatalog();
  const auto cases = CasesByOperation();
  // Only the interpreter is asked, so machine code has no row for inputs; they are the last operation.
  ASSERT_EQ(static_cast<size_t>(ir::Op::kInput), rows.size());
  ASSERT_EQ(rows.size(), cases.size());
  std::set<std::string> unused;
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(rows[i].op), i);
    EXPECT_EQ(rows[i].how == How::kInlined, rows[i].reason.empty()) << "a call needs a reason";
    EXPECT_EQ(rows[i].how == How::kInlined, rows[i].helpers.empty());
    const ir::Program program = ProgramOf(cases[i], catalog);
    std::set<std::string> allowed = {"saiten_traps"};
    for (const ir::Kernel& kernel : program.kernels) {
      for (const ir::Inst& inst : kernel.insts) {
        std::istringstream names{std::string(rows[static_cast<size_t>(inst.op)].helpers)};
        for (std::string name; names >> name;) allowed.insert(name);
      }
    }
    const std::set<std::string> called = CalledIn(Unoptimised(program, {}));
    for (const std::string& name : called) {
      EXPECT_TRUE(allowed.contains(name)) << ir::InfoOf(rows[i].op).mnemonic << " calls " << name;
    }
    std::istringstream names{std::string(rows[i].helpers)};
    for (std::string name; names >> name;) {
      EXPECT_TRUE(called.contains(name)) << ir::InfoOf(rows[i].op).mnemonic << " never calls " << name;
    }
  }
}

}  // namespace
}  // namespace saiten::parity
