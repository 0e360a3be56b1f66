#include "driver/proportion.h"

#include <gtest/gtest.h>

namespace saiten::driver {
namespace {

// Worked values: Newcombe (1998), Statistics in Medicine 17, the examples of both papers (81 of 263; 56/70 - 48/80).
// req S1-118 S1-119
TEST(Proportion, Wilson) {
  const Interval of = Wilson({81, 263});
  EXPECT_NEAR(of.low, 0.2553, 0.00005);
  EXPECT_NEAR(of.high, 0.3662, 0.00005);
  const Interval none = Wilson({0, 20});
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.1611, 0.00005);
  EXPECT_EQ(Wilson({29, 29}).high, 1);
}

TEST(Proportion, Newcombe) {
  const Interval of = Newcombe({56, 70}, {48, 80});
  EXPECT_NEAR(of.low, 0.0524, 0.00005);
  EXPECT_NEAR(of.high, 0.3339, 0.00005);
  const Interval small = Newcombe({9, 10}, {3, 10});
  EXPECT_NEAR(small.low, 0.1705, 0.00005);
  EXPECT_NEAR(small.high, 0.8090, 0.00005);
}

TEST(Proportion, PValueIsFishersAndSymmetric) {
  // The lady tasting tea: 3 of 4 right.
  EXPECT_NEAR(PValue({3, 4}, {1, 4}), 0.4857, 0.00005);
  EXPECT_NEAR(PValue({8, 10}, {1, 10}), 0.0055, 0.00005);
  EXPECT_DOUBLE_EQ(PValue({8, 10}, {1, 10}), PValue({1, 10}, {8, 10}));
  EXPECT_EQ(PValue({0, 0}, {1, 10}), 1);
  EXPECT_NEAR(PValue({5, 10}, {5, 10}), 1, 1e-9);
  // Large counts: the normal approximation is where the exact test would be.
  EXPECT_NEAR(PValue({600, 10'000}, {500, 10'000}), 0.00196, 0.0001);
}

}  // namespace
}  // namespace saiten::driver
