#include "bench/population/columns.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <thread>

#include "base/check.h"

namespace saiten::bench {
namespace {

ObjectId ObjectNamed(const Catalog& catalog, const char* name) {
  const auto object = catalog.FindObject(name);
  SAITEN_CHECK(object.has_value());
  return *object;
}

uint32_t PropertyNamed(const Catalog& catalog, const char* object, const char* name) {
  const auto property = catalog[ObjectNamed(catalog, object)].Find(name);
  SAITEN_CHECK(property.has_value());
  return *property;
}

EventId EventNamed(const Catalog& catalog, const char* name) {
  const auto event = catalog.FindEvent(name);
  SAITEN_CHECK(event.has_value());
  return *event;
}

void InThreads(size_t threads, uint64_t count, const std::function<void(uint64_t begin, uint64_t end)>& work) {
  std::vector<std::thread> all;
  for (size_t i = 0; i < threads; ++i) all.emplace_back(work, count * i / threads, count * (i + 1) / threads);
  for (std::thread& thread : all) thread.join();
}

std::unique_ptr<rt::StringPool> PoolOf(std::span<const std::string_view> texts) {
  auto pool = std::make_unique<rt::StringPool>();
  for (const std::string_view text : texts) pool->Intern(text);
  pool->PrepareNfkc();
  return pool;
}

std::unique_ptr<rt::StringPool> PathPool() {
  auto pool = std::make_unique<rt::StringPool>();
  for (int32_t path = 0; path < kPaths; ++path) pool->Intern(PathOf(path));
  pool->PrepareNfkc();
  return pool;
}

// Fills one table; numbers are stored as the store would: the narrowest column, kUnknown as unknown.
class TableMaker {
 public:
  TableMaker(const Catalog& catalog, const char* object, uint64_t rows) : catalog_(catalog), object_(object) {
    const ObjectInfo& info = catalog[ObjectNamed(catalog, object)];
    table_.size = rows;
    table_.columns.resize(info.properties.size());
    table_.pools.resize(info.properties.size());
    table_.many.resize(info.properties.size());
    table_.lists.resize(catalog.lists.size());
    std::vector<int64_t> keys(rows);
    for (uint64_t i = 0; i < rows; ++i) keys[i] = static_cast<int64_t>(i + 1);
    table_.keys.ints = std::move(keys);
  }

  template <typename Of>
  void Column(const char* property, Of of) {
    rt::ColumnBuilder column;
    column.Reserve(table_.size);
    for (uint64_t i = 0; i < table_.size; ++i) {
      const int64_t value = of(i);
      value == kUnknown ? column.AppendUnknown() : column.Append(value);
    }
    table_.columns[PropertyNamed(catalog_, object_, property)] = column.Finish();
  }
  template <typename Of>
  void Texts(const char* property, std::span<const std::string_view> texts, Of of) {
    Column(property, of);
    table_.pools[PropertyNamed(catalog_, object_, property)] = PoolOf(texts);
  }

  rt::Table Finish() { return std::move(table_); }

 private:
  const Catalog& catalog_;
  const char* object_;
  rt::Table table_;
};

rt::Table Companies(const Catalog& catalog, const Sizes& sizes) {
  TableMaker table(catalog, "company", sizes.companies());
  table.Column("employees", [](uint64_t i) { return MakeCompany(i).employees; });
  return table.Finish();
}

rt::Table Contacts(const Catalog& catalog, const Sizes& sizes, size_t threads) {
  std::vector<Contact> contacts(sizes.contacts);
  InThreads(threads, sizes.contacts, [&](uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) contacts[i] = MakeContact(sizes, i);
  });
  TableMaker table(catalog, "contact", sizes.contacts);
  table.Column("id", [](uint64_t i) { return static_cast<int64_t>(i + 1); });
  table.Column("industry", [&](uint64_t i) { return contacts[i].industry; });
  table.Column("employees", [&](uint64_t i) { return contacts[i].employees; });
  table.Column("title", [&](uint64_t i) { return contacts[i].title; });
  table.Texts("origin", kOrigins, [&](uint64_t i) { return contacts[i].origin; });
  table.Texts("source", kSources, [&](uint64_t i) { return contacts[i].source; });
  table.Column("do_not_email", [&](uint64_t i) { return contacts[i].do_not_email ? 1 : 0; });
  table.Column("time_spent", [&](uint64_t i) { return contacts[i].time_spent; });
  table.Texts("occupation", kOccupations, [&](uint64_t i) { return contacts[i].occupation; });
  table.Texts("specialization", kSpecializations, [&](uint64_t i) { return contacts[i].specialization; });
  table.Column("created", [&](uint64_t i) { return contacts[i].created; });
  table.Column("company", [&](uint64_t i) { return contacts[i].company; });
  return table.Finish();
}

struct Placed {
  int64_t time;
  uint32_t number;  // of the event: ties are in order of arrival
  int32_t path;
};

rt::EventSeries Series(const Sizes& sizes, bool opens, size_t threads) {
  std::vector<std::atomic<uint32_t>> cursors(sizes.contacts + 1);
  const auto each = [&](const std::function<void(const Event&, uint64_t)>& work) {
    InThreads(threads, sizes.events, [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) {
        const Event event = MakeEvent(sizes, i);
        if (event.is_open == opens) work(event, i);
      }
    });
  };
  each([&](const Event& event, uint64_t) { cursors[event.contact].fetch_add(1, std::memory_order_relaxed); });
  std::vector<uint32_t> offsets(sizes.contacts + 1);
  uint32_t total = 0;
  for (uint64_t i = 0; i <= sizes.contacts; ++i) {
    offsets[i] = total;
    total += cursors[i].exchange(offsets[i]);
  }
  std::vector<Placed> placed(total);
  each([&](const Event& event, uint64_t number) {
    const uint32_t at = cursors[event.contact].fetch_add(1, std::memory_order_relaxed);
    placed[at] = {event.time * 1'000'000, static_cast<uint32_t>(number), event.path};
  });
  InThreads(threads, sizes.contacts, [&](uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) {
      std::sort(placed.data() + offsets[i], placed.data() + offsets[i + 1], [](const Placed& a, const Placed& b) {
        return std::tie(a.time, a.number) < std::tie(b.time, b.number);
      });
    }
  });
  rt::EventSeries series;
  std::vector<int64_t> times(total);
  rt::ColumnBuilder paths;
  paths.Reserve(total);
  for (uint32_t i = 0; i < total; ++i) {
    times[i] = placed[i].time;
    placed[i].path < 0 ? paths.AppendUnknown() : paths.Append(placed[i].path);
  }
  series.offsets = std::move(offsets);
  series.times = std::move(times);
  series.fields.push_back(paths.Finish());
  series.pools.push_back(PathPool());
  return series;
}

}  // namespace

rt::Dataset MakeDataset(const Catalog& catalog, const Sizes& sizes, size_t threads) {
  rt::Dataset data;
  data.tables.resize(catalog.objects.size());
  data.events.resize(catalog.events.size());
  data.tables[ObjectNamed(catalog, "company").index()] = Companies(catalog, sizes);
  data.tables[ObjectNamed(catalog, "contact").index()] = Contacts(catalog, sizes, threads);
  data.events[EventNamed(catalog, "email_open").index()] = Series(sizes, true, threads);
  data.events[EventNamed(catalog, "page_view").index()] = Series(sizes, false, threads);
  return data;
}

const rt::Column& ColumnNamed(const Catalog& catalog, const rt::Dataset& data, const char* object,
                              const char* property) {
  return data.tables[ObjectNamed(catalog, object).index()].columns[PropertyNamed(catalog, object, property)];
}

const rt::StringPool& PoolNamed(const Catalog& catalog, const rt::Dataset& data, const char* object,
                                const char* property) {
  return *data.tables[ObjectNamed(catalog, object).index()].pools[PropertyNamed(catalog, object, property)];
}

const rt::EventSeries& SeriesNamed(const Catalog& catalog, const rt::Dataset& data, const char* event) {
  return data.events[EventNamed(catalog, event).index()];
}

}  // namespace saiten::bench
