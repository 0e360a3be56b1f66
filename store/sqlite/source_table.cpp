#include "store/sqlite/source_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace saiten::store {
namespace {

// The first of SQLite's three names for the row number that no column hides.
std::string RowidName(const SourceTable& table) {
  constexpr std::array<const char*, 3> kNames = {"rowid", "_rowid_", "oid"};
  for (const char* name : kNames) {
    if (table.Find(name) == nullptr) return name;
  }
  return {};
}

}  // namespace

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sqlite3_strnicmp(a.data(), b.data(), static_cast<int>(a.size())) == 0;
}

const SourceColumn* SourceTable::Find(std::string_view column) const {
  auto found = std::ranges::find_if(columns, [&](const SourceColumn& c) { return SameName(c.name, column); });
  return found == columns.end() ? nullptr : &*found;
}

std::string SourceTable::Select(const std::vector<std::string>& what) const {
  std::string sql = fmt::format("SELECT {} FROM {}", fmt::join(what, ", "), QuoteName(name));
  // Without it an index that covers the columns would decide the order.
  if (!rowid.empty()) sql += fmt::format(" ORDER BY {}", rowid);
  return sql;
}

Result<std::optional<SourceTable>> InspectTable(Connection& connection, std::string_view name) {
  SAITEN_ASSIGN_OR_RETURN(Statement list,
                          connection.Prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' "
                                             "AND name = ?1 COLLATE NOCASE"));
  list.Bind(1, name);
  SAITEN_ASSIGN_OR_RETURN(const bool found, list.Step());
  if (!found) return std::optional<SourceTable>();
  SourceTable table;
  table.name = list.Text(0);
  const std::string_view type = list.Text(1);
  table.kind = type == "view" ? SourceTable::Kind::kView
                              : (type == "virtual" ? SourceTable::Kind::kVirtual : SourceTable::Kind::kTable);
  const bool without_rowid = list.Int(2) != 0;
  list.Reset();

  SAITEN_ASSIGN_OR_RETURN(Statement columns,
                          connection.Prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1)"));
  columns.Bind(1, table.name);
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, columns.Step());
    if (!more) break;
    const int64_t hidden = columns.Int(3);
    if (hidden == 1) continue;  // a column of a virtual table that `*` does not show
    table.columns.push_back({.name = std::string(columns.Text(0)),
                             .declared = std::string(columns.Text(1)),
                             .in_primary_key = static_cast<int>(columns.Int(2)),
                             .generated = hidden != 0});
  }
  if (table.kind == SourceTable::Kind::kTable && !without_rowid) table.rowid = RowidName(table);
  return std::optional<SourceTable>(std::move(table));
}

Result<std::vector<std::string>> UserTables(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement list,
      connection.Prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', "
                         "'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE "
                         "'saiten\\_%' ESCAPE '\\' ORDER BY name"));
  std::vector<std::string> names;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return names;
    names.emplace_back(list.Text(0));
  }
}

Cell ReadCell(const Statement& statement, int column) {
  sqlite3_stmt* handle = statement.handle();
  switch (sqlite3_column_type(handle, column)) {
    case SQLITE_NULL:
      return Cell::Null();
    case SQLITE_INTEGER:
      return Cell::OfInt(sqlite3_column_int64(handle, column));
    case SQLITE_FLOAT:
      return Cell::OfReal(sqlite3_column_double(handle, column));
    default:
      return Cell::OfText(statement.Text(column));
  }
}

}  // namespace saiten::store
