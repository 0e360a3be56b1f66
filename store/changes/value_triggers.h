#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/types/catalog.h"
#include "store/changes/triggers.h"
#include "store/sqlite/source_table.h"

// Makes and drops the log of values of a table (store/changes/value_log.h). Private to store/.
namespace saiten::store {

// What is logged of a table: its columns that properties are read from.
struct ValueColumns {
  std::vector<std::string> all;   // in the order of the table
  std::vector<std::string> keys;  // those of them that name a record
};
// Empty for a table of no object.
ValueColumns ValueColumnsOf(const Catalog& catalog, const SourceTable& table);

// Makes the log and its triggers as they should be, inside the caller's transaction; true if anything was missing. A
// log of other columns, or of another table that had the number (`fresh`), goes with the rows that it has. `plan` is
// that of the same table.
Result<bool> RenewValueLog(Connection& connection, const SourceTable& table, const ValueColumns& columns,
                           const TriggerPlan& plan, int64_t number, bool fresh);
// Drops the log of one table, or of all with 0; true if there was one.
Result<bool> DropValueLogs(Connection& connection, int64_t number = 0);

}  // namespace saiten::store
