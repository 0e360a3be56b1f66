#include <gtest/gtest.h>

#include <set>
#include <string>

#include "compiler/opt/opt.h"
#include "driver/blocks.h"
#include "driver/compile.h"
#include "driver/execute.h"
#include "driver/memory_data.h"
#include "vm/run_context.h"

// The interpreter begins, code does the rest: the results are the same to the bit whenever that happens.
namespace saiten::driver {
namespace {

constexpr int64_t kNow = 1'782'777'600'000'000;
constexpr int64_t kDay = 86'400'000'000;
constexpr size_t kRecords = 2 * kBlockRows + 1'001;

constexpr const char* kRules = R"(
object company from "companies" { id: int key  size: int?  contacts: many contact by company }
object contact from "contacts" { id: int key  email: text?  visits: int?  company: company? }
event view of contact from "events" { path: text? }
score interest for contact {
  +3 when visits > 4
  +7 when email ends with "7@example.jp"
  +2 per view where path like "/pricing*" in last 90 days at most 5
  -4 when no view in last 30 days
  bands heat { cold  warm from 5  hot from 9 }
}
score huge for contact = (visits * 9000000000000 * 1000000 else 0)
score sized for company { +1 when size >= 10 and count(contacts where heat == hot) > 1 }
)";

class Tier : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    SourceSet sources;
    sources.Add("tier.rules", kRules);
    shared_compiled = CompileSources({}, std::move(sources)).release();
    for (const auto& diagnostic : shared_compiled->sink.all()) {
      EXPECT_NE(diag::InfoOf(diagnostic.code).severity, diag::Severity::kError)
          << diag::InfoOf(diagnostic.code).id << " at " << diagnostic.at.span.begin;
    }
    ASSERT_TRUE(shared_compiled->ok());
    opt::Optimise(shared_compiled->lowered->program);
    MemoryData memory(shared_compiled->checked.catalog);
    const ObjectId company(size_t{0}), contact(size_t{1});
    uint64_t roll = 1;
    const auto random = [&](uint64_t below) {
      roll = roll * 6364136223846793005U + 1442695040888963407U;
      return static_cast<int64_t>((roll >> 33) % below);
    };
    for (size_t i = 0; i < 100; ++i) memory.Set(company, memory.AddRecord(company), 1, flow::Value::Of(random(30)));
    for (size_t i = 0; i < kRecords; ++i) {
      const size_t row = memory.AddRecord(contact);
      if (random(5) > 0) memory.Set(contact, row, 1, flow::Value::Of(std::to_string(random(500)) + "@example.jp"));
      if (random(5) > 0) memory.Set(contact, row, 2, flow::Value::Of(random(9)));
      if (random(5) > 0) memory.Set(contact, row, 3, flow::Value::Of(random(100)));
      for (int64_t k = random(4); k > 0; --k) {
        memory.AddEvent(EventId(size_t{0}), row, kNow - random(100) * kDay,
                        {{0, flow::Value::Of(std::string(random(2) == 0 ? "/pricing/a" : "/blog"))}});
      }
    }
    shared_data = new rt::Dataset(memory.Build());
    auto context = vm::RunContext::Create(shared_compiled->lowered->program, *shared_data, kNow, nullptr);
    ASSERT_TRUE(context.ok());
    shared_context = context->release();
  }
  static void TearDownTestSuite() {
    delete shared_context;
    delete shared_data;
    delete shared_compiled;
  }

  static Executed Run(ExecuteOptions options) {
    options.code_cache = false;
    auto executed = Execute(*shared_context, options);
    EXPECT_TRUE(executed.ok()) << executed.error().message;
    return std::move(*executed);
  }

  static void ExpectSame(const Executed& want, const Executed& got) {
    for (size_t object = 0; object < want.results.columns.size(); ++object) {
      for (size_t i = 0; i < want.results.columns[object].size(); ++i) {
        const rt::Column& a = want.results.columns[object][i];
        const rt::Column& b = got.results.columns[object][i];
        for (size_t row = 0; row < a.size(); ++row)
          ASSERT_EQ(a.Raw(row), b.Raw(row)) << object << " " << i << " " << row;
      }
    }
    ASSERT_EQ(want.traps.count(), got.traps.count());
    for (size_t i = 0; i < want.traps.traps().size(); ++i) {
      const vm::Trap& a = want.traps.traps()[i];
      const vm::Trap& b = got.traps.traps()[i];
      EXPECT_TRUE(a.kernel == b.kernel && a.value == b.value && a.row == b.row) << i;
    }
  }

  static inline Compiled* shared_compiled = nullptr;
  static inline rt::Dataset* shared_data = nullptr;
  static inline vm::RunContext* shared_context = nullptr;
};

TEST_F(Tier, ResultsAreTheSameWhereverCodeTakesOver) {
  const Executed want = Run({.engine = Engine::kInterp, .threads = 1});
  EXPECT_GT(want.traps.count(), 0U) << "the rules are to cut numbers, so that traps are compared";
  EXPECT_EQ(want.native_rows, 0U);
  const uint64_t all = want.interpreted_rows;
  EXPECT_EQ(all, kRecords + 100);
  for (size_t at = 0; at <= kRecords + 64; at += at < 256 || at % kBlockRows < 128 ? 64 : 1'984) {
    const Executed got = Run({.engine = Engine::kAuto, .threads = 2, .switch_at = at});
    ExpectSame(want, got);
    EXPECT_EQ(got.interpreted_rows + got.native_rows, all);
    EXPECT_EQ(got.interpreted_rows, std::min(at, kRecords) + std::min<size_t>(at, 100)) << at;
  }
  ExpectSame(want, Run({.engine = Engine::kJit, .threads = 2}));
}

TEST_F(Tier, FewRowsNeverWaitForCode) {
  EXPECT_FALSE(WorthCode(*shared_context, 2));
  const Executed got = Run({.engine = Engine::kAuto});
  EXPECT_EQ(got.engine, Engine::kInterp);
  EXPECT_EQ(got.native_rows, 0U);
}

// More rows, so that code is made beside the interpreter, in as many ways as the threads happen to take.
TEST_F(Tier, CodeTakesOverWhenItIsThere) {
  const rt::Dataset& small = *shared_data;
  rt::Dataset large;
  constexpr size_t kTimes = 40;
  for (size_t object = 0; object < small.tables.size(); ++object) {
    const rt::Table& from = small.tables[object];
    rt::Table& table = large.tables.emplace_back();
    const size_t times = object == 1 ? kTimes : 1;
    table.size = from.size * times;
    for (const rt::Column& column : from.columns) {
      if (column.size() == 0) {
        table.columns.push_back(column);
        continue;
      }
      table.columns.push_back(rt::Column::Unknowns(column.width(), table.size));
      for (size_t row = 0; row < table.size; ++row) {
        const size_t source = row % from.size;
        if (column.Known(source)) table.columns.back().Set(row, column.Raw(source));
      }
    }
    table.many.resize(from.many.size());
    table.pools.resize(from.pools.size());
    for (size_t i = 0; i < from.pools.size(); ++i) {
      if (!from.pools[i]) continue;
      table.pools[i] = std::make_unique<rt::StringPool>();
      for (int32_t code = 0; code < from.pools[i]->size(); ++code) table.pools[i]->Intern(from.pools[i]->View(code));
      table.pools[i]->PrepareNfkc();
    }
  }
  large.events.resize(small.events.size());
  auto context = vm::RunContext::Create(shared_compiled->lowered->program, large, kNow, nullptr);
  ASSERT_TRUE(context.ok());
  ASSERT_TRUE(WorthCode(**context, 1));
  auto want = Execute(**context, {.engine = Engine::kInterp});
  ASSERT_TRUE(want.ok());
  for (size_t threads : {1, 2, 3}) {
    auto got = Execute(**context, {.engine = Engine::kAuto, .threads = threads, .code_cache = false});
    ASSERT_TRUE(got.ok());
    ExpectSame(*want, *got);
    EXPECT_EQ(got->interpreted_rows + got->native_rows, want->interpreted_rows);
  }
}

// So many rules that the code generator leaves passes out.
TEST(ManyRules, CodeOfManyRulesGivesTheSame) {
  std::string rules =
      "object contact from \"contacts\" { id: int key  email: text?  visits: int?  size: int? }\n"
      "event view of contact from \"events\" { path: text? }\n"
      "score many for contact {\n";
  for (int i = 0; i < 400; ++i) {
    const std::string n = std::to_string(i % 100), other = std::to_string(i * 37 % 100);
    rules += i % 8 == 0 ? "  +2 per view where path like \"/p*\" in last " + std::to_string(i + 1) + " days at most 3\n"
             : i % 3 == 0 ? "  -1 when email ends with \"" + n + "@example.jp\" or size is unknown\n"
                          : "  +3 when visits > " + n + " and (size < " + other + " or visits in [1, " + other + "])\n";
  }
  SourceSet sources;
  sources.Add("many.rules", rules + "  bands heat { cold  warm from 50  hot from 200 }\n}\n");
  const auto compiled = CompileSources({}, std::move(sources));
  ASSERT_TRUE(compiled->ok());
  ir::Program& program = compiled->lowered->program;
  opt::Optimise(program);
  size_t instructions = 0;
  for (const ir::Kernel& kernel : program.kernels) instructions += kernel.insts.size();
  ASSERT_GE(instructions, 2'000U);
  MemoryData memory(compiled->checked.catalog);
  const ObjectId contact(size_t{0});
  for (int64_t i = 0; i < 3'000; ++i) {
    const size_t row = memory.AddRecord(contact);
    if (i % 5 > 0) memory.Set(contact, row, 1, flow::Value::Of(std::to_string(i % 300) + "@example.jp"));
    if (i % 7 > 0) memory.Set(contact, row, 2, flow::Value::Of(i * 31 % 103));
    if (i % 11 > 0) memory.Set(contact, row, 3, flow::Value::Of(i * 17 % 107));
    for (int64_t k = i % 6; k > 0; --k) {
      memory.AddEvent(EventId(size_t{0}), row, kNow - (i * k % 500) * kDay,
                      {{0, flow::Value::Of(std::string(k % 2 == 0 ? "/p/a" : "/blog"))}});
    }
  }
  const rt::Dataset data = memory.Build();
  const auto context = vm::RunContext::Create(program, data, kNow, nullptr);
  ASSERT_TRUE(context.ok());
  const auto want = Execute(**context, {.engine = Engine::kInterp});
  const auto got = Execute(**context, {.engine = Engine::kJit, .threads = 2, .code_cache = false});
  ASSERT_TRUE(want.ok() && got.ok());
  std::set<int64_t> points;
  for (size_t i = 0; i < want->results.columns[0].size(); ++i) {
    const rt::Column& a = want->results.columns[0][i];
    const rt::Column& b = got->results.columns[0][i];
    for (size_t row = 0; row < a.size(); ++row) {
      ASSERT_EQ(a.Raw(row), b.Raw(row)) << i << " " << row;
      points.insert(a.Raw(row));
    }
  }
  EXPECT_GT(points.size(), 100U) << "records are to differ";
}

}  // namespace
}  // namespace saiten::driver
