#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "runtime/zone.h"
#include "store/changes/changes.h"
#include "store/load/row_marks.h"

// Changed rows of tables without a log, found by the column that the schema names with `updated`. Private to store/.
namespace saiten::store {

// How the changes of this table can be found by its column; nullopt if they cannot: the schema names none, or nothing
// names a row.
Result<std::optional<DatabaseState::Watched>> Watch(Connection& connection, const Catalog& catalog,
                                                    const SourceTable& table, int64_t schema_version);

struct MarkedRows {
  // A row came, went, or has another time than then.
  bool differ = false;
};

// Fills in the rows of every watched table in `*changes` that may have changed since `*marks` were read, and makes
// `*marks` those of now. Inside the read transaction of `connection`. A table without marks is to be read anew.
Result<MarkedRows> FindMarkedRows(Connection& connection, const Catalog& catalog, const rt::Zone* zone, size_t threads,
                                  std::vector<RowMarks>* marks, ChangeSet* changes);

}  // namespace saiten::store
