#include "runtime/occurrences.h"

#include <gtest/gtest.h>

#include <random>

namespace saiten::rt {
namespace {

constexpr int64_t kHour = 3'600'000'000;

std::vector<int64_t> Stretches(const std::vector<int64_t>& times, const int64_t* anchor, int64_t until, int64_t n,
                               TimeUnit unit) {
  std::vector<int64_t> ends;
  FindStretches(times.data(), times.size(), nullptr, anchor, until, n, unit, *Zone::Utc(), ends);
  EXPECT_EQ(CountStretches(times.data(), times.size(), nullptr, anchor, until, n, unit, *Zone::Utc()),
            static_cast<int64_t>(ends.size()));
  return ends;
}

TEST(Stretches, EndWhereAnEventStandsIsFull) {
  EXPECT_EQ(Stretches({0, 2 * kHour}, nullptr, 2 * kHour + 1, 1, TimeUnit::kHour),
            (std::vector<int64_t>{kHour, 2 * kHour}));
  EXPECT_EQ(Stretches({0}, nullptr, 2 * kHour - 1, 1, TimeUnit::kHour), (std::vector<int64_t>{kHour}));
  EXPECT_TRUE(Stretches({5}, nullptr, 5, 1, TimeUnit::kHour).empty());
  EXPECT_TRUE(Stretches({}, nullptr, kHour, 1, TimeUnit::kHour).empty());
}

TEST(Stretches, AnchorAndEventsBeforeIt) {
  const int64_t anchor = 3 * kHour;
  EXPECT_EQ(Stretches({0, 4 * kHour}, &anchor, 6 * kHour, 2, TimeUnit::kHour),
            (std::vector<int64_t>{2 * kHour, 6 * kHour}));
}

TEST(Stretches, ManyAreCountedWithoutBeingMade) {
  const std::vector<int64_t> times = {kMinInstant};
  const int64_t count =
      CountStretches(times.data(), 1, nullptr, nullptr, kMaxInstant, 1, TimeUnit::kMinute, *Zone::Utc());
  EXPECT_GT(count, int64_t{1} << 32);
}

TEST(Stretches, CountIsTheLengthOfTheList) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2'000; ++i) {
    std::vector<int64_t> times;
    for (uint64_t k = random() % 5; k > 0; --k) times.push_back(static_cast<int64_t>(random() % 400) * kHour);
    std::ranges::sort(times);
    const auto anchor = static_cast<int64_t>(random() % 400) * kHour;
    const TimeUnit unit = i % 3 == 0 ? TimeUnit::kHour : i % 3 == 1 ? TimeUnit::kDay : TimeUnit::kMonth;
    const std::vector<int64_t> ends =
        Stretches(times, i % 2 == 0 ? &anchor : nullptr, static_cast<int64_t>(random() % 1'000) * kHour,
                  1 + static_cast<int64_t>(random() % 3), unit);
    EXPECT_TRUE(std::ranges::is_sorted(ends));
  }
}

}  // namespace
}  // namespace saiten::rt
