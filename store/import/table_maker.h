#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "store/sqlite/source_table.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {

// A column that a table should have.
struct WantedColumn {
  std::string name;
  Type type = Type::Text();
  bool is_key = false;
};

// What SQLite does to values of a column that are bound as text (its documentation, "Datatypes", 3.1).
enum class Affinity : uint8_t { kInteger, kText, kNone, kReal, kNumeric };
Affinity AffinityOf(std::string_view declared);

// The columns of an object's table, and of the table of an event: those of all declarations that share the table.
std::vector<WantedColumn> ColumnsOfObject(const Catalog& catalog, ObjectId id);
std::vector<WantedColumn> ColumnsOfEvents(const Catalog& catalog, EventId id);

// The table, made where it is missing. A column of `needed` that the table lacks is added. What was made is appended to
// `*created`. kRefused for a view.
Result<SourceTable> MakeTable(Connection& connection, const std::string& name, const std::vector<WantedColumn>& wanted,
                              const std::vector<std::string>& needed, std::vector<Text>* created);

}  // namespace saiten::store
