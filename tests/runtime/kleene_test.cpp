#include "runtime/kleene.h"

#include <gtest/gtest.h>

namespace saiten::rt {
namespace {

constexpr Tri kAll[] = {kFalse, kUnknown, kTrue};

// 0 false, 1 unknown, 2 true: `and` is min, `or` is max (sem N4).
int Rank(Tri t) { return t.is_true ? 2 : (t.known ? 0 : 1); }

TEST(Kleene, AndIsMinOrIsMaxNotSwaps) {
  for (Tri a : kAll) {
    EXPECT_EQ(Rank(Not(a)), 2 - Rank(a));
    EXPECT_EQ(Not(Not(a)), a);
    for (Tri b : kAll) {
      EXPECT_EQ(Rank(And(a, b)), std::min(Rank(a), Rank(b)));
      EXPECT_EQ(Rank(Or(a, b)), std::max(Rank(a), Rank(b)));
      EXPECT_EQ(Not(And(a, b)), Or(Not(a), Not(b)));
      EXPECT_EQ(Not(Or(a, b)), And(Not(a), Not(b)));
    }
  }
}

TEST(Kleene, TrueIsAlwaysKnown) {
  EXPECT_EQ(FromBool(true, false), kUnknown);
  EXPECT_EQ(FromBool(false, false), kUnknown);
  EXPECT_EQ(FromBool(true), kTrue);
}

TEST(Kleene, UnknownDoesNotHold) {
  EXPECT_TRUE(Holds(kTrue));
  EXPECT_FALSE(Holds(kFalse));
  EXPECT_FALSE(Holds(kUnknown));
  EXPECT_FALSE(Holds(Not(kUnknown)));
}

}  // namespace
}  // namespace saiten::rt
