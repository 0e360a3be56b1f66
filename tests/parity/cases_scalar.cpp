#include "runtime/decimal.h"
#include "tests/parity/cases.h"

namespace saiten::parity {

using ir::Builder;
using ir::Op;
using ir::ValueId;
using rt::TimeUnit;
using namespace contact;  // NOLINT(google-build-using-namespace): the columns' names

namespace {

ValueId Col(Builder& b, uint32_t property) { return b.Load(b.Row(), property); }

using Pair = std::function<ValueId(Builder&, ValueId, ValueId)>;

void Both(std::vector<Case>& cases, Op op, uint32_t x, uint32_t y, const Pair& make) {
  cases.push_back({op, [=](Builder& b) { return make(b, Col(b, x), Col(b, y)); }, {x, y}});
}

void One(std::vector<Case>& cases, Op op, uint32_t x, const std::function<ValueId(Builder&, ValueId)>& make) {
  cases.push_back({op, [=](Builder& b) { return make(b, Col(b, x)); }, {x}});
}

// Operations on numbers of every pair of widths: narrow ones need no check, wide ones are cut.
void Arithmetic(std::vector<Case>& cases) {
  constexpr uint32_t kWidths[] = {kTiny, kSmall, kAmount, kHuge, kSure};
  for (uint32_t x : kWidths) {
    for (uint32_t y : {uint32_t{kTiny}, uint32_t{kHuge}, uint32_t{kOther}, x}) {
      Both(cases, Op::kAdd, x, y, [](Builder& b, ValueId p, ValueId q) { return b.Add(Type::Int(), p, q); });
      Both(cases, Op::kSub, x, y, [](Builder& b, ValueId p, ValueId q) { return b.Sub(Type::Int(), p, q); });
      for (int64_t digits : {0, 3, 9}) {
        Both(cases, Op::kMul, x, y, [=](Builder& b, ValueId p, ValueId q) { return b.Mul(Type::Int(), p, q, digits); });
      }
      for (int64_t digits : {0, 6, -3}) {
        Both(cases, Op::kDiv, x, y, [=](Builder& b, ValueId p, ValueId q) { return b.Div(Type::Int(), p, q, digits); });
      }
      Both(cases, Op::kMin, x, y, [](Builder& b, ValueId p, ValueId q) { return b.Min(p, q); });
      Both(cases, Op::kMax, x, y, [](Builder& b, ValueId p, ValueId q) { return b.Max(p, q); });
    }
    for (int64_t divisor : {1, -1, 2, 3, -7, 1000}) {
      for (int64_t digits : {0, 6, -2}) {
        One(cases, Op::kDiv, x, [=](Builder& b, ValueId p) { return b.Div(Type::Int(), p, b.Int(divisor), digits); });
      }
    }
    for (int64_t factor : {0, 3, -1000}) {
      One(cases, Op::kMul, x, [=](Builder& b, ValueId p) { return b.Mul(Type::Int(), p, b.Int(factor), 1); });
    }
    One(cases, Op::kNeg, x, [](Builder& b, ValueId p) { return b.Neg(p); });
    for (int64_t digits : {3, 9, -1, -3, -9, 0}) {
      One(cases, Op::kRescale, x, [=](Builder& b, ValueId p) { return b.Rescale(Type::Int(), p, digits); });
    }
  }
}

void Logic(std::vector<Case>& cases) {
  for (uint32_t y : {kFlag, kYes}) {
    const auto other = [](Builder& b, ValueId p) { return b.Compare(Op::kGt, p, b.Int(0)); };
    for (uint32_t x : {kHuge, kSure}) {
      Both(cases, Op::kAnd, x, y, [=](Builder& b, ValueId p, ValueId q) { return b.And(other(b, p), q); });
      Both(cases, Op::kOr, x, y, [=](Builder& b, ValueId p, ValueId q) { return b.Or(q, other(b, p)); });
    }
    One(cases, Op::kNot, y, [](Builder& b, ValueId p) { return b.Not(p); });
    Both(cases, Op::kSelect, y, kAmount,
         [](Builder& b, ValueId p, ValueId q) { return b.Select(p, q, b.Int(7'000'000'000)); });
    Both(cases, Op::kSelect, y, kFlag, [](Builder& b, ValueId p, ValueId q) { return b.Select(p, b.Bool(true), q); });
  }
  One(cases, Op::kIsKnown, kFlag, [](Builder& b, ValueId p) { return b.IsKnown(p); });
  One(cases, Op::kTruth, kFlag, [](Builder& b, ValueId p) { return b.Truth(p); });
  One(cases, Op::kTruth, kTiny, [](Builder& b, ValueId p) { return b.Truth(b.Compare(Op::kLt, p, b.Int(0))); });
  One(cases, Op::kTruth, kFlag, [](Builder& b, ValueId p) { return b.Truth(b.Not(p)); });
  Both(cases, Op::kElse, kTiny, kHuge, [](Builder& b, ValueId p, ValueId q) { return b.Else(p, q); });
  Both(cases, Op::kElse, kHuge, kSure, [](Builder& b, ValueId p, ValueId q) { return b.Else(p, q); });
  for (Op op : {Op::kEq, Op::kNe, Op::kLt, Op::kLe, Op::kGt, Op::kGe}) {
    const auto compare = [=](Builder& b, ValueId p, ValueId q) { return b.Compare(op, p, q); };
    Both(cases, op, kTiny, kHuge, compare);
    Both(cases, op, kTiny, kTiny, compare);
    Both(cases, op, kSure, kHuge, compare);
    One(cases, op, kTiny, [=](Builder& b, ValueId p) { return b.Compare(op, p, b.Int(127)); });
    One(cases, op, kTiny, [=](Builder& b, ValueId p) { return b.Compare(op, b.Int(-1000), p); });
    One(cases, op, kStage, [=](Builder& b, ValueId p) { return b.Compare(op, p, b.Const(Type::Enum(kStageEnum), 2)); });
    Both(cases, op, kSeen, kMade, compare);
  }
  for (uint64_t mask : {uint64_t{0b10101}, uint64_t{0}, uint64_t{1} << 40 | 3}) {
    One(cases, Op::kInMask, kIndustry, [=](Builder& b, ValueId p) { return b.InMask(p, mask); });
  }
  const auto topic = [](Builder& b, int64_t member) { return b.Const(Type::Enum(kTopicEnum), member); };
  for (int64_t member : {0, 2, 7}) {
    One(cases, Op::kSetHas, kTopics, [=](Builder& b, ValueId p) { return b.SetHas(p, topic(b, member)); });
  }
  for (int64_t other : {0, 1, 0b1100, 0b1000'0000}) {
    One(cases, Op::kSetOverlaps, kTopics,
        [=](Builder& b, ValueId p) { return b.SetOverlaps(p, b.Const(Type::Set(kTopicEnum), other)); });
  }
  One(cases, Op::kSetSize, kTopics, [](Builder& b, ValueId p) { return b.SetSize(p); });
}

void Times(std::vector<Case>& cases) {
  for (uint32_t x : {uint32_t{kSeen}, uint32_t{kMade}}) {
    One(cases, Op::kDateOf, x, [](Builder& b, ValueId p) { return b.DateOf(p); });
    for (TimeUnit unit : {TimeUnit::kHour, TimeUnit::kDay, TimeUnit::kMonth}) {
      for (int64_t n : {1, -3, 100'000}) {
        One(cases, Op::kMoveInstant, x, [=](Builder& b, ValueId p) { return b.MoveInstant(p, n, unit); });
      }
      One(cases, Op::kStepBack, x, [=](Builder& b, ValueId p) { return b.StepBack(p, 30, unit); });
      One(cases, Op::kStepsBetween, x, [=](Builder& b, ValueId p) { return b.StepsBetween(p, b.Now(), 30, unit); });
      if (unit == TimeUnit::kHour) continue;
      One(cases, Op::kCalendarFirst, x, [=](Builder& b, ValueId p) { return b.CalendarFirst(p, 3, unit); });
    }
    Both(cases, Op::kStepsBetween, x, kMade,
         [](Builder& b, ValueId p, ValueId q) { return b.StepsBetween(p, q, 1, TimeUnit::kMonth); });
    for (TimeUnit unit : {TimeUnit::kHour, TimeUnit::kDay, TimeUnit::kMonth}) {
      One(cases, Op::kNextStep, x, [=](Builder& b, ValueId p) { return b.NextStep(p, b.Now(), 2, unit); });
      for (auto reading : {rt::CalendarReading::kMovedInstant, rt::CalendarReading::kAgeBack}) {
        Both(cases, Op::kNextCrossing, x, kMade,
             [=](Builder& b, ValueId p, ValueId q) { return b.NextCrossing(reading, 3, unit, p, q); });
      }
    }
    One(cases, Op::kNextCrossing, x, [](Builder& b, ValueId p) {
      return b.NextCrossing(rt::CalendarReading::kCalendarFirst, 2, TimeUnit::kWeek, p, b.Now());
    });
    One(cases, Op::kMoveBusiness, x, [](Builder& b, ValueId p) { return b.MoveBusiness(p, 3, 0); });
  }
  One(cases, Op::kDayStart, kBorn, [](Builder& b, ValueId p) { return b.DayStart(p); });
  One(cases, Op::kDayEnd, kBorn, [](Builder& b, ValueId p) { return b.DayEnd(p); });
  for (TimeUnit unit : {TimeUnit::kDay, TimeUnit::kMonth, TimeUnit::kYear}) {
    for (int64_t n : {1, -1, 9'999}) {
      One(cases, Op::kMoveDate, kBorn, [=](Builder& b, ValueId p) { return b.MoveDate(p, n, unit); });
    }
  }
  for (int64_t n : {0, 5, -2}) {
    One(cases, Op::kMoveBusiness, kBorn, [=](Builder& b, ValueId p) { return b.MoveBusiness(p, n, 0); });
  }
}

void Decays(std::vector<Case>& cases) {
  for (uint32_t x : {kPoints, kBig}) {
    for (int64_t rate : {250'000'000, 0, 1, 333'333'333, 1'000'000'000, 1'500'000'000}) {
      Both(cases, Op::kDecayLinear, x, kSteps,
           [=](Builder& b, ValueId p, ValueId q) { return b.DecayLinear(p, q, rate); });
      Both(cases, Op::kDecayCompound, x, kSteps,
           [=](Builder& b, ValueId p, ValueId q) { return b.DecayCompound(p, q, rate); });
    }
    Both(cases, Op::kDecayLinear, x, kHuge,
         [=](Builder& b, ValueId p, ValueId q) { return b.DecayLinear(p, q, 250'000'000); });
    Both(cases, Op::kHalfLife, x, kSpan, [](Builder& b, ValueId p, ValueId q) {
      return b.HalfLife(p, q, b.Const(Type::Duration(), 30 * 86'400'000'000));
    });
    Both(cases, Op::kHalfLife, x, kSpan, [](Builder& b, ValueId p, ValueId q) { return b.HalfLife(p, q, q); });
  }
}

void Sources(std::vector<Case>& cases) {
  for (int64_t value : {int64_t{0}, int64_t{-129}, rt::kNumberMax, rt::kNumberMin}) {
    One(cases, Op::kConst, kHuge,
        [=](Builder& b, ValueId p) { return b.Select(b.IsKnown(p), b.Int(value), b.Int(1)); });
  }
  One(cases, Op::kUnknown, kHuge,
      [](Builder& b, ValueId p) { return b.Select(b.IsKnown(p), b.Unknown(Type::Int()), p); });
  One(cases, Op::kNow, kSeen, [](Builder& b, ValueId p) { return b.Else(p, b.Now()); });
  for (const char* text : {kUniqueText, "CEO", "nobody"}) {
    One(cases, Op::kNamed, kCompany,
        [=](Builder& b, ValueId p) { return b.Else(p, b.Named(kCompanyObject, company::kLabel, text)); });
  }
  One(cases, Op::kRow, kFriend, [](Builder& b, ValueId p) { return b.Else(p, b.Row()); });
  for (uint32_t property : {kTiny, kSmall, kAmount, kHuge, kSure, kFlag, kYes, kIndustry, kTopics, kBorn, kTitle}) {
    One(cases, Op::kLoad, property, [](Builder&, ValueId p) { return p; });
    cases.push_back({Op::kLoad, [=](Builder& b) { return b.Load(Col(b, kFriend), property); }, {kFriend, property}});
  }
  cases.push_back({Op::kInList, [](Builder& b) { return b.InList(b.Row(), kVip); }, {}});
  One(cases, Op::kInList, kFriend, [](Builder& b, ValueId p) { return b.InList(p, kVip); });
  // The first kernel of ProgramOf writes this result for every contact.
  One(cases, Op::kLoadResult, kHuge, [](Builder& b, ValueId) { return b.LoadResult(b.Row(), 0); });
  One(cases, Op::kLoadResult, kFriend, [](Builder& b, ValueId p) { return b.LoadResult(p, 0); });
}

}  // namespace

std::vector<Case> ScalarCases() {
  std::vector<Case> cases;
  Arithmetic(cases);
  Logic(cases);
  Times(cases);
  Decays(cases);
  Sources(cases);
  return cases;
}

}  // namespace saiten::parity
