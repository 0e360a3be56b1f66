#include "driver/tick_items.h"

#include <algorithm>
#include <iterator>

#include "flow/state.h"

namespace saiten::driver {
namespace {

using flow::Value;

// Changes of one instant come before its events, in the order of the log: those who wrote the row then wrote it first.
constexpr uint64_t kEventOrder = uint64_t{1} << 40;

}  // namespace

ItemFinder::ItemFinder(LoadedWorld& world, const Catalog& catalog, const store::LoadedData& data, int64_t from,
                       int64_t until, std::vector<uint32_t> first_gone)
    : world_(world), catalog_(catalog), data_(data), from_(from), until_(until), first_gone_(std::move(first_gone)) {
  for (const rt::Table& table : data.data.tables) seen_.emplace_back(table.size);
}

void ItemFinder::Overlay(ObjectId object, uint32_t row, uint32_t property, const Value& value) {
  overlay_[{object.value, row, property}] = value;
}

ItemFinder::Changed& ItemFinder::Remember(ObjectId object, uint32_t row) {
  Changed& changed = changed_[{object.value, row}];
  if (!changed.values.empty()) return changed;
  changed.object = object;
  changed.row = row;
  const auto& properties = catalog_[object].properties;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    changed.values.push_back(properties[i].is_many ? Value::Unknown() : world_.Get(object, row, i));
  }
  return changed;
}

void ItemFinder::Logged(ObjectId object, flow::LoggedRecord logged) {
  if (logged.row != flow::KeptValues::kNone) {
    logged_[{object.value, logged.row}].push_back(std::move(logged));
  } else if (std::max(logged.instant, from_) <= until_) {
    spent_.push_back(logged.place);
  }
}

void ItemFinder::Members(ListId list, std::span<const uint32_t> rows) {
  const ObjectId object = catalog_[list].object;
  const rt::Column& now = data_.data.tables[object.index()].lists[list.index()];
  std::vector<bool> before(now.size());
  for (const uint32_t row : rows) {
    if (row < before.size()) before[row] = true;
  }
  for (uint32_t row = 0; row < now.size(); ++row) {
    const bool member = now.Raw(row) != 0;
    if (member != before[row]) listed_[{object.value, row}].emplace_back(list, member);
  }
}

std::vector<ItemFinder::Listed> ItemFinder::TakeListed() {
  std::vector<Listed> all;
  for (const auto& [record, lists] : std::exchange(listed_, {})) {
    for (const auto& [list, member] : lists) all.push_back({list, record.second, member});
  }
  return all;
}

std::span<const flow::LoggedRecord> ItemFinder::LoggedOf(ObjectId object, uint32_t row) const {
  const auto found = logged_.find({object.value, row});
  return found == logged_.end() ? std::span<const flow::LoggedRecord>() : found->second;
}

int64_t ItemFinder::After(const Way& way, const flow::LoggedRecord& logged) {
  return std::max(logged.instant, way.instant);
}

ItemFinder::Way ItemFinder::Begin(ObjectId object, uint32_t row) const {
  const size_t all = catalog_[object].properties.size();
  Way way{.object = object,
          .row = row,
          .values = {},
          .asked = {},
          .later = {},
          .lists = {},
          .unsettled = {},
          .told = {},
          .items = {}};
  way.values.resize(all);
  way.asked.resize(all);
  way.later.resize(all);
  way.instant = from_;
  return way;
}

template <typename What>
void ItemFinder::AddItem(Way& way, What what) {
  for (const flow::LogPlace& place : way.unsettled) way.told.push_back({way.instant, way.order, place});
  way.unsettled.clear();
  way.items.push_back(
      {.instant = way.instant, .order = way.order++, .object = way.object, .row = way.row, .what = std::move(what)});
}

bool ItemFinder::Goes(const Way& way, const flow::LoggedRecord& logged,
                      std::span<const flow::LoggedRecord> behind) const {
  if (logged.is_there() || !way.there) return false;
  const auto next = std::ranges::find_if(behind, &flow::LoggedRecord::is_there);
  if (next == behind.end()) return IsGone(way.object, way.row) && behind.empty();
  return logged.kind == store::ValueKind::kGone && After(way, *next) != way.instant;
}

void ItemFinder::Step(Way& way, const flow::LoggedRecord& logged) {
  if (!way.there) {
    if (!logged.is_there()) return;
    way.there = true;
    for (const auto& [property, value] : logged.values) way.values[property] = value;
    AddItem(way, flow::Created{logged.values});
    return;
  }
  flow::Changed change;
  for (const auto& [property, value] : logged.values) {
    if (!way.asked[property] || way.values[property] == value) continue;
    way.values[property] = value;
    change.properties.emplace_back(property, value);
  }
  if (!change.properties.empty()) AddItem(way, std::move(change));
}

void ItemFinder::Follow(Way& way, std::span<const flow::LoggedRecord> logged) {
  for (size_t i = 0; i < logged.size(); ++i) {
    const int64_t at = After(way, logged[i]);
    if (at > until_) {
      // It stays in the log, with all behind it, and nobody knows of it yet.
      Later(at);
      way.held = true;
      for (const flow::LoggedRecord& one : logged.subspan(i)) {
        for (const auto& [property, value] : one.values) way.later[property] = true;
      }
      return;
    }
    way.instant = at;
    way.unsettled.push_back(logged[i].place);
    if (Goes(way, logged[i], logged.subspan(i + 1))) {
      way.there = false;
      way.values.assign(way.values.size(), Value::Unknown());
      AddItem(way, flow::Deleted{});
    } else {
      Step(way, logged[i]);
    }
  }
}

int64_t ItemFinder::EndOf(ObjectId object, uint32_t row) {
  Way way = Begin(object, row);
  const std::optional<int64_t> later = later_;
  Follow(way, LoggedOf(object, row));
  later_ = later;
  if (!way.there) return way.instant;
  return way.held ? flow::kNever : until_;
}

// What the source says beyond the log is so from `until` on; but a relation ends with the record that it leads to.
void ItemFinder::AddRest(Way& way) {
  std::map<int64_t, flow::Changed> rest;
  for (uint32_t property = 0; property < way.values.size(); ++property) {
    if (!way.asked[property] || way.later[property]) continue;
    const Value& before = way.values[property];
    Value now = world_.Get(way.object, way.row, property);
    if (now == before) continue;
    const Type type = catalog_[way.object].properties[property].type;
    int64_t at = until_;
    if (type.is(TypeKind::kRef) && before.known && IsGone(type.object_id(), static_cast<uint32_t>(before.number))) {
      at = EndOf(type.object_id(), static_cast<uint32_t>(before.number));
      // It leads there still.
      if (at == flow::kNever && !now.known) continue;
      at = std::clamp(at, way.instant, until_);
    }
    rest[at].properties.emplace_back(property, std::move(now));
  }
  if (!way.lists.empty()) rest[until_].lists = std::move(way.lists);
  for (auto& [at, change] : rest) {
    way.instant = at;
    AddItem(way, std::move(change));
  }
}

// The items of a way, with its end.
void ItemFinder::Arrive(Way way) {
  if (way.there && !IsGone(way.object, way.row)) {
    AddRest(way);
  } else if (way.there && !way.held) {
    way.instant = until_;
    AddItem(way, flow::Deleted{});
  }
  spent_.insert(spent_.end(), way.unsettled.begin(), way.unsettled.end());
  if (!way.told.empty()) {
    std::vector<Told>& told = Remember(way.object, way.row).told;
    told.insert(told.end(), way.told.begin(), way.told.end());
  }
  std::ranges::move(way.items, std::back_inserter(items_));
}

void ItemFinder::Seen(ObjectId object, uint32_t row, std::span<const uint32_t> properties,
                      std::span<const Value> values) {
  seen_[object.index()][row] = true;
  const std::span<const flow::LoggedRecord> logged = LoggedOf(object, row);
  const auto listed = listed_.extract({object.value, row});
  bool same = logged.empty() && !IsGone(object, row) && listed.empty();
  for (size_t i = 0; same && i < properties.size(); ++i) same = world_.Get(object, row, properties[i]) == values[i];
  if (same) return;
  Way way = Begin(object, row);
  for (size_t i = 0; i < properties.size(); ++i) {
    way.values[properties[i]] = values[i];
    way.asked[properties[i]] = true;
  }
  if (!listed.empty()) {
    way.lists = listed.mapped();
    for (const auto& [list, member] : way.lists) world_.Rewind(list, row, !member);
  }
  Follow(way, logged);
  Changed& changed = Remember(object, row);
  for (size_t i = 0; i < properties.size(); ++i) changed.values[properties[i]] = values[i];
  Arrive(std::move(way));
  for (size_t i = 0; i < properties.size(); ++i) {
    if (world_.Get(object, row, properties[i]) != values[i]) world_.Rewind(object, row, properties[i], values[i]);
  }
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

int64_t ItemFinder::FirstEventOf(ObjectId object, uint32_t row) const {
  const auto first = first_event_.find({object.value, row});
  return first == first_event_.end() ? flow::kNever : first->second;
}

// It comes with the first values that the log has of it; before that only if something happened to it earlier.
bool ItemFinder::AddNewLogged(ObjectId object, uint32_t row, std::span<const flow::LoggedRecord> logged) {
  const auto first = std::ranges::find_if(logged, &flow::LoggedRecord::is_there);
  if (first == logged.end()) return false;
  Way way = Begin(object, row);
  for (auto one = logged.begin(); one <= first; ++one) way.instant = After(way, *one);
  const bool logged_later = way.instant > until_;
  if (logged_later) Later(way.instant);
  way.instant = std::min(way.instant, FirstEventOf(object, row));
  for (const auto& [property, value] : first->values) {
    way.asked[property] = true;
    way.values[property] = value;
  }
  const auto rest = logged_later ? first : first + 1;
  for (auto one = logged.begin(); one < rest; ++one) way.unsettled.push_back(one->place);
  Changed& changed = Remember(object, row);
  changed.is_new = true;
  if (way.instant <= until_) {
    AddItem(way, flow::Created{});
    Follow(way, std::span(rest, logged.end()));
    Arrive(std::move(way));
  }
  for (const auto& [property, value] : first->values) {
    changed.values[property] = value;
    if (world_.Get(object, row, property) != value) world_.Rewind(object, row, property, value);
  }
  world_.Hide(object, row);
  return true;
}

void ItemFinder::AddNew(ObjectId object, uint32_t row) {
  const std::span<const flow::LoggedRecord> logged = LoggedOf(object, row);
  if (AddNewLogged(object, row, logged)) return;
  for (const flow::LoggedRecord& one : logged) spent_.push_back(one.place);
  Remember(object, row).is_new = true;
  // Nobody knows of it, and it is not there.
  if (IsGone(object, row)) return world_.Hide(object, row);
  // Without a log nobody knows when it was made: it was there when it says so, and when its first event came.
  int64_t at = std::clamp(MadeAt(object, row).value_or(until_), from_, until_);
  at = std::min(at, FirstEventOf(object, row));
  items_.push_back({.instant = at, .order = 0, .object = object, .row = row, .what = flow::Created{}});
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
        Later(instant);
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
