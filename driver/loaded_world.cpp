#include "driver/loaded_world.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "runtime/decimal.h"

namespace saiten::driver {
namespace {

using flow::Value;
using rt::ColumnEditor;

// Numbers that stand for new records are from here to twice this (NewKey).
constexpr int64_t kFirstNewKey = int64_t{1} << 52;

// In memory of its own, and a byte each as machine code reads lists.
rt::Column CopyOfMembers(const rt::Column& members) {
  rt::Column copy = rt::Column::Zeros(rt::Width::k1, members.size());
  for (size_t row = 0; row < members.size(); ++row) copy.Set(row, members.Raw(row));
  return copy;
}

}  // namespace

LoadedWorld::LoadedWorld(const ir::Program& program, store::LoadedData& data, const rt::Zone* zone)
    : program_(program), data_(data), zone_(zone), any_of_(program.catalog->events.size()) {
  for (size_t any = 0; any < catalog().events.size(); ++any) {
    if (data.data.events[any].offsets.empty()) continue;
    for (EventId part : catalog().events[any].any_of) any_of_[part.index()].push_back(EventId(any));
  }
  for (const rt::EventSeries& series : data.data.events) {
    for (uint32_t arrival : series.arrival) arrived_ = std::max(arrived_, arrival + 1);
  }
}

Result<std::unique_ptr<LoadedWorld>> LoadedWorld::Make(const ir::Program& program, store::LoadedData& data,
                                                       const rt::Zone* zone) {
  std::unique_ptr<LoadedWorld> world(new LoadedWorld(program, data, zone));
  SAITEN_ASSIGN_OR_RETURN(world->context_, vm::RunContext::Create(program, data.data, 0, zone));
  return world;
}

ColumnEditor& LoadedWorld::Editor(rt::Column& column) {
  std::unique_ptr<ColumnEditor>& editor = columns_[&column];
  if (!editor) editor = std::make_unique<ColumnEditor>(column);
  return *editor;
}

rt::SeriesEditor& LoadedWorld::Editor(EventId event) {
  std::unique_ptr<rt::SeriesEditor>& editor = series_[event];
  if (!editor) editor = std::make_unique<rt::SeriesEditor>(data_.data.events[event.index()]);
  return *editor;
}

rt::AdjacencyEditor& LoadedWorld::Editor(rt::Adjacency& many) {
  std::unique_ptr<rt::AdjacencyEditor>& editor = many_[&many];
  if (!editor) editor = std::make_unique<rt::AdjacencyEditor>(many);
  return *editor;
}

int64_t LoadedWorld::Stored(std::vector<std::unique_ptr<rt::StringPool>>& pools, size_t column, const Value& value) {
  if (!value.known) return ColumnEditor::kUnknown;
  if (column >= pools.size() || !pools[column]) return value.number;
  const int32_t code = pools[column]->Intern(value.text);
  pools[column]->PrepareNfkc();
  return code;
}

Value LoadedWorld::ValueAt(const rt::Column& column, const rt::StringPool* pool, size_t row) const {
  if (row >= column.size() || !column.Known(row)) return Value::Unknown();
  if (!pool) return Value::Of(column.Raw(row));
  return Value::Of(std::string(pool->View(static_cast<int32_t>(column.Raw(row)))));
}

Value LoadedWorld::Get(ObjectId object, uint32_t row, uint32_t property) {
  const rt::Table& from = table(object);
  return ValueAt(from.columns[property], from.pools[property].get(), row);
}

void LoadedWorld::Write(ObjectId object, uint32_t row, uint32_t property, const Value& value) {
  rt::Table& to = table(object);
  const PropertyInfo& info = catalog()[object].properties[property];
  const Value before = info.type.is(TypeKind::kRef) ? Get(object, row, property) : Value::Unknown();
  Editor(to.columns[property]).Set(row, Stored(to.pools, property, value));
  if (!info.type.is(TypeKind::kRef) || before == value) return;
  const ObjectId target = info.type.object_id();
  const auto& others = catalog()[target].properties;
  for (uint32_t i = 0; i < others.size(); ++i) {
    if (!others[i].is_many || others[i].type.object_id() != object || others[i].by != property) continue;
    rt::Adjacency& many = table(target).many[i];
    if (many.offsets.empty()) continue;
    if (before.known) Editor(many).Remove(static_cast<uint32_t>(before.number), row);
    if (value.known) Editor(many).Add(static_cast<uint32_t>(value.number), row);
  }
}

void LoadedWorld::Rewind(ObjectId object, uint32_t row, uint32_t property, const Value& value) {
  if (IsLoaded(object, property)) Write(object, row, property, value);
}

void LoadedWorld::Hide(ObjectId object, uint32_t row) {
  const auto& properties = catalog()[object].properties;
  std::vector<Value> values;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    const bool stays = properties[i].is_many || properties[i].is_key || !IsLoaded(object, i);
    values.push_back(stays ? Value::Unknown() : Get(object, row, i));
    if (!stays) Write(object, row, i, Value::Unknown());
  }
  hidden_[{object.value, row}] = std::move(values);
}

void LoadedWorld::SetResults(rt::Results results) {
  results_ = std::move(results);
  for (const auto& [record, values] : hidden_) ClearResults(ObjectId(record.first), record.second);
}

void LoadedWorld::ClearResults(ObjectId object, uint32_t row) {
  for (rt::Column& column : results_.columns[object.index()]) {
    if (column.size() <= row) continue;
    // Bits are known always; that of a record without results is 0, as in new columns.
    if (column.width() == rt::Width::kBit) {
      column.Set(row, 0);
    } else {
      column.SetUnknown(row);
    }
  }
}

std::vector<int64_t> LoadedWorld::FieldsIn(EventId any, EventId event, const std::vector<int64_t>& fields) {
  const EventInfo& to = catalog()[any];
  const EventInfo& from = catalog()[event];
  std::vector<int64_t> out(to.fields.size(), ColumnEditor::kUnknown);
  for (uint32_t i = 0; i < to.fields.size(); ++i) {
    const auto same = from.Find(to.fields[i].name);
    if (!same || *same >= fields.size() || fields[*same] == ColumnEditor::kUnknown) continue;
    const Type type = to.fields[i].type;
    if (type.is(TypeKind::kText)) {
      const auto& pool = data_.data.events[event.index()].pools[*same];
      const Value text = Value::Of(std::string(pool->View(static_cast<int32_t>(fields[*same]))));
      out[i] = Stored(data_.data.events[any.index()].pools, i, text);
    } else if (type.is(TypeKind::kDecimal)) {
      bool saturated = false;
      out[i] = rt::Rescale(fields[*same], from.fields[*same].type.scale, type.scale, &saturated);
    } else {
      out[i] = fields[*same];
    }
  }
  return out;
}

void LoadedWorld::Insert(EventId event, uint32_t row, const Apart& one) {
  Editor(event).Insert(row, one.time, one.arrival, one.fields);
  for (EventId any : any_of_[event.index()]) {
    Editor(any).Insert(row, one.time, one.arrival, FieldsIn(any, event, one.fields));
  }
}

void LoadedWorld::Remove(EventId event, uint32_t row, int64_t time, uint32_t arrival) {
  rt::SeriesEditor& editor = Editor(event);
  const rt::EventSeries& series = data_.data.events[event.index()];
  for (uint32_t place = series.BeginOf(row); place < series.EndOf(row); ++place) {
    if (series.times[place] != time || (!series.arrival.empty() && series.arrival[place] != arrival)) continue;
    editor.Remove(row, place);
    return;
  }
}

void LoadedWorld::Hide(EventId event, uint32_t row, uint32_t place) {
  const rt::EventSeries& series = data_.data.events[event.index()];
  Apart one{.time = series.times[place], .arrival = series.arrival.empty() ? 0 : series.arrival[place], .fields = {}};
  for (const rt::Column& field : series.fields) {
    const bool known = place < field.size() && field.Known(place);
    one.fields.push_back(known ? field.Raw(place) : ColumnEditor::kUnknown);
  }
  Remove(event, row, one.time, one.arrival);
  for (EventId any : any_of_[event.index()]) Remove(any, row, one.time, one.arrival);
  late_[{event, row, one.arrival}] = std::move(one);
}

void LoadedWorld::Forget(EventId event, int64_t from) {
  const rt::EventSeries& series = data_.data.events[event.index()];
  if (series.offsets.empty()) return;
  const size_t records = table(catalog()[event].object).size;
  for (uint32_t row = 0; row < records; ++row) {
    // The last ones of a record are the latest.
    while (series.BeginOf(row) < series.EndOf(row) && series.times[series.EndOf(row) - 1] > from) {
      const uint32_t last = series.EndOf(row) - 1;
      const int64_t time = series.times[last];
      const uint32_t arrival = series.arrival.empty() ? 0 : series.arrival[last];
      Remove(event, row, time, arrival);
      for (EventId any : any_of_[event.index()]) Remove(any, row, time, arrival);
    }
  }
}

void LoadedWorld::Arrive(const flow::Item& item) {
  if (std::get_if<flow::Created>(&item.what)) {
    const auto hidden = hidden_.find({item.object.value, item.row});
    if (hidden != hidden_.end()) {
      for (uint32_t i = 0; i < hidden->second.size(); ++i) {
        if (hidden->second[i].known) Set(item.object, item.row, i, hidden->second[i], item.instant, Writer::kOutside);
      }
      hidden_.erase(hidden);
    }
    for (const auto& [property, value] : std::get<flow::Created>(item.what).properties) {
      Set(item.object, item.row, property, value, item.instant, Writer::kOutside);
    }
  } else if (std::get_if<flow::Deleted>(&item.what)) {
    Hide(item.object, item.row);
    for (Value& value : hidden_[{item.object.value, item.row}]) value = Value::Unknown();
    ClearResults(item.object, item.row);
  } else if (auto* happened = std::get_if<flow::Happened>(&item.what)) {
    const auto late = late_.find({happened->event, item.row, happened->arrival});
    if (late != late_.end()) {
      Insert(happened->event, item.row, late->second);
      late_.erase(late);
    }
  }
  writes_.arrived.push_back(item);
}

std::vector<std::vector<uint8_t>> LoadedWorld::There() const {
  if (hidden_.empty()) return {};
  std::vector<std::vector<uint8_t>> there;
  for (const rt::Table& table : data_.data.tables) there.emplace_back(table.size, 1);
  for (const auto& [record, values] : hidden_) there[record.first][record.second] = 0;
  return there;
}

std::optional<EventId> LoadedWorld::HistoryOf(ObjectId object, uint32_t property) const {
  for (size_t i = 0; i < catalog().events.size(); ++i) {
    const EventInfo& event = catalog().events[i];
    if (event.change_of == property && event.object == object && event.engine_kept) return EventId(i);
  }
  return std::nullopt;
}

void LoadedWorld::Set(ObjectId object, uint32_t row, uint32_t property, Value value, int64_t instant, Writer writer) {
  if (!IsLoaded(object, property)) return;
  if (const auto history = HistoryOf(object, property)) {
    AddEvent(*history, row, instant, {{0, value}, {1, Get(object, row, property)}});
  }
  Write(object, row, property, value);
  if (writer == Writer::kFlow) writes_.properties.push_back({object, row, property, std::move(value), instant});
}

void LoadedWorld::Note(ObjectId object, uint32_t row, uint32_t column, Value before, Value after, int64_t instant) {
  const ir::ResultColumn& result = program_.results[object.index()][column];
  const std::string& name = result.column.empty() ? result.name : result.column;
  const auto& properties = catalog()[object].properties;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    // What `leave below` of the next commit asks for (sem SC7).
    const bool asks = result.kind == ir::ResultColumn::Kind::kBand && properties[i].previous_band_of == result.name;
    if (asks && IsLoaded(object, i)) Write(object, row, i, after);
  }
  for (size_t i = 0; i < catalog().events.size(); ++i) {
    const EventInfo& event = catalog().events[i];
    if (event.object != object || event.change_of_result.empty() || event.change_of_result != name) continue;
    AddEvent(EventId(i), row, instant, {{0, after}, {1, before}});
  }
}

void LoadedWorld::Rewind(ListId list, uint32_t row, bool member) {
  rt::Column& members = table(catalog()[list].object).lists[list.index()];
  if (members.size() == 0) return;
  if (own_lists_.insert(list).second) members = CopyOfMembers(members);
  members.Set(row, member ? 1 : 0);
}

void LoadedWorld::SetMember(ListId list, uint32_t row, bool member, int64_t instant, Writer writer) {
  Rewind(list, row, member);
  if (writer == Writer::kFlow) writes_.members.push_back({list, row, member, instant});
}

void LoadedWorld::AddEvent(EventId event, uint32_t row, int64_t time, const std::map<uint32_t, Value>& fields) {
  rt::EventSeries& series = data_.data.events[event.index()];
  if (!series.offsets.empty()) {
    Apart one{.time = time, .arrival = arrived_++, .fields = {}};
    for (uint32_t i = 0; i < catalog()[event].fields.size(); ++i) {
      const auto given = fields.find(i);
      one.fields.push_back(Stored(series.pools, i, given == fields.end() ? Value::Unknown() : given->second));
    }
    Insert(event, row, one);
  }
  if (catalog()[event].engine_kept) writes_.events.push_back({event, row, time, fields});
}

LoadedWorld::GrowingKeys& LoadedWorld::KeysOf(ObjectId object) {
  auto [found, fresh] = keys_.try_emplace(object.value);
  GrowingKeys& grown = found->second;
  if (!fresh) return grown;
  const rt::Keys& keys = table(object).keys;
  grown.ints.assign(keys.ints.begin(), keys.ints.end());
  grown.offsets.assign(keys.texts.offsets.begin(), keys.texts.offsets.end());
  grown.bytes.assign(keys.texts.bytes.begin(), keys.texts.bytes.end());
  if (keys.is_text && grown.offsets.empty()) grown.offsets.push_back(0);
  for (const int64_t number : grown.ints) {
    if (number >= kFirstNewKey) grown.taken.insert(number);
  }
  return grown;
}

// A text is the key of the action itself. A number is made of its first 52 bits, above all that a source is likely to
// have, and within what every program reads exactly: up to 2^53. The same action makes the same one whenever it runs.
Value LoadedWorld::NewKey(ObjectId object, std::string_view key) {
  GrowingKeys& keys = KeysOf(object);
  if (table(object).keys.is_text) return Value::Of(std::string(key));
  constexpr size_t kDigits = 13;
  int64_t number = 0;
  std::from_chars(key.data(), key.data() + kDigits, number, 16);
  number |= kFirstNewKey;
  while (!keys.taken.insert(number).second) number = kFirstNewKey | (number + 1);
  return Value::Of(number);
}

void LoadedWorld::AppendKey(ObjectId object, const Value& key) {
  rt::Keys& keys = table(object).keys;
  GrowingKeys& grown = KeysOf(object);
  if (keys.is_text) {
    grown.bytes.insert(grown.bytes.end(), key.text.begin(), key.text.end());
    grown.offsets.push_back(grown.bytes.size());
    keys.texts = {rt::Array<uint64_t>(grown.offsets.data(), grown.offsets.size(), nullptr),
                  rt::Array<char>(grown.bytes.data(), grown.bytes.size(), nullptr)};
  } else {
    grown.ints.push_back(key.number);
    keys.ints = rt::Array<int64_t>(grown.ints.data(), grown.ints.size(), nullptr);
  }
}

// One row more, of which nothing is known, everywhere where the object has one.
void LoadedWorld::AppendRow(ObjectId object) {
  rt::Table& to = table(object);
  const ObjectInfo& info = catalog()[object];
  // Of an empty table nothing tells which columns are needed: all get a row.
  const bool was_empty = to.size++ == 0;
  for (size_t i = 0; i < to.columns.size(); ++i) {
    const PropertyInfo& property = info.properties[i];
    const bool has_texts = !property.type.is(TypeKind::kText) || to.pools[i];
    const bool loaded = to.columns[i].size() > 0 || (was_empty && !property.is_many && has_texts);
    if (loaded) Editor(to.columns[i]).Append(ColumnEditor::kUnknown);
    if (property.is_many && !to.many[i].offsets.empty()) Editor(to.many[i]).AddTarget();
  }
  for (size_t list = 0; list < to.lists.size(); ++list) {
    rt::Column& members = to.lists[list];
    if (catalog().lists[list].object != object || (members.size() == 0 && !was_empty)) continue;
    rt::Column longer = rt::Column::Zeros(rt::Width::k1, members.size() + 1);
    for (size_t row = 0; row < members.size(); ++row) longer.Set(row, members.Raw(row));
    members = std::move(longer);
    own_lists_.insert(ListId(static_cast<uint32_t>(list)));
  }
  for (uint32_t event = 0; event < catalog().events.size(); ++event) {
    const bool loaded = !data_.data.events[event].offsets.empty();
    if (loaded && catalog().events[event].object == object) Editor(EventId(event)).AddRecord();
  }
  // Room for more rows does no harm.
  for (rt::Column& column : results_.columns[object.index()]) {
    if (column.size() >= to.size) continue;
    rt::Column longer = rt::Column::Unknowns(column.width(), to.size + to.size / 4 + 64, column.unit());
    for (size_t row = 0; row < column.size(); ++row) longer.Set(row, column.Raw(row));
    column = std::move(longer);
  }
}

uint32_t LoadedWorld::Create(ObjectId object, const std::map<uint32_t, Value>& properties, int64_t instant,
                             std::string_view key) {
  const ObjectInfo& info = catalog()[object];
  const auto row = static_cast<uint32_t>(table(object).size);
  const Value own = NewKey(object, key);
  AppendRow(object);
  AppendKey(object, own);
  if (values_ != nullptr) {
    values_->AddKey(object, own.text.empty() ? flow::Kept(own.number) : flow::Kept(own.text));
  }
  WorldWrites::Created made{.object = object, .row = row, .instant = instant, .properties = {}};
  for (uint32_t i = 0; i < info.properties.size(); ++i) {
    const PropertyInfo& property = info.properties[i];
    if (property.is_many || !property.previous_band_of.empty()) continue;
    const auto given = properties.find(i);
    Value value = given == properties.end() ? Value::Unknown() : given->second;
    // What is not said of a record: no, none.
    const bool has_default = property.type.is(TypeKind::kBool) || property.type.is(TypeKind::kSet);
    if (!value.known && has_default && !property.type.optional) value = Value::Of(0);
    if (property.is_key) value = own;
    if (!value.known) continue;
    if (!property.is_key) made.properties[i] = value;
    Set(object, row, i, std::move(value), instant, Writer::kOutside);
  }
  writes_.created.push_back(std::move(made));
  return row;
}

void LoadedWorld::Pack() {
  for (const auto& [event, editor] : series_) editor->Pack();
  series_.clear();
  for (const auto& [many, editor] : many_) editor->Pack();
  many_.clear();
}

}  // namespace saiten::driver
