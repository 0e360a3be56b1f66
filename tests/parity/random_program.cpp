#include "tests/parity/random_program.h"

#include <functional>
#include <random>

#include "compiler/ir/builder.h"
#include "runtime/decimal.h"
#include "tests/parity/engines.h"

namespace saiten::parity {
namespace {

using ir::Builder;
using ir::Op;
using ir::ValueId;
using rt::TimeUnit;

constexpr int kDepth = 4;
constexpr int kOutputs = 3;

class Generator {
 public:
  Generator(std::mt19937_64& random, Builder& builder, const Catalog& catalog)
      : random_(random), b_(builder), catalog_(catalog) {
    scope_.push_back(b_.Row());
  }

  ValueId Any(int depth) {
    switch (Pick(0, 7)) {
      case 0:
      case 1:
        return Bool(depth);
      case 2:
        return Number(Type::Int(), depth);
      case 3:
        return Instant(depth);
      case 4:
        return Date(depth);
      case 5:
        return Enum(kIndustryEnum);
      default:
        return Number(Type::Points(), depth);
    }
  }

 private:
  // Arguments of a call are worked out in an order that each compiler chooses, values in braces from left to right: a
  // seed is the same program everywhere.
  struct Two {
    ValueId a, b;
  };
  struct Three {
    ValueId a, b, c;
  };

  int64_t Pick(int64_t from, int64_t to) {
    return from + static_cast<int64_t>(random_() % static_cast<uint64_t>(to - from + 1));
  }
  bool Chance(int percent) { return Pick(1, 100) <= percent; }

  // A property of a record in scope, or a field of an event in scope, of this type; else nothing.
  ValueId Stored(Type type) {
    std::vector<std::pair<ValueId, uint32_t>> found;
    for (ValueId of : scope_) {
      const Type from = b_.TypeOf(of);
      const auto& columns = from.is(TypeKind::kRef)     ? catalog_[from.object_id()].properties
                            : from.is(TypeKind::kEvent) ? catalog_[from.event_id()].fields
                                                        : kNone;
      for (uint32_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].is_many && columns[i].type.SameBase(type)) found.emplace_back(of, i);
      }
    }
    if (found.empty()) return {};
    const auto [of, column] = found[static_cast<size_t>(Pick(0, std::ssize(found) - 1))];
    return b_.TypeOf(of).is(TypeKind::kRef) ? b_.Load(of, column) : b_.Field(of, column);
  }

  ValueId Leaf(Type type) {
    if (Chance(75)) {
      if (const ValueId stored = Stored(type); stored.valid()) return stored;
    }
    if (Chance(8)) return b_.Unknown(type);
    switch (type.kind) {
      case TypeKind::kBool:
        return b_.Bool(Chance(50));
      case TypeKind::kInstant:
        return Chance(50) ? b_.Now() : b_.Const(type, kNow - Pick(0, 400) * 86'400'000'000);
      case TypeKind::kDate:
        return b_.Const(type, Pick(-100, 30'000));
      case TypeKind::kDuration:
        return b_.Const(type, Pick(1, 90) * 86'400'000'000);
      case TypeKind::kEnum:
        return b_.Const(type, Pick(0, std::ssize(catalog_[type.enum_id()].members) - 1));
      case TypeKind::kSet:
        return b_.Const(type, Pick(0, 255));
      case TypeKind::kText: {
        static constexpr const char* kTexts[] = {"CEO", "google", "é", "", "/pricing"};
        return b_.Text(kTexts[Pick(0, std::ssize(kTexts) - 1)]);
      }
      case TypeKind::kError:
      case TypeKind::kNothing:
      case TypeKind::kInt:
      case TypeKind::kDecimal:
      case TypeKind::kMoney:
      case TypeKind::kClock:
      case TypeKind::kRef:
      case TypeKind::kEvent:
        break;
    }
    static constexpr int64_t kNumbers[] = {
        0, 1, -1, 3, 10, 127, 1'000, -50'000, 1'000'000'007, rt::kNumberMax, rt::kNumberMin};
    return b_.Const(type, kNumbers[Pick(0, std::ssize(kNumbers) - (Chance(80) ? 4 : 1))]);
  }

  // Ways that every type has.
  ValueId Chosen(Type type, int depth, const std::function<ValueId(int)>& make) {
    if (Chance(50)) {
      const Three of{Bool(depth - 1), make(depth - 1), make(depth - 1)};
      return b_.Select(of.a, of.b, of.c);
    }
    const ValueId value = make(depth - 1);
    return b_.TypeOf(value).SameBase(type) ? b_.Else(value, make(depth - 1)) : value;
  }

  ValueId Bool(int depth) {
    if (depth <= 0) return Leaf(Type::Bool());
    switch (Pick(0, 15)) {
      case 0:
      case 1:
        return Pair(Two{Bool(depth - 1), Bool(depth - 1)}, &Builder::And);
      case 2:
      case 3:
        return Pair(Two{Bool(depth - 1), Bool(depth - 1)}, &Builder::Or);
      case 4:
        return b_.Not(Bool(depth - 1));
      case 5:
        return b_.IsKnown(Any(depth - 1));
      case 6:
        return b_.Truth(Bool(depth - 1));
      case 7:
        return Chosen(Type::Bool(), depth, [&](int d) { return Bool(d); });
      case 8:
        if (Chance(60)) {
          const ValueId industry = Enum(kIndustryEnum);
          return b_.InMask(industry, static_cast<uint64_t>(Pick(0, 31)));
        } else {
          const ValueId stage = Enum(kStageEnum);
          const auto some = static_cast<uint64_t>(Pick(0, 15));
          return b_.InMask(stage, some | uint64_t{1} << Pick(0, 63));
        }
      case 9:
        if (Chance(50)) {
          return Pair(Two{Leaf(Type::Set(kTopicEnum)), b_.Const(Type::Enum(kTopicEnum), Pick(0, 7))}, &Builder::SetHas);
        }
        return Pair(Two{Leaf(Type::Set(kTopicEnum)), Leaf(Type::Set(kTopicEnum))}, &Builder::SetOverlaps);
      case 10:
      case 11:
        return Text();
      case 12:
        return b_.Exists(List(depth - 1));
      case 13:
        return Compared(Two{Instant(depth - 1), Instant(depth - 1)});
      default:
        return Compared(Two{Number(Type::Int(), depth - 1), Number(Type::Int(), depth - 1)});
    }
  }

  ValueId Pair(Two of, ValueId (Builder::*make)(ValueId, ValueId)) { return (b_.*make)(of.a, of.b); }

  ValueId Compared(Two of) {
    static constexpr Op kOps[] = {Op::kEq, Op::kNe, Op::kLt, Op::kLe, Op::kGt, Op::kGe};
    return b_.Compare(kOps[Pick(0, 5)], of.a, of.b);
  }

  ValueId TextTested(ValueId text, ir::TextTest test) {
    return b_.TextTest(test, text, b_.Text(Chance(50) ? "C" : "oo"));
  }

  ValueId Text() {
    const auto test = [&](ValueId text) {
      switch (Pick(0, 3)) {
        case 0:
          return b_.TextEq(text, Leaf(Type::Text()));
        case 1:
          return TextTested(text, static_cast<ir::TextTest>(Pick(0, 3)));
        case 2:
          return b_.Like(text, Chance(50) ? "*o*" : "C?O");
        default:
          return b_.Matches(b_.Fold(text), "goo+|[xyz]");
      }
    };
    const ValueId text = Leaf(Type::Text());
    return Chance(50) ? test(text) : b_.Lift(text, test);
  }

  ValueId Enum(EnumId id) { return Leaf(Type::Enum(id)); }

  TimeUnit Unit(TimeUnit shortest) {
    return static_cast<TimeUnit>(Pick(static_cast<int64_t>(shortest), static_cast<int64_t>(TimeUnit::kYear)));
  }

  // `make` with a count from `from` to `to` and a unit from `shortest` on.
  template <typename Make>
  ValueId Moved(ValueId of, int64_t from, int64_t to, TimeUnit shortest, Make make) {
    const int64_t n = Pick(from, to);
    return make(of, n, Unit(shortest));
  }

  ValueId Instant(int depth) {
    if (depth <= 0) return Leaf(Type::Instant());
    switch (Pick(0, 8)) {
      case 0:
        return Moved(Instant(depth - 1), 0, 40, TimeUnit::kHour,
                     [&](ValueId of, int64_t n, TimeUnit unit) { return b_.StepBack(of, n, unit); });
      case 1:
        return Moved(Instant(depth - 1), -40, 40, TimeUnit::kHour,
                     [&](ValueId of, int64_t n, TimeUnit unit) { return b_.MoveInstant(of, n, unit); });
      case 2:
        return Moved(Instant(depth - 1), 1, 5, TimeUnit::kDay,
                     [&](ValueId of, int64_t n, TimeUnit unit) { return b_.CalendarFirst(of, n, unit); });
      case 3:
        return Chance(50) ? b_.DayStart(Date(depth - 1)) : b_.DayEnd(Date(depth - 1));
      case 4:
        return Moved(Instant(depth - 1), -5, 5, TimeUnit::kDay,
                     [&](ValueId of, int64_t n, TimeUnit) { return b_.MoveBusiness(of, n, 0); });
      case 5: {
        const ValueId list = EventList(depth - 1);
        return b_.EventTime(Chance(50) ? b_.First(list) : b_.Last(list));
      }
      case 6:
        return Chosen(Type::Instant(), depth, [&](int d) { return Instant(d); });
      default:
        return Leaf(Type::Instant());
    }
  }

  ValueId Date(int depth) {
    if (depth <= 0) return Leaf(Type::Date());
    switch (Pick(0, 4)) {
      case 0:
        return b_.DateOf(Instant(depth - 1));
      case 1:
        return Moved(Date(depth - 1), -50, 50, TimeUnit::kDay,
                     [&](ValueId of, int64_t n, TimeUnit unit) { return b_.MoveDate(of, n, unit); });
      case 2:
        return Moved(Date(depth - 1), -5, 5, TimeUnit::kDay,
                     [&](ValueId of, int64_t n, TimeUnit) { return b_.MoveBusiness(of, n, 0); });
      case 3:
        return Chosen(Type::Date(), depth, [&](int d) { return Date(d); });
      default:
        return Leaf(Type::Date());
    }
  }

  template <typename Make>
  ValueId Numbers(Two of, Make make) {
    return make(of.a, of.b);
  }
  ValueId Scaled(Type type, ValueId number) { return b_.Rescale(type, number, Pick(-6, 6)); }
  ValueId Decayed(Three of) { return b_.HalfLife(of.a, of.b, of.c); }

  ValueId Number(Type type, int depth) {
    if (!so_far_.empty() && type == Type::Points() && Chance(15)) return so_far_.back();
    if (depth <= 0) return Leaf(type);
    const auto number = [&] { return Number(type, depth - 1); };
    const auto two = [&] { return Two{number(), number()}; };
    switch (Pick(0, 17)) {
      case 0:
      case 1:
        return Numbers(two(), [&](ValueId a, ValueId b) { return b_.Add(type, a, b); });
      case 2:
        return Numbers(two(), [&](ValueId a, ValueId b) { return b_.Sub(type, a, b); });
      case 3:
        return Numbers(two(), [&](ValueId a, ValueId b) { return b_.Mul(type, a, b, Pick(0, 6)); });
      case 4:
        return Numbers(Two{number(), Chance(50) ? b_.Const(type, Pick(1, 9)) : number()},
                       [&](ValueId a, ValueId b) { return b_.Div(type, a, b, Pick(-3, 6)); });
      case 5:
        return b_.Neg(number());
      case 6:
        return Scaled(type, number());
      case 7:
        return Numbers(two(), [&](ValueId a, ValueId b) { return Chance(50) ? b_.Min(a, b) : b_.Max(a, b); });
      case 8:
      case 9:
        return Chosen(type, depth, [&](int d) { return Number(type, d); });
      case 10:
        if (type != Type::Points()) return b_.Count(List(depth - 1));
        return Numbers(Two{number(), Number(Type::Int(), 0)}, [&](ValueId a, ValueId b) {
          const int64_t rate = Pick(0, 1'200'000'000);
          return Chance(50) ? b_.DecayLinear(a, b, rate) : b_.DecayCompound(a, b, rate);
        });
      case 11:
        if (type != Type::Points()) return b_.SetSize(Leaf(Type::Set(kTopicEnum)));
        return Decayed(Three{number(), Leaf(Type::Duration()), Leaf(Type::Duration())});
      case 12:
        if (type != Type::Points()) {
          const Two of{Instant(depth - 1), Instant(depth - 1)};
          return Moved(of.a, 1, 40, TimeUnit::kHour,
                       [&](ValueId from, int64_t n, TimeUnit unit) { return b_.StepsBetween(from, of.b, n, unit); });
        }
        return Running(depth);
      case 13:
      case 14:
        return b_.Sum(List(depth - 1), [&](ValueId e) { return Inside(e, [&] { return Number(type, depth - 2); }); });
      case 15:
      case 16: {
        const Builder::Body body = [&](ValueId e) { return Inside(e, [&] { return Number(type, depth - 2); }); };
        const ValueId list = List(depth - 1);
        if (Chance(50)) return b_.Avg(type, list, Pick(-2, 6), body);
        return Chance(50) ? b_.MinOf(list, body) : b_.MaxOf(list, body);
      }
      default:
        return Leaf(type);
    }
  }

  ValueId Inside(ValueId element, const std::function<ValueId()>& make) {
    scope_.push_back(element);
    const ValueId value = make();
    scope_.pop_back();
    return value;
  }

  // A record in scope or reached from one.
  ValueId Record(ObjectId object) {
    if (Chance(50)) {
      if (const ValueId stored = Stored(Type::Ref(object)); stored.valid()) return stored;
    }
    for (size_t i = scope_.size(); i-- > 0;) {
      if (b_.TypeOf(scope_[i]).SameBase(Type::Ref(object))) return scope_[i];
    }
    const ValueId stored = Stored(Type::Ref(object));
    return stored.valid() ? stored : b_.Unknown(Type::Ref(object));
  }

  Builder::Body Where(int depth) {
    return [this, depth](ValueId e) { return Inside(e, [&] { return Bool(depth); }); };
  }

  ValueId Events(int depth) {
    const EventId event{static_cast<size_t>(Pick(0, 2))};
    const ValueId after = Chance(60) ? b_.StepBack(b_.Now(), Pick(1, 120), TimeUnit::kDay) : Instant(depth - 1);
    const ValueId until = Chance(80) ? b_.Now() : Instant(depth - 1);
    const ValueId record = Record(catalog_[event].object);
    if (depth > 1 && Chance(20)) {
      const ValueId records = RecordList(catalog_[event].object, depth - 1);
      return b_.EachEvents(records, event, after, until, Chance(50) ? Where(1) : nullptr);
    }
    return b_.Events(record, event, after, until, Chance(40) ? Where(depth - 1) : nullptr);
  }

  ValueId EventList(int depth) {
    ValueId list = Events(depth);
    for (int i = 0; i < 3 && Chance(35); ++i) {
      switch (Pick(0, 4)) {
        case 0:
          list = b_.Filter(list, Where(depth - 1));
          break;
        case 1:
          list = Moved(list, 0, 3, TimeUnit::kDay,
                       [&](ValueId of, int64_t n, TimeUnit unit) { return b_.CapPeriod(of, n, unit); });
          break;
        case 2:
          list = Moved(list, 1, 10, TimeUnit::kHour,
                       [&](ValueId of, int64_t n, TimeUnit unit) { return b_.CapRolling(of, Pick(0, 3), n, unit); });
          break;
        case 3:
          list = b_.KeepLatest(list, Pick(0, 5));
          break;
        default:
          // Blocks are made inside the call, behind its other arguments.
          list = b_.Distinct(list, Chance(50), [&](ValueId e) {
            return Inside(e, [&] { return Chance(40) ? Leaf(Type::Text()) : Any(1); });
          });
      }
    }
    return list;
  }

  ValueId RecordList(ObjectId object, int depth) {
    if (object == kCompanyObject) {
      return b_.EachRef(depth > 0 ? RecordList(kContactObject, depth - 1) : Related(), contact::kCompany);
    }
    if (depth > 0 && Chance(25)) return b_.EachRef(RecordList(kContactObject, depth - 1), contact::kFriend);
    if (depth > 0 && Chance(25)) return b_.EachRelated(RecordList(kCompanyObject, depth - 1), company::kContacts);
    return Related();
  }

  ValueId Related() {
    const ValueId record = Record(kCompanyObject);
    return b_.Related(record, company::kContacts, Chance(40) ? Where(1) : nullptr);
  }

  ValueId List(int depth) {
    if (depth > 0 && Chance(10)) {
      const Three of{EventList(depth - 1), Instant(0), b_.Now()};
      return b_.Stretches(of.a, of.b, of.c, Pick(20, 60), TimeUnit::kDay);
    }
    if (Chance(25)) return RecordList(Chance(70) ? kContactObject : kCompanyObject, 1);
    return EventList(depth);
  }

  ValueId Running(int depth) {
    std::vector<ValueId> lists;
    std::vector<Builder::Body> bodies;
    for (int64_t i = Pick(1, 3); i > 0; --i) {
      lists.push_back(EventList(depth - 1));
      bodies.push_back([this, depth](ValueId e) {
        so_far_.push_back(b_.SoFar());
        const ValueId points = Inside(e, [&] { return Number(Type::Points(), depth - 2); });
        so_far_.pop_back();
        return points;
      });
    }
    const bool wide = Chance(20);
    const int64_t low = wide ? rt::kNumberMin : -Pick(0, 10'000);
    std::vector<ir::SumLimits> limits;
    if (Chance(40)) {
      for (size_t i = 0; i < lists.size(); ++i) {
        const int64_t min = Chance(30) ? rt::kNumberMin : Pick(-20'000, 2'000);
        limits.push_back({min, Chance(30) ? rt::kNumberMax : min + Pick(0, 50'000)});
      }
    }
    return b_.Running(lists, bodies, low, wide ? rt::kNumberMax : Pick(0, 100'000), std::move(limits));
  }

  static inline const std::vector<PropertyInfo> kNone;
  std::mt19937_64& random_;
  Builder& b_;
  const Catalog& catalog_;
  std::vector<ValueId> scope_;   // records, events and instants whose blocks are open
  std::vector<ValueId> so_far_;  // sums of the open blocks of running sums
};

}  // namespace

ir::Program RandomProgram(uint64_t seed, const Catalog& catalog, int kernels) {
  std::mt19937_64 random(seed);
  ir::Program program = ir::EmptyProgram(catalog);
  for (int kernel = 0; kernel < kernels; ++kernel) {
    const ObjectId object = random() % 4 != 0 ? kContactObject : kCompanyObject;
    Builder builder(program, object);
    Generator generator(random, builder, catalog);
    auto& results = program.results[object.index()];
    const size_t before = results.size();
    for (int output = 0; output < kOutputs; ++output) {
      ValueId value = generator.Any(kDepth);
      if (output == 0 && before > 0) {
        // An earlier result in the middle of a value of its type.
        const auto earlier = static_cast<uint32_t>(random() % before);
        const ValueId loaded = builder.LoadResult(builder.Row(), earlier);
        value = builder.TypeOf(loaded).SameBase(builder.TypeOf(value)) ? builder.Else(loaded, value) : loaded;
      }
      builder.Output(value, static_cast<uint32_t>(results.size()));
      results.push_back(ColumnFor(builder.TypeOf(value)));
      results.back().name = "kernel " + std::to_string(kernel) + " output " + std::to_string(output);
    }
    program.kernels.push_back(builder.Finish());
  }
  program.literals.PrepareNfkc();
  return program;
}

}  // namespace saiten::parity
