#include "driver/incremental.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "compiler/ir/builder.h"
#include "compiler/ir/ranges.h"
#include "compiler/opt/opt.h"
#include "driver/execute.h"
#include "driver/value_counts.h"
#include "tests/parity/random_program.h"
#include "tests/parity/world.h"
#include "tests/support/column.h"

// Random programs whose data is edited and whose clock goes on: evaluating only what may differ gives the same results,
// next_change and traps as evaluating everything, with both engines and any number of threads.
namespace saiten::driver {
namespace {

using parity::World;

class History {
 public:
  History(uint64_t seed, int kernels, size_t contacts)
      : random_(seed),
        world_(parity::MakeWorld(seed, contacts, seed % 2 == 0)),
        program_(parity::RandomProgram(seed, world_->catalog, kernels)) {
    opt::AddNextChange(program_);
    opt::Optimise(program_);
    now_ = parity::kNow + static_cast<int64_t>(random_() % 2'000) * kHour;
    Result<const rt::Zone*> zone = rt::Zone::Find("America/New_York");
    zone_ = zone.ok() ? *zone : nullptr;
    for (const rt::Table& table : world_->data.tables) changed_.emplace_back(table.size);
  }

  std::unique_ptr<vm::RunContext> Context() const {
    auto context = vm::RunContext::Create(program_, world_->data, now_, zone_);
    return context.ok() ? std::move(*context) : nullptr;
  }

  void Edit() {
    for (RowFlags& marks : changed_) std::fill(marks.begin(), marks.end(), 0);
    for (uint64_t left = random_() % 6; left > 0; --left) {
      const size_t object = random_() % world_->data.tables.size();
      rt::Table& table = world_->data.tables[object];
      const size_t row = random_() % table.size;
      if (random_() % 3 == 0) {
        EditEvent(object, row);
      } else {
        // A key stays what it is; the other record has a value that the column can have.
        rt::Column& column = table.columns[1 + random_() % (table.columns.size() - 1)];
        if (column.size() == table.size) CopyCell(column, random_() % table.size, row);
      }
      changed_[object][row] = 1;
    }
  }

  void MoveClock() {
    constexpr int64_t kMoves[] = {0, 1, kHour, 30 * kHour, 31 * 24 * kHour, 400 * 24 * kHour};
    now_ += kMoves[random_() % std::size(kMoves)];
  }

  const ir::Program& program() const { return program_; }
  std::vector<RowFlags>& changed() { return changed_; }

 private:
  static constexpr int64_t kHour = 3'600'000'000;

  static void CopyCell(rt::Column& column, size_t from, size_t to) {
    rt::Column copy = rt::Column::Unknowns(column.width(), column.size(), column.unit());
    for (size_t i = 0; i < column.size(); ++i) copy.Set(i, column.Raw(i));
    copy.Set(to, column.Raw(from));
    column = std::move(copy);
  }

  void EditEvent(size_t object, size_t row) {
    for (size_t e = 0; e < world_->data.events.size(); ++e) {
      if (world_->catalog.events[e].object.index() != object) continue;
      rt::EventSeries& series = world_->data.events[e];
      if (series.offsets.empty() || series.offsets[row] == series.offsets[row + 1]) continue;
      const uint32_t last = series.offsets[row + 1] - 1;
      std::vector<int64_t> times(series.times.begin(), series.times.end());
      // Later, but still in order; sometimes behind the clock.
      times[last] = std::max(times[last], now_) - 20 * kHour + static_cast<int64_t>(random_() % 60) * kHour;
      if (last > series.offsets[row]) times[last] = std::max(times[last], times[last - 1]);
      series.times = std::move(times);
      for (rt::Column& field : series.fields) {
        if (field.size() == series.size()) CopyCell(field, random_() % series.size(), last);
      }
    }
  }

  std::mt19937_64 random_;
  std::unique_ptr<World> world_;
  ir::Program program_;
  int64_t now_ = 0;
  const rt::Zone* zone_ = nullptr;
  std::vector<RowFlags> changed_;
};

void ExpectSame(const ir::Program& program, const Executed& want, const Executed& got) {
  for (size_t object = 0; object < want.results.columns.size(); ++object) {
    for (size_t i = 0; i < want.results.columns[object].size(); ++i) {
      const rt::Column& a = want.results.columns[object][i];
      const rt::Column& b = got.results.columns[object][i];
      for (size_t row = 0; row < a.size(); ++row) {
        ASSERT_EQ(a.Raw(row), b.Raw(row))
            << program.results[object][i].name << " of object " << object << " row " << row << "\n"
            << ir::Print(program);
      }
    }
  }
  // A number that time alone makes too large for its range, in a value that changes no result (the side of an `if` that
  // is not taken), is told of when its record is evaluated; whatever is told is true.
  ASSERT_LE(got.traps.count(), want.traps.count());
  if (want.traps.count() > vm::TrapLog::kKept) return;
  for (const vm::Trap& trap : got.traps.traps()) {
    const auto same = [&](const vm::Trap& t) {
      return t.kernel == trap.kernel && t.row == trap.row && t.value == trap.value;
    };
    ASSERT_TRUE(std::ranges::any_of(want.traps.traps(), same)) << trap.row;
  }
}

// What is said to differ from the run before does, and nothing else; counts brought up to date by it are those that
// counting gives.
void ExpectDifferences(const ir::Program& program, const rt::Results& before, const Executed& got,
                       ResultCounts counts) {
  for (size_t object = 0; object < before.columns.size(); ++object) {
    for (size_t i = 0; i < before.columns[object].size(); ++i) {
      const rt::Column& was = before.columns[object][i];
      const rt::Column& is = got.results.columns[object][i];
      const rt::ChangedCells& cells = got.differences[object][i];
      size_t next = 0;
      for (uint32_t row = 0; row < was.size(); ++row) {
        if (was.Raw(row) == is.Raw(row)) continue;
        ASSERT_LT(next, cells.rows.size());
        ASSERT_EQ(cells.rows[next], row);
        ASSERT_EQ(cells.before[next++], was.Raw(row));
      }
      ASSERT_EQ(next, cells.rows.size());
    }
  }
  UpdateCounts(got.results, got.differences, counts);
  ASSERT_EQ(counts, CountResults(program, got.results, 1));
}

rt::Results CopyOf(const rt::Results& results) {
  rt::Results copy;
  for (const auto& columns : results.columns) {
    auto& copies = copy.columns.emplace_back();
    for (const rt::Column& column : columns) {
      copies.push_back(rt::Column::Unknowns(column.width(), column.size(), column.unit()));
      for (size_t row = 0; row < column.size(); ++row) copies.back().Set(row, column.Raw(row));
    }
  }
  return copy;
}

struct Tally {
  uint64_t evaluated = 0;
  uint64_t records = 0;
};

void Follow(uint64_t seed, Engine engine, size_t threads, int kernels, size_t contacts, int steps, Tally& tally) {
  SCOPED_TRACE(seed);
  History history(seed, kernels, contacts);
  PreviousRun previous;
  {
    const auto context = history.Context();
    auto first = Execute(*context, {.engine = engine, .threads = threads});
    ASSERT_TRUE(first.ok()) << first.error().message;
    previous = {std::move(first->results), history.changed()};
    const auto trapped = TrappedRows(history.program(), first->traps);
    for (size_t object = 0; object < trapped.size(); ++object) {
      for (uint32_t row : trapped[object]) previous.changed[object][row] = 1;
    }
  }
  for (int step = 0; step < steps; ++step) {
    SCOPED_TRACE(step);
    history.Edit();
    history.MoveClock();
    for (size_t object = 0; object < previous.changed.size(); ++object) {
      for (size_t row = 0; row < previous.changed[object].size(); ++row) {
        previous.changed[object][row] |= history.changed()[object][row];
      }
    }
    const auto context = history.Context();
    auto want = Execute(*context, {.engine = Engine::kInterp, .threads = 1});
    const rt::Results before = CopyOf(previous.results);
    auto got = Execute(*context, {.engine = engine, .threads = threads, .previous = &previous});
    ASSERT_TRUE(want.ok() && got.ok());
    ASSERT_NO_FATAL_FAILURE(ExpectSame(history.program(), *want, *got));
    ASSERT_NO_FATAL_FAILURE(
        ExpectDifferences(history.program(), before, *got, CountResults(history.program(), before, 2)));
    for (const EvaluatedRows& each : got->evaluated) tally.evaluated += each.all();
    for (const RowFlags& marks : previous.changed) tally.records += marks.size();
    previous.results = std::move(got->results);
    for (RowFlags& marks : previous.changed) std::fill(marks.begin(), marks.end(), 0);
    const auto trapped = TrappedRows(history.program(), got->traps);
    for (size_t object = 0; object < trapped.size(); ++object) {
      for (uint32_t row : trapped[object]) previous.changed[object][row] = 1;
    }
  }
}

TEST(Incremental, EqualsEverything) {
  Tally tally;
  for (uint64_t seed = 1; seed <= 150 && !HasFatalFailure(); ++seed) {
    Follow(seed, Engine::kInterp, seed % 2 == 0 ? 1 : 8, 1 + static_cast<int>(seed % 5), 80, 8, tally);
  }
  std::printf("evaluated %lu of %lu\n", static_cast<unsigned long>(tally.evaluated),
              static_cast<unsigned long>(tally.records));
  EXPECT_LT(tally.evaluated, tally.records / 2);
  EXPECT_GT(tally.evaluated, 0u);
}

TEST(Incremental, EqualsEverythingAsCode) {
  Tally tally;
  for (uint64_t seed = 1001; seed <= 1006 && !HasFatalFailure(); ++seed) {
    Follow(seed, Engine::kJit, seed % 2 == 0 ? 1 : 8, 3, seed == 1003 ? 9'000 : 200, 4, tally);
  }
  EXPECT_LT(tally.evaluated, tally.records);
}

// Where nobody knows how a kernel gets to a record, what differs anywhere makes it evaluate: here a result that time
// alone changes, of an object that no way leads to.
TEST(Incremental, EvaluatesEverythingWhereAWayIsNotKnown) {
  constexpr int64_t kDue = 1'000'000;
  const ObjectId reader{0}, other{1};
  Catalog catalog;
  for (const char* name : {"reader", "other"}) {
    ObjectInfo object{.name = name};
    object.properties = {test::Column("id", Type::Int()), test::Column("due", Type::Instant())};
    catalog.objects.push_back(std::move(object));
  }
  ir::Program program = ir::EmptyProgram(catalog);
  for (auto& columns : program.results) {
    columns.push_back({.kind = ir::ResultColumn::Kind::kSegment, .name = "is_due", .type = Type::Bool()});
  }
  ir::Builder first(program, other);
  first.Output(first.Truth(first.Compare(ir::Op::kLe, first.Load(first.Row(), 1), first.Now())), 0);
  program.kernels.push_back(first.Finish());
  ir::Builder second(program, reader);
  second.Output(second.LoadResult(second.Const(Type::Ref(other), 0), 0), 0);
  program.kernels.push_back(second.Finish());
  ir::SetResultRanges(program);
  ASSERT_TRUE(ir::ReadsOf(program.kernels[1]).anything);
  EXPECT_EQ(ObjectsApart(program), std::vector<bool>({false, false}));
  opt::AddNextChange(program);

  rt::Dataset data;
  for (size_t size : {3u, 1u}) {
    rt::Table& table = data.tables.emplace_back();
    table.size = size;
    rt::ColumnBuilder due;
    for (size_t row = 0; row < size; ++row) due.Append(kDue);
    table.columns = {rt::Column(), due.Finish()};
    table.pools.resize(2);
  }
  const auto at = [&](int64_t now) { return vm::RunContext::Create(program, data, now, nullptr); };
  const auto before = at(kDue - 1);
  const auto after = at(kDue);
  ASSERT_TRUE(before.ok() && after.ok());
  auto was = Execute(**before, {.engine = Engine::kInterp});
  const auto want = Execute(**after, {.engine = Engine::kInterp});
  ASSERT_TRUE(was.ok() && want.ok());
  PreviousRun previous{.results = std::move(was->results), .changed = {RowFlags(3), RowFlags(1)}};
  const auto got = Execute(**after, {.engine = Engine::kInterp, .previous = &previous});
  ASSERT_TRUE(got.ok());
  ASSERT_NO_FATAL_FAILURE(ExpectSame(program, *want, *got));
  EXPECT_EQ(got->results.columns[0][0].Raw(2), 1);
  EXPECT_EQ(got->evaluated[0].related, 3u);
}

}  // namespace
}  // namespace saiten::driver
