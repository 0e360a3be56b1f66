// Events counted for a block of records at once (vm/jit/counts.h) and conditions on related records as bits
// (vm/jit/related.h), where they are at their edges, against the interpreter and on one and eight threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>

#include "base/parallel.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/ranges.h"
#include "compiler/opt/opt.h"
#include "tests/vm/jit_crm.h"
#include "vm/interp/interp.h"
#include "vm/jit/jit.h"

namespace saiten::jit {
namespace {

using ir::Builder;
using ir::Op;
using ir::ValueId;

constexpr int64_t kOneDay = 86'400'000'000;
constexpr size_t kContacts = 5'003;
constexpr size_t kCompanies = 389;
const ObjectId kCompany{size_t{0}};
const ObjectId kContact{size_t{1}};
const EventId kView{size_t{0}};
enum : uint32_t { kStaff = 1, kAge = 2 };        // of a company
enum : uint32_t { kEmployer = 1, kFormer = 2 };  // of a contact
enum : uint32_t { kPath = 0, kSeconds = 1 };     // of a view
constexpr size_t kRunThreads[] = {1, 8};
constexpr size_t kPiece = 1'000;  // rows of a piece of a run; no multiple of what code works on at once

// How the events lie.
struct Shape {
  size_t most_events = 20;  // of a contact
  size_t texts = 30;        // paths
  bool moved = false;       // some contacts' events stand behind all others
};

PropertyInfo MakeProperty(const char* name, Type type) {
  PropertyInfo info;
  info.name = info.column = name;
  info.type = type;
  return info;
}

class World {
 public:
  explicit World(const Shape& shape) {
    ObjectInfo company;
    company.name = "company";
    company.key = 0;
    company.properties = {MakeProperty("id", Type::Int()), MakeProperty("staff", Type::Int().Optional()),
                          MakeProperty("age", Type::Int())};
    ObjectInfo contact = company;
    contact.name = "contact";
    contact.properties = {MakeProperty("id", Type::Int()), MakeProperty("employer", Type::Ref(kCompany).Optional()),
                          MakeProperty("former", Type::Ref(kCompany).Optional())};
    catalog_.objects = {company, contact};
    EventInfo view;
    view.name = view.table = "view";
    view.object = kContact;
    view.fields = {MakeProperty("path", Type::Text().Optional()), MakeProperty("seconds", Type::Int().Optional())};
    catalog_.events = {view};
    MakeTables();
    MakeEvents(shape);
    program_ = ir::EmptyProgram(catalog_);
  }

  // One result a value.
  void Add(const std::function<std::vector<ValueId>(Builder&)>& values) {
    Builder b(program_, kContact);
    for (ValueId value : values(b)) {
      auto& results = program_.results[kContact.index()];
      ir::ResultColumn column{.kind = ir::ResultColumn::Kind::kInternal, .name = "", .type = b.TypeOf(value)};
      column.name = "r" + std::to_string(results.size());
      results.push_back(column);
      b.Output(value, static_cast<uint32_t>(results.size() - 1));
    }
    program_.kernels.push_back(b.Finish());
    ir::SetResultRanges(program_);
    program_.literals.PrepareNfkc();
    opt::Optimise(program_);
  }

  // Both engines give the same; returns the sum of all results, so that a test can show that there was something.
  int64_t Compare() {
    auto context = vm::RunContext::Create(program_, data_, kNow, nullptr);
    EXPECT_TRUE(context.ok());
    const auto code = Compile(program_, LayoutOf(**context));
    EXPECT_TRUE(code.ok());
    if (!context.ok() || !code.ok()) return 0;
    vm::TrapLog traps;
    rt::Results want = (*context)->MakeResults();
    vm::Interpreter(**context, 0, want).Run(0, kContacts, traps);
    for (size_t threads : kRunThreads) {
      const rt::Results got = RunOn(threads, *code, **context);
      Same(want, got, threads);
    }
    int64_t sum = 0;
    for (const rt::Column& column : want.columns[kContact.index()]) {
      for (size_t row = 0; row < kContacts; ++row) sum += column.Known(row) ? column.Raw(row) : 0;
    }
    return sum;
  }

 private:
  static rt::Results RunOn(size_t threads, const Compiled& code, const vm::RunContext& context) {
    rt::Results results = context.MakeResults();
    vm::TrapLog traps;
    const auto run = KernelRun::Prepare(code, context, 0, results, traps);
    EXPECT_TRUE(run.ok());
    if (!run.ok()) return results;
    constexpr size_t kPieces = (kContacts + kPiece - 1) / kPiece;
    std::vector<KernelRun::Worker> workers;
    std::vector<vm::TrapLog> logs(kPieces);
    for (size_t i = 0; i < threads; ++i) workers.emplace_back(*run);
    ForEachPiece(kPieces, threads, [&](size_t thread, size_t piece) {
      workers[thread].Run(piece * kPiece, std::min(kContacts, (piece + 1) * kPiece), logs[piece]);
    });
    for (const vm::TrapLog& log : logs) EXPECT_EQ(log.count(), 0U);
    return results;
  }

  static void Same(const rt::Results& want, const rt::Results& got, size_t threads) {
    for (size_t result = 0; result < want.columns[kContact.index()].size(); ++result) {
      for (size_t row = 0; row < kContacts; ++row) {
        ASSERT_EQ(want.columns[kContact.index()][result].Raw(row), got.columns[kContact.index()][result].Raw(row))
            << "result " << result << ", row " << row << ", " << threads << " threads";
      }
    }
  }

  rt::Column Numbers(size_t rows, int64_t most, int unknown_percent) {
    rt::ColumnBuilder builder;
    for (size_t i = 0; i < rows; ++i) {
      if (static_cast<int>(random_() % 100) < unknown_percent) {
        builder.AppendUnknown();
      } else {
        builder.Append(static_cast<int64_t>(random_() % static_cast<uint64_t>(most + 1)));
      }
    }
    return builder.Finish();
  }

  void MakeTables() {
    data_.tables.resize(2);
    data_.tables[0].size = kCompanies;
    data_.tables[0].columns = {Numbers(kCompanies, 100, 0), Numbers(kCompanies, 2'000, 20), Numbers(kCompanies, 90, 0)};
    data_.tables[1].size = kContacts;
    data_.tables[1].columns = {Numbers(kContacts, 100, 0), Numbers(kContacts, kCompanies - 1, 15),
                               Numbers(kContacts, kCompanies - 1, 50)};
    for (rt::Table& table : data_.tables) {
      table.many.resize(table.columns.size());
      table.pools.resize(table.columns.size());
    }
  }

  void MakeEvents(const Shape& shape) {
    rt::EventSeries& series = data_.events.emplace_back();
    std::vector<uint32_t> offsets = {0};
    std::vector<int64_t> times;
    const auto add = [&](size_t count) {
      const size_t first = times.size();
      for (size_t i = 0; i < count; ++i) {
        // On whole days, so that ends of windows are met exactly; some lie in the future.
        times.push_back(kNow - kOneDay * (static_cast<int64_t>(random_() % 400) - 20));
      }
      std::sort(times.begin() + static_cast<ptrdiff_t>(first), times.end());
    };
    for (size_t i = 0; i < kContacts; ++i) {
      add(random_() % 3 == 0 ? random_() % (shape.most_events + 1) : 0);
      offsets.push_back(static_cast<uint32_t>(times.size()));
    }
    if (shape.moved) {
      std::vector<uint32_t> begins(offsets);
      std::vector<uint32_t> ends(offsets.begin() + 1, offsets.end());
      ends.push_back(0);
      std::vector<uint32_t> moved;
      for (uint32_t record = 3; record < kContacts; record += 700) {
        begins[record] = static_cast<uint32_t>(times.size());
        add(5);
        ends[record] = static_cast<uint32_t>(times.size());
        moved.push_back(record);
      }
      series.begins = std::move(begins);
      series.ends = std::move(ends);
      series.moved = std::move(moved);
    }
    const size_t events = times.size();
    series.offsets = std::move(offsets);
    series.times = std::move(times);
    auto pool = std::make_unique<rt::StringPool>();
    rt::ColumnBuilder paths;
    for (size_t i = 0; i < shape.texts; ++i) pool->Intern("/p" + std::to_string(i));
    for (size_t i = 0; i < events; ++i) {
      if (random_() % 10 == 0) {
        paths.AppendUnknown();
      } else {
        paths.Append(static_cast<int64_t>(random_() % shape.texts));
      }
    }
    pool->PrepareNfkc();
    series.fields.push_back(paths.Finish());
    series.fields.push_back(Numbers(events, 300, 20));
    series.pools.push_back(std::move(pool));
    series.pools.emplace_back();
  }

  std::mt19937_64 random_{11};
  Catalog catalog_;
  rt::Dataset data_;
  ir::Program program_;
};

ValueId Ago(Builder& b, int64_t days) { return b.StepBack(b.Now(), days, rt::TimeUnit::kDay); }

// Counts of windows of their own: without a filter, with two tests of texts, with one that compares with the window's
// own end, and with one that compares with an instant which is another list's end.
std::vector<ValueId> ManyWindows(Builder& b) {
  std::vector<ValueId> counts;
  for (int64_t days = 1; days < 400; days += 29) {
    const auto count = [&](ValueId after, ValueId until, const Builder::Body& where = nullptr) {
      const ValueId list = b.Events(b.Row(), kView, after, until, where);
      counts.push_back(days % 2 == 0 ? b.Count(list) : b.Count(b.KeepLatest(list, days % 5)));
    };
    const auto like = [&](const char* pattern) {
      return [&b, pattern](ValueId e) {
        return b.Lift(b.Field(e, kPath), [&](ValueId text) { return b.Like(text, pattern); });
      };
    };
    count(Ago(b, days), b.Now());
    count(Ago(b, days), Ago(b, days / 2));
    // Empty, the wrong way round.
    count(Ago(b, days / 2), Ago(b, days));
    count(Ago(b, days), b.Now(), like("/p1*"));
    count(Ago(b, days + 7), b.Now(), like("/p*7"));
    count(Ago(b, days), b.Now(), [&](ValueId e) { return b.Compare(Op::kGe, b.Field(e, kSeconds), b.Int(days)); });
    count(Ago(b, days), b.Now(), [&](ValueId e) { return b.Compare(Op::kLt, b.EventTime(e), b.Now()); });
    count(Ago(b, days), Ago(b, 3), [&](ValueId e) { return b.Compare(Op::kLt, b.EventTime(e), b.Now()); });
    count(Ago(b, days), Ago(b, 3), [&](ValueId e) { return b.Compare(Op::kLt, b.EventTime(e), Ago(b, 3)); });
    counts.push_back(b.Exists(b.Events(b.Row(), kView, Ago(b, days), Ago(b, days - 1))));
  }
  return counts;
}

TEST(JitCounts, WindowsOfTheSameEvents) {
  World world({});
  world.Add(ManyWindows);
  EXPECT_GT(world.Compare(), 100'000);
}

TEST(JitCounts, DictionariesThatDoNotFitIntoRegisters) {
  World world({.texts = 3'000});
  world.Add(ManyWindows);
  EXPECT_GT(world.Compare(), 100'000);
}

TEST(JitCounts, MoreEventsThanAreCountedAtOnce) {
  World world({.most_events = 900});
  world.Add(ManyWindows);
  EXPECT_GT(world.Compare(), 1'000'000);
}

TEST(JitCounts, MovedEvents) {
  World world({.moved = true});
  world.Add(ManyWindows);
  EXPECT_GT(world.Compare(), 100'000);
}

TEST(JitCounts, NoEventsAtAll) {
  World world({.most_events = 0});
  world.Add(ManyWindows);
  EXPECT_EQ(world.Compare(), 0);
}

// Sums of counts that come again far behind where they were first wanted: their ranks must last as long.
TEST(JitCounts, CountsThatComeAgain) {
  World world({});
  world.Add([](Builder& b) {
    std::vector<ValueId> counts;
    for (int64_t days = 1; days <= 120; ++days)
      counts.push_back(b.Count(b.Events(b.Row(), kView, Ago(b, days), b.Now())));
    std::vector<ValueId> sums;
    for (size_t rule = 0; rule < 60; ++rule) {
      ValueId sum = b.Int(0);
      for (size_t i = 0; i < 30; ++i) {
        const ValueId count = counts[(rule * 2 + i * i * 7) % counts.size()];
        const ValueId points = b.Select(b.Truth(b.Compare(Op::kGe, count, b.Int(static_cast<int64_t>(i % 4)))),
                                        b.Mul(Type::Int(), count, b.Int(static_cast<int64_t>(i)), 0), b.Int(1));
        sum = b.Add(Type::Int(), sum, points);
      }
      sums.push_back(sum);
    }
    return sums;
  });
  EXPECT_GT(world.Compare(), 100'000);
}

// So many tests of the employer's and the former employer's columns.
std::vector<ValueId> RelatedTests(Builder& b, int64_t tests) {
  std::vector<ValueId> values;
  for (int64_t i = 0; i < tests; ++i) {
    for (uint32_t relation : {kEmployer, kFormer}) {
      const ValueId company = b.Load(b.Row(), relation);
      const ValueId large = b.Compare(Op::kGe, b.Load(company, kStaff), b.Int(1'000 + 50 * i));
      const ValueId old = b.Compare(Op::kGt, b.Load(company, kAge), b.Int(45 + i));
      values.push_back(large);
      values.push_back(b.And(large, b.Not(old)));
      values.push_back(b.Truth(b.Or(large, old)));
      values.push_back(b.IsKnown(old));
    }
  }
  return values;
}

TEST(JitRelated, FewTestsAreBits) {
  World world({});
  world.Add([](Builder& b) { return RelatedTests(b, 1); });
  EXPECT_GT(world.Compare(), 1'000);
}

TEST(JitRelated, ManyTestsReadTheColumn) {
  World world({});
  world.Add([](Builder& b) { return RelatedTests(b, 25); });
  EXPECT_GT(world.Compare(), 10'000);
}

}  // namespace
}  // namespace saiten::jit
