#include "runtime/decimal.h"
#include "tests/parity/cases.h"

namespace saiten::parity {

using ir::Builder;
using ir::Op;
using ir::ValueId;
using rt::TimeUnit;

namespace {

using List = std::function<ValueId(Builder&)>;

ValueId Col(Builder& b, uint32_t property) { return b.Load(b.Row(), property); }
ValueId Ago(Builder& b, int64_t days) { return b.StepBack(b.Now(), days, TimeUnit::kDay); }

ValueId Recent(Builder& b) { return b.Events(b.Row(), kClick, Ago(b, 30), b.Now()); }
ValueId Ever(Builder& b) { return b.Events(b.Row(), kClick, b.Const(Type::Instant(), rt::kNumberMin), b.Now()); }
ValueId Sized(Builder& b) {
  return b.Filter(
      Recent(b), [&](ValueId e) { return b.Compare(Op::kGt, b.Field(e, click::kAmount), b.Const(Type::Points(), 0)); });
}
ValueId Friends(Builder& b) { return b.Related(Col(b, contact::kCompany), company::kContacts); }

// What stands in a list, as a number: how many elements, and the order they come in.
ValueId Sketch(Builder& b, ValueId list) {
  const Type type = b.TypeOf(list);
  const auto key = [&](ValueId e) { return type.is(TypeKind::kEvent) ? b.EventTime(e) : e; };
  if (type.is(TypeKind::kRef)) {
    // Property 0 of either object is its key.
    const ValueId sum = b.Sum(list, [&](ValueId e) { return b.Load(e, 0); });
    return b.Add(Type::Int(), b.Mul(Type::Int(), b.Count(list), b.Int(1'000'000), 0), sum);
  }
  const ValueId first = b.MinOf(list, key);
  const ValueId last = b.MaxOf(list, key);
  return b.Add(Type::Instant(), b.Sub(Type::Instant(), last, first), b.Count(list));
}

class Lists {
 public:
  void Add(Op op, std::function<ValueId(Builder&)> build, std::vector<uint32_t> reads = {}, bool clicks = true) {
    cases.push_back({op, std::move(build), std::move(reads), clicks});
  }
  // The operation's list, seen through what is made of it.
  void Seen(Op op, const List& list, const std::vector<uint32_t>& reads = {}) {
    Add(op, [=](Builder& b) { return Sketch(b, list(b)); }, reads);
    Add(op, [=](Builder& b) { return b.Count(list(b)); }, reads);
    Add(op, [=](Builder& b) { return b.First(list(b)); }, reads);
    Add(op, [=](Builder& b) { return b.Last(list(b)); }, reads);
    Add(op, [=](Builder& b) { return b.Exists(list(b)); }, reads);
  }
  std::vector<Case> cases;
};

void Made(Lists& lists) {
  lists.Seen(Op::kEvents, Recent);
  lists.Seen(Op::kEvents, Ever);
  lists.Seen(Op::kEvents,
             [](Builder& b) { return b.Events(b.Row(), kClick, Col(b, contact::kSeen), Col(b, contact::kMade)); },
             {contact::kSeen});
  lists.Seen(Op::kEvents,
             [](Builder& b) {
               return b.Events(Col(b, contact::kFriend), kClick, Ago(b, 90), b.Now(),
                               [&](ValueId e) { return b.InMask(b.Field(e, click::kPage), 0b1011); });
             },
             {contact::kFriend});
  lists.Seen(Op::kRelated, Friends, {contact::kCompany});
  lists.Seen(Op::kRelated,
             [](Builder& b) {
               return b.Related(Col(b, contact::kCompany), company::kContacts,
                                [&](ValueId e) { return b.Compare(Op::kGe, b.Load(e, contact::kTiny), b.Int(0)); });
             },
             {contact::kCompany});
  // An unknown number is stored as the smallest: taken as known it would pass.
  const auto negative = [](Builder& b) {
    return [&b](ValueId e) { return b.Compare(Op::kLt, b.Field(e, click::kAmount), b.Const(Type::Points(), 0)); };
  };
  lists.Seen(Op::kEvents, [=](Builder& b) { return b.Events(b.Row(), kClick, Ago(b, 90), b.Now(), negative(b)); });
  lists.Seen(Op::kFilter, [=](Builder& b) { return b.Filter(Ever(b), negative(b)); });
  lists.Seen(Op::kRelated,
             [](Builder& b) {
               return b.Related(Col(b, contact::kCompany), company::kContacts,
                                [&](ValueId e) { return b.Compare(Op::kLt, b.Load(e, contact::kTiny), b.Int(0)); });
             },
             {contact::kCompany});
  lists.Seen(Op::kFilter, Sized);
  lists.Seen(Op::kFilter,
             [](Builder& b) {
               const ValueId tiny = Col(b, contact::kTiny);
               return b.Filter(Sized(b), [&](ValueId e) {
                 const ValueId inner = b.Events(b.EventOwner(e), kPurchase, b.EventTime(e), b.Now());
                 return b.Or(b.Exists(inner), b.Compare(Op::kGt, tiny, b.Int(5)));
               });
             },
             {contact::kTiny});
  lists.Seen(Op::kEachRelated,
             [](Builder& b) { return b.EachRelated(b.EachRef(Friends(b), contact::kCompany), company::kContacts); },
             {contact::kCompany});
  lists.Seen(Op::kEachRef, [](Builder& b) { return b.EachRef(Ever(b), click::kPartner); });
  lists.Seen(Op::kEachRef, [](Builder& b) { return b.EachRef(Friends(b), contact::kFriend); }, {contact::kCompany});
  lists.Seen(Op::kEachEvents, [](Builder& b) { return b.EachEvents(Friends(b), kClick, Ago(b, 30), b.Now()); },
             {contact::kCompany});
  lists.Seen(Op::kEachEvents,
             [](Builder& b) {
               return b.EachEvents(
                   b.EachRef(Ever(b), click::kPartner), kVisit, Col(b, contact::kSeen), b.Now(),
                   [&](ValueId e) { return b.Compare(Op::kLt, b.Field(e, 0), b.Const(Type::Points(), 900'000)); });
             },
             {contact::kSeen});
}

void Kept(Lists& lists) {
  for (bool latest : {false, true}) {
    lists.Seen(Op::kDistinct, [=](Builder& b) {
      return b.Distinct(Ever(b), latest, [&](ValueId e) { return b.Field(e, click::kUrl); });
    });
    lists.Seen(Op::kDistinct, [=](Builder& b) {
      return b.Distinct(Sized(b), latest, [&](ValueId e) { return b.Field(e, click::kPage); });
    });
    // Which one stands for a key shows in its own numbers.
    lists.Add(Op::kDistinct, [=](Builder& b) {
      const ValueId list = b.Distinct(Ever(b), latest, [&](ValueId e) { return b.Field(e, click::kPage); });
      return b.Sum(list, [&](ValueId e) { return b.Sub(Type::Int(), b.Now(), b.EventTime(e)); });
    });
  }
  for (int64_t most : {0, 1, 2}) {
    for (TimeUnit unit : {TimeUnit::kDay, TimeUnit::kWeek, TimeUnit::kMonth}) {
      lists.Seen(Op::kCapPeriod, [=](Builder& b) { return b.CapPeriod(Ever(b), most, unit); });
      lists.Seen(Op::kCapRolling, [=](Builder& b) { return b.CapRolling(Ever(b), most, 1, unit); });
    }
    lists.Seen(Op::kKeepLatest, [=](Builder& b) { return b.KeepLatest(Ever(b), most); });
    lists.Seen(Op::kKeepLatest,
               [=](Builder& b) { return b.KeepLatest(b.CapPeriod(Sized(b), 1, TimeUnit::kDay), most); });
  }
  lists.Seen(Op::kCapRolling, [](Builder& b) { return b.CapRolling(Ever(b), 3, 24, TimeUnit::kHour); });
  lists.Seen(Op::kCapRolling, [](Builder& b) { return b.CapRolling(Ever(b), 70, 9'000, TimeUnit::kDay); });
  const auto stretches = [](Builder& b, ValueId list, TimeUnit unit) {
    return b.Stretches(list, Col(b, contact::kSeen), b.Now(), 30, unit);
  };
  lists.Seen(Op::kStretches, [=](Builder& b) { return stretches(b, Sized(b), TimeUnit::kDay); }, {contact::kSeen});
  lists.Seen(Op::kStretches, [=](Builder& b) { return stretches(b, Ever(b), TimeUnit::kMonth); }, {contact::kSeen});
  lists.Seen(Op::kStretches, [](Builder& b) {
    return b.Stretches(Ever(b), b.Unknown(Type::Instant()), Col(b, contact::kMade), 2, TimeUnit::kWeek);
  });
  lists.Seen(Op::kCapPeriod,
             [=](Builder& b) { return b.CapPeriod(stretches(b, Sized(b), TimeUnit::kDay), 1, TimeUnit::kMonth); },
             {contact::kSeen});
}

void Folded(Lists& lists) {
  for (uint32_t field : {click::kAmount, click::kHuge}) {
    for (const List& list : {List(Recent), List(Sized), List(Ever)}) {
      const auto value = [=](Builder& b) { return [=, &b](ValueId e) { return b.Field(e, field); }; };
      lists.Add(Op::kSum, [=](Builder& b) { return b.Sum(list(b), value(b)); });
      lists.Add(Op::kMinOf, [=](Builder& b) { return b.MinOf(list(b), value(b)); });
      lists.Add(Op::kMaxOf, [=](Builder& b) { return b.MaxOf(list(b), value(b)); });
      for (int64_t digits : {3, 0, -2}) {
        lists.Add(Op::kAvg, [=](Builder& b) { return b.Avg(Type::Decimal(6), list(b), digits, value(b)); });
      }
      lists.Add(Op::kLoadField, [=](Builder& b) { return b.Field(b.Last(list(b)), field); });
      lists.Add(Op::kElement, [=](Builder& b) { return b.Sum(list(b), value(b)); });
    }
  }
  lists.Add(Op::kLoadField, [](Builder& b) { return b.Field(b.First(Ever(b)), click::kUrl); });
  lists.Add(Op::kEventTime, [](Builder& b) { return b.EventTime(b.Last(Sized(b))); });
  for (const bool last : {false, true}) {
    const auto at = [last](Builder& b, ValueId ref, ValueId bound) {
      return last ? b.EventUpTo(ref, kClick, bound) : b.EventAfter(ref, kClick, bound);
    };
    lists.Add(Op::kEventAfter, [=](Builder& b) { return at(b, b.Row(), b.Now()); });
    lists.Add(Op::kEventAfter, [=](Builder& b) { return at(b, b.Row(), b.StepBack(b.Now(), 40, TimeUnit::kDay)); });
    lists.Add(Op::kEventAfter, [=](Builder& b) { return at(b, b.Row(), b.Load(b.Row(), contact::kSeen)); });
    lists.Add(Op::kEventAfter, [=](Builder& b) { return at(b, b.EventOwner(b.Last(Sized(b))), b.Now()); });
  }
  lists.Add(Op::kEventOwner, [](Builder& b) { return b.EventOwner(b.Last(Sized(b))); });
  lists.Add(Op::kEventOwner, [](Builder& b) {
    return b.Sum(Recent(b), [&](ValueId e) { return b.Load(b.EventOwner(e), contact::kKey); });
  });
  for (Op op : {Op::kCount, Op::kExists, Op::kFirst, Op::kLast}) {
    for (const List& list : {List(Recent), List(Sized), List(Ever)}) {
      lists.Add(op, [=](Builder& b) {
        const ValueId made = list(b);
        if (op == Op::kCount) return b.Count(made);
        if (op == Op::kExists) return b.Exists(made);
        return op == Op::kFirst ? b.First(made) : b.Last(made);
      });
    }
  }
  // A filter that may cut numbers must see every element.
  for (bool first : {true, false}) {
    lists.Add(first ? Op::kFirst : Op::kLast, [=](Builder& b) {
      const ValueId list = b.Filter(Ever(b), [&](ValueId e) {
        const ValueId huge = b.Field(e, click::kHuge);
        return b.Compare(Op::kGt, b.Add(Type::Points(), huge, huge), huge);
      });
      return first ? b.First(list) : b.Last(list);
    });
  }
}

void Run(Lists& lists) {
  const auto points = [](Builder& b, uint32_t field) { return [&b, field](ValueId e) { return b.Field(e, field); }; };
  for (auto [low, high] :
       {std::pair<int64_t, int64_t>{0, 500'000}, {-1'000, 1'000}, {rt::kNumberMin, rt::kNumberMax}}) {
    for (uint32_t field : {click::kAmount, click::kHuge}) {
      lists.Add(Op::kRunning, [=](Builder& b) {
        const std::vector<ValueId> of = {Ever(b)};
        const std::vector<Builder::Body> each = {points(b, field)};
        return b.Running(of, each, low, high);
      });
    }
    lists.Add(Op::kRunning, [=](Builder& b) {
      const ValueId start = b.Const(Type::Instant(), rt::kNumberMin);
      const std::vector<ValueId> of = {Ever(b), b.Events(b.Row(), kPurchase, start, b.Now()), Sized(b)};
      const std::vector<Builder::Body> each = {points(b, click::kAmount), points(b, purchase::kTotal),
                                               points(b, click::kAmount)};
      return b.Running(of, each, low, high);
    });
    lists.Add(Op::kRunning, [=](Builder& b) {
      const std::vector<ValueId> of = {Ever(b), Recent(b)};
      const std::vector<Builder::Body> each = {points(b, click::kAmount), points(b, click::kHuge)};
      return b.Running(of, each, low, high, {{-5'000, 7'000}, {rt::kNumberMin, 1}});
    });
    lists.Add(Op::kSoFar, [=](Builder& b) {
      const std::vector<ValueId> of = {Ever(b), Recent(b)};
      const std::vector<Builder::Body> each = {points(b, click::kAmount), [&](ValueId) {
                                                 const ValueId half = b.Div(Type::Points(), b.SoFar(), b.Int(2), 0);
                                                 return b.Neg(half);
                                               }};
      return b.Running(of, each, low, high);
    });
  }
}

}  // namespace

std::vector<Case> ListCases() {
  Lists lists;
  Made(lists);
  Kept(lists);
  Folded(lists);
  Run(lists);
  return std::move(lists.cases);
}

}  // namespace saiten::parity
