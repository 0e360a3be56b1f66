#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>

#include "store/load/loader.h"
#include "store/snapshot/archive.h"
#include "store/snapshot/in_order.h"
#include "store/snapshot/schema_hash.h"

// What a snapshot holds, once for writing and reading. Private to this folder.
namespace saiten::store {

// How many events may be put behind a mapped series of this many. Of nothing no memory is mapped.
inline uint64_t RoomBehind(uint64_t events) { return events == 0 ? 0 : events / 16 + 4096; }

// `events` are those asked for themselves: the members of one that stands for several are in `plan` only.
template <typename Archive, typename Data>
class Contents {
 public:
  Contents(Archive& archive, const Catalog& catalog, const LoadPlan& plan, const std::vector<bool>& events, Data& data,
           int64_t now = 0)
      : now_(now), archive_(archive), catalog_(catalog), plan_(plan), events_(events), data_(data) {}

  void Visit() {
    archive_.Size(data_.objects, catalog_.objects.size());
    archive_.Size(data_.data.tables, catalog_.objects.size());
    for (size_t i = 0; i < catalog_.objects.size(); ++i) Object(i);
    bool ranks = data_.arrivals_are_ranks;
    archive_.Flag(ranks);
    if constexpr (!std::is_const_v<Data>) data_.arrivals_are_ranks = ranks;
    archive_.Size(data_.events, catalog_.events.size());
    archive_.Size(data_.data.events, catalog_.events.size());
    for (size_t i = 0; i < catalog_.events.size(); ++i) Event(i);
    Marks();
  }
  // Events that lie in the future of `now` are counted anew, which needs the series.
  bool can_count_future() const { return can_count_future_; }

 private:
  void Object(size_t i) {
    const std::string name = fmt::format("object.{}", i);
    const ObjectInfo& info = catalog_.objects[i];
    const bool wanted = plan_.objects[i];
    auto report = data_.objects[i];
    archive_.Number(report.rows);
    archive_.Number(report.quarantined);
    archive_.Flag(report.ids_are_text);
    if constexpr (std::is_const_v<Data>) report.keys_rise = Rise(data_.data.tables[i].keys);
    archive_.Flag(report.keys_rise);
    int64_t first_rowid = report.rowids.first();
    uint64_t rowids = report.rowids.size();
    rt::Column numbers = report.rowids.numbers();
    archive_.Number(first_rowid);
    archive_.Number(rowids);
    archive_.Column(name + ".rowids", numbers, wanted);
    if constexpr (!std::is_const_v<Data>) {
      report.rowids = numbers.size() > 0 ? RowNumbers(numbers) : RowNumbers(first_rowid, rowids);
    }
    auto& table = data_.data.tables[i];
    uint64_t size = table.size;
    archive_.Number(size);
    bool is_text = table.keys.is_text;
    archive_.Flag(is_text);
    archive_.Array(name + ".keys", table.keys.ints, wanted);
    archive_.Array(name + ".keys.offsets", table.keys.texts.offsets, wanted);
    archive_.Array(name + ".keys.bytes", table.keys.texts.bytes, wanted);
    if constexpr (!std::is_const_v<Data>) {
      if (wanted) {
        data_.objects[i] = std::move(report);
        table.size = size;
        table.keys.is_text = is_text;
        // As many as a load makes, also those that are not kept.
        for (auto* items : {&table.columns, &table.lists}) items->clear();
        table.columns.resize(info.properties.size());
        table.pools.resize(info.properties.size());
        table.many.resize(info.properties.size());
        table.lists.resize(catalog_.lists.size());
      }
    }
    const size_t declared = DeclaredProperties(info);
    rt::Column no_column;
    std::unique_ptr<rt::StringPool> no_pool;
    rt::Adjacency no_rows;
    for (size_t p = 0; p < declared; ++p) {
      const std::string place = fmt::format("{}.{}", name, p);
      const bool read = wanted && plan_.properties[i][p];
      archive_.Column(place, At(table.columns, p, no_column), read);
      archive_.Pool(place, At(table.pools, p, no_pool), read);
      auto& many = At(table.many, p, no_rows);
      archive_.Array(place + ".offsets", many.offsets, read);
      archive_.Array(place + ".rows", many.rows, read);
    }
    for (size_t l = 0; l < catalog_.lists.size(); ++l) {
      archive_.Column(fmt::format("{}.list.{}", name, l), At(table.lists, l, no_column), wanted && plan_.lists[l]);
    }
  }

  void Event(size_t i) {
    if constexpr (std::is_const_v<Data>) {
      if (!data_.data.events[i].in_order()) {
        rt::Column rowids = data_.events[i].rowids;
        const rt::EventSeries ordered = InOrder(data_.data.events[i], rowids);
        return Event(i, ordered, rowids);
      }
    }
    Event(i, data_.data.events[i], data_.events[i].rowids);
  }

  template <typename Series, typename Rowids>
  void Event(size_t i, Series& series, Rowids& rowids) {
    const std::string name = fmt::format("event.{}", i);
    const EventInfo& info = catalog_.events[i];
    const bool wanted = plan_.events[i];
    const bool read = wanted && i < events_.size() && events_[i];
    auto report = data_.events[i];
    const uint64_t room = RoomBehind(series.size());
    for (auto* number : {&report.rows, &report.kept, &report.duplicates, &report.without_record, &report.quarantined,
                         &report.future}) {
      archive_.Number(*number);
    }
    report.rowids = rowids;
    archive_.Column(name + ".rowids", report.rowids, read, room);
    if constexpr (std::is_const_v<Data>) report.last_rowid = LastOf(rowids);
    archive_.Number(report.last_rowid);
    archive_.Array(name + ".offsets", series.offsets, read);
    rt::Array<uint32_t> seconds = series.times.seconds();
    rt::Array<int64_t> micros = series.times.micros();
    archive_.Array(name + ".seconds", seconds, read, room);
    archive_.Array(name + ".times", micros, read, room);
    if constexpr (!std::is_const_v<Data>) {
      series.times = micros.empty() ? rt::Times(std::move(seconds)) : rt::Times(std::move(micros));
    }
    archive_.Array(name + ".arrival", series.arrival, read && plan_.arrival[i], room);
    Late late = LateOf(series.times);
    archive_.Number(late.than);
    archive_.Flag(late.known);
    archive_.Array(name + ".late", late.times, read);
    if constexpr (!std::is_const_v<Data>) {
      if (wanted) {
        can_count_future_ = can_count_future_ && (read || report.kept == 0);
        // Events that stand for others are counted where they are.
        if (info.any_of.empty()) {
          const bool enough = late.known && late.than <= now_;
          report.future = enough ? CountBehind(late.times) : CountBehind(series.times);
        }
        data_.events[i] = std::move(report);
      }
      if (read) {
        data_.events[i].room = RoomBehind(series.size());
        data_.events[i].memory = archive_.memory();
        series.fields.resize(info.fields.size());
        series.pools.resize(info.fields.size());
      }
    }
    rt::Column no_column;
    std::unique_ptr<rt::StringPool> no_pool;
    for (size_t f = 0; f < info.fields.size(); ++f) {
      const std::string place = fmt::format("{}.{}", name, f);
      const bool kept = read && plan_.fields[i][f];
      archive_.Column(place, At(series.fields, f, no_column), kept, room);
      archive_.Pool(place, At(data_.data.events[i].pools, f, no_pool), kept);
    }
  }

  void Marks() {
    uint64_t count = data_.marks.size();
    archive_.Number(count);
    if constexpr (!std::is_const_v<Data>) data_.marks.resize(std::min<uint64_t>(count, kMostTables));
    for (size_t i = 0; i < data_.marks.size(); ++i) {
      auto& marks = data_.marks[i];
      archive_.Text(marks.of.table);
      archive_.Text(marks.of.column);
      archive_.Number(marks.newest);
      archive_.Array(fmt::format("marks.{}.stretches", i), marks.stretches, true);
      archive_.Array(fmt::format("marks.{}.sums", i), marks.sums, true);
    }
  }

  template <typename Items, typename Item>
  static auto& At(Items& items, size_t at, Item& none) {
    using Found = std::remove_reference_t<decltype(items[at])>;
    return at < items.size() ? items[at] : static_cast<Found&>(none);
  }

  static int64_t LastOf(const rt::Column& rowids) {
    int64_t last = std::numeric_limits<int64_t>::min();
    for (size_t i = 0; i < rowids.size(); ++i) last = std::max(last, rowids.Raw(i));
    return last;
  }
  static bool Rise(const rt::Keys& keys) { return !keys.is_text && std::is_sorted(keys.ints.begin(), keys.ints.end()); }

  // The times of events in the future, so that later runs need not look through all: few events are.
  struct Late {
    int64_t than = 0;
    bool known = false;
    rt::Array<int64_t> times;
  };
  Late LateOf(const rt::Times& times) const {
    constexpr size_t kMost = size_t{1} << 20;
    if (!std::is_const_v<Data>) return {};
    std::vector<int64_t> late;
    for (size_t at = 0; at < times.size() && late.size() <= kMost; ++at) {
      if (times[at] > now_) late.push_back(times[at]);
    }
    if (late.size() > kMost) return {};
    return {now_, true, std::move(late)};
  }
  template <typename Instants>
  uint64_t CountBehind(const Instants& times) const {
    return static_cast<uint64_t>(std::ranges::count_if(times, [this](int64_t time) { return time > now_; }));
  }

  static constexpr uint64_t kMostTables = 1 << 16;  // SQLite has no room for more in one schema

  int64_t now_;
  bool can_count_future_ = true;
  Archive& archive_;
  const Catalog& catalog_;
  const LoadPlan& plan_;
  const std::vector<bool>& events_;
  Data& data_;
};

}  // namespace saiten::store
