#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/pages/row_cursor.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {

// Reads some columns of all rows of a table or view, in the order of arrival (sem T4). Straight from the pages of the
// file where that is possible, which is several times faster; otherwise, and from the first row on that is strange
// there, through SQLite's own interface. What it gives is the same.
class RowScan {
 public:
  // Asks for the row number; only of tables that have one (SourceTable::rowid).
  static constexpr const char* kRowid = "";

  // `connection` must be inside a read transaction that has read something, and stay there. `columns` are names of
  // columns of `table`. Errors: as Connection::Prepare.
  static Result<RowScan> Open(Connection& connection, const SourceTable& table,
                              const std::vector<std::string>& columns);

  // The same rows in up to `parts` scans, one behind the other, each of which another thread may read; one alone where
  // the table is small or not read from pages. A part that is not alone does not turn to SQLite where a page is
  // strange: see lost().
  static Result<std::vector<RowScan>> Split(Connection& connection, const SourceTable& table,
                                            const std::vector<std::string>& columns, size_t parts);

  RowScan(RowScan&&) noexcept;
  RowScan& operator=(RowScan&&) noexcept;
  ~RowScan();

  // The next row: true if there is one.
  Result<bool> Next() {
    if (cursor_ == nullptr) return NextOfStatement();
    const pages::RowCursor::Step step = cursor_->Next();
    if (step == pages::RowCursor::Step::kRow) return true;
    return LeavePages(step);
  }
  // The value in the column of this place. Text is valid until Next.
  Cell Get(size_t place) const {
    return cursor_ != nullptr ? cursor_->Get(place) : ReadCell(*statement_, static_cast<int>(place));
  }
  // Of a part: it ended before its last row, and the table has to be read as a whole.
  bool lost() const { return lost_; }
  // Whether the rows come straight from the pages.
  bool reads_pages() const { return pages_ != nullptr; }

 private:
  struct Tree {
    pages::TableLayout layout;
    std::vector<pages::Leaf> leaves;
  };
  struct Pages {
    pages::PageFile file;
    std::shared_ptr<const Tree> tree;
    std::optional<pages::RowCursor> cursor;
  };

  RowScan() = default;
  // Null if the table cannot be read from pages.
  static Result<std::shared_ptr<const Tree>> FindTree(Connection& connection, const SourceTable& table);
  void OpenPages(std::shared_ptr<const Tree> tree, size_t first_leaf, size_t end_leaf);
  Status OpenStatement(std::optional<int64_t> after);
  Result<bool> NextOfStatement();
  // After the last row there, or before one that is strange: goes on with the statement where that is possible.
  Result<bool> LeavePages(pages::RowCursor::Step step);

  Connection* connection_ = nullptr;
  const SourceTable* table_ = nullptr;
  std::vector<std::string> columns_;
  std::unique_ptr<Pages> pages_;        // null: not read this way, or no longer
  pages::RowCursor* cursor_ = nullptr;  // of pages_; null: there are none, or none that can be read on
  std::optional<Statement> statement_;  // if not pages_
  bool is_part_ = false;
  bool lost_ = false;
};

}  // namespace saiten::store
