#include "driver/data_hash.h"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/parallel.h"
#include "runtime/hash.h"

namespace saiten::driver {
namespace {

constexpr uint64_t kUnknown = 0x9E3779B97F4A7C15u;

// In order, so that two values that change places differ.
class Hash {
 public:
  void Add(uint64_t value) { state_ = (state_ ^ value) * 0xFF51AFD7ED558CCDu + (state_ >> 29); }
  uint64_t Value() const { return rt::Mix64(state_); }

 private:
  uint64_t state_ = rt::kFnvStart;
};

using Places = std::vector<uint32_t>;

// The events of each record one behind the other, where they lie otherwise.
std::optional<Places> PlacesOf(const rt::EventSeries& series) {
  if (series.in_order()) return std::nullopt;
  Places places;
  for (size_t record = 0; record + 1 < series.offsets.size(); ++record) {
    for (uint32_t i = series.BeginOf(record); i < series.EndOf(record); ++i) places.push_back(i);
  }
  return places;
}

uint64_t OfText(std::string_view text) { return rt::Mix64(rt::Fnv1a64(text)); }

// A text counts as what it is, not as its code, which depends on the load.
uint64_t OfColumn(const rt::Column& column, const rt::StringPool* pool, const Places* places = nullptr) {
  std::vector<uint64_t> texts;
  for (int32_t code = 0; pool != nullptr && code < pool->size(); ++code) texts.push_back(OfText(pool->View(code)));
  Hash hash;
  const size_t size = places != nullptr && column.size() > 0 ? places->size() : column.size();
  for (size_t i = 0; i < size; ++i) {
    const int64_t raw = column.Raw(places != nullptr ? (*places)[i] : i);
    const auto value = static_cast<uint64_t>(raw);
    hash.Add(raw == column.unknown() ? kUnknown : pool != nullptr ? texts[value] : value);
  }
  return hash.Value();
}

template <typename T>
uint64_t OfArray(const rt::Array<T>& values) {
  Hash hash;
  for (const T value : values) hash.Add(static_cast<uint64_t>(value));
  return hash.Value();
}

uint64_t OfSeries(const rt::EventSeries& series) {
  const std::optional<Places> places = PlacesOf(series);
  Hash hash;
  for (size_t record = 0; record + 1 < series.offsets.size(); ++record) {
    hash.Add(series.EndOf(record) - series.BeginOf(record));
  }
  if (!places) {
    for (const int64_t time : series.times) hash.Add(static_cast<uint64_t>(time));
  } else {
    for (const uint32_t place : *places) hash.Add(static_cast<uint64_t>(series.times[place]));
  }
  return hash.Value();
}

uint64_t OfField(const rt::EventSeries& series, size_t field, const rt::StringPool* pool) {
  const std::optional<Places> places = PlacesOf(series);
  return OfColumn(series.fields[field], pool, places ? &*places : nullptr);
}

uint64_t OfKeys(const rt::Keys& keys) {
  if (!keys.is_text) return OfArray(keys.ints);
  Hash hash;
  for (size_t row = 0; row < keys.size(); ++row) hash.Add(OfText(keys.texts[row]));
  return hash.Value();
}

}  // namespace

uint64_t DataHash(const vm::RunContext& context, size_t threads) {
  const Catalog& catalog = context.catalog();
  std::vector<std::function<uint64_t()>> parts;
  const auto pool_of = [](const auto& pools, size_t i) { return i < pools.size() ? pools[i].get() : nullptr; };
  // Relations to many follow from those to one, and events of any of several from those.
  for (size_t event = 0; event < catalog.events.size(); ++event) {
    if (!catalog.events[event].any_of.empty()) continue;
    const rt::EventSeries& series = context.series(EventId(event));
    parts.emplace_back([&series] { return OfSeries(series); });
    for (size_t i = 0; i < series.fields.size(); ++i) {
      parts.emplace_back([&series, pool_of, i] { return OfField(series, i, pool_of(series.pools, i)); });
    }
  }
  for (size_t object = 0; object < catalog.objects.size(); ++object) {
    const rt::Table& table = context.table(ObjectId(object));
    parts.emplace_back([&table] { return OfKeys(table.keys); });
    for (size_t i = 0; i < table.columns.size(); ++i) {
      parts.emplace_back([&table, pool_of, i] { return OfColumn(table.columns[i], pool_of(table.pools, i)); });
    }
    for (const rt::Column& list : table.lists) parts.emplace_back([&list] { return OfColumn(list, nullptr); });
  }
  std::vector<uint64_t> hashes(parts.size());
  ForEachPiece(parts.size(), ThreadsFor(threads, parts.size()),
               [&](size_t, size_t piece) { hashes[piece] = parts[piece](); });
  Hash all;
  for (uint64_t hash : hashes) all.Add(hash);
  return all.Value();
}

}  // namespace saiten::driver
