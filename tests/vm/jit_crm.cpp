#include "tests/vm/jit_crm.h"

#include <random>
#include <string>

#include "compiler/ir/builder.h"
#include "compiler/ir/ranges.h"

namespace saiten::jit {
namespace {

using ir::Builder;
using ir::Op;
using ir::ValueId;

constexpr int64_t kDay = 86'400'000'000;
enum : uint32_t { kKey, kIndustry, kEmployees, kTitle, kVisits, kUnsubscribed, kBorn };

PropertyInfo Property(const char* name, Type type) {
  PropertyInfo info;
  info.name = info.column = name;
  info.type = type;
  return info;
}

EnumInfo Enum(const char* name, int members) {
  EnumInfo info;
  info.name = name;
  for (int i = 0; i < members; ++i) info.members.push_back({.name = "m" + std::to_string(i)});
  return info;
}

Catalog MakeCatalog() {
  Catalog catalog;
  catalog.enums = {Enum("Industry", 12), Enum("Title", 6), Enum("priority", 3)};
  ObjectInfo contact;
  contact.name = "contact";
  contact.key = 0;
  contact.properties = {Property("id", Type::Int()),
                        Property("industry", Type::Enum(EnumId(size_t{0})).Optional()),
                        Property("employees", Type::Int().Optional()),
                        Property("title", Type::Enum(EnumId(size_t{1})).Optional()),
                        Property("visits", Type::Int().Optional()),
                        Property("unsubscribed", Type::Bool()),
                        Property("born", Type::Date().Optional())};
  catalog.objects = {contact};
  for (const char* name : {"email_open", "email_click"}) {
    EventInfo event;
    event.name = event.table = name;
    event.object = ObjectId(size_t{0});
    catalog.events.push_back(event);
  }
  return catalog;
}

void FillData(rt::Dataset& data, size_t contacts, bool history) {
  std::mt19937_64 random(7);
  const auto column = [&](int64_t from, int64_t to, int unknown_percent) {
    rt::ColumnBuilder builder;
    builder.Reserve(contacts);
    for (size_t i = 0; i < contacts; ++i) {
      const uint64_t roll = random();
      if (static_cast<int>(roll % 100) < unknown_percent) {
        builder.AppendUnknown();
      } else {
        builder.Append(from + static_cast<int64_t>((roll >> 8) % static_cast<uint64_t>(to - from + 1)));
      }
    }
    return builder.Finish();
  };
  rt::Table& table = data.tables.emplace_back();
  table.size = contacts;
  table.columns = {column(1, 100, 0),   column(0, 11, 10), column(1, 100'000, 20), column(0, 5, 10),
                   column(0, 1'000, 5), column(0, 1, 0),   column(0, 20'000, 10)};
  table.many.resize(table.columns.size());
  table.pools.resize(table.columns.size());
  data.events.resize(2);
  for (rt::EventSeries& series : data.events) {
    std::vector<uint32_t> offsets = {0};
    std::vector<int64_t> times;
    for (size_t i = 0; i < contacts; ++i) {
      // Most have none, some have many: five an event type on average.
      const uint64_t roll = random() % 100;
      const uint64_t count = !history || roll < 60 ? 0 : roll < 90 ? random() % 10 : random() % 80;
      int64_t time = kNow - 200 * kDay;
      for (uint64_t k = 0; k < count; ++k) {
        time += static_cast<int64_t>(random() % static_cast<uint64_t>(400 * kDay / (count + 1)));
        times.push_back(std::min(time, kNow));
      }
      offsets.push_back(static_cast<uint32_t>(times.size()));
    }
    series.offsets = std::move(offsets);
    series.times = std::move(times);
  }
}

ValueId Points(Builder& b, int64_t points) { return b.Const(Type::Points(), points * 1'000); }

ValueId Between(Builder& b, ValueId value, int64_t from, int64_t to) {
  return b.And(b.Compare(Op::kGe, value, b.Int(from)), b.Compare(Op::kLe, value, b.Int(to)));
}

// `match` over one value: the first row that holds gives its points.
ValueId Match(Builder& b, std::vector<std::pair<ValueId, int64_t>> rows) {
  ValueId result = Points(b, 0);
  for (size_t i = rows.size(); i-- > 0;) result = b.Select(b.Truth(rows[i].first), Points(b, rows[i].second), result);
  return result;
}

ValueId Fit(Builder& b) {
  const ValueId industry = b.Load(b.Row(), kIndustry);
  const ValueId employees = b.Load(b.Row(), kEmployees);
  const ValueId title = b.Load(b.Row(), kTitle);
  const auto member = [&](int64_t number) { return b.Const(Type::Enum(EnumId(size_t{1})), number); };
  ValueId sum = Match(b, {{b.InMask(industry, 0b1011), 15}});
  sum = b.Add(Type::Points(), sum,
              Match(b, {{Between(b, employees, 100, 500), 15}, {b.Compare(Op::kGe, employees, b.Int(501)), 5}}));
  sum = b.Add(Type::Points(), sum,
              Match(b, {{b.Compare(Op::kEq, title, member(0)), 20},
                        {b.Compare(Op::kEq, title, member(1)), 15},
                        {b.Compare(Op::kEq, title, member(2)), 10}}));
  return b.Min(sum, Points(b, 50));
}

ValueId Behaviour(Builder& b) {
  const ValueId after = b.StepBack(b.Now(), 90, rt::TimeUnit::kDay);
  const ValueId opens = b.Count(b.Events(b.Row(), EventId(size_t{0}), after, b.Now()));
  const ValueId clicks = b.Count(b.KeepLatest(b.Events(b.Row(), EventId(size_t{1}), after, b.Now()), 10));
  return b.Add(Type::Points(), b.Mul(Type::Points(), opens, Points(b, 1), 0),
               b.Mul(Type::Points(), clicks, Points(b, 3), 0));
}

}  // namespace

std::unique_ptr<Crm> MakeCrm(size_t contacts, size_t rules, bool history) {
  auto crm = std::make_unique<Crm>();
  crm->catalog = MakeCatalog();
  FillData(crm->data, contacts, history);
  crm->program = ir::EmptyProgram(crm->catalog);
  auto& results = crm->program.results[0];
  const auto result = [&](const char* name, Type type, int64_t min, int64_t max) {
    ir::ResultColumn column{.kind = ir::ResultColumn::Kind::kScore, .name = name, .type = type};
    column.min = min;
    column.max = max;
    results.push_back(column);
    return static_cast<uint32_t>(results.size() - 1);
  };
  Builder b(crm->program, ObjectId(size_t{0}));
  const ValueId fit = Fit(b);
  ValueId total = history ? b.Add(Type::Points(), fit, Behaviour(b)) : fit;
  constexpr uint32_t kColumns[] = {kEmployees, kVisits};
  for (size_t i = 0; i < rules; ++i) {
    const ValueId value = b.Load(b.Row(), kColumns[i % 2]);
    const auto from = static_cast<int64_t>(i * 37 % 900);
    total = b.Add(Type::Points(), total, Match(b, {{Between(b, value, from, from + 50), static_cast<int64_t>(i % 7)}}));
  }
  const ValueId band =
      b.Select(b.Compare(Op::kGe, total, Points(b, 35)), b.Const(Type::Enum(EnumId(size_t{2})), 2),
               b.Select(b.Compare(Op::kGe, total, Points(b, 20)), b.Const(Type::Enum(EnumId(size_t{2})), 1),
                        b.Const(Type::Enum(EnumId(size_t{2})), 0)));
  const ValueId hot = b.And(b.Compare(Op::kGe, fit, Points(b, 20)), b.Not(b.Load(b.Row(), kUnsubscribed)));
  b.Output(fit, result("fit", Type::Points(), 0, 50'000));
  b.Output(total, result("total", Type::Points(), 0, int64_t{1} << 53));
  b.Output(band, result("band", Type::Enum(EnumId(size_t{2})), 0, 2));
  b.Output(hot, result("hot", Type::Bool(), 0, 1));
  crm->program.kernels.push_back(b.Finish());
  ir::SetResultRanges(crm->program);
  crm->program.literals.PrepareNfkc();
  return crm;
}

}  // namespace saiten::jit
