#include "driver/memory_data.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace saiten::driver {
namespace {

// A column being filled, with its dictionary where it holds texts.
class ColumnMaker {
 public:
  explicit ColumnMaker(Type type) {
    if (type.is(TypeKind::kText)) pool_ = std::make_unique<rt::StringPool>();
  }
  void Append(const flow::Value& value) {
    if (!value.known) {
      builder_.AppendUnknown();
    } else {
      builder_.Append(pool_ ? pool_->Intern(value.text) : value.number);
    }
  }
  void Finish(std::vector<rt::Column>& columns, std::vector<std::unique_ptr<rt::StringPool>>& pools) {
    columns.push_back(builder_.Finish());
    if (pool_) pool_->PrepareNfkc();
    pools.push_back(std::move(pool_));
  }

 private:
  rt::ColumnBuilder builder_;
  std::unique_ptr<rt::StringPool> pool_;
};

}  // namespace

MemoryData::MemoryData(const Catalog& catalog)
    : catalog_(catalog),
      records_(catalog.objects.size()),
      events_(catalog.events.size()),
      members_(catalog.lists.size()) {}

size_t MemoryData::AddRecord(ObjectId object) {
  const ObjectInfo& info = catalog_[object];
  std::vector<flow::Value> record;
  for (const PropertyInfo& property : info.properties) {
    const bool has_default = property.type.is(TypeKind::kBool) || property.type.is(TypeKind::kSet);
    record.push_back(has_default && !property.type.optional ? flow::Value::Of(0) : flow::Value::Unknown());
  }
  auto& records = records_[object.index()];
  if (info.key) {
    const auto number = static_cast<int64_t>(records.size()) + 1;
    record[*info.key] = info.properties[*info.key].type.is(TypeKind::kText) ? flow::Value::Of(std::to_string(number))
                                                                            : flow::Value::Of(number);
  }
  records.push_back(std::move(record));
  return records.size() - 1;
}

void MemoryData::Set(ObjectId object, size_t row, uint32_t property, flow::Value value) {
  records_[object.index()][row][property] = std::move(value);
}

std::optional<EventId> MemoryData::HistoryOf(ObjectId object, uint32_t property) const {
  for (size_t i = 0; i < catalog_.events.size(); ++i) {
    const EventInfo& event = catalog_.events[i];
    if (event.change_of == property && event.object == object) return EventId(i);
  }
  return std::nullopt;
}

void MemoryData::Change(ObjectId object, size_t row, uint32_t property, flow::Value value, int64_t time) {
  const auto history = HistoryOf(object, property);
  const flow::Value& before = Get(object, row, property);
  if (history && value != before) AddEvent(*history, row, time, {{0, value}, {1, before}});
  Set(object, row, property, std::move(value));
}

void MemoryData::Open(ObjectId object, size_t row, int64_t time) {
  for (uint32_t p = 0; p < catalog_[object].properties.size(); ++p) {
    const auto history = HistoryOf(object, p);
    const flow::Value& value = Get(object, row, p);
    if (history && value.known) AddEvent(*history, row, time, {{0, value}, {1, flow::Value::Unknown()}});
  }
}

const flow::Value& MemoryData::Get(ObjectId object, size_t row, uint32_t property) const {
  return records_[object.index()][row][property];
}

uint32_t MemoryData::AddEvent(EventId event, size_t row, int64_t time, std::map<uint32_t, flow::Value> fields,
                              bool announced) {
  events_[event.index()].push_back({row, time, arrived_, announced, std::move(fields)});
  return arrived_++;
}

bool MemoryData::Show(EventId event, uint32_t arrival) {
  auto& events = events_[event.index()];
  const auto found = std::ranges::find(events, arrival, &Event::arrival);
  return found != events.end() && std::exchange(found->announced, false);
}

void MemoryData::SetMember(ListId list, size_t row, bool member) {
  std::erase(members_[list.index()], row);
  if (member) members_[list.index()].push_back(row);
}

rt::Table MemoryData::BuildTable(ObjectId object) const {
  const ObjectInfo& info = catalog_[object];
  const auto& records = records_[object.index()];
  rt::Table table;
  table.size = records.size();
  table.keys.is_text = info.key && info.properties[*info.key].type.is(TypeKind::kText);
  std::vector<int64_t> ints;
  std::vector<std::string> texts;
  for (const auto& record : records) {
    const flow::Value key = info.key ? record[*info.key] : flow::Value::Of(0);
    if (table.keys.is_text) {
      texts.push_back(key.text);
    } else {
      ints.push_back(key.number);
    }
  }
  table.keys.ints = std::move(ints);
  if (table.keys.is_text) table.keys.texts = rt::TextArray::Of(texts);
  table.many.resize(info.properties.size());
  for (uint32_t p = 0; p < info.properties.size(); ++p) {
    const PropertyInfo& property = info.properties[p];
    if (property.is_many) {
      table.columns.emplace_back();
      table.pools.emplace_back();
      // The other end of a relation: its records in their order.
      std::vector<uint32_t> offsets = {0};
      std::vector<uint32_t> rows;
      const auto& others = records_[property.type.object_id().index()];
      for (size_t row = 0; row < records.size(); ++row) {
        for (size_t other = 0; other < others.size(); ++other) {
          const flow::Value& back = others[other][property.by];
          if (back.known && back.number == static_cast<int64_t>(row)) rows.push_back(static_cast<uint32_t>(other));
        }
        offsets.push_back(static_cast<uint32_t>(rows.size()));
      }
      table.many[p] = {std::move(offsets), std::move(rows)};
      continue;
    }
    ColumnMaker column(property.type);
    for (const auto& record : records) column.Append(record[p]);
    column.Finish(table.columns, table.pools);
  }
  for (size_t list = 0; list < catalog_.lists.size(); ++list) {
    rt::ColumnBuilder members;
    if (catalog_.lists[list].object == object) {
      for (size_t row = 0; row < records.size(); ++row) {
        members.Append(std::ranges::find(members_[list], row) != members_[list].end() ? 1 : 0);
      }
    }
    table.lists.push_back(members.Finish());
  }
  return table;
}

rt::EventSeries MemoryData::BuildSeries(EventId event) const {
  const EventInfo& info = catalog_[event];
  rt::EventSeries series;
  std::vector<const Event*> sorted;
  for (const Event& e : events_[event.index()]) {
    if (!e.announced) sorted.push_back(&e);
  }
  std::ranges::sort(sorted, {}, [](const Event* e) { return std::tuple(e->row, e->time, e->arrival); });
  const size_t rows = info.object.valid() ? records_[info.object.index()].size() : 0;
  std::vector<uint32_t> offsets(rows + 1, 0);
  for (const Event* e : sorted) ++offsets[e->row + 1];
  for (size_t row = 0; row < rows; ++row) offsets[row + 1] += offsets[row];
  std::vector<int64_t> times;
  std::vector<uint32_t> arrival;
  for (const Event* e : sorted) {
    times.push_back(e->time);
    arrival.push_back(e->arrival);
  }
  series.offsets = std::move(offsets);
  series.times = std::move(times);
  series.arrival = std::move(arrival);
  for (uint32_t f = 0; f < info.fields.size(); ++f) {
    ColumnMaker column(info.fields[f].type);
    for (const Event* e : sorted) {
      auto found = e->fields.find(f);
      column.Append(found == e->fields.end() ? flow::Value::Unknown() : found->second);
    }
    column.Finish(series.fields, series.pools);
  }
  return series;
}

rt::Dataset MemoryData::Build() const {
  rt::Dataset data;
  for (size_t i = 0; i < catalog_.objects.size(); ++i) data.tables.push_back(BuildTable(ObjectId(i)));
  for (size_t i = 0; i < catalog_.events.size(); ++i) {
    // Any of several events stays empty: the run merges it from its members.
    const bool merged = !catalog_.events[i].any_of.empty();
    data.events.push_back(merged ? rt::EventSeries() : BuildSeries(EventId(i)));
  }
  return data;
}

}  // namespace saiten::driver
