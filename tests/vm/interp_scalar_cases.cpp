#include "runtime/civil.h"
#include "runtime/decimal.h"
#include "tests/vm/interp_cases.h"

namespace saiten::test {
namespace {

using ir::Op;
constexpr int64_t kMax = rt::kNumberMax;
constexpr int64_t kMin = rt::kNumberMin;
const Type kInt = Type::Int().Optional();
const Type kBool = Type::Bool().Optional();
const Type kTier = Type::Enum(EnumId(0));
const Type kSet = Type::Set(EnumId(0));

ScalarCase Two(Op op, Type type, Known a, Known b, Type result, Known expected, int64_t imm = 0,
               bool saturated = false) {
  return {op, result, {{type, a}, {type, b}}, expected, imm, 0, saturated};
}
ScalarCase One(Op op, Type type, Known a, Type result, Known expected, int64_t imm = 0, bool saturated = false) {
  return {op, result, {{type, a}}, expected, imm, 0, saturated};
}
ScalarCase Timed(Op op, Type type, Known a, Type result, Known expected, rt::TimeUnit unit, int64_t n) {
  return {op, result, {{type, a}}, expected, n, static_cast<uint32_t>(unit), false};
}

// The 3 x 3 table of a logical operation: false, true, unknown.
void Kleene(std::vector<ScalarCase>& cases, Op op, const Known (&table)[3][3]) {
  const Known values[3] = {0, 1, std::nullopt};
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) cases.push_back(Two(op, kBool, values[a], values[b], kBool, table[a][b]));
  }
}

void Logic(std::vector<ScalarCase>& cases) {
  const Known u = std::nullopt;
  Kleene(cases, Op::kAnd, {{0, 0, 0}, {0, 1, u}, {0, u, u}});
  Kleene(cases, Op::kOr, {{0, 1, u}, {1, 1, 1}, {u, 1, u}});
  cases.push_back(One(Op::kNot, kBool, 0, kBool, 1));
  cases.push_back(One(Op::kNot, kBool, 1, kBool, 0));
  cases.push_back(One(Op::kNot, kBool, u, kBool, u));
  cases.push_back(One(Op::kIsKnown, kInt, 0, Type::Bool(), 1));
  cases.push_back(One(Op::kIsKnown, kInt, u, Type::Bool(), 0));
  cases.push_back(One(Op::kTruth, kBool, 1, Type::Bool(), 1));
  cases.push_back(One(Op::kTruth, kBool, 0, Type::Bool(), 0));
  cases.push_back(One(Op::kTruth, kBool, u, Type::Bool(), 0));
  cases.push_back({Op::kSelect, kInt, {{kBool, 1}, {kInt, 5}, {kInt, 7}}, 5});
  cases.push_back({Op::kSelect, kInt, {{kBool, 0}, {kInt, 5}, {kInt, 7}}, 7});
  cases.push_back({Op::kSelect, kInt, {{kBool, u}, {kInt, 5}, {kInt, 7}}, 7});
  cases.push_back({Op::kSelect, kInt, {{kBool, 1}, {kInt, u}, {kInt, 7}}, u});
  cases.push_back(Two(Op::kElse, kInt, 3, 4, kInt, 3));
  cases.push_back(Two(Op::kElse, kInt, u, 4, kInt, 4));
  cases.push_back(Two(Op::kElse, kInt, u, u, kInt, u));
}

void Comparisons(std::vector<ScalarCase>& cases) {
  const Known u = std::nullopt;
  struct Row {
    Op op;
    int64_t less, equal, greater;
  };
  constexpr Row kRows[] = {{Op::kEq, 0, 1, 0}, {Op::kNe, 1, 0, 1}, {Op::kLt, 1, 0, 0},
                           {Op::kLe, 1, 1, 0}, {Op::kGt, 0, 0, 1}, {Op::kGe, 0, 1, 1}};
  for (const Row& row : kRows) {
    cases.push_back(Two(row.op, kInt, kMin, kMax, kBool, row.less));
    cases.push_back(Two(row.op, kInt, -1, 0, kBool, row.less));
    cases.push_back(Two(row.op, kInt, kMin, kMin, kBool, row.equal));
    cases.push_back(Two(row.op, kInt, kMax, kMin, kBool, row.greater));
    cases.push_back(Two(row.op, kInt, u, 0, kBool, u));
    cases.push_back(Two(row.op, kInt, 0, u, kBool, u));
  }
  cases.push_back(One(Op::kInMask, kTier, 0, kBool, 1, 0b101));
  cases.push_back(One(Op::kInMask, kTier, 1, kBool, 0, 0b101));
  cases.push_back(One(Op::kInMask, kTier, u, kBool, u, 0b101));
  cases.push_back(One(Op::kInMask, Type::Int(), 63, kBool, 1, INT64_MIN));
  cases.push_back({Op::kSetHas, kBool, {{kSet, 0b101}, {kTier, 2}}, 1});
  cases.push_back({Op::kSetHas, kBool, {{kSet, 0b101}, {kTier, 1}}, 0});
  cases.push_back({Op::kSetHas, kBool, {{kSet, u}, {kTier, 1}}, u});
  cases.push_back(Two(Op::kSetOverlaps, kSet, 0b101, 0b110, kBool, 1));
  cases.push_back(Two(Op::kSetOverlaps, kSet, 0b101, 0b010, kBool, 0));
  cases.push_back(Two(Op::kSetOverlaps, kSet, 0, 0, kBool, 0));
  cases.push_back(Two(Op::kSetOverlaps, kSet, u, 1, kBool, u));
  cases.push_back(One(Op::kSetSize, kSet, 0b1011, kInt, 3));
  cases.push_back(One(Op::kSetSize, kSet, 0, kInt, 0));
  cases.push_back(One(Op::kSetSize, kSet, u, kInt, u));
}

void Numbers(std::vector<ScalarCase>& cases) {
  const Known u = std::nullopt;
  cases.push_back(Two(Op::kAdd, kInt, 2, -5, kInt, -3));
  cases.push_back(Two(Op::kAdd, kInt, kMax, 1, kInt, kMax, 0, true));
  cases.push_back(Two(Op::kAdd, kInt, kMin, -1, kInt, kMin, 0, true));
  cases.push_back(Two(Op::kAdd, kInt, kMax, kMin, kInt, 0));
  cases.push_back(Two(Op::kAdd, kInt, u, 1, kInt, u));
  cases.push_back(Two(Op::kSub, kInt, 2, 5, kInt, -3));
  cases.push_back(Two(Op::kSub, kInt, kMin, 1, kInt, kMin, 0, true));
  cases.push_back(Two(Op::kSub, kInt, 0, kMin, kInt, kMax));
  cases.push_back(Two(Op::kSub, kInt, 1, u, kInt, u));
  cases.push_back(Two(Op::kMul, kInt, 15, -3, kInt, -45));
  cases.push_back(Two(Op::kMul, kInt, 15, 1, kInt, 2, 1));  // 1.5 rounds away from zero
  cases.push_back(Two(Op::kMul, kInt, -15, 1, kInt, -2, 1));
  cases.push_back(Two(Op::kMul, kInt, 14, 1, kInt, 1, 1));
  cases.push_back(Two(Op::kMul, kInt, kMax, 10, kInt, kMax, 1));  // exact before the division
  cases.push_back(Two(Op::kMul, kInt, kMax, 2, kInt, kMax, 0, true));
  cases.push_back(Two(Op::kMul, kInt, kMax, -2, kInt, kMin, 0, true));
  cases.push_back(Two(Op::kMul, kInt, u, 2, kInt, u));
  cases.push_back(Two(Op::kDiv, kInt, 7, 2, kInt, 4));
  cases.push_back(Two(Op::kDiv, kInt, -7, 2, kInt, -4));
  cases.push_back(Two(Op::kDiv, kInt, 1, 3, kInt, 333'333, 6));
  cases.push_back(Two(Op::kDiv, kInt, 2, -3, kInt, -666'667, 6));
  cases.push_back(Two(Op::kDiv, kInt, 1'500, 1, kInt, 2, -3));
  cases.push_back(Two(Op::kDiv, kInt, 1, 0, kInt, u, 6));
  cases.push_back(Two(Op::kDiv, kInt, kMax, 1, kInt, kMax, 6, true));
  cases.push_back(Two(Op::kDiv, kInt, u, 1, kInt, u));
  cases.push_back(One(Op::kNeg, kInt, kMin, kInt, kMax));
  cases.push_back(One(Op::kNeg, kInt, 0, kInt, 0));
  cases.push_back(One(Op::kNeg, kInt, u, kInt, u));
  cases.push_back(One(Op::kRescale, kInt, 12, kInt, 12'000, 3));
  cases.push_back(One(Op::kRescale, kInt, 12'500, kInt, 13, -3));
  cases.push_back(One(Op::kRescale, kInt, -12'500, kInt, -13, -3));
  cases.push_back(One(Op::kRescale, kInt, 12'499, kInt, 12, -3));
  cases.push_back(One(Op::kRescale, kInt, kMax, kInt, kMax, 1, true));
  cases.push_back(One(Op::kRescale, kInt, u, kInt, u, 3));
  cases.push_back(Two(Op::kMin, kInt, kMin, kMax, kInt, kMin));
  cases.push_back(Two(Op::kMin, kInt, 1, u, kInt, u));
  cases.push_back(Two(Op::kMax, kInt, kMin, kMax, kInt, kMax));
  cases.push_back(Two(Op::kMax, kInt, u, 1, kInt, u));
}

// In America/New_York: the clocks go forward on 2026-03-08, back on 2026-11-01 (sem D4).
void Time(std::vector<ScalarCase>& cases) {
  const Known u = std::nullopt;
  const Type date = Type::Date().Optional();
  const Type instant = Type::Instant().Optional();
  using enum rt::TimeUnit;
  const int64_t march7 = rt::DaysFromCivil(2026, 3, 7);
  const int64_t march8 = march7 + 1;
  const int64_t saturday_nine = march7 * rt::kMicrosPerDay + 14 * kAnHour;  // 09:00 EST
  cases.push_back(One(Op::kDateOf, instant, march8 * rt::kMicrosPerDay + 4 * kAnHour, date, march7));
  cases.push_back(One(Op::kDateOf, instant, march8 * rt::kMicrosPerDay + 5 * kAnHour, date, march8));
  cases.push_back(One(Op::kDateOf, instant, u, date, u));
  cases.push_back(One(Op::kDayStart, date, march8, instant, march8 * rt::kMicrosPerDay + 5 * kAnHour));
  cases.push_back(One(Op::kDayEnd, date, march8, instant, (march8 + 1) * rt::kMicrosPerDay + 4 * kAnHour - 1));
  cases.push_back(One(Op::kDayStart, date, u, instant, u));
  cases.push_back(One(Op::kDayEnd, date, u, instant, u));
  const int64_t jan31 = rt::DaysFromCivil(2026, 1, 31);
  cases.push_back(Timed(Op::kMoveDate, date, jan31, date, rt::DaysFromCivil(2026, 2, 28), kMonth, 1));
  cases.push_back(
      Timed(Op::kMoveDate, date, rt::DaysFromCivil(2024, 2, 29), date, rt::DaysFromCivil(2025, 2, 28), kYear, 1));
  cases.push_back(Timed(Op::kMoveDate, date, jan31, date, jan31 - 14, kWeek, -2));
  cases.push_back(Timed(Op::kMoveDate, date, u, date, u, kDay, 1));
  cases.push_back(Timed(Op::kMoveInstant, instant, saturday_nine, instant, saturday_nine + 23 * kAnHour, kDay, 1));
  cases.push_back(Timed(Op::kMoveInstant, instant, saturday_nine, instant, saturday_nine + 24 * kAnHour, kHour, 24));
  cases.push_back(Timed(Op::kMoveInstant, instant, u, instant, u, kHour, 24));
  cases.push_back(Timed(Op::kStepBack, instant, saturday_nine, instant, saturday_nine - 48 * kAnHour, kDay, 2));
  cases.push_back(Timed(Op::kStepBack, instant, saturday_nine, instant,
                        rt::DaysFromCivil(2026, 2, 7) * rt::kMicrosPerDay + 14 * kAnHour, kMonth, 1));
  cases.push_back(Timed(Op::kStepBack, instant, u, instant, u, kDay, 2));
  // The current local day and the one before it.
  cases.push_back(Timed(Op::kCalendarFirst, instant, march8 * rt::kMicrosPerDay + 20 * kAnHour, instant,
                        march7 * rt::kMicrosPerDay + 5 * kAnHour, kDay, 2));
  cases.push_back(Timed(Op::kCalendarFirst, instant, u, instant, u, kDay, 2));
  auto steps = [&](Known from, Known to, Known expected, rt::TimeUnit unit, int64_t n) {
    cases.push_back(
        {Op::kStepsBetween, kInt, {{instant, from}, {instant, to}}, expected, n, static_cast<uint32_t>(unit)});
  };
  steps(0, 30 * 24 * kAnHour, 1, kDay, 30);
  steps(0, 30 * 24 * kAnHour - 1, 0, kDay, 30);
  steps(0, 60 * 24 * kAnHour, 2, kDay, 30);
  steps(5, 4, 0, kDay, 30);
  steps(u, 4, u, kDay, 30);
  steps(0, u, u, kDay, 30);
  // `now - 1 month` reaches 7 March 14:00 UTC (09:00 there) on 7 April 09:00 summer time.
  auto crossing = [&](Known bound, Known now, Known expected, rt::CalendarReading reading, rt::TimeUnit unit,
                      int64_t n) {
    const uint32_t aux = static_cast<uint32_t>(unit) | static_cast<uint32_t>(reading) << 8;
    cases.push_back({Op::kNextCrossing, instant, {{instant, bound}, {instant, now}}, expected, n, aux});
  };
  const int64_t april7_nine = rt::DaysFromCivil(2026, 4, 7) * rt::kMicrosPerDay + 13 * kAnHour;
  crossing(saturday_nine, saturday_nine, april7_nine, rt::CalendarReading::kAgeBack, kMonth, 1);
  crossing(saturday_nine, april7_nine, rt::kNever, rt::CalendarReading::kAgeBack, kMonth, 1);
  crossing(u, april7_nine, u, rt::CalendarReading::kAgeBack, kMonth, 1);
  crossing(saturday_nine, u, u, rt::CalendarReading::kAgeBack, kMonth, 1);
  cases.push_back({Op::kNextCrossing,
                   instant,
                   {{date, march8}, {instant, saturday_nine}},
                   march8 * rt::kMicrosPerDay + 5 * kAnHour,
                   0,
                   static_cast<uint32_t>(rt::CalendarReading::kDate) << 8});
  cases.push_back(
      {Op::kNextStep, instant, {{instant, 0}, {instant, 5}}, 30 * 24 * kAnHour, 30, static_cast<uint32_t>(kDay)});
  cases.push_back({Op::kNextStep, instant, {{instant, u}, {instant, 5}}, u, 30, static_cast<uint32_t>(kDay)});
  // Calendar 0: weekdays without 2026-03-09.
  cases.push_back(One(Op::kMoveBusiness, date, march7 - 1, date, rt::DaysFromCivil(2026, 3, 10), 1));  // Friday
  cases.push_back(One(Op::kMoveBusiness, instant, saturday_nine, instant,
                      rt::DaysFromCivil(2026, 3, 10) * rt::kMicrosPerDay + 13 * kAnHour, 0));  // 09:00 EDT
  cases.push_back(One(Op::kMoveBusiness, date, u, date, u, 1));
}

void Points(std::vector<ScalarCase>& cases) {
  const Known u = std::nullopt;
  const Type points = Type::Points().Optional();
  const Type duration = Type::Duration().Optional();
  const int64_t quarter = 250'000'000;
  auto decay = [&](Op op, Known p, Known steps, Known expected) {
    cases.push_back({op, points, {{points, p}, {kInt, steps}}, expected, quarter});
  };
  const int64_t linear[] = {20'000, 15'000, 10'000, 5'000, 0, 0};
  const int64_t compound[] = {20'000, 15'000, 11'250, 8'438, 6'329};
  for (int64_t k = 0; k < 6; ++k) decay(Op::kDecayLinear, 20'000, k, linear[k]);
  for (int64_t k = 0; k < 5; ++k) decay(Op::kDecayCompound, 20'000, k, compound[k]);
  decay(Op::kDecayLinear, -20'000, 1, -15'000);
  decay(Op::kDecayCompound, -20'000, 2, -11'250);
  decay(Op::kDecayCompound, 3, 100, 0);
  for (Op op : {Op::kDecayLinear, Op::kDecayCompound}) {
    decay(op, u, 1, u);
    decay(op, 20'000, u, u);
  }
  const int64_t day = 24 * kAnHour;
  const std::pair<int64_t, int64_t> halves[] = {{0, 20'000}, {29, 10'234}, {30, 10'000}, {59, 5'117}, {60, 5'000},
                                                {89, 2'558}, {90, 2'500},  {119, 1'279}, {120, 1'250}};
  for (auto [days, left] : halves) {
    cases.push_back({Op::kHalfLife, points, {{points, 20'000}, {duration, days * day}, {duration, 30 * day}}, left});
    cases.push_back({Op::kHalfLife, points, {{points, -20'000}, {duration, days * day}, {duration, 30 * day}}, -left});
  }
  cases.push_back({Op::kHalfLife, points, {{points, 20'000}, {duration, kMax}, {duration, 1}}, 0});
  cases.push_back({Op::kHalfLife, points, {{points, u}, {duration, 1}, {duration, 1}}, u});
  cases.push_back({Op::kHalfLife, points, {{points, 1}, {duration, u}, {duration, 1}}, u});
}

}  // namespace

std::vector<ScalarCase> ScalarCases() {
  std::vector<ScalarCase> cases;
  cases.push_back({Op::kConst, Type::Int(), {}, kMax, kMax});
  cases.push_back({Op::kConst, Type::Int(), {}, kMin, kMin});
  cases.push_back({Op::kUnknown, kInt, {}, std::nullopt});
  cases.push_back({Op::kNow, Type::Instant(), {}, kNow});
  Logic(cases);
  Comparisons(cases);
  Numbers(cases);
  Time(cases);
  Points(cases);
  return cases;
}

}  // namespace saiten::test
