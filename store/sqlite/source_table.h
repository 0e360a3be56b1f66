#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/cell.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {

// Whether SQLite takes the two for one name of a table or column: case of ASCII letters does not count.
bool SameName(std::string_view a, std::string_view b);

struct SourceColumn {
  std::string name;
  std::string declared;    // the declared type, as written; may be empty
  int in_primary_key = 0;  // its place there from 1; 0: not part
  bool generated = false;  // computed by the database; cannot be written
};

// A table or view of the database, as it is.
struct SourceTable {
  enum class Kind : uint8_t { kTable, kView, kVirtual };
  std::string name;
  Kind kind = Kind::kTable;
  std::vector<SourceColumn> columns;
  std::string rowid;  // a name for the row number; empty where there is none (views, WITHOUT ROWID)

  // By SameName.
  const SourceColumn* Find(std::string_view column) const;
  // `SELECT what FROM table`, in the order of arrival where the table has one (sem T4).
  std::string Select(const std::vector<std::string>& what) const;
};

// nullopt if the database has no table or view of that name.
Result<std::optional<SourceTable>> InspectTable(Connection& connection, std::string_view name);

// Tables and views of the user: not SQLite's own and not ours.
Result<std::vector<std::string>> UserTables(Connection& connection);

// The value in a column of the current row. Blobs read as text: some programs store their texts so.
Cell ReadCell(const Statement& statement, int column);

}  // namespace saiten::store
