#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "store/cell.h"
#include "store/sqlite/sqlite.h"

// Records that workflows made (sem O1a): rows of saiten_created, which count as rows of their object's table as long as
// this has none of that key.
namespace saiten::store {

// One of them, cell by cell as its table would have it.
class CreatedRow {
 public:
  const Cell& Get(size_t column) const { return cells_[column]; }

 private:
  friend Result<std::deque<CreatedRow>> ReadCreatedRows(Connection&, const ObjectInfo&,
                                                        const std::vector<std::string>&);
  std::vector<Cell> cells_;
  std::deque<std::string> texts_;  // of cells_
};

// In the order in which they were made. `columns`: of the object's table, the key's first.
Result<std::deque<CreatedRow>> ReadCreatedRows(Connection& connection, const ObjectInfo& object,
                                               const std::vector<std::string>& columns);

// Which ones there are: another text after each that came or went. Empty: none.
Result<std::string> CreatedMark(Connection& connection);

}  // namespace saiten::store
