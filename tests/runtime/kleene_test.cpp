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
  EXPECT_EQ(FromMask(~uint64_t{0}, 5), (TriMask{5, 5}));
}

TEST(Kleene, UnknownDoesNotHoldUnlessAskedFor) {
  EXPECT_FALSE(Holds(kUnknown));
  EXPECT_FALSE(Holds(Not(kUnknown)));
  EXPECT_TRUE(Holds(OrUnknown(kUnknown)));
  EXPECT_FALSE(Holds(OrUnknown(kFalse)));
  EXPECT_TRUE(Holds(OrUnknown(kTrue)));
}

TEST(Kleene, MasksAgreeWithSingleValuesInEveryRow) {
  TriMask a;
  TriMask b;
  const auto put = [](TriMask* mask, int row, Tri t) {
    mask->is_true |= uint64_t{t.is_true} << row;
    mask->known |= uint64_t{t.known} << row;
  };
  const auto get = [](TriMask mask, int row) {
    return Tri{(mask.is_true >> row & 1) != 0, (mask.known >> row & 1) != 0};
  };
  for (int row = 0; row < 64; ++row) {
    put(&a, row, kAll[row % 3]);
    put(&b, row, kAll[row / 3 % 3]);
  }
  for (int row = 0; row < 64; ++row) {
    const Tri x = kAll[row % 3];
    const Tri y = kAll[row / 3 % 3];
    EXPECT_EQ(get(And(a, b), row), And(x, y));
    EXPECT_EQ(get(Or(a, b), row), Or(x, y));
    EXPECT_EQ(get(Not(a), row), Not(x));
    EXPECT_EQ(get(OrUnknown(a), row), OrUnknown(x));
    EXPECT_EQ((Holds(a) >> row & 1) != 0, Holds(x));
  }
}

}  // namespace
}  // namespace saiten::rt
