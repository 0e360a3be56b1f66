#include "compiler/opt/opt.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/builder.h"
#include "runtime/decimal.h"
#include "tests/support/column.h"

// What each pass is for. That none changes a result is tested on generated kernels and on rules.
namespace saiten::opt {
namespace {

using ir::Builder;
using ir::Kernel;
using ir::Op;
using ir::ValueId;
using test::Column;

const ObjectId kContact{0};
const EventId kOpen{0};

class OptTest : public testing::Test {
 protected:
  OptTest() {
    ObjectInfo contact{.name = "contact"};
    contact.properties = {Column("age", Type::Int().Optional()), Column("name", Type::Text().Optional()),
                          Column("mail", Type::Text().Optional())};
    catalog_.objects.push_back(std::move(contact));
    EventInfo open{.name = "open"};
    open.object = kContact;
    open.fields = {Column("mail", Type::Text().Optional()), Column("n", Type::Int())};
    catalog_.events.push_back(std::move(open));
    program_ = ir::EmptyProgram(catalog_);
  }

  // The kernel that computes what `build` makes, optimised by all passes.
  const Kernel& Optimised(const std::function<std::vector<ValueId>(Builder&)>& build) {
    Builder b(program_, kContact);
    for (ValueId value : build(b)) {
      auto& results = program_.results[0];
      results.push_back({.kind = ir::ResultColumn::Kind::kInternal, .name = "r", .type = b.TypeOf(value).Optional()});
      b.Output(value, static_cast<uint32_t>(results.size() - 1));
    }
    program_.kernels.push_back(b.Finish());
    program_.literals.PrepareNfkc();
    EXPECT_EQ("", ir::Verify(program_));
    Optimise(program_);
    EXPECT_EQ("", ir::Verify(program_)) << ir::Print(program_);
    return program_.kernels[0];
  }

  static size_t Count(const Kernel& kernel, Op op) {
    return static_cast<size_t>(std::ranges::count(kernel.insts, op, &ir::Inst::op));
  }

  Catalog catalog_;
  ir::Program program_;
};

TEST_F(OptTest, ConstantsFold) {
  const Kernel& kernel = Optimised([](Builder& b) {
    const ValueId seven = b.Add(Type::Int(), b.Int(3), b.Int(4));
    return std::vector{b.Mul(Type::Int(), seven, b.Int(6), 0), b.TextEq(b.Fold(b.Text("ＡＢ")), b.Text("ab")),
                       b.And(b.Unknown(Type::Bool()), b.Bool(false))};
  });
  EXPECT_EQ(Count(kernel, Op::kConst), 3u) << ir::Print(program_);
  EXPECT_EQ(kernel[kernel.outputs[0].value].imm, 42);
  EXPECT_EQ(kernel[kernel.outputs[1].value].imm, 1);
  EXPECT_EQ(kernel[kernel.outputs[2].value].imm, 0);
}

TEST_F(OptTest, WhatTrapsIsNotFolded) {
  const Kernel& kernel =
      Optimised([](Builder& b) { return std::vector{b.Add(Type::Int(), b.Int(rt::kNumberMax), b.Int(1))}; });
  EXPECT_EQ(Count(kernel, Op::kAdd), 1u);
}

TEST_F(OptTest, EqualConditionsAndListsAreComputedOnce) {
  const Kernel& kernel = Optimised([](Builder& b) {
    auto recent = [&] {
      const ValueId now = b.Now();
      return b.Events(b.Row(), kOpen, b.StepBack(now, 30, rt::TimeUnit::kDay), now,
                      [&](ValueId e) { return b.TextEq(b.Field(e, 0), b.Text("x")); });
    };
    auto adult = [&] { return b.Truth(b.Compare(Op::kGe, b.Load(b.Row(), 0), b.Int(18))); };
    return std::vector{b.Count(recent()), b.Exists(recent()), b.And(adult(), b.Exists(recent())), adult()};
  });
  EXPECT_EQ(Count(kernel, Op::kEvents), 1u) << ir::Print(program_);
  EXPECT_EQ(Count(kernel, Op::kGe), 1u);
  EXPECT_EQ(Count(kernel, Op::kLoad), 1u);
}

TEST_F(OptTest, DifferentFiltersStayApart) {
  const Kernel& kernel = Optimised([](Builder& b) {
    auto with = [&](const char* mail) {
      return b.Count(b.Events(b.Row(), kOpen, b.Const(Type::Instant(), 0), b.Now(),
                              [&](ValueId e) { return b.TextEq(b.Field(e, 0), b.Text(mail)); }));
    };
    return std::vector{with("x"), with("y")};
  });
  EXPECT_EQ(Count(kernel, Op::kEvents), 2u) << ir::Print(program_);
}

TEST_F(OptTest, LimitsThatNeverCutGo) {
  const Kernel& kernel = Optimised([](Builder& b) {
    const ValueId list = b.KeepLatest(b.Events(b.Row(), kOpen, b.Const(Type::Instant(), 0), b.Now()), 3);
    const ValueId count = b.Count(list);
    return std::vector{b.Max(b.Min(count, b.Int(3)), b.Int(0)), b.Min(count, b.Int(2))};
  });
  EXPECT_EQ(Count(kernel, Op::kMax), 0u) << ir::Print(program_);
  EXPECT_EQ(Count(kernel, Op::kMin), 1u);
}

TEST_F(OptTest, TheSumOfOneNumberIsAProduct) {
  const Kernel& kernel = Optimised([](Builder& b) {
    const ValueId list = b.Events(b.Row(), kOpen, b.Const(Type::Instant(), 0), b.Now());
    return std::vector{b.Sum(list, [&](ValueId) { return b.Const(Type::Points(), 5'000); })};
  });
  EXPECT_EQ(Count(kernel, Op::kSum), 0u) << ir::Print(program_);
  EXPECT_EQ(Count(kernel, Op::kMul), 1u);
  EXPECT_EQ(Count(kernel, Op::kElement), 0u);
}

TEST_F(OptTest, WhatNoElementChangesLeavesTheBlock) {
  const Kernel& kernel = Optimised([](Builder& b) {
    const ValueId list = b.Events(b.Row(), kOpen, b.Const(Type::Instant(), 0), b.Now(), [&](ValueId e) {
      return b.Compare(Op::kGt, b.Field(e, 1), b.Max(b.Load(b.Row(), 0), b.Int(9)));
    });
    return std::vector{b.Count(list)};
  });
  const ir::Block& filter = kernel.blocks.at(1);
  ASSERT_EQ(filter.insts.size(), 3u) << ir::Print(program_);  // element, field, comparison
}

TEST_F(OptTest, TestsOfOneTextAreLifted) {
  const Kernel& kernel = Optimised([](Builder& b) {
    const ValueId name = b.Load(b.Row(), 1);
    const ValueId test = b.Or(b.TextTest(ir::TextTest::kContains, b.Fold(name), b.Text("x")), b.Like(name, "a*"));
    // Two columns meet in the last one: no lift of it, but of its sides.
    const ValueId mail = b.Load(b.Row(), 2);
    return std::vector{test, b.And(b.Matches(mail, "y"), b.Like(name, "b*"))};
  });
  EXPECT_EQ(Count(kernel, Op::kLift), 3u) << ir::Print(program_);
  for (ValueId id : kernel.blocks[0].insts) {
    EXPECT_NE(kernel[id].op, Op::kLike);
    EXPECT_NE(kernel[id].op, Op::kMatches);
    EXPECT_NE(kernel[id].op, Op::kTextTest);
  }
}

// Unknown must stay unknown: what is known of an unknown text may not be lifted.
TEST_F(OptTest, KnownOfUnknownIsNotLifted) {
  const Kernel& kernel = Optimised([](Builder& b) {
    const ValueId test = b.TextEq(b.Load(b.Row(), 1), b.Text("x"));
    return std::vector{b.Else(test, b.Bool(true)), b.Or(test, b.Bool(true))};
  });
  EXPECT_EQ(Count(kernel, Op::kLift), 1u) << ir::Print(program_);
  EXPECT_EQ(Count(kernel, Op::kElse), 1u);
  EXPECT_EQ(kernel[kernel.outputs[1].value].op, Op::kConst);
}

}  // namespace
}  // namespace saiten::opt
