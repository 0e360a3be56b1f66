#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/sqlite/source_table.h"
#include "store/sqlite/sqlite.h"

// How many rows tables have, as cheaply as the file allows.
namespace saiten::store {

// A stretch of a table by row number, and how many rows it has.
struct TablePart {
  int64_t last_rowid = std::numeric_limits<int64_t>::max();  // the first part begins with the lowest number there is
  int64_t rows = 0;
  bool operator==(const TablePart&) const = default;
};

// The whole table in up to 256 parts of about as many pages, the last one without end; one part where the pages cannot
// be read. Inside a read transaction that has read something.
Result<std::vector<TablePart>> CountRowsByPart(Connection& connection, const SourceTable& table);

// Which of `parts` do not have as many rows now: by how many more altogether. Of a large table the end and some others
// are looked at, other ones for each `turn`. Inside a read transaction that has read something.
Result<int64_t> CountDifference(Connection& connection, const SourceTable& table, std::span<const TablePart> parts,
                                uint64_t turn);

}  // namespace saiten::store
