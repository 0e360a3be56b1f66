#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "tests/parity/cases.h"
#include "tests/parity/engines.h"

// Every operation of ir.def on unknown, boundary and ordinary operands: what the JIT makes of it is what the interpreter
// makes of it, to the bit, traps included.
namespace saiten::parity {
namespace {

constexpr size_t kContacts = 400;

constexpr ir::Op kOps[] = {
#define SAITEN_OP(name, mnemonic, args, blocks) ir::Op::k##name,
#include "compiler/ir/ir.def"
#undef SAITEN_OP
};

Operand KindOf(const Case& test, const World& world, size_t row) {
  Operand kind = Operand::kOrdinary;
  for (uint32_t property : test.reads) kind = std::max(kind, world.kinds[property][row]);
  if (test.reads_clicks) kind = std::max(kind, world.click_kinds[row]);
  return kind;
}

TEST(Parity, EveryOperationOnEveryKindOfOperand) {
  // rows[operation][kind][engine]
  std::array<std::array<std::array<size_t, 2>, kOperandKinds>, std::size(kOps)> rows{};
  for (bool wild : {false, true}) {
    const auto world = MakeWorld(wild ? 1 : 2, kContacts, wild);
    for (const Case& test : AllCases()) {
      const ir::Program program = ProgramOf(test, world->catalog);
      ASSERT_EQ(ir::Verify(program), "") << ir::Print(program);
      const auto want = RunInterpreter(program, *world);
      ASSERT_TRUE(want.ok()) << want.error().message;
      const auto got = RunJit(program, *world);
      ASSERT_TRUE(got.ok()) << got.error().message << ir::Print(program);
      EXPECT_EQ(FirstDifference(program, *want, *got), "") << ir::Print(program);
      for (size_t row = 0; row < kContacts; ++row) {
        for (size_t engine = 0; engine < 2; ++engine) {
          ++rows[static_cast<size_t>(test.op)][static_cast<size_t>(KindOf(test, *world, row))][engine];
        }
      }
    }
  }
  std::printf("%-16s %23s %23s %23s\n", "operation", "unknown", "boundary", "ordinary");
  std::printf("%-16s %11s %11s %11s %11s %11s %11s\n", "", "interp", "jit", "interp", "jit", "interp", "jit");
  for (ir::Op op : kOps) {
    std::printf("%-16s", std::string(ir::InfoOf(op).mnemonic).c_str());
    for (Operand kind : {Operand::kUnknown, Operand::kBoundary, Operand::kOrdinary}) {
      for (size_t engine = 0; engine < 2; ++engine) {
        const size_t count = rows[static_cast<size_t>(op)][static_cast<size_t>(kind)][engine];
        std::printf(" %11zu", count);
        EXPECT_GT(count, 0U) << ir::InfoOf(op).mnemonic << " was never tried with " << NameOf(kind) << " operands";
      }
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace saiten::parity
