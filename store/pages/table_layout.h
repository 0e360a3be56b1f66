#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/sqlite/source_table.h"

namespace saiten::store::pages {

// How the rows of a table lie in its records.
struct TableLayout {
  struct Column {
    bool is_rowid = false;     // INTEGER PRIMARY KEY: the record holds nothing there
    bool is_real = false;      // whole numbers are kept as integers and read as reals
    bool null_missing = true;  // a row from before the column was added reads as null; else as a default
  };
  uint32_t root = 0;
  std::vector<Column> columns;  // in the order of SourceTable
};

// nullopt for what has no rows of its own or keeps them elsewhere: views, virtual tables, tables WITHOUT ROWID or with
// generated columns.
Result<std::optional<TableLayout>> LayoutOf(Connection& connection, const SourceTable& table);

}  // namespace saiten::store::pages
