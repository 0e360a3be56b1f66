// Times are the same instants whether they are kept as seconds or as microseconds.
#include "runtime/times.h"

#include <gtest/gtest.h>

namespace saiten::rt {
namespace {

constexpr int64_t kLast = int64_t{Times::kLastSecond} * Times::kSecond;

TEST(TimesTest, WholeSecondsAreKeptInFourBytes) {
  const std::vector<int64_t> instants = {0, 1'000'000, 1'770'000'000'000'000, kLast};
  const Times times(std::vector<int64_t>{instants});
  EXPECT_TRUE(times.in_seconds());
  EXPECT_TRUE(times.micros().empty());
  EXPECT_EQ(times, instants);
  EXPECT_EQ(std::vector<int64_t>(times.begin(), times.end()), instants);
  EXPECT_EQ(std::upper_bound(times.begin(), times.end(), 1'000'001) - times.begin(), 2);
}

TEST(TimesTest, OneThatIsNoneMakesAllWide) {
  for (const int64_t odd : {int64_t{-1'000'000}, int64_t{1'000'001}, kLast + Times::kSecond, int64_t{-1}}) {
    const std::vector<int64_t> instants = {0, odd, 5'000'000};
    const Times times(std::vector<int64_t>{instants});
    EXPECT_FALSE(times.in_seconds()) << odd;
    EXPECT_EQ(times, instants);
    TimesBuilder builder;
    builder.Reserve(1);
    for (int64_t instant : instants) builder.Append(instant);
    EXPECT_EQ(builder.size(), 3u);
    const Times built = builder.Finish();
    EXPECT_FALSE(built.in_seconds()) << odd;
    EXPECT_EQ(built, times);
  }
}

TEST(TimesTest, SomeOfThemAreKeptAsAllWere) {
  const Times wide = {3'000'000, 1, 2'000'000};
  EXPECT_FALSE(Gather(wide, {0, 2}).in_seconds());
  EXPECT_EQ(Gather(wide, {2, 0}), (std::vector<int64_t>{2'000'000, 3'000'000}));
  EXPECT_FALSE(Gather(wide, {}).in_seconds());
  const Times narrow = {3'000'000, 2'000'000};
  EXPECT_TRUE(Gather(narrow, {1}).in_seconds());
  EXPECT_EQ(Gather(narrow, {1, 1}), (std::vector<int64_t>{2'000'000, 2'000'000}));
}

}  // namespace
}  // namespace saiten::rt
