#include "runtime/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace saiten::rt {
namespace {

TEST(Hash, KnownValues) {
  EXPECT_EQ(Fnv1a64(""), 0xCBF29CE484222325u);
  EXPECT_EQ(Fnv1a64("a"), 0xAF63DC4C8601EC8Cu);
  EXPECT_EQ(Fnv1a64("foobar"), 0x85944171F73967E8u);
  EXPECT_EQ(Mix64(0), 0u);
  EXPECT_EQ(Mix64(0x9E3779B97F4A7C15u), 0xE220A8397B1DCDAFu);  // the first output of splitmix64 with seed 0
}

TEST(Hash, BucketsOfTheSemantics) {  // sem A2
  constexpr int64_t kSubject[] = {84, 2559, 377, 563, 1691, 9891, 1514, 2940, 5505, 7904};
  constexpr int64_t kTiming[] = {6570, 8218, 8666, 6948, 2617, 9817, 9348, 6259, 1570, 6553};
  for (int64_t id = 1; id <= 10; ++id) {
    EXPECT_EQ(BucketOf("subject_test_v1", id), kSubject[id - 1]) << id;
    EXPECT_EQ(BucketOf("timing_test_v1", id), kTiming[id - 1]) << id;
    EXPECT_EQ(BucketOf("subject_test_v1", std::to_string(id)), kSubject[id - 1]) << id;
  }
}

TEST(Hash, SharesAndIndependence) {  // sem A2: ids 0..199999
  int first = 0;
  int both = 0;
  for (int64_t id = 0; id < 200'000; ++id) {
    const bool a = BucketOf("subject_test_v1", id) < 5'000;
    const bool b = BucketOf("timing_test_v1", id) < 5'000;
    first += a ? 1 : 0;
    both += a && b ? 1 : 0;
  }
  EXPECT_NEAR(first / 200'000.0, 0.4995, 0.00005);
  EXPECT_NEAR(both / 200'000.0, 0.2499, 0.00005);
}

TEST(Hash, KeysAreSpelledInDecimal) {
  EXPECT_EQ(BucketOf("x", int64_t{-15}), BucketOf("x", std::string_view("-15")));
  EXPECT_NE(BucketOf("xy", std::string_view("1")), BucketOf("x", std::string_view("y1")));
}

}  // namespace
}  // namespace saiten::rt
