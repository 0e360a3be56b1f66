#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/opt/opt.h"
#include "tests/parity/engines.h"
#include "tests/parity/random_program.h"

// Random well-typed kernels on random data: interpreter and JIT agree to the bit, traps included; and the optimiser
// changes no result. SAITEN_RANDOM_KERNELS sets how many, SAITEN_RANDOM_SEED where to begin.
namespace saiten::parity {
namespace {

constexpr int kKernelsAProgram = 20;

// Under the sanitizers the interpreter is many times slower; the release tests make the full number.
#ifdef SAITEN_SANITIZE
constexpr int64_t kUsual = 200;
#else
constexpr int64_t kUsual = 2'000;
#endif

int64_t FromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atoll(text) : otherwise;
}

TEST(Random, KernelsAgree) {
  const int64_t kernels = FromEnvironment("SAITEN_RANDOM_KERNELS", kUsual);
  const auto first = static_cast<uint64_t>(FromEnvironment("SAITEN_RANDOM_SEED", 1));
  const std::unique_ptr<World> worlds[] = {MakeWorld(11, 60, true), MakeWorld(12, 90, false), MakeWorld(13, 1, true),
                                           MakeWorld(14, 33, true)};
  for (int64_t i = 0; i < kernels / kKernelsAProgram; ++i) {
    const uint64_t seed = first + static_cast<uint64_t>(i);
    const World& world = *worlds[seed % std::size(worlds)];
    const ir::Program plain = RandomProgram(seed, world.catalog, kKernelsAProgram);
    ASSERT_EQ(ir::Verify(plain), "") << "seed " << seed << "\n" << ir::Print(plain);
    ir::Program better = RandomProgram(seed, world.catalog, kKernelsAProgram);
    opt::Optimise(better);
    better.literals.PrepareNfkc();
    ASSERT_EQ(ir::Verify(better), "") << "seed " << seed << "\n" << ir::Print(better);
    const auto want = RunInterpreter(plain, world);
    ASSERT_TRUE(want.ok()) << want.error().message;
    const auto optimised = RunInterpreter(better, world);
    ASSERT_TRUE(optimised.ok()) << optimised.error().message;
    // The optimiser may drop traps of what nobody needs, so only results are compared.
    const std::string changed = FirstDifference(plain, {want->results, {}}, {optimised->results, {}});
    ASSERT_EQ(changed, "") << "seed " << seed << ": the optimiser changed a result\n" << ir::Print(plain);
    // Either form of the program is one more program for the JIT; making code for both would take twice as long.
    const bool take_plain = seed / std::size(worlds) % 2 == 0;
    const ir::Program& program = take_plain ? plain : better;
    const auto got = RunJit(program, world);
    ASSERT_TRUE(got.ok()) << "seed " << seed << got.error().message;
    const std::string difference = FirstDifference(program, take_plain ? *want : *optimised, *got);
    ASSERT_EQ(difference, "") << "seed " << seed << "\n" << ir::Print(program);
  }
}

// Rows of several blocks, with a last one that fills no vector.
TEST(Random, ManyRows) {
  const auto world = MakeWorld(21, 5'003, true);
  for (uint64_t seed : {1'000'001, 1'000'002}) {
    const ir::Program program = RandomProgram(seed, world->catalog, 4);
    const auto want = RunInterpreter(program, *world);
    ASSERT_TRUE(want.ok());
    const auto got = RunJit(program, *world);
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(FirstDifference(program, *want, *got), "") << ir::Print(program);
  }
}

}  // namespace
}  // namespace saiten::parity
