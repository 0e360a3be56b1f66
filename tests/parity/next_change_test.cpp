#include <gtest/gtest.h>

#include <random>

#include "compiler/opt/opt.h"
#include "tests/parity/engines.h"
#include "tests/parity/random_program.h"

// Kernel::next_change of random kernels on random data: up to it no output differs, it is the same whenever it is asked
// for again before, and it changes no result.
namespace saiten::parity {
namespace {

constexpr int64_t kHour = 3'600'000'000;

struct Tally {
  int64_t kernels = 0;
  int64_t timeless = 0;  // of kernels whose outputs do not depend on the clock
  int64_t records = 0;
  int64_t always = 0;
};

void CheckClocks(const ir::Program& program, const World& world, const Outcome& before, int64_t now, int64_t later) {
  const auto after = RunInterpreter(program, world, later);
  ASSERT_TRUE(after.ok()) << after.error().message;
  const ir::Kernel& kernel = program.kernels[0];
  const auto& was = before.results.columns[kernel.object.index()];
  const auto& is = after->results.columns[kernel.object.index()];
  for (size_t row = 0; row < was[0].size(); ++row) {
    if (kernel.next_change && was[*kernel.next_change].Known(row) && was[*kernel.next_change].Raw(row) <= later)
      continue;
    for (size_t column = 0; column < was.size(); ++column) {
      ASSERT_EQ(was[column].Raw(row), is[column].Raw(row))
          << program.results[kernel.object.index()][column].name << " of row " << row << " at " << now << " and at "
          << later << "\n"
          << ir::Print(program);
    }
  }
}

void CheckProgram(uint64_t seed, const World& world, Tally& tally) {
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  ir::Program plain = RandomProgram(seed, world.catalog, 1);
  opt::Optimise(plain);
  ir::Program program = RandomProgram(seed, world.catalog, 1);
  opt::AddNextChange(program);
  ASSERT_EQ(ir::Verify(program), "") << ir::Print(program);
  opt::Optimise(program);
  ASSERT_EQ(ir::Verify(program), "") << ir::Print(program);
  const int64_t now = kNow + static_cast<int64_t>(random() % (800 * 24)) * kHour - 400 * 24 * kHour;
  const auto want = RunInterpreter(plain, world, now);
  const auto got = RunInterpreter(program, world, now);
  ASSERT_TRUE(want.ok() && got.ok());
  ASSERT_EQ(FirstDifference(plain, {want->results, {}}, {got->results, {}}), "");
  // What next_change looks at may be a value that nothing else needs any more: its traps are told then.
  ASSERT_LE(want->traps.count(), got->traps.count());
  const ir::Kernel& kernel = program.kernels[0];
  ++tally.kernels;
  tally.timeless += kernel.next_change ? 0 : 1;
  std::vector<int64_t> announced;
  if (kernel.next_change) {
    const rt::Column& next = got->results.columns[kernel.object.index()][*kernel.next_change];
    for (size_t row = 0; row < next.size(); ++row) {
      ++tally.records;
      if (!next.Known(row)) continue;
      ASSERT_GT(next.Raw(row), now);
      tally.always += next.Raw(row) == now + 1 ? 1 : 0;
      if (next.Raw(row) > now + 1 && next.Raw(row) < now + 2'000 * 24 * kHour) announced.push_back(next.Raw(row));
    }
  }
  std::vector<int64_t> clocks = {now + 1, now + 17 * kHour, now + 31 * 24 * kHour + 5,
                                 now + static_cast<int64_t>(random() % (3'000 * 24)) * kHour};
  // The last moments before something is announced to happen are where a change would be missed.
  for (int i = 0; i < 4 && !announced.empty(); ++i) clocks.push_back(announced[random() % announced.size()] - 1);
  for (int64_t later : clocks) {
    if (later <= now) continue;
    CheckClocks(program, world, *got, now, later);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(NextChange, NothingChangesBeforeIt) {
  const std::unique_ptr<World> worlds[] = {MakeWorld(31, 60, true), MakeWorld(32, 90, false)};
  Tally tally;
  for (uint64_t seed = 50'000; seed < 51'500 && !HasFatalFailure(); ++seed) {
    CheckProgram(seed, *worlds[seed % std::size(worlds)], tally);
  }
  std::printf("%ld kernels, %ld of them without clock; of %ld records %ld always change\n", tally.kernels,
              tally.timeless, tally.records, tally.always);
  EXPECT_GT(tally.timeless, 0);
  EXPECT_LT(tally.always, tally.records * 3 / 4);
}

TEST(NextChange, EnginesAgree) {
  const auto world = MakeWorld(33, 77, true);
  for (uint64_t seed = 60'000; seed < 60'010; ++seed) {
    ir::Program program = RandomProgram(seed, world->catalog, 12);
    opt::AddNextChange(program);
    opt::Optimise(program);
    const auto want = RunInterpreter(program, *world);
    const auto got = RunJit(program, *world);
    ASSERT_TRUE(want.ok() && got.ok());
    ASSERT_EQ(FirstDifference(program, *want, *got), "") << "seed " << seed << "\n" << ir::Print(program);
  }
}

}  // namespace
}  // namespace saiten::parity
