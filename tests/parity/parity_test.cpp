#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "tests/parity/cases.h"
#include "tests/parity/engines.h"

// Every operation of ir.def on unknown, boundary and ordinary operands: what the JIT makes of it is what the
// interpreter makes of it, to the bit, traps included.
namespace saiten::parity {
namespace {

constexpr size_t kContacts = 400;

Operand KindOf(const Case& test, const World& world, size_t row) {
  Operand kind = Operand::kOrdinary;
  for (uint32_t property : test.reads) kind = std::max(kind, world.kinds[property][row]);
  if (test.reads_clicks) kind = std::max(kind, world.click_kinds[row]);
  return kind;
}

TEST(Parity, EveryOperationOnEveryKindOfOperand) {
  // rows[operation][kind][engine]
  std::array<std::array<std::array<size_t, 2>, kOperandKinds>, static_cast<size_t>(ir::Op::kRunning) + 1> rows{};
  for (bool wild : {false, true}) {
    const auto world = MakeWorld(wild ? 1 : 2, kContacts, wild);
    for (const std::vector<Case>& cases : CasesByOperation()) {
      const ir::Program program = ProgramOf(cases, world->catalog);
      ASSERT_EQ(ir::Verify(program), "") << ir::Print(program);
      const auto want = RunInterpreter(program, *world);
      ASSERT_TRUE(want.ok()) << want.error().message;
      const auto got = RunJit(program, *world);
      ASSERT_TRUE(got.ok()) << got.error().message << ir::Print(program);
      EXPECT_EQ(FirstDifference(program, *want, *got), "") << ir::Print(program);
      for (const Case& test : cases) {
        for (size_t row = 0; row < kContacts; ++row) {
          auto& cell = rows[static_cast<size_t>(test.op)][static_cast<size_t>(KindOf(test, *world, row))];
          for (size_t& engine : cell) ++engine;
        }
      }
    }
  }
  std::printf("%-16s %23s %23s %23s\n", "operation", "unknown", "boundary", "ordinary");
  std::printf("%-16s %11s %11s %11s %11s %11s %11s\n", "", "interp", "jit", "interp", "jit", "interp", "jit");
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto op = static_cast<ir::Op>(i);
    if (op == ir::Op::kInput) continue;  // only the interpreter is asked
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
