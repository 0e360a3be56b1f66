#include <fmt/format.h>

#include <algorithm>

#include "store/load/loader.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

Status CheckObject(Loader& loader, ObjectId id) {
  const ObjectInfo& info = loader.catalog[id];
  SAITEN_ASSIGN_OR_RETURN(auto table, FindSource(loader, info.table, Say(Words::kObject, {info.name})));
  if (!table) return {};
  if (!info.updated_column.empty()) {
    HasColumn(loader, *table, info.updated_column, Say(Words::kUpdatedColumn, {Say(Words::kObject, {info.name})}));
  }
  for (size_t p = 0; p < info.properties.size(); ++p) {
    const PropertyInfo& property = info.properties[p];
    const bool needed = info.key == p || loader.plan.properties[id.index()][p];
    if (needed && !property.is_many && property.previous_band_of.empty())
      HasColumn(loader, *table, property.column, Same(fmt::format("`{}.{}`", info.name, property.name)));
  }
  return {};
}

Status CheckEvent(Loader& loader, EventId id) {
  const EventInfo& info = loader.catalog[id];
  if (!info.any_of.empty()) return {};
  const SeriesColumns columns = ColumnsOf(loader.catalog, id);
  const Text name = Say(Words::kEvent, {info.name});
  if (info.engine_kept) {
    SAITEN_ASSIGN_OR_RETURN(const auto kept, InspectTable(loader.connection, columns.table));
    if (!kept) return {};
  }
  SAITEN_ASSIGN_OR_RETURN(auto table, FindSource(loader, columns.table, name));
  if (!table) return {};
  HasColumn(loader, *table, columns.owner, Say(Words::kWhoseColumn, {name}));
  HasColumn(loader, *table, columns.time, Say(Words::kWhenColumn, {name}));
  if (info.id_column_declared) HasColumn(loader, *table, info.id_column, Say(Words::kIdColumn, {name}));
  if (!info.updated_column.empty()) HasColumn(loader, *table, info.updated_column, Say(Words::kUpdatedColumn, {name}));
  if (info.seq_column_declared) HasColumn(loader, *table, info.seq_column, Say(Words::kSeqColumn, {name}));
  for (const ColumnCondition& condition : info.where)
    HasColumn(loader, *table, condition.column, Say(Words::kWhereColumn, {name}));
  for (size_t f = 0; f < info.fields.size(); ++f) {
    const bool computed = info.is_change() && f == 1;
    if (!loader.plan.fields[id.index()][f] || computed) continue;
    HasColumn(loader, *table, columns.fields[f], Same(fmt::format("`{}.{}`", info.name, info.fields[f].name)));
  }
  return {};
}

}  // namespace

SeriesColumns ColumnsOf(const Catalog& catalog, EventId id) {
  const EventInfo& info = catalog[id];
  const ObjectInfo& object = catalog[info.object];
  SeriesColumns columns;
  columns.table = info.table;
  if (columns.table.empty() && info.change_of) columns.table = object.properties[*info.change_of].history_table;
  if (columns.table.empty()) columns.table = info.name;
  columns.owner = info.owner_column.empty() ? object.name + "_id" : info.owner_column;
  columns.time = info.time_column.empty() ? "time" : info.time_column;
  for (const PropertyInfo& field : info.fields) columns.fields.push_back(field.column);
  if (info.is_change() && !columns.fields.empty() && columns.fields[0].empty()) columns.fields[0] = "value";
  return columns;
}

std::optional<std::string> OwnerColumnOf(const Catalog& catalog, const ListInfo& list, const SourceTable& table) {
  for (const std::string& name : {catalog[list.object].name + "_id", std::string("id")}) {
    if (table.Find(name) != nullptr) return name;
  }
  if (table.columns.size() == 1) return table.columns[0].name;
  return std::nullopt;
}

Status CheckSources(Loader& loader) {
  for (size_t i = 0; i < loader.plan.objects.size(); ++i) {
    if (loader.plan.objects[i]) SAITEN_RETURN_IF_ERROR(CheckObject(loader, ObjectId(i)));
  }
  for (size_t i = 0; i < loader.plan.events.size(); ++i) {
    if (loader.plan.events[i]) SAITEN_RETURN_IF_ERROR(CheckEvent(loader, EventId(i)));
  }
  for (size_t i = 0; i < loader.plan.lists.size(); ++i) {
    const ListInfo& list = loader.catalog.lists[i];
    if (!loader.plan.lists[i] || list.table.empty()) continue;
    SAITEN_ASSIGN_OR_RETURN(auto table, FindSource(loader, list.table, Say(Words::kList, {list.name})));
    if (table && !OwnerColumnOf(loader.catalog, list, *table)) {
      HasColumn(loader, *table, loader.catalog[list.object].name + "_id", Say(Words::kList, {list.name}));
    }
  }
  return {};
}

Result<uint64_t> EstimateRows(Loader& loader) {
  std::vector<std::string> tables;
  for (size_t i = 0; i < loader.plan.objects.size(); ++i) {
    if (loader.plan.objects[i]) tables.push_back(loader.catalog.objects[i].table);
  }
  for (size_t i = 0; i < loader.plan.events.size(); ++i) {
    if (!loader.plan.events[i] || !loader.catalog.events[i].any_of.empty()) continue;
    std::string table = ColumnsOf(loader.catalog, EventId(i)).table;
    // Those that share a table read it once.
    if (std::ranges::find(tables, table) == tables.end()) tables.push_back(std::move(table));
  }
  uint64_t rows = 0;
  for (const std::string& name : tables) {
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(loader.connection, name));
    if (!table) continue;  // the engine has not made it yet
    if (table->kind != SourceTable::Kind::kTable || table->rowid.empty()) return uint64_t{0};
    SAITEN_ASSIGN_OR_RETURN(Statement last, loader.connection.Prepare(fmt::format(
                                                "SELECT max({}) FROM {}", table->rowid, QuoteName(table->name))));
    SAITEN_RETURN_IF_ERROR(last.Step());
    const auto number = static_cast<uint64_t>(std::max<int64_t>(last.Int(0), 0));
    if (number > loader.options.most_rows) return uint64_t{0};  // they do not count rows
    rows += number;
  }
  return rows;
}

}  // namespace saiten::store
