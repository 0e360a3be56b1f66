#include "runtime/decimal.h"
#include "tests/vm/interp_cases.h"

namespace saiten::test {
namespace {

using ir::Builder;
using ir::Op;
using ir::ValueId;
using Cases = std::vector<RecordCase>;
constexpr Known kU = std::nullopt;

ValueId A(Builder& b) { return b.Load(b.Row(), thing::kA); }
ValueId Word(Builder& b) { return b.Load(b.Row(), thing::kWord); }
ValueId At(Builder& b, int64_t hours) { return b.Const(Type::Instant(), kStart + hours * kAnHour); }
ValueId All(Builder& b) { return b.Events(b.Row(), kPing, b.Const(Type::Instant(), 0), b.Now()); }
// Which pings a list holds: the sum of their powers of two.
ValueId Which(Builder& b, ValueId list) {
  return b.Sum(list, [&](ValueId e) { return b.Field(e, ping::kN); });
}
ValueId Is(Builder& b, ValueId e, int64_t n) { return b.Compare(Op::kEq, b.Field(e, ping::kN), b.Int(n)); }

void Loads(Cases& cases) {
  cases.push_back({Op::kRow, [](Builder& b) { return b.Row(); }, {0, 1, 2}});
  // The texts of the records: "Ab", none, "ＡＢ".
  auto named = [](const char* text) {
    return [text](Builder& b) { return b.Named(b.TypeOf(b.Row()).object_id(), thing::kWord, text); };
  };
  cases.push_back({Op::kNamed, named("Ab"), {0, 0, 0}});
  cases.push_back({Op::kNamed, named("AB"), {2, 2, 2}});
  cases.push_back({Op::kNamed, named("ab"), {kU, kU, kU}});
  cases.push_back({Op::kLoad, A, {5, kU, rt::kNumberMax}});
  cases.push_back(
      {Op::kLoad, [](Builder& b) { return b.Load(b.Load(b.Row(), thing::kMother), parent::kKey); }, {100, kU, 100}});
  cases.push_back(
      {Op::kLoadResult, [](Builder& b) { return b.LoadResult(b.Load(b.Row(), thing::kMother), 0); }, {3, kU, 3}});
  cases.push_back({Op::kLoadField, [](Builder& b) { return b.Field(b.First(All(b)), ping::kN); }, {1, kU, 64}});
  cases.push_back(
      {Op::kEventTime, [](Builder& b) { return b.EventTime(b.Last(All(b))); }, {kStart + 60 * kAnHour, kU, kStart}});
  cases.push_back({Op::kEventOwner, [](Builder& b) { return b.EventOwner(b.Last(All(b))); }, {0, kU, 2}});
  cases.push_back({Op::kEventAfter,
                   [](Builder& b) { return b.EventAfter(b.Row(), kPing, b.Const(Type::Instant(), kStart)); },
                   {kStart + kAnHour, kU, kU}});
  cases.push_back(
      {Op::kEventAfter,
       [](Builder& b) { return b.EventUpTo(b.Row(), kPing, b.Const(Type::Instant(), kStart + 24 * kAnHour)); },
       {kStart + 24 * kAnHour, kU, kStart}});
  cases.push_back({Op::kInList, [](Builder& b) { return b.InList(b.Row(), ListId(0)); }, {1, 0, 0}});
  cases.push_back({Op::kElement,
                   [](Builder& b) { return b.Count(b.Filter(All(b), [&](ValueId e) { return Is(b, e, 4); })); },
                   {1, 0, 0}});
}

void Texts(Cases& cases) {
  using ir::TextTest;
  auto test = [&](TextTest kind, const char* part, const std::vector<Known>& expected) {
    cases.push_back({Op::kTextTest, [=](Builder& b) { return b.TextTest(kind, Word(b), b.Text(part)); }, expected});
  };
  // Full-width letters compare as their NFKC forms; case counts.
  cases.push_back({Op::kTextEq, [](Builder& b) { return b.TextEq(Word(b), b.Text("AB")); }, {0, kU, 1}});
  cases.push_back({Op::kTextEq, [](Builder& b) { return b.TextEq(b.Text("Ab"), Word(b)); }, {1, kU, 0}});
  test(TextTest::kContains, "b", {1, kU, 0});
  test(TextTest::kContains, "B", {0, kU, 1});
  test(TextTest::kContains, "", {1, kU, 1});
  test(TextTest::kContainsWord, "AB", {0, kU, 1});
  test(TextTest::kStartsWith, "A", {1, kU, 1});
  test(TextTest::kEndsWith, "b", {1, kU, 0});
  cases.push_back({Op::kLike, [](Builder& b) { return b.Like(Word(b), "A?"); }, {1, kU, 1}});
  cases.push_back({Op::kLike, [](Builder& b) { return b.Like(Word(b), "*b"); }, {1, kU, 0}});
  cases.push_back({Op::kMatches, [](Builder& b) { return b.Matches(Word(b), "^A[a-z]$"); }, {1, kU, 0}});
  cases.push_back({Op::kFold, [](Builder& b) { return b.TextEq(b.Fold(Word(b)), b.Text("ab")); }, {1, kU, 1}});
  cases.push_back({Op::kLift,
                   [](Builder& b) { return b.Lift(Word(b), [&](ValueId t) { return b.TextEq(t, b.Text("AB")); }); },
                   {0, kU, 1}});
  static const FunctionRecord kPlus = {.name = "plus", .call = [](const FunctionCall& call) {
                                         return CallValue{call.args[0].value + call.args[1].value};
                                       }};
  static const FunctionRecord kCountKnown = {.name = "known",
                                             .call =
                                                 [](const FunctionCall& call) {
                                                   int64_t known = 0;
                                                   for (const CallValue& arg : call.args) known += arg.known ? 1 : 0;
                                                   return CallValue{known};
                                                 },
                                             .takes_unknown = true};
  const Type result = Type::Int().Optional();
  cases.push_back(
      {Op::kCall, [=](Builder& b) { return b.Call(kPlus, result, {b.Int(2), b.Min(A(b), b.Int(9))}); }, {7, kU, 11}});
  cases.push_back({Op::kCall, [=](Builder& b) { return b.Call(kCountKnown, result, {b.Int(2), A(b)}); }, {2, 1, 2}});
}

void Lists(Cases& cases) {
  cases.push_back({Op::kEvents, [](Builder& b) { return Which(b, All(b)); }, {63, 0, 64}});
  // (after, until]: a ping at the lower end is out, one at the upper end in.
  cases.push_back(
      {Op::kEvents, [](Builder& b) { return Which(b, b.Events(b.Row(), kPing, At(b, 1), At(b, 24))); }, {28, 0, 0}});
  cases.push_back({Op::kEvents,
                   [](Builder& b) {
                     return Which(
                         b, b.Events(b.Row(), kPing, At(b, -1), At(b, 99), [&](ValueId e) { return Is(b, e, 2); }));
                   },
                   {2, 0, 0}});
  cases.push_back({Op::kEvents,
                   [](Builder& b) { return Which(b, b.Events(b.Row(), kPing, b.Unknown(Type::Instant()), At(b, 99))); },
                   {0, 0, 0}});
  cases.push_back({Op::kRelated,
                   [](Builder& b) { return b.Count(b.Related(b.Load(b.Row(), thing::kMother), parent::kThings)); },
                   {2, 0, 2}});
  cases.push_back({Op::kRelated,
                   [](Builder& b) {
                     return b.Count(b.Related(b.Load(b.Row(), thing::kMother), parent::kThings, [&](ValueId t) {
                       return b.Compare(Op::kEq, b.Load(t, thing::kA), b.Int(5));
                     }));
                   },
                   {1, 0, 1}});
  // Unknown does not pass a filter.
  cases.push_back({Op::kFilter,
                   [](Builder& b) {
                     return Which(
                         b, b.Filter(All(b), [&](ValueId e) { return b.TextEq(b.Field(e, ping::kTag), b.Text("a")); }));
                   },
                   {5, 0, 0}});
  auto peers = [](Builder& b) { return b.EachRef(All(b), ping::kPeer); };
  cases.push_back({Op::kEachRef, [=](Builder& b) { return b.Count(peers(b)); }, {3, 0, 1}});
  cases.push_back(
      {Op::kEachRelated,
       [=](Builder& b) { return b.Count(b.EachRelated(b.EachRef(peers(b), thing::kMother), parent::kThings)); },
       {2, 0, 0}});
  // The pings of things 0, 1 and 2, in order of time and then arrival: that of thing 2 is the first to arrive.
  auto theirs = [=](Builder& b) { return b.EachEvents(peers(b), kPing, At(b, -1), b.Now()); };
  cases.push_back({Op::kEachEvents, [=](Builder& b) { return Which(b, theirs(b)); }, {127, 0, 0}});
  cases.push_back({Op::kEachEvents, [=](Builder& b) { return b.Field(b.First(theirs(b)), ping::kN); }, {64, kU, kU}});
  cases.push_back({Op::kEachEvents, [=](Builder& b) { return b.Field(b.Last(theirs(b)), ping::kN); }, {32, kU, kU}});
}

void Keeping(Cases& cases) {
  auto tag = [](Builder& b) { return [&b](ValueId e) { return b.Field(e, ping::kTag); }; };
  // Tags a b a - - b: each unknown one stays.
  cases.push_back({Op::kDistinct,
                   [=](Builder& b) { return Which(b, b.Distinct(All(b), false, tag(b))); },
                   {1 + 2 + 8 + 16, 0, 64}});
  cases.push_back({Op::kDistinct,
                   [=](Builder& b) { return Which(b, b.Distinct(All(b), true, tag(b))); },
                   {4 + 8 + 16 + 32, 0, 64}});
  // In New York the pings are on 28 February 19:00, 20:00, on 1 March 18:00, 19:00, 19:00 and on 3 March 07:00.
  auto per = [](int64_t most, rt::TimeUnit unit) {
    return [=](Builder& b) { return Which(b, b.CapPeriod(All(b), most, unit)); };
  };
  cases.push_back({Op::kCapPeriod, per(1, rt::TimeUnit::kDay), {1 + 4 + 32, 0, 64}});
  cases.push_back({Op::kCapPeriod, per(2, rt::TimeUnit::kDay), {1 + 2 + 4 + 8 + 32, 0, 64}});
  cases.push_back({Op::kCapPeriod, per(1, rt::TimeUnit::kMonth), {1 + 4, 0, 64}});
  cases.push_back({Op::kCapPeriod, per(0, rt::TimeUnit::kDay), {0, 0, 0}});
  auto rolling = [](int64_t most, int64_t n, rt::TimeUnit unit) {
    return [=](Builder& b) { return Which(b, b.CapRolling(All(b), most, n, unit)); };
  };
  // Exactly a day later it counts again; the second at the same instant does not.
  cases.push_back({Op::kCapRolling, rolling(1, 1, rt::TimeUnit::kDay), {1 + 8 + 32, 0, 64}});
  cases.push_back({Op::kCapRolling, rolling(2, 24, rt::TimeUnit::kHour), {1 + 2 + 8 + 32, 0, 64}});
  cases.push_back({Op::kCapRolling, rolling(1, 1, rt::TimeUnit::kSecond), {1 + 2 + 4 + 8 + 32, 0, 64}});
  cases.push_back({Op::kKeepLatest, [](Builder& b) { return Which(b, b.KeepLatest(All(b), 2)); }, {48, 0, 64}});
  cases.push_back({Op::kKeepLatest, [](Builder& b) { return Which(b, b.KeepLatest(All(b), 0)); }, {0, 0, 0}});
  cases.push_back({Op::kKeepLatest, [](Builder& b) { return Which(b, b.KeepLatest(All(b), 9)); }, {63, 0, 64}});
  // Stretches of 10 hours: from 1 h two (11, 21), from 24 h three (34, 44, 54), from 60 h one (70); without the anchor.
  auto stretches = [](Builder& b, ValueId anchor) {
    return b.Stretches(All(b), anchor, b.Now(), 10, rt::TimeUnit::kHour);
  };
  cases.push_back(
      {Op::kStretches, [=](Builder& b) { return b.Count(stretches(b, b.Unknown(Type::Instant()))); }, {6, 0, 7}});
  cases.push_back({Op::kStretches, [=](Builder& b) { return b.Count(stretches(b, At(b, -20))); }, {8, 9, 9}});
  cases.push_back({Op::kStretches,
                   [=](Builder& b) { return b.First(stretches(b, b.Unknown(Type::Instant()))); },
                   {kStart + 11 * kAnHour, kU, kStart + 10 * kAnHour}});
}

void Folds(Cases& cases) {
  cases.push_back({Op::kCount, [](Builder& b) { return b.Count(All(b)); }, {6, 0, 1}});
  cases.push_back({Op::kExists, [](Builder& b) { return b.Exists(All(b)); }, {1, 0, 1}});
  cases.push_back({Op::kFirst, [](Builder& b) { return b.First(All(b)); }, {0, kU, 6}});
  cases.push_back({Op::kLast, [](Builder& b) { return b.Last(All(b)); }, {5, kU, 6}});
  auto a_of_peer = [](Builder& b) { return [&b](ValueId e) { return b.Load(b.Field(e, ping::kPeer), thing::kA); }; };
  auto n = [](Builder& b) { return [&b](ValueId e) { return b.Field(e, ping::kN); }; };
  cases.push_back({Op::kSum, [=](Builder& b) { return b.Sum(All(b), n(b)); }, {63, 0, 64}});
  // 5, unknown, 5, unknown and twice the largest number: cut once, at the end.
  cases.push_back({Op::kSum, [=](Builder& b) { return b.Sum(All(b), a_of_peer(b)); }, {rt::kNumberMax, 0, 0}});
  cases.push_back(
      {Op::kAvg, [=](Builder& b) { return b.Avg(Type::Decimal(6), All(b), 6, n(b)); }, {10'500'000, kU, 64'000'000}});
  cases.push_back({Op::kAvg, [=](Builder& b) { return b.Avg(Type::Int(), All(b), 0, n(b)); }, {11, kU, 64}});
  cases.push_back({Op::kMinOf, [=](Builder& b) { return b.MinOf(All(b), a_of_peer(b)); }, {5, kU, kU}});
  cases.push_back({Op::kMaxOf, [=](Builder& b) { return b.MaxOf(All(b), a_of_peer(b)); }, {rt::kNumberMax, kU, kU}});
  auto running = [](Builder& b, int64_t min, int64_t max, bool doubles, std::vector<ir::SumLimits> limits = {}) {
    const ValueId early = b.Events(b.Row(), kPing, At(b, -1), At(b, 24));
    const ValueId ends = b.Stretches(All(b), b.Unknown(Type::Instant()), b.Now(), 10, rt::TimeUnit::kHour);
    const std::vector<ValueId> lists = {early, ends};
    const std::vector<Builder::Body> points = {[&b, doubles](ValueId) {
                                                 const ValueId hundred = b.Const(Type::Points(), 100);
                                                 return doubles ? b.Add(Type::Points(), hundred, b.SoFar()) : hundred;
                                               },
                                               [&b](ValueId) { return b.Const(Type::Points(), -150); }};
    return b.Running(lists, points, min, max, std::move(limits));
  };
  // 0 h +, 1 h +, 11 h -, 21 h -, 23 h +, 24 h +, 24 h +, 34 h -, 44 h -, 54 h -, 70 h -.
  cases.push_back({Op::kRunning, [=](Builder& b) { return running(b, -1'000, 1'000, false); }, {-400, 0, -950}});
  cases.push_back({Op::kRunning, [=](Builder& b) { return running(b, 0, 250, false); }, {0, 0, 0}});
  cases.push_back({Op::kRunning, [=](Builder& b) { return running(b, -100, 150, false); }, {-100, 0, -100}});
  // Of the five +100 only 250 count, of the six -150 only -200: 100, 200, 50, 0, 50, 50, ...
  cases.push_back({Op::kRunning,
                   [=](Builder& b) { return running(b, -1'000, 1'000, false, {{-250, 250}, {-200, 0}}); },
                   {50, 0, -100}});
  // With what there was doubled: 100, 300, 150, 0, 100, 300, 700, 550, 400, 250, 100.
  cases.push_back({Op::kSoFar, [=](Builder& b) { return running(b, -1'000, 1'000, true); }, {100, 0, -950}});
}

}  // namespace

std::vector<RecordCase> RecordCases() {
  Cases cases;
  Loads(cases);
  Texts(cases);
  Lists(cases);
  Keeping(cases);
  Folds(cases);
  return cases;
}

}  // namespace saiten::test
