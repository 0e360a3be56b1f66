#include "vm/interp/interp.h"

#include <gtest/gtest.h>

#include <set>

#include "compiler/ir/ranges.h"
#include "runtime/civil.h"
#include "tests/support/column.h"
#include "tests/vm/interp_cases.h"

namespace saiten::test {
namespace {

using ir::Op;
using ir::ValueId;

Catalog MakeCatalog() {
  Catalog catalog;
  catalog.timezone = "America/New_York";
  catalog.enums.push_back(
      {.name = "Tier", .ordered = true, .members = {{.name = "low"}, {.name = "mid"}, {.name = "top"}}});
  ObjectInfo thing{.name = "thing"};
  thing.properties = {Column("id", Type::Int()),
                      Column("a", Type::Int().Optional()),
                      Column("word", Type::Text().Optional()),
                      Column("mother", Type::Ref(kParent).Optional()),
                      Column("set", Type::Set(EnumId(0)).Optional()),
                      Column("tier", Type::Enum(EnumId(0)).Optional())};
  ObjectInfo parent{.name = "parent"};
  parent.properties = {Column("id", Type::Int()), Column("things", Type::Ref(kThing))};
  parent.properties[parent::kThings].is_many = true;
  parent.properties[parent::kThings].by = thing::kMother;
  catalog.objects = {std::move(thing), std::move(parent)};
  EventInfo ping{.name = "ping"};
  ping.object = kThing;
  ping.fields = {Column("n", Type::Int()), Column("tag", Type::Text().Optional()),
                 Column("peer", Type::Ref(kThing).Optional())};
  catalog.events.push_back(std::move(ping));
  ListInfo list{.name = "chosen"};
  list.object = kThing;
  catalog.lists.push_back(std::move(list));
  CalendarInfo calendar{.name = "CAL"};
  calendar.calendar = rt::Calendar({.holidays = {{rt::DaysFromCivil(2026, 3, 9), "off"}}});
  catalog.calendars.push_back(std::move(calendar));
  return catalog;
}

rt::Column Numbers(const std::vector<Known>& values) {
  rt::ColumnBuilder builder;
  for (const Known& value : values) {
    if (value) {
      builder.Append(*value);
    } else {
      builder.AppendUnknown();
    }
  }
  return builder.Finish();
}

rt::Column Texts(const std::vector<std::optional<std::string>>& values, std::unique_ptr<rt::StringPool>& pool) {
  pool = std::make_unique<rt::StringPool>();
  std::vector<Known> codes;
  for (const auto& value : values) codes.push_back(value ? Known(pool->Intern(*value)) : Known());
  pool->PrepareNfkc();
  return Numbers(codes);
}

rt::Dataset MakeData() {
  rt::Dataset data;
  data.tables.resize(2);
  rt::Table& things = data.tables[0];
  things.size = 3;
  things.pools.resize(6);
  things.columns.resize(6);
  things.columns[thing::kKey] = Numbers({0, 1, 2});
  things.columns[thing::kA] = Numbers({5, std::nullopt, INT64_MAX});
  things.columns[thing::kWord] = Texts({"Ab", std::nullopt, "ＡＢ"}, things.pools[thing::kWord]);
  things.columns[thing::kMother] = Numbers({0, std::nullopt, 0});
  things.columns[thing::kSet] = Numbers({0b101, std::nullopt, 0});
  things.columns[thing::kTier] = Numbers({2, std::nullopt, 0});
  things.many.resize(6);
  things.lists.push_back(Numbers({1, 0, 0}));
  rt::Table& parents = data.tables[1];
  parents.size = 2;
  parents.pools.resize(2);
  parents.columns.resize(2);
  parents.columns[parent::kKey] = Numbers({100, 101});
  parents.many.resize(2);
  parents.many[parent::kThings] = {.offsets = {0, 2, 2}, .rows = {0, 2}};
  parents.lists.resize(1);
  rt::EventSeries& pings = data.events.emplace_back();
  pings.offsets = {0, 6, 6, 7};
  std::vector<int64_t> times;
  for (int64_t hours : {0, 1, 23, 24, 24, 60, 0}) times.push_back(kStart + hours * kAnHour);
  pings.times = std::move(times);
  pings.arrival = {1, 2, 3, 4, 5, 6, 0};
  pings.pools.resize(3);
  pings.fields.resize(3);
  pings.fields[ping::kN] = Numbers({1, 2, 4, 8, 16, 32, 64});
  pings.fields[ping::kTag] = Texts({"a", "b", "a", std::nullopt, std::nullopt, "b", "b"}, pings.pools[ping::kTag]);
  pings.fields[ping::kPeer] = Numbers({0, 1, 0, std::nullopt, 2, 2, 1});
  return data;
}

// A program with one kernel over things whose value number 0 is what `build` makes, and a result of parents, 3 for
// each.
ir::Program MakeProgram(const Catalog& catalog, const std::function<ValueId(ir::Builder&)>& build) {
  ir::Program program = ir::EmptyProgram(catalog);
  program.results[kParent.index()].push_back(
      {.kind = ir::ResultColumn::Kind::kInternal, .name = "three", .type = Type::Int(), .min = 3, .max = 3});
  ir::Builder parents(program, kParent);
  parents.Output(parents.Int(3), 0);
  program.kernels.push_back(parents.Finish());
  ir::Builder builder(program, kThing);
  const ValueId value = build(builder);
  program.results[kThing.index()].push_back({.kind = ir::ResultColumn::Kind::kInternal,
                                             .name = "value",
                                             .type = builder.TypeOf(value).Optional(),
                                             .min = rt::kNumberMin,
                                             .max = rt::kNumberMax});
  builder.Output(value, 0);
  program.kernels.push_back(builder.Finish());
  program.literals.PrepareNfkc();
  return program;
}

struct Outcome {
  std::vector<Known> values;
  size_t traps = 0;
};

Outcome RunProgram(const ir::Program& program) {
  const rt::Dataset data = MakeData();
  auto context = vm::RunContext::Create(program, data, kNow, *rt::Zone::Find("America/New_York"));
  EXPECT_TRUE(context.ok());
  rt::Results results = (*context)->MakeResults();
  vm::TrapLog traps;
  for (size_t k = 0; k < program.kernels.size(); ++k) {
    vm::Interpreter(**context, k, results).Run(0, data.tables[program.kernels[k].object.index()].size, traps);
  }
  Outcome outcome{.traps = traps.count()};
  const rt::Column& column = results.columns[kThing.index()][0];
  for (size_t row = 0; row < column.size(); ++row) {
    outcome.values.push_back(column.Known(row) ? Known(column.Raw(row)) : Known());
  }
  return outcome;
}

std::string Show(const ir::Program& program) { return ir::Print(program); }

TEST(Interp, ScalarOperations) {
  const Catalog catalog = MakeCatalog();
  for (const ScalarCase& test : ScalarCases()) {
    const ir::Program program = MakeProgram(catalog, [&](ir::Builder& b) {
      ir::Inst inst{.op = test.op, .type = test.result};
      for (const auto& [type, value] : test.args) inst.args.push_back(value ? b.Const(type, *value) : b.Unknown(type));
      inst.imm = test.imm;
      inst.aux = test.aux;
      return b.Append(std::move(inst));
    });
    const Outcome outcome = RunProgram(program);
    EXPECT_EQ(outcome.values, std::vector<Known>(3, test.expected)) << Show(program);
    EXPECT_EQ(outcome.traps, test.saturated ? 1u : 0u) << Show(program);
  }
}

TEST(Interp, OperationsOnRecords) {
  const Catalog catalog = MakeCatalog();
  for (const RecordCase& test : RecordCases()) {
    const ir::Program program = MakeProgram(catalog, test.build);
    EXPECT_EQ("", ir::Verify(program)) << Show(program);
    const std::vector<Known> values = RunProgram(program).values;
    const ir::Kernel& kernel = program.kernels.back();
    const ir::Range range = ir::RangesOf(program, kernel)[kernel.outputs[0].value.index()];
    for (const Known& value : values)
      EXPECT_TRUE(!value || (range.min <= *value && *value <= range.max)) << Show(program);
    EXPECT_EQ(values, test.expected) << ir::InfoOf(test.op).mnemonic << "\n" << Show(program);
  }
}

TEST(Interp, EveryOperationHasATest) {
  std::set<Op> tested;
  for (const ScalarCase& test : ScalarCases()) tested.insert(test.op);
  for (const RecordCase& test : RecordCases()) tested.insert(test.op);
  tested.insert(Op::kInput);  // Asked.* below
#define SAITEN_OP(name, mnemonic, args, blocks, traits) EXPECT_TRUE(tested.contains(Op::k##name)) << mnemonic;
#include "compiler/ir/ir.def"
#undef SAITEN_OP
}

TEST(Interp, TrapsAreCountedOnceARowAndKept) {
  const Catalog catalog = MakeCatalog();
  // In the block of a list the same instruction traps for several elements of one row: that is one trap.
  const ir::Program program = MakeProgram(catalog, [](ir::Builder& b) {
    const ValueId list = b.Events(b.Row(), kPing, b.Const(Type::Instant(), 0), b.Now());
    return b.MaxOf(list, [&](ValueId e) { return b.Add(Type::Int(), b.Field(e, ping::kN), b.Int(rt::kNumberMax)); });
  });
  const Outcome outcome = RunProgram(program);
  EXPECT_EQ(outcome.values, (std::vector<Known>{rt::kNumberMax, std::nullopt, rt::kNumberMax}));
  EXPECT_EQ(outcome.traps, 2u);
}

// A program of which one value is asked, and what it answers.
class Asked {
 public:
  explicit Asked(const std::function<ValueId(ir::Builder&)>& build)
      : catalog_(MakeCatalog()), data_(MakeData()), program_(ir::EmptyProgram(catalog_)) {
    ir::Builder builder(program_, kThing);
    value_ = build(builder);
    program_.asked.push_back(builder.Finish());
    program_.literals.PrepareNfkc();
    EXPECT_EQ(ir::Verify(program_), "");
    context_ = *vm::RunContext::Create(program_, data_, kNow, *rt::Zone::Find("America/New_York"));
    results_ = context_->MakeResults();
    interpreter_.emplace(*context_, program_.asked[0], results_);
  }

  Known Of(size_t row) {
    interpreter_->Evaluate(row, traps_);
    const CallValue value = interpreter_->ValueOf(value_);
    return value.known ? Known(value.value) : Known();
  }
  std::string TextOf(size_t row) { return std::string(interpreter_->texts().View(*Of(row))); }
  vm::Interpreter& interpreter() { return *interpreter_; }
  const vm::TrapLog& traps() const { return traps_; }
  const ir::Program& program() const { return program_; }

 private:
  Catalog catalog_;
  rt::Dataset data_;
  ir::Program program_;
  ValueId value_;
  std::unique_ptr<vm::RunContext> context_;
  rt::Results results_;
  std::optional<vm::Interpreter> interpreter_;
  vm::TrapLog traps_;
};

TEST(Asked, AtAnotherInstant) {
  // How many pings of the last day there are, and what the clock says in hours behind the start.
  Asked asked([](ir::Builder& b) {
    const ValueId now = b.Now();
    return b.Count(b.Events(b.Row(), kPing, b.StepBack(now, 1, rt::TimeUnit::kDay), now));
  });
  EXPECT_EQ(asked.Of(0), Known(1));
  asked.interpreter().SetClock(kStart + 24 * kAnHour);
  EXPECT_EQ(asked.Of(0), Known(4));
  EXPECT_EQ(asked.Of(1), Known(0));
  asked.interpreter().SetClock(kStart);
  EXPECT_EQ(asked.Of(0), Known(1));
  asked.interpreter().SetClock(kStart - 1);
  EXPECT_EQ(asked.Of(0), Known(0));
  asked.interpreter().SetClock(kNow);
  EXPECT_EQ(asked.Of(0), Known(1));
}

TEST(Asked, WithInputs) {
  Asked number([](ir::Builder& b) {
    return b.Add(Type::Int(), b.Load(b.Row(), thing::kA), b.Input(Type::Int().Optional(), 1));
  });
  EXPECT_EQ(number.Of(0), Known());  // none given
  const vm::InputValue seven[] = {{}, {.known = true, .number = 7}};
  number.interpreter().SetInputs(seven);
  EXPECT_EQ(number.Of(0), Known(12));
  EXPECT_EQ(number.Of(1), Known());
  EXPECT_EQ(number.Of(2), Known(rt::kNumberMax));
  ASSERT_EQ(number.traps().count(), 1u);
  EXPECT_EQ(number.program().KernelAt(number.traps().firsts()[0].kernel).object, kThing);

  Asked same(
      [](ir::Builder& b) { return b.TextEq(b.Load(b.Row(), thing::kWord), b.Input(Type::Text().Optional(), 0)); });
  const std::string wide = "ＡＢ";
  const vm::InputValue text[] = {{.known = true, .text = wide}};
  same.interpreter().SetInputs(text);
  EXPECT_EQ(same.Of(0), Known(0));
  EXPECT_EQ(same.Of(2), Known(1));
  Asked folded([](ir::Builder& b) { return b.Fold(b.Input(Type::Text().Optional(), 0)); });
  folded.interpreter().SetInputs(text);
  EXPECT_EQ(folded.TextOf(0), "ab");

  // An event and a record are rows.
  Asked row([](ir::Builder& b) {
    const ValueId event = b.Input(Type::Event(kPing), 0);
    return b.Add(Type::Int(), b.Field(event, ping::kN), b.Load(b.Input(Type::Ref(kThing), 1), thing::kKey));
  });
  const vm::InputValue rows[] = {{.known = true, .number = 4}, {.known = true, .number = 2}};
  row.interpreter().SetInputs(rows);
  EXPECT_EQ(row.Of(1), Known(18));
}

TEST(Asked, WhatIsNamedIsLookedForOnce) {
  Asked asked([](ir::Builder& b) {
    return b.Select(b.Compare(Op::kLt, b.Now(), b.Const(Type::Instant(), kStart)), b.Unknown(Type::Ref(kThing)),
                    b.Named(kThing, thing::kWord, "Ab"));
  });
  EXPECT_EQ(asked.Of(0), Known(0));
  asked.interpreter().SetClock(kStart - 1);
  EXPECT_EQ(asked.Of(0), Known());
}

TEST(Asked, ARowOfAKernelThatRuns) {
  const Catalog catalog = MakeCatalog();
  const ir::Program program = MakeProgram(catalog, [](ir::Builder& b) {
    return b.Count(b.Events(b.Row(), kPing, b.Const(Type::Instant(), rt::kNumberMin), b.Now()));
  });
  const rt::Dataset data = MakeData();
  auto context = vm::RunContext::Create(program, data, kNow, *rt::Zone::Find("America/New_York"));
  rt::Results results = (*context)->MakeResults();
  vm::TrapLog traps;
  vm::Interpreter things(**context, 1, results);
  things.Run(0, 3, traps);
  things.SetClock(kStart + 2 * kAnHour);
  things.Run(0, 1, traps);
  const rt::Column& column = results.columns[kThing.index()][0];
  EXPECT_EQ(column.Raw(0), 2);
  EXPECT_EQ(column.Raw(2), 1);
}

TEST(Asked, IsVerified) {
  const Catalog catalog = MakeCatalog();
  // What runs has no inputs.
  const ir::Program running = MakeProgram(catalog, [](ir::Builder& b) { return b.Input(Type::Int().Optional(), 0); });
  EXPECT_EQ(ir::Verify(running), "kernel 1: %1 input: in a kernel that runs");
  // What is asked writes nothing and reads what is written.
  ir::Program writing = MakeProgram(catalog, [](ir::Builder& b) { return b.Int(1); });
  ir::Builder writes(writing, kThing);
  writes.Output(writes.Int(1), 0);
  writing.asked.push_back(writes.Finish());
  EXPECT_EQ(ir::Verify(writing), "asked 0: what is asked writes no results");
  ir::Program reading = MakeProgram(catalog, [](ir::Builder& b) { return b.Int(1); });
  ir::Builder reads(reading, kThing);
  reads.LoadResult(reads.Row(), 0);
  reading.asked.push_back(reads.Finish());
  EXPECT_EQ(ir::Verify(reading), "");
}

TEST(Asked, IsLoadedAndPrinted) {
  const Catalog catalog = MakeCatalog();
  ir::Program program = ir::EmptyProgram(catalog);
  ir::Builder builder(program, kThing);
  const ValueId a = builder.Load(builder.Row(), thing::kA);
  builder.Add(Type::Int(), a, builder.Field(builder.Input(Type::Event(kPing), 0), ping::kN));
  program.asked.push_back(builder.Finish());
  const Needs needs = ir::NeedsOf(program);
  EXPECT_TRUE(needs.properties[kThing.index()][thing::kA]);
  EXPECT_FALSE(needs.properties[kThing.index()][thing::kWord]);
  EXPECT_TRUE(needs.fields[kPing.index()][ping::kN]);
  EXPECT_TRUE(needs.events[kPing.index()]);
  EXPECT_EQ(ir::Print(program),
            "asked 0 for thing {\n"
            "  %0 = row : thing\n"
            "  %1 = load .a %0 : int?\n"
            "  %2 = input 0 : ping\n"
            "  %3 = load_field .n %2 : int\n"
            "  %4 = add %1, %3 : int?\n"
            "}\n");
}

}  // namespace
}  // namespace saiten::test
