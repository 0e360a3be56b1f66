#include "base/edit_distance.h"

#include <gtest/gtest.h>

namespace saiten {
namespace {

TEST(EditDistance, CountsSingleChanges) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("score", "score"), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
  EXPECT_EQ(EditDistance("score", "scores"), 1U);
  EXPECT_EQ(EditDistance("score", "store"), 1U);
  EXPECT_EQ(EditDistance("segment", "sgement"), 1U) << "a swap of neighbours is one change";
  EXPECT_EQ(EditDistance("ab", "ba"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("ca", "abc"), 3U) << "nothing is changed twice";
}

TEST(EditDistance, StopsCountingBehindItsLimit) {
  EXPECT_EQ(EditDistance("kitten", "sitting", 3), 3U);
  EXPECT_EQ(EditDistance("kitten", "sitting", 2), 3U);
  EXPECT_EQ(EditDistance("kitten", "sitting", 1), 2U);
  EXPECT_EQ(EditDistance("", "abcdef", 2), 3U);
  EXPECT_EQ(EditDistance("same", "same", 0), 0U);
}

TEST(EditDistance, IsTheSameBothWays) {
  for (const char* a : {"", "wram", "industry", "x", "email_open"}) {
    for (const char* b : {"warm", "industries", "", "email_opne", "y"}) {
      EXPECT_EQ(EditDistance(a, b), EditDistance(b, a)) << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace saiten
