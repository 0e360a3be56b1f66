#include "compiler/ir/ir.h"

#include <gtest/gtest.h>

#include "compiler/ir/builder.h"
#include "compiler/ir/ranges.h"
#include "runtime/decimal.h"
#include "tests/support/column.h"

namespace saiten::ir {
namespace {

using test::Column;

const ObjectId kContact{0};
const EventId kOpen{0};

Catalog MakeCatalog() {
  Catalog catalog;
  catalog.enums.push_back(
      {.name = "Tier", .ordered = true, .members = {{.name = "low"}, {.name = "mid"}, {.name = "top"}}});
  ObjectInfo contact{.name = "contact"};
  contact.properties = {Column("id", Type::Int()), Column("age", Type::Int().Optional()),
                        Column("tier", Type::Enum(EnumId(0)).Optional()), Column("name", Type::Text().Optional())};
  catalog.objects.push_back(std::move(contact));
  EventInfo open{.name = "email_open"};
  open.object = kContact;
  open.fields = {Column("mail", Type::Text().Optional()), Column("n", Type::Int())};
  catalog.events.push_back(std::move(open));
  return catalog;
}

// The score of a contact: 5 points for each opened mail that has a name, at most 3 a day, 50 in all; 10 from mid on.
Program MakeScore(const Catalog& catalog) {
  Program program = EmptyProgram(catalog);
  program.results[0].push_back({.kind = ResultColumn::Kind::kScore, .name = "score", .type = Type::Points()});
  Builder b(program, kContact);
  const ValueId now = b.Now();
  ValueId list = b.Events(b.Row(), kOpen, b.StepBack(now, 30, rt::TimeUnit::kDay), now,
                          [&](ValueId e) { return b.IsKnown(b.Field(e, 0)); });
  list = b.CapPeriod(list, 3, rt::TimeUnit::kDay);
  const ValueId five = b.Const(Type::Points(), 5'000);
  const ValueId sum = b.Sum(list, [&](ValueId) { return five; });
  const ValueId opens = b.Min(sum, b.Const(Type::Points(), 50'000));
  const ValueId from_mid = b.Truth(b.InMask(b.Load(b.Row(), 2), 0b110));
  const ValueId ten = b.Const(Type::Points(), 10'000);
  const ValueId none = b.Const(Type::Points(), 0);
  const ValueId tier = b.Select(from_mid, ten, none);
  b.Output(b.Add(Type::Points(), opens, tier), 0);
  program.kernels.push_back(b.Finish());
  SetResultRanges(program);
  return program;
}

TEST(Ir, WholePointsAreStoredInOneByte) {
  const Catalog catalog = MakeCatalog();
  const Program program = MakeScore(catalog);
  EXPECT_EQ(program.results[0][0].unit, 1'000);
  EXPECT_EQ(WidthOf(program.results[0][0]), rt::Width::k1);
}

TEST(Ir, PointsWithDigitsAreNot) {
  const Catalog catalog = MakeCatalog();
  Program program = EmptyProgram(catalog);
  program.results[0].push_back({.kind = ResultColumn::Kind::kScore, .name = "score", .type = Type::Points()});
  Builder b(program, kContact);
  const ValueId member = b.Truth(b.InMask(b.Load(b.Row(), 2), 0b110));
  b.Output(b.Select(member, b.Const(Type::Points(), 10'500), b.Const(Type::Points(), 0)), 0);
  program.kernels.push_back(b.Finish());
  SetResultRanges(program);
  EXPECT_EQ(program.results[0][0].unit, 1);
  EXPECT_EQ(WidthOf(program.results[0][0]), rt::Width::k2);
}

TEST(Ir, PrintsWhatItIs) {
  const Catalog catalog = MakeCatalog();
  const Program program = MakeScore(catalog);
  EXPECT_EQ("", Verify(program));
  EXPECT_EQ(Print(program), R"(kernel 0 for contact {
  %0 = row : contact
  %1 = now : time
  %2 = step_back 30 day %1 : time
  %6 = events email_open %0, %2, %1 : [email_open] {
    %3 = element : email_open
    %4 = load_field .mail %3 : text?
    %5 = is_known %4 : bool
    yield %5
  }
  %7 = cap_period 3 per day %6 : [email_open]
  %8 = const 5000 : decimal(3)
  %10 = sum %7 : decimal(3) {
    %9 = element : email_open
    yield %8
  }
  %11 = const 50000 : decimal(3)
  %12 = min %10, %11 : decimal(3)
  %13 = load .tier %0 : Tier?
  %14 = in_mask [mid top] %13 : bool?
  %15 = truth %14 : bool
  %16 = const 10000 : decimal(3)
  %17 = const 0 : decimal(3)
  %18 = select %15, %16, %17 : decimal(3)
  %19 = add %12, %18 : decimal(3)
  result score = %19  // decimal(3) 0..60000
}
)");
}

TEST(Ir, RangesOfResults) {
  const Catalog catalog = MakeCatalog();
  const Program program = MakeScore(catalog);
  EXPECT_EQ(program.results[0][0].min, 0);
  EXPECT_EQ(program.results[0][0].max, 60'000);
}

TEST(Ir, NeedsWhatItReads) {
  const Catalog catalog = MakeCatalog();
  const Needs needs = NeedsOf(MakeScore(catalog));
  EXPECT_EQ(needs.objects, std::vector<bool>{true});
  EXPECT_EQ(needs.properties[0], (std::vector<bool>{false, false, true, false}));
  EXPECT_EQ(needs.events, std::vector<bool>{true});
  EXPECT_EQ(needs.fields[0], (std::vector<bool>{true, false}));
  EXPECT_EQ(needs.arrival, std::vector<bool>{false});
}

TEST(Ir, UniformIsWhatNoRecordChanges) {
  const Catalog catalog = MakeCatalog();
  const Program program = MakeScore(catalog);
  const std::vector<bool> uniform = UniformValues(program.kernels[0]);
  std::vector<size_t> which;
  for (size_t i = 0; i < uniform.size(); ++i) {
    if (uniform[i]) which.push_back(i);
  }
  EXPECT_EQ(which, (std::vector<size_t>{1, 2, 8, 11, 16, 17}));
}

// Each breach of the rules that both engines rely on is found.
TEST(Ir, VerifyFindsBreaches) {
  const Catalog catalog = MakeCatalog();
  struct Breach {
    const char* words;
    std::function<void(Program&)> make;
  };
  auto kernel = [](Program& p) -> Kernel& { return p.kernels[0]; };
  const Breach breaches[] = {
      {"argument count", [&](Program& p) { kernel(p).insts[19].args.pop_back(); }},
      {"block count", [&](Program& p) { kernel(p).insts[10].blocks.clear(); }},
      {"not defined before", [&](Program& p) { kernel(p).insts[2].args[0] = ValueId(19); }},
      {"not defined before", [&](Program& p) { kernel(p).insts[15].args[0] = ValueId(5); }},  // of a closed block
      {"a bool gives a known bool", [&](Program& p) { kernel(p).insts[15].args[0] = ValueId(13); }},
      {"may be unknown", [&](Program& p) { kernel(p).insts[14].type.optional = false; }},
      {"the property may be unknown", [&](Program& p) { kernel(p).insts[13].type.optional = false; }},
      {"no such property", [&](Program& p) { kernel(p).insts[13].aux = 9; }},
      {"an argument is a list", [&](Program& p) { kernel(p).insts[12].args[0] = ValueId(7); }},
      {"wants equal arms", [&](Program& p) { kernel(p).insts[18].args[1] = ValueId(15); }},
      {"the pool of another column", [&](Program& p) { p.pools[1].column = 1; }},
      {"not the type of the list's elements", [&](Program& p) { kernel(p).insts[9].type = Type::Instant(); }},
      {"has no result", [&](Program& p) { kernel(p).blocks[2].result = ValueId(); }},
      {"is used twice", [&](Program& p) { kernel(p).insts[10].blocks = kernel(p).insts[6].blocks; }},
      {"stands in two places", [&](Program& p) { kernel(p).blocks[0].insts.push_back(ValueId(1)); }},
      {"has another type", [&](Program& p) { kernel(p).outputs[0].value = ValueId(15); }},
      {"no such result column", [&](Program& p) { kernel(p).outputs[0].result = 3; }},
      {"writes a result twice", [&](Program& p) { kernel(p).outputs.push_back(kernel(p).outputs[0]); }},
      {"is never written", [&](Program& p) { kernel(p).outputs.clear(); }},
      {"a known value", [&](Program& p) { kernel(p).insts[16].imm = INT64_MIN; }},
      {"outside of a block", [&](Program& p) { kernel(p).insts[1].op = Op::kElement; }},
      {"a day or longer", [&](Program& p) { kernel(p).insts[7].aux = static_cast<uint32_t>(rt::TimeUnit::kHour); }},
  };
  for (const Breach& breach : breaches) {
    Program program = MakeScore(catalog);
    breach.make(program);
    EXPECT_NE(Verify(program).find(breach.words), std::string::npos) << breach.words << ": " << Verify(program);
  }
}

TEST(Ranges, AreNeverTooNarrow) {
  const Catalog catalog = MakeCatalog();
  Program program = EmptyProgram(catalog);
  Builder b(program, kContact);
  const ValueId age = b.Load(b.Row(), 1);
  const ValueId clamped = b.Max(b.Min(age, b.Int(10)), b.Int(-3));
  struct Expected {
    ValueId value;
    Range range;
  };
  const std::vector<Expected> expected = {
      {age, {rt::kNumberMin, rt::kNumberMax}},
      {b.Load(b.Row(), 2), {0, 2}},
      {clamped, {-3, 10}},
      {b.Neg(clamped), {-10, 3}},
      {b.Sub(Type::Int(), clamped, clamped), {-13, 13}},
      {b.Mul(Type::Int(), clamped, clamped, 0), {-30, 100}},
      {b.Mul(Type::Int(), clamped, b.Int(-5), 1), {-5, 2}},
      {b.Div(Type::Int(), clamped, b.Int(-2), 0), {-5, 2}},
      {b.Div(Type::Int(), clamped, clamped, 0), {rt::kNumberMin, rt::kNumberMax}},
      {b.Rescale(Type::Decimal(3), clamped, 3), {-3'000, 10'000}},
      {b.Add(Type::Int(), age, b.Int(1)), {rt::kNumberMin + 1, rt::kNumberMax}},
      {b.Select(b.Truth(b.Compare(Op::kGt, age, b.Int(0))), b.Int(7), clamped), {-3, 10}},
      {b.Else(b.Unknown(Type::Int()), b.Int(4)), {4, 4}},
      {b.DecayLinear(b.Const(Type::Points(), -5'000), b.Int(2), 1), {-5'000, 0}},
  };
  Kernel kernel = b.Finish();
  const std::vector<Range> ranges = RangesOf(program, kernel);
  for (const Expected& e : expected) {
    EXPECT_EQ(ranges[e.value.index()].min, e.range.min) << InfoOf(kernel[e.value].op).mnemonic;
    EXPECT_EQ(ranges[e.value.index()].max, e.range.max) << InfoOf(kernel[e.value].op).mnemonic;
  }
}

}  // namespace
}  // namespace saiten::ir
