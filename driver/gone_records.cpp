#include "driver/gone_records.h"

#include <optional>
#include <set>
#include <string>

#include "base/check.h"
#include "flow/durable/seen.h"

namespace saiten::driver {
namespace {

void Grow(rt::Column& column, const std::vector<std::optional<int64_t>>& values) {
  rt::ColumnBuilder builder;
  builder.Reserve(column.size() + values.size());
  builder.AppendAll(column);
  for (const auto& value : values) value ? builder.Append(*value) : builder.AppendUnknown();
  column = builder.Finish();
}

// What the column of a property holds of them: of the key itself, as the rules read it, the key.
std::vector<std::optional<int64_t>> ValuesOf(const PropertyInfo& property, const std::vector<flow::Kept>& keys,
                                             rt::StringPool* pool) {
  std::vector<std::optional<int64_t>> values(keys.size());
  for (size_t i = 0; property.is_key && i < keys.size(); ++i) {
    const auto* number = std::get_if<int64_t>(&keys[i]);
    if (number != nullptr) {
      values[i] = *number;
    } else if (pool != nullptr) {
      values[i] = pool->Intern(std::get<std::string>(keys[i]));
    }
  }
  if (property.is_key && pool != nullptr) pool->PrepareNfkc();
  return values;
}

// A list: nobody of them is a member.
void GrowMembers(rt::Column& members, size_t rows) {
  rt::Column grown = rt::Column::Zeros(rt::Width::k1, members.size() + rows);
  for (size_t row = 0; row < members.size(); ++row) grown.Set(row, members.Raw(row));
  members = std::move(grown);
}

// `values` with so many more of `value`; an empty array stays one.
void Grow(rt::Array<uint32_t>& values, size_t rows, uint32_t value) {
  if (values.empty()) return;
  std::vector<uint32_t> grown(values.begin(), values.end());
  grown.resize(grown.size() + rows, value);
  values = std::move(grown);
}

void Grow(rt::EventSeries& series, size_t rows) {
  if (series.offsets.empty()) return;
  Grow(series.offsets, rows, series.offsets.back());
  if (series.in_order()) return;
  // The last of these was of no meaning, and is of the first of the new records now.
  const size_t last = series.begins.size() - 1;
  for (rt::Array<uint32_t>* ends : {&series.begins, &series.ends}) {
    std::vector<uint32_t> grown(ends->begin(), ends->end());
    grown.resize(last);
    grown.resize(last + rows + 1, 0);
    *ends = std::move(grown);
  }
}

// Of a table without a record all columns are empty, and which of them the rules read cannot be seen: it gets all.
void GrowColumns(const Catalog& catalog, ObjectId object, const std::vector<flow::Kept>& keys, rt::Table& table) {
  const bool all = table.size == 0;
  const auto& properties = catalog[object].properties;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const PropertyInfo& property = properties[i];
    if (property.is_many || (!all && table.columns[i].size() == 0)) continue;
    if (property.type.is(TypeKind::kText) && !table.pools[i]) table.pools[i] = std::make_unique<rt::StringPool>();
    Grow(table.columns[i], ValuesOf(property, keys, table.pools[i].get()));
  }
  for (size_t list = 0; list < table.lists.size(); ++list) {
    const bool its_own = all && catalog.lists[list].object == object;
    if (its_own || table.lists[list].size() > 0) GrowMembers(table.lists[list], keys.size());
  }
}

void AddKeys(const std::vector<flow::Kept>& keys, rt::Keys& to) {
  if (to.is_text) {
    std::vector<std::string> texts;
    for (size_t row = 0; row < to.size(); ++row) texts.emplace_back(to.texts[row]);
    for (const flow::Kept& key : keys) texts.push_back(std::get<std::string>(key));
    to.texts = rt::TextArray::Of(texts);
    return;
  }
  std::vector<int64_t> ints(to.ints.begin(), to.ints.end());
  for (const flow::Kept& key : keys) ints.push_back(std::get<int64_t>(key));
  to.ints = std::move(ints);
}

}  // namespace

bool IsRead(const rt::Dataset& data, ObjectId object) { return !data.tables[object.index()].columns.empty(); }

Result<GoneRecords> FindGone(flow::Ledger& ledger, flow::SourceLog& log, const rt::Dataset& data) {
  flow::KeptValues& values = ledger.values();
  const Catalog& catalog = values.catalog();
  GoneRecords gone(catalog.objects.size());
  for (uint32_t i = 0; i < catalog.objects.size(); ++i) {
    const ObjectId object(i);
    if (!IsRead(data, object)) continue;
    std::set<flow::Kept> found;
    const auto add = [&](const flow::Kept& key) {
      // A key of another form is of rules that were others then: nothing can be said of such a record.
      if (!values.IsKey(object, key) || values.RowOf(object, key) != flow::KeptValues::kNone) return;
      if (found.insert(key).second) gone[i].push_back(key);
    };
    flow::SeenTable seen(ledger.connection(), values, object, {});
    SAITEN_RETURN_IF_ERROR(seen.Read([&](const flow::Kept& id, auto, auto) { add(id); }));
    SAITEN_RETURN_IF_ERROR(log.Read(object, {}, [&](const flow::LoggedRecord& logged) {
      if (logged.is_there()) add(logged.key);
    }));
  }
  return gone;
}

std::vector<uint32_t> PutBack(const Catalog& catalog, const GoneRecords& gone, store::LoadedData& data) {
  std::vector<uint32_t> first;
  for (uint32_t object = 0; object < gone.size(); ++object) {
    rt::Table& table = data.data.tables[object];
    first.push_back(static_cast<uint32_t>(table.size));
    const size_t rows = gone[object].size();
    if (rows == 0) continue;
    AddKeys(gone[object], table.keys);
    GrowColumns(catalog, ObjectId(object), gone[object], table);
    for (rt::Adjacency& many : table.many) {
      SAITEN_CHECK(many.in_order());
      if (!many.offsets.empty()) Grow(many.offsets, rows, many.offsets.back());
    }
    for (uint32_t event = 0; event < catalog.events.size(); ++event) {
      if (catalog.events[event].object.value == object) Grow(data.data.events[event], rows);
    }
    table.size += rows;
    data.objects[object].keys_rise = false;
  }
  return first;
}

}  // namespace saiten::driver
