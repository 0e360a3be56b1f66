#include "flow/durable/seen.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/sqlite/source_table.h"

namespace saiten::flow {

using store::Statement;

SeenTable::SeenTable(store::Connection& connection, KeptValues& values, ObjectId object,
                     std::vector<uint32_t> properties)
    : connection_(connection), values_(values), object_(object), properties_(std::move(properties)) {}

std::string SeenTable::Table() const { return store::QuoteName("saiten_seen_" + values_.catalog()[object_].name); }

std::vector<SeenTable::Column> SeenTable::ColumnsNow() const {
  std::vector<Column> columns;
  const auto& properties = values_.catalog()[object_].properties;
  for (uint32_t property : properties_) {
    columns.push_back({properties[property].name, values_.catalog().Spell(properties[property].type.Required())});
  }
  return columns;
}

Result<std::vector<SeenTable::Column>> SeenTable::ColumnsThere() {
  std::vector<Column> columns;
  SAITEN_ASSIGN_OR_RETURN(const auto list, store::InspectTable(connection_, "saiten_seen_column"));
  if (!list) return columns;
  SAITEN_ASSIGN_OR_RETURN(
      Statement read,
      connection_.Prepare("SELECT property, type FROM saiten_seen_column WHERE object = ? ORDER BY place"));
  read.Bind(1, std::string_view(values_.catalog()[object_].name));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return columns;
    columns.push_back({std::string(read.Text(0)), std::string(read.Text(1))});
  }
}

Result<bool> SeenTable::Fits() {
  SAITEN_ASSIGN_OR_RETURN(const auto table,
                          store::InspectTable(connection_, "saiten_seen_" + values_.catalog()[object_].name));
  if (!table) return false;
  SAITEN_ASSIGN_OR_RETURN(const std::vector<Column> there, ColumnsThere());
  return there == ColumnsNow();
}

saiten::Status SeenTable::Read(const Visit& visit) {
  SAITEN_ASSIGN_OR_RETURN(const auto table,
                          store::InspectTable(connection_, "saiten_seen_" + values_.catalog()[object_].name));
  if (!table) return {};
  SAITEN_ASSIGN_OR_RETURN(const std::vector<Column> there, ColumnsThere());
  const std::vector<Column> now = ColumnsNow();
  // A property that is new in the rules, or of another type, was not known: no change of it can be told.
  std::vector<uint32_t> told;
  std::string columns = "id";
  for (size_t i = 0; i < now.size(); ++i) {
    for (size_t place = 0; place < there.size(); ++place) {
      if (there[place] != now[i]) continue;
      told.push_back(properties_[i]);
      columns += fmt::format(", c{}", place);
    }
  }
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection_.Prepare(fmt::format("SELECT {} FROM {}", columns, Table())));
  std::vector<Value> values(told.size());
  const auto& properties = values_.catalog()[object_].properties;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return {};
    for (size_t i = 0; i < told.size(); ++i) {
      values[i] = values_.Decode(properties[told[i]].type, KeptAt(read, static_cast<int>(i) + 1));
    }
    visit(KeptAt(read, 0), told, values);
  }
}

saiten::Status SeenTable::BeginAnew() {
  SAITEN_RETURN_IF_ERROR(connection_.Run(fmt::format("DROP TABLE IF EXISTS {}", Table())));
  std::string columns = "id PRIMARY KEY";
  for (size_t i = 0; i < properties_.size(); ++i) columns += fmt::format(", c{}", i);
  SAITEN_RETURN_IF_ERROR(connection_.Run(fmt::format("CREATE TABLE {}({}) WITHOUT ROWID", Table(), columns)));
  SAITEN_ASSIGN_OR_RETURN(Statement forget, connection_.Prepare("DELETE FROM saiten_seen_column WHERE object = ?"));
  const std::string_view object = values_.catalog()[object_].name;
  forget.Bind(1, object);
  SAITEN_RETURN_IF_ERROR(forget.Run());
  SAITEN_ASSIGN_OR_RETURN(Statement write, connection_.Prepare("INSERT INTO saiten_seen_column VALUES(?, ?, ?, ?)"));
  int64_t place = 0;
  for (const Column& column : ColumnsNow()) {
    write.Bind(1, object);
    write.Bind(2, place++);
    write.Bind(3, std::string_view(column.property));
    write.Bind(4, std::string_view(column.type));
    SAITEN_RETURN_IF_ERROR(write.Run());
  }
  return {};
}

saiten::Status SeenTable::Write(uint32_t row, std::span<const Value> values) {
  if (!prepared_) {
    std::string places = "?";
    for (size_t i = 0; i < properties_.size(); ++i) places += ", ?";
    SAITEN_ASSIGN_OR_RETURN(write_,
                            connection_.Prepare(fmt::format("INSERT OR REPLACE INTO {} VALUES({})", Table(), places)));
    prepared_ = true;
  }
  const auto& properties = values_.catalog()[object_].properties;
  std::vector<Kept> kept = {values_.KeyOf(object_, row)};
  for (size_t i = 0; i < properties_.size(); ++i) {
    kept.push_back(values_.Encode(properties[properties_[i]].type, values[i]));
  }
  for (size_t i = 0; i < kept.size(); ++i) flow::Bind(write_, static_cast<int>(i) + 1, kept[i]);
  return write_.Run();
}

saiten::Status SeenTable::Forget(const Kept& id) {
  SAITEN_ASSIGN_OR_RETURN(Statement forget, connection_.Prepare(fmt::format("DELETE FROM {} WHERE id = ?", Table())));
  flow::Bind(forget, 1, id);
  return forget.Run();
}

std::optional<size_t> SeenTable::PlaceOf(uint32_t property) const {
  const auto found = std::ranges::find(properties_, property);
  if (found == properties_.end()) return std::nullopt;
  return static_cast<size_t>(found - properties_.begin());
}

Result<std::optional<Value>> SeenTable::Get(uint32_t row, uint32_t property) {
  const auto place = PlaceOf(property);
  if (!place) return std::optional<Value>();
  Statement& get = get_[*place];
  if (get.handle() == nullptr) {
    SAITEN_ASSIGN_OR_RETURN(get, connection_.Prepare(fmt::format("SELECT c{} FROM {} WHERE id = ?", *place, Table())));
  }
  const Kept id = values_.KeyOf(object_, row);
  flow::Bind(get, 1, id);
  SAITEN_ASSIGN_OR_RETURN(const bool any, get.Step());
  if (!any) return std::optional<Value>();
  Value value = values_.Decode(values_.catalog()[object_].properties[property].type, KeptAt(get, 0));
  get.Reset();
  return std::optional(std::move(value));
}

saiten::Status SeenTable::Put(uint32_t row, uint32_t property, const Value& value) {
  const auto place = PlaceOf(property);
  SAITEN_CHECK(place.has_value());
  Statement& put = put_[*place];
  if (put.handle() == nullptr) {
    SAITEN_ASSIGN_OR_RETURN(put,
                            connection_.Prepare(fmt::format("UPDATE {} SET c{} = ? WHERE id = ?", Table(), *place)));
  }
  const Kept kept = values_.Encode(values_.catalog()[object_].properties[property].type, value);
  const Kept id = values_.KeyOf(object_, row);
  flow::Bind(put, 1, kept);
  flow::Bind(put, 2, id);
  return put.Run();
}

}  // namespace saiten::flow
