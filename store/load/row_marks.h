#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "runtime/array.h"
#include "runtime/zone.h"
#include "store/sqlite/source_table.h"
#include "store/sqlite/sqlite.h"

namespace saiten::store {

// A table whose changed rows are found by the column that the schema names with `updated`.
struct WatchedTable {
  std::string table;   // its name in the database
  std::string column;  // when a row was last changed
  bool operator==(const WatchedTable&) const = default;
};

// What the `updated` column held when a table was read: one number for each stretch of row numbers. A stretch whose
// number differs has a row that came, went or was changed, whatever the order of the times in it.
struct RowMarks {
  static constexpr int kShift = 4;  // a stretch is 16 row numbers
  WatchedTable of;
  rt::Array<int64_t> stretches;  // row number >> kShift of those that have rows; rising
  rt::Array<uint64_t> sums;      // beside these: of a hash of each row number with its cell
  // The latest time in the column, in microseconds, but not later than the machine's clock at the time of reading: one
  // row with a date in the far future must not hide what comes. INT64_MIN: no row has a time.
  int64_t newest = INT64_MIN;
};

struct ReadMarks {
  RowMarks marks;
  // Rows whose time does not tell whether they have changed again since `newest`: it is unknown, or was still being
  // written then. Rising.
  std::vector<int64_t> doubtful;
};

// Reads the column of all rows, on `threads` threads (0: one a core), inside a read transaction that has read
// something. The table must have row numbers and the column. `zone`: of local times in it; null: they are unknown.
// `newest`: RowMarks::newest of the reading that this one is compared with; nullopt: no time makes a row doubtful.
Result<ReadMarks> ReadRowMarks(Connection& connection, const Catalog& catalog, const SourceTable& table,
                               const WatchedTable& watched, const rt::Zone* zone, std::optional<int64_t> newest,
                               size_t threads);

// The column that the schema names with `updated` for a table; empty if none.
std::string UpdatedColumnOf(const Catalog& catalog, std::string_view table);

}  // namespace saiten::store
