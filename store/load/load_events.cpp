#include <algorithm>
#include <tuple>

#include "runtime/decimal.h"
#include "store/load/loader.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

// One field of a merged series, put together from the fields of that name of the members.
class MergedField {
 public:
  MergedField(const Catalog& catalog, EventId id, size_t field, rt::Dataset& data)
      : type_(catalog[id].fields[field].type) {
    if (type_.is(TypeKind::kText)) pool_ = std::make_unique<rt::StringPool>();
    for (EventId member : catalog[id].any_of) {
      Part part;
      if (auto same = catalog[member].Find(catalog[id].fields[field].name)) {
        part.values = &data.events[member.index()].fields[*same];
        part.scale = catalog[member].fields[*same].type.scale;
        if (const rt::StringPool* pool = data.events[member.index()].pools[*same].get();
            pool_ != nullptr && pool != nullptr) {
          for (int32_t code = 0; code < pool->size(); ++code) part.codes.push_back(pool_->Intern(pool->View(code)));
        }
      }
      parts_.push_back(std::move(part));
    }
  }

  void Append(size_t member, uint32_t event) {
    const Part& part = parts_[member];
    if (part.values == nullptr || part.values->size() == 0 || !part.values->Known(event)) {
      out_.AppendUnknown();
      return;
    }
    const int64_t value = part.values->Raw(event);
    bool saturated = false;
    if (type_.is(TypeKind::kText)) {
      out_.Append(part.codes[static_cast<size_t>(value)]);
    } else if (type_.is(TypeKind::kDecimal)) {
      out_.Append(rt::Rescale(value, part.scale, type_.scale, &saturated));
    } else {
      out_.Append(value);
    }
  }
  rt::Column Finish() { return out_.Finish(); }
  std::unique_ptr<rt::StringPool> TakePool() { return std::move(pool_); }

 private:
  struct Part {
    const rt::Column* values = nullptr;
    int scale = 0;
    std::vector<int32_t> codes;  // of the member's pool: the code in the merged one
  };
  Type type_;
  std::unique_ptr<rt::StringPool> pool_;
  std::vector<Part> parts_;
  rt::ColumnBuilder out_;
};

// Numbers for the order of arrival that compare between all series which need them.
void NumberArrivals(Loader& loader, RawArrivals& raw) {
  bool small = true;
  for (const auto& series : raw) {
    small = small && std::ranges::all_of(series, [](int64_t a) { return a >= 0 && a < KeyMap::kNone; });
  }
  std::vector<rt::EventSeries>& events = loader.out.data.events;
  if (small) {
    for (size_t i = 0; i < raw.size(); ++i) {
      events[i].arrival = std::vector<uint32_t>(raw[i].begin(), raw[i].end());
      raw[i] = {};
    }
    return;
  }
  loader.out.arrivals_are_ranks = true;
  struct Place {
    int64_t arrival;
    uint32_t series;
    uint32_t event;
  };
  std::vector<Place> places;
  std::vector<std::vector<uint32_t>> ranks(raw.size());
  for (uint32_t i = 0; i < raw.size(); ++i) {
    ranks[i].resize(raw[i].size());
    for (uint32_t e = 0; e < raw[i].size(); ++e) places.push_back({raw[i][e], i, e});
  }
  std::ranges::sort(places, [](const Place& a, const Place& b) {
    return std::tie(a.arrival, a.series, a.event) < std::tie(b.arrival, b.series, b.event);
  });
  for (uint32_t rank = 0; rank < places.size(); ++rank) ranks[places[rank].series][places[rank].event] = rank;
  for (size_t i = 0; i < raw.size(); ++i) events[i].arrival = std::move(ranks[i]);
}

}  // namespace

Status MergeSeries(Loader& loader, EventId id, RawArrivals& arrivals) {
  const EventInfo& info = loader.catalog[id];
  rt::Dataset& data = loader.out.data;
  rt::EventSeries& series = data.events[id.index()];
  struct Item {
    int64_t time;
    int64_t arrival;
    uint32_t member;
    uint32_t event;
    bool operator<(const Item& other) const {
      return std::tie(time, arrival, member, event) < std::tie(other.time, other.arrival, other.member, other.event);
    }
  };
  std::vector<std::pair<size_t, MergedField>> fields;
  series.fields.resize(info.fields.size());
  series.pools.resize(info.fields.size());
  for (size_t f = 0; f < info.fields.size(); ++f) {
    if (loader.plan.fields[id.index()][f]) fields.emplace_back(f, MergedField(loader.catalog, id, f, data));
  }
  const size_t owners = data.tables[info.object.index()].size;
  uint64_t events = 0;
  for (EventId member : info.any_of) events += data.events[member.index()].size();
  if (events > loader.options.most_rows) return Fail(Failure::kTooManyEvents, {info.name});
  std::vector<int64_t>& merged_arrivals = arrivals[id.index()];
  std::vector<Item> items;
  std::vector<uint32_t> offsets = {0};
  offsets.reserve(owners + 1);
  rt::TimesBuilder times;
  times.Reserve(events);
  for (size_t owner = 0; owner < owners; ++owner) {
    items.clear();
    for (uint32_t m = 0; m < info.any_of.size(); ++m) {
      const size_t member = info.any_of[m].index();
      const rt::EventSeries& from = data.events[member];
      for (uint32_t e = from.BeginOf(owner); e < from.EndOf(owner); ++e) {
        items.push_back({from.times[e], arrivals[member][e], m, e});
      }
    }
    std::sort(items.begin(), items.end());
    for (const Item& item : items) {
      times.Append(item.time);
      merged_arrivals.push_back(item.arrival);
      for (auto& [f, field] : fields) field.Append(item.member, item.event);
    }
    offsets.push_back(static_cast<uint32_t>(times.size()));
  }
  series.offsets = std::move(offsets);
  series.times = times.Finish();
  for (auto& [f, field] : fields) {
    series.fields[f] = field.Finish();
    series.pools[f] = field.TakePool();
  }
  return {};
}

Status LoadEvents(Loader& loader) {
  const std::vector<EventInfo>& events = loader.catalog.events;
  RawArrivals arrivals(events.size());
  std::vector<size_t> merged;
  std::vector<std::vector<EventId>> by_table;  // a table is read once, whatever number of declarations it has
  for (size_t i = 0; i < events.size(); ++i) {
    if (!loader.plan.events[i]) continue;
    if (!events[i].any_of.empty()) {
      merged.push_back(i);
      continue;
    }
    const std::string table = ColumnsOf(loader.catalog, EventId(i)).table;
    const auto same = std::ranges::find_if(
        by_table, [&](const auto& group) { return ColumnsOf(loader.catalog, group[0]).table == table; });
    same == by_table.end() ? by_table.push_back({EventId(i)}) : same->push_back(EventId(i));
  }
  for (const auto& group : by_table) SAITEN_RETURN_IF_ERROR(LoadSeries(loader, group, arrivals));
  // An event made of others may be made of such an event: each waits until its members are there.
  std::vector<bool> waits(events.size());
  for (size_t i : merged) waits[i] = true;
  while (!merged.empty()) {
    const size_t before = merged.size();
    for (size_t i : merged) {
      if (std::ranges::any_of(events[i].any_of, [&](EventId member) { return waits[member.index()]; })) continue;
      SAITEN_RETURN_IF_ERROR(MergeSeries(loader, EventId(i), arrivals));
      waits[i] = false;
    }
    std::erase_if(merged, [&](size_t i) { return !waits[i]; });
    SAITEN_CHECK(merged.size() < before);  // the checker refuses events made of themselves
  }
  for (size_t i = 0; i < events.size(); ++i) {
    if (!loader.plan.arrival[i]) arrivals[i] = {};
  }
  NumberArrivals(loader, arrivals);
  return {};
}

}  // namespace saiten::store
