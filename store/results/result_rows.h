#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "store/own/result_layout.h"
#include "store/results/result_ids.h"

namespace saiten::store {

// One column of results in the form in which it is stored. Private to store/.
class StoredColumn {
 public:
  // What stands for null.
  static constexpr int64_t kNull = std::numeric_limits<int64_t>::min();

  StoredColumn(const ObjectResults& object, ObjectLayout::Column column);

  int64_t At(size_t row) const { return Stored(values_->Raw(row)); }
  // What is known of the run before: the rows that differ, and what one of them held then.
  const rt::ChangedCells* changes() const { return changes_; }
  int64_t Before(uint32_t row) const {
    const auto found = std::ranges::lower_bound(changes_->rows, row);
    if (found == changes_->rows.end() || *found != row) return At(row);
    return Stored(changes_->before[static_cast<size_t>(found - changes_->rows.begin())]);
  }

 private:
  int64_t Stored(int64_t raw) const {
    if (is_member_) return raw == 1 ? 1 : 0;
    return raw == unknown_ ? kNull : raw;
  }

  const rt::ChangedCells* changes_;
  const rt::Column* values_;
  int64_t unknown_;
  bool is_member_;
};

std::vector<StoredColumn> StoredColumnsOf(const ObjectResults& object, const ObjectLayout& layout);

// How far writing is, over all objects.
struct WriteProgress {
  std::function<void(uint64_t done, uint64_t total)> at;
  uint64_t done = 0;
  uint64_t total = 0;
  void Tick() {
    if (++done % 100'000 == 0) Say();
  }
  void JumpTo(uint64_t where) {
    if (where / 100'000 > done / 100'000) done = where, Say();
    done = where;
  }
  void Say() const {
    if (at) at(done, total);
  }
};

// Runs `verb table SELECT * FROM these rows`: several times faster than a statement a row, because SQLite asks for the
// values itself, stays where it is in the table and appends. `verb` is `INSERT INTO` or `REPLACE INTO`; `rows` are in
// the order of their ids.
Status WriteRows(Connection& connection, const std::string& verb, const std::string& table, const ResultIds& ids,
                 std::span<const StoredColumn> columns, std::span<const uint32_t> rows, WriteProgress* progress);

}  // namespace saiten::store
