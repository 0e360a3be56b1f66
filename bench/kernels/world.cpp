#include "bench/kernels/world.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "compiler/opt/opt.h"

namespace saiten::bench {
namespace {

constexpr int64_t kNow = 1'782'777'600'000'000;  // 2026-06-30T00:00:00Z
constexpr int64_t kYear = 365LL * 86'400'000'000;
constexpr int64_t kToday = 20'634;
constexpr int32_t kTexts = 1'000;

const char* const kWords[] = {"IT", "Reference", "Google", "Lead Add Form", "Working Professional", "Management"};

class Maker {
 public:
  Maker(const Catalog& catalog, WorldSize size) : catalog_(catalog), size_(size) {}

  rt::Dataset Make() {
    rt::Dataset data;
    for (const ObjectInfo& object : catalog_.objects) data.tables.push_back(MakeTable(object));
    size_t with_table = 0;
    for (const EventInfo& event : catalog_.events) with_table += event.any_of.empty() ? 1 : 0;
    for (const EventInfo& event : catalog_.events) {
      data.events.push_back(event.any_of.empty() ? MakeSeries(event, size_.events / with_table) : rt::EventSeries{});
    }
    return data;
  }

 private:
  struct Range {
    int64_t from = 0, to = 0;
  };

  Range RangeOf(Type type) const {
    switch (type.kind) {
      case TypeKind::kEnum:
        return {0, static_cast<int64_t>(catalog_.enums[type.ref].members.size()) - 1};
      case TypeKind::kBool:
        return {0, 1};
      case TypeKind::kText:
        return {0, kTexts - 1};
      case TypeKind::kRef:
        return {0, static_cast<int64_t>(size_.records) - 1};
      case TypeKind::kDate:
        return {kToday - 2'000, kToday};
      case TypeKind::kInstant:
        return {kNow - 2 * kYear, kNow};
      case TypeKind::kInt:
      case TypeKind::kDecimal:
      case TypeKind::kMoney:
      case TypeKind::kClock:
      case TypeKind::kDuration:
      case TypeKind::kSet:
      case TypeKind::kEvent:
      case TypeKind::kError:
      case TypeKind::kNothing:
        return {0, 2'000};
    }
    return {};
  }

  rt::Column MakeColumn(const PropertyInfo& property, size_t rows) {
    if (property.is_many) return {};
    const Range range = RangeOf(property.type);
    rt::Column column = rt::Column::Unknowns(rt::WidthFor(range.from, range.to), rows);
    const auto span = static_cast<uint64_t>(range.to - range.from + 1);
    for (size_t i = 0; i < rows; ++i) {
      const uint64_t roll = random_();
      if (property.type.optional && (roll & 1023) < 102) continue;
      column.Set(i, range.from + static_cast<int64_t>((roll >> 10) % span));
    }
    return column;
  }

  std::unique_ptr<rt::StringPool> MakePool(Type type) const {
    if (!type.is(TypeKind::kText)) return nullptr;
    auto pool = std::make_unique<rt::StringPool>();
    for (const char* word : kWords) pool->Intern(word);
    for (int32_t i = pool->size(); i < kTexts; ++i) {
      pool->Intern((i % 8 == 0 ? "/pricing/" : "/blog/") + std::to_string(i) + (i % 3 == 0 ? "@example.jp" : ""));
    }
    pool->PrepareNfkc();
    return pool;
  }

  rt::Table MakeTable(const ObjectInfo& object) {
    rt::Table table;
    table.size = size_.records;
    for (const PropertyInfo& property : object.properties) {
      table.columns.push_back(MakeColumn(property, table.size));
      table.pools.push_back(MakePool(property.type));
    }
    table.many.resize(object.properties.size());
    return table;
  }

  rt::EventSeries MakeSeries(const EventInfo& event, size_t count) {
    rt::EventSeries series;
    std::vector<uint32_t> counts(size_.records + 1);
    const auto roll = [&] { return static_cast<double>(random_() >> 11) * 0x1p-53; };
    const size_t half = size_.records / 2;
    for (size_t i = 0; i < count && half > 0; ++i) {
      const double place = roll() * roll() * roll();
      // Spread over the table: those with many events do not stand together.
      const size_t one = static_cast<size_t>(place * static_cast<double>(half)) * 2'654'435'761 % half;
      ++counts[2 * one + 1];
    }
    uint32_t begin = 0;
    std::vector<int64_t> times, all;
    std::vector<uint32_t> offsets;
    for (size_t i = 0; i < size_.records; ++i) {
      offsets.push_back(begin);
      times.clear();
      for (uint32_t k = 0; k < counts[i]; ++k) {
        times.push_back(kNow - static_cast<int64_t>(random_() % static_cast<uint64_t>(kYear)));
      }
      std::sort(times.begin(), times.end());
      all.insert(all.end(), times.begin(), times.end());
      begin += counts[i];
    }
    offsets.push_back(begin);
    series.offsets = std::move(offsets);
    series.times = std::move(all);
    for (const PropertyInfo& field : event.fields) {
      series.fields.push_back(MakeColumn(field, series.times.size()));
      series.pools.push_back(MakePool(field.type));
    }
    return series;
  }

  const Catalog& catalog_;
  WorldSize size_;
  std::mt19937_64 random_{7};
};

}  // namespace

std::unique_ptr<World> MakeWorld(const std::string& rules, WorldSize size) {
  auto world = std::make_unique<World>();
  SourceSet sources;
  sources.Add("bench.rules", rules);
  world->compiled = driver::CompileSources({}, std::move(sources));
  if (!world->compiled->ok()) {
    for (const auto& diagnostic : world->compiled->sink.all()) {
      std::fprintf(stderr, "%s at %u\n", std::string(diag::InfoOf(diagnostic.code).id).c_str(),
                   diagnostic.at.span.begin);
    }
    std::abort();
  }
  opt::Optimise(world->compiled->lowered->program);
  world->data = Maker(*world->program().catalog, size).Make();
  auto context = vm::RunContext::Create(world->program(), world->data, kNow, nullptr);
  if (!context.ok()) std::abort();
  world->context = std::move(*context);
  return world;
}

std::string RulesFile(const std::string& name) {
  std::ifstream file(std::string(SAITEN_SOURCE_DIR) + "/bench/kernels/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace saiten::bench
