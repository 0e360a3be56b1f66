#include "tests/store/support.h"

namespace saiten::test {

std::string Query(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << path;
  sqlite3_stmt* rows = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(db) << "\n" << sql;
  std::string out;
  while (rows != nullptr && sqlite3_step(rows) == SQLITE_ROW) {
    if (!out.empty()) out += '\n';
    for (int i = 0; i < sqlite3_column_count(rows); ++i) {
      if (i > 0) out += '|';
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(rows, i));
      out += text == nullptr ? "-" : text;
    }
  }
  sqlite3_finalize(rows);
  sqlite3_close(db);
  return out;
}

EnumId CatalogBuilder::Enum(std::string name, std::vector<EnumMember> members) {
  catalog.enums.push_back({.name = std::move(name), .members = std::move(members)});
  return EnumId(catalog.enums.size() - 1);
}

ObjectId CatalogBuilder::Object(std::string name, std::string table, Type key) {
  catalog.objects.push_back({.name = std::move(name), .table = std::move(table), .key = 0});
  const ObjectId id(catalog.objects.size() - 1);
  At(id, Property(id, "id", key)).is_key = true;
  return id;
}

uint32_t CatalogBuilder::Property(ObjectId object, std::string name, Type type, std::string column) {
  auto& properties = catalog.objects[object.index()].properties;
  if (column.empty()) column = type.is(TypeKind::kRef) ? name + "_id" : name;
  properties.push_back({.name = std::move(name), .type = type, .column = std::move(column)});
  return static_cast<uint32_t>(properties.size() - 1);
}

uint32_t CatalogBuilder::Many(ObjectId object, std::string name, ObjectId child, uint32_t by) {
  auto& properties = catalog.objects[object.index()].properties;
  properties.push_back({.name = std::move(name), .type = Type::Ref(child), .is_many = true, .by = by});
  return static_cast<uint32_t>(properties.size() - 1);
}

EventId CatalogBuilder::Event(std::string name, ObjectId object, std::string table) {
  catalog.events.push_back({.name = std::move(name),
                            .object = object,
                            .table = std::move(table),
                            .owner_column = catalog[object].name + "_id",
                            .time_column = "time",
                            .id_column = "id",
                            .seq_column = "seq"});
  return EventId(catalog.events.size() - 1);
}

uint32_t CatalogBuilder::Field(EventId event, std::string name, Type type, std::string column) {
  auto& fields = catalog.events[event.index()].fields;
  if (column.empty()) column = name;
  fields.push_back({.name = std::move(name), .type = type, .column = std::move(column)});
  return static_cast<uint32_t>(fields.size() - 1);
}

ListId CatalogBuilder::List(std::string name, ObjectId object, std::string table) {
  catalog.lists.push_back({.name = std::move(name), .object = object, .table = std::move(table)});
  return ListId(catalog.lists.size() - 1);
}

Needs NeedAll(const Catalog& catalog) {
  Needs needs;
  needs.objects.assign(catalog.objects.size(), true);
  for (const ObjectInfo& object : catalog.objects) needs.properties.emplace_back(object.properties.size(), true);
  needs.events.assign(catalog.events.size(), true);
  for (const EventInfo& event : catalog.events) needs.fields.emplace_back(event.fields.size(), true);
  needs.arrival.assign(catalog.events.size(), true);
  needs.lists.assign(catalog.lists.size(), true);
  return needs;
}

}  // namespace saiten::test
