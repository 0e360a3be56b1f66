#include "store/import/table_maker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "store/load/loader.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

bool ContainsWord(std::string_view declared, std::string_view word) {
  auto same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; };
  return std::search(declared.begin(), declared.end(), word.begin(), word.end(), same) != declared.end();
}

// The declared type for values of a property, chosen so that SQLite changes none of them in a way that loses something:
// a NUMERIC column would make the money 12345678901234.567 a binary number.
std::string_view DeclaredFor(const Type& type) {
  switch (type.kind) {
    case TypeKind::kInt:
    case TypeKind::kDuration:
      return "INTEGER";
    case TypeKind::kBool:
      return "BOOLEAN";
    case TypeKind::kDecimal:
    case TypeKind::kMoney:
      return "";
    case TypeKind::kDate:
    case TypeKind::kClock:
    case TypeKind::kInstant:
    case TypeKind::kText:
    case TypeKind::kEnum:
    case TypeKind::kSet:
      return "TEXT";
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kRef:
    case TypeKind::kEvent:
      return "";
  }
  SAITEN_UNREACHABLE("TypeKind");
}

std::string Declare(const WantedColumn& column) {
  std::string sql = QuoteName(column.name);
  if (const std::string_view type = DeclaredFor(column.type); !type.empty()) sql += fmt::format(" {}", type);
  return column.is_key ? sql + " PRIMARY KEY" : sql;
}

// Relations hold keys of their target.
Type StoredType(const Catalog& catalog, Type type) {
  if (!type.is(TypeKind::kRef)) return type;
  const ObjectInfo& target = catalog[type.object_id()];
  return target.key ? target.properties[*target.key].type : Type::Text();
}

void AddColumn(std::vector<WantedColumn>& columns, WantedColumn column) {
  const bool known = std::ranges::any_of(columns, [&](const WantedColumn& c) { return SameName(c.name, column.name); });
  if (!column.name.empty() && !known) columns.push_back(std::move(column));
}

}  // namespace

Affinity AffinityOf(std::string_view declared) {
  if (ContainsWord(declared, "INT")) return Affinity::kInteger;
  if (ContainsWord(declared, "CHAR") || ContainsWord(declared, "CLOB") || ContainsWord(declared, "TEXT"))
    return Affinity::kText;
  if (declared.empty() || ContainsWord(declared, "BLOB")) return Affinity::kNone;
  if (ContainsWord(declared, "REAL") || ContainsWord(declared, "FLOA") || ContainsWord(declared, "DOUB"))
    return Affinity::kReal;
  return Affinity::kNumeric;
}

std::vector<WantedColumn> ColumnsOfObject(const Catalog& catalog, ObjectId id) {
  std::vector<WantedColumn> columns;
  for (const PropertyInfo& property : catalog[id].properties) {
    if (property.is_many || !property.previous_band_of.empty()) continue;
    AddColumn(columns, {property.column, StoredType(catalog, property.type), property.is_key});
  }
  AddColumn(columns, {catalog[id].updated_column, Type::Instant()});
  return columns;
}

std::vector<WantedColumn> ColumnsOfEvents(const Catalog& catalog, EventId id) {
  std::vector<WantedColumn> columns;
  const std::string table = ColumnsOf(catalog, id).table;
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    const EventInfo& event = catalog.events[i];
    if (!event.any_of.empty() || ColumnsOf(catalog, EventId(i)).table != table) continue;
    const SeriesColumns names = ColumnsOf(catalog, EventId(i));
    if (event.id_column_declared) AddColumn(columns, {event.id_column, Type::Text()});
    AddColumn(columns, {names.owner, StoredType(catalog, Type::Ref(event.object))});
    AddColumn(columns, {names.time, Type::Instant()});
    if (event.seq_column_declared) AddColumn(columns, {event.seq_column, Type::Int()});
    AddColumn(columns, {event.received_column, Type::Instant()});
    AddColumn(columns, {event.updated_column, Type::Instant()});
    for (size_t f = 0; f < event.fields.size(); ++f) {
      AddColumn(columns, {names.fields[f], StoredType(catalog, event.fields[f].type)});
    }
    for (const ColumnCondition& condition : event.where) AddColumn(columns, {condition.column, Type::Text()});
  }
  return columns;
}

Result<SourceTable> MakeTable(Connection& connection, const std::string& name, const std::vector<WantedColumn>& wanted,
                              const std::vector<std::string>& needed, std::vector<Text>* created) {
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection, name));
  if (table && table->kind == SourceTable::Kind::kView) {
    return Fail(Failure::kImportIntoView, {name});
  }
  if (!table) {
    std::vector<std::string> columns;
    for (const WantedColumn& column : wanted) columns.push_back(Declare(column));
    for (const std::string& column : needed) {
      const bool known = std::ranges::any_of(wanted, [&](const WantedColumn& c) { return SameName(c.name, column); });
      if (!known) columns.push_back(QuoteName(column));
    }
    SAITEN_RETURN_IF_ERROR(
        connection.Run(fmt::format("CREATE TABLE {}({})", QuoteName(name), fmt::join(columns, ", "))));
    created->push_back(Say(Words::kMadeTable, {name}));
  } else {
    for (const std::string& column : needed) {
      if (table->Find(column) != nullptr) continue;
      auto found = std::ranges::find(wanted, column, &WantedColumn::name);
      WantedColumn added = found == wanted.end() ? WantedColumn{column} : *found;
      added.is_key = false;
      SAITEN_RETURN_IF_ERROR(
          connection.Run(fmt::format("ALTER TABLE {} ADD COLUMN {}", QuoteName(table->name), Declare(added))));
      created->push_back(Say(Words::kMadeColumn, {table->name, column}));
    }
  }
  SAITEN_ASSIGN_OR_RETURN(table, InspectTable(connection, name));
  SAITEN_CHECK(table.has_value());
  return std::move(*table);
}

}  // namespace saiten::store
