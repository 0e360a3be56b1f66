#include "driver/tick_items.h"

#include <algorithm>

namespace saiten::driver {
namespace {

using flow::Value;

// Changes of one instant come before its events: those who wrote the row then wrote it first.
constexpr uint64_t kChangeOrder = 0;
constexpr uint64_t kEventOrder = 1;

}  // namespace

ItemFinder::ItemFinder(LoadedWorld& world, const Catalog& catalog, const store::LoadedData& data, int64_t from,
                       int64_t until)
    : world_(world), catalog_(catalog), data_(data), from_(from), until_(until) {
  for (const rt::Table& table : data.data.tables) seen_.emplace_back(table.size);
}

void ItemFinder::Overlay(ObjectId object, uint32_t row, uint32_t property, const Value& value) {
  overlay_[{object.value, row, property}] = value;
}

ItemFinder::Changed& ItemFinder::Remember(ObjectId object, uint32_t row) {
  Changed& changed = changed_[{object.value, row}];
  if (!changed.now.empty()) return changed;
  changed.object = object;
  changed.row = row;
  const auto& properties = catalog_[object].properties;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    changed.now.push_back(properties[i].is_many ? Value::Unknown() : world_.Get(object, row, i));
  }
  changed.before = changed.now;
  return changed;
}

void ItemFinder::Seen(ObjectId object, uint32_t row, std::span<const uint32_t> properties,
                      std::span<const Value> values) {
  seen_[object.index()][row] = true;
  flow::Changed change;
  for (size_t i = 0; i < properties.size(); ++i) {
    const Value& before = values[i];
    const Value now = world_.Get(object, row, properties[i]);
    if (before == now) continue;
    Remember(object, row).before[properties[i]] = before;
    change.properties.push_back({properties[i], now});
    world_.Rewind(object, row, properties[i], before);
  }
  if (change.properties.empty()) return;
  items_.push_back({.instant = until_, .order = kChangeOrder, .object = object, .row = row, .what = std::move(change)});
}

std::optional<int64_t> ItemFinder::MadeAt(ObjectId object, uint32_t row) {
  const auto& properties = catalog_[object].properties;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    if (properties[i].role != Role::kCreated || !properties[i].type.is(TypeKind::kInstant)) continue;
    const Value made = world_.Get(object, row, i);
    if (made.known) return made.number;
  }
  return std::nullopt;
}

void ItemFinder::Old(ObjectId object, uint32_t row) {
  const auto made = MadeAt(object, row);
  if (made && *made > from_ && *made <= until_) return;  // new
  seen_[object.index()][row] = true;
  if (made && *made > until_) world_.Hide(object, row);
}

void ItemFinder::AddNew(ObjectId object, uint32_t row) {
  Remember(object, row).is_new = true;
  // Without a log nobody knows when it was made: it was there when it says so, and when its first event came.
  int64_t at = std::clamp(MadeAt(object, row).value_or(until_), from_, until_);
  if (const auto first = first_event_.find({object.value, row}); first != first_event_.end()) {
    at = std::min(at, first->second);
  }
  items_.push_back({.instant = at, .order = kChangeOrder, .object = object, .row = row, .what = flow::Created{}});
  world_.Hide(object, row);
}

void ItemFinder::AddEvents(EventId event, int64_t last_rowid) {
  const EventInfo& info = catalog_[event];
  const rt::EventSeries& series = data_.data.events[event.index()];
  const store::LoadedData::Event& loaded = data_.events[event.index()];
  const rt::Column* received =
      info.received && *info.received < series.fields.size() ? &series.fields[*info.received] : nullptr;
  int64_t highest = -1;
  for (size_t place = 0; last_rowid >= 0 && place < loaded.rowids.size(); ++place) {
    if (loaded.rowids.Known(place)) highest = std::max(highest, loaded.rowids.Raw(place));
  }
  if (last_rowid >= 0 && loaded.rowids.size() > 0 && highest < last_rowid) renumbered_.push_back(event);
  std::vector<std::pair<uint32_t, uint32_t>> late;  // record and arrival: hiding moves places
  const size_t records = data_.data.tables[info.object.index()].size;
  for (uint32_t record = 0; record < records; ++record) {
    for (uint32_t place = series.BeginOf(record); place < series.EndOf(record); ++place) {
      const bool dated = received && place < received->size() && received->Known(place);
      int64_t instant = dated ? received->Raw(place) : series.times[place];
      if (instant > until_) {
        later_ = std::min(later_.value_or(instant), instant);
        continue;
      }
      const bool numbered = last_rowid >= 0 && place < loaded.rowids.size() && loaded.rowids.Known(place);
      const bool is_new = numbered && loaded.rowids.Raw(place) > last_rowid;
      if (instant <= from_ && !is_new) continue;
      const uint32_t arrival = series.arrival.empty() ? 0 : series.arrival[place];
      if (instant <= from_) {
        instant = from_;
        late.push_back({record, arrival});
      }
      if (!seen_[info.object.index()][record]) {
        auto [first, fresh] = first_event_.try_emplace({info.object.value, record}, instant);
        first->second = std::min(first->second, instant);
      }
      items_.push_back({.instant = instant,
                        .order = kEventOrder + arrival,
                        .object = info.object,
                        .row = record,
                        .what = flow::Happened{event, series.times[place], arrival}});
    }
  }
  for (const auto& [record, arrival] : late) {
    for (uint32_t place = series.BeginOf(record); place < series.EndOf(record); ++place) {
      if (!series.arrival.empty() && series.arrival[place] != arrival) continue;
      world_.Hide(event, record, place);
      break;
    }
  }
}

void ItemFinder::Finish(std::span<const int64_t> last_rowid) {
  for (uint32_t event = 0; event < catalog_.events.size(); ++event) {
    const EventInfo& info = catalog_.events[event];
    const bool own = info.engine_kept && !info.message_event;  // what the engine itself has written
    if (own || !info.any_of.empty() || info.is_change() || data_.data.events[event].offsets.empty()) continue;
    AddEvents(EventId(event), last_rowid[event]);
  }
  for (uint32_t object = 0; object < seen_.size(); ++object) {
    for (uint32_t row = 0; row < seen_[object].size(); ++row) {
      if (!seen_[object][row]) AddNew(ObjectId(object), row);
    }
  }
  // What workflows set lies over the source up to the item by which the source itself changes (sem O1a).
  for (const auto& [place, value] : overlay_) {
    const auto& [object, row, property] = place;
    Remember(ObjectId(object), row);
    world_.Rewind(ObjectId(object), row, property, value);
  }
}

}  // namespace saiten::driver
