#include "store/row_scan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace saiten::store {

RowScan::RowScan(RowScan&&) noexcept = default;
RowScan& RowScan::operator=(RowScan&&) noexcept = default;
RowScan::~RowScan() = default;

Result<RowScan> RowScan::Open(Connection& connection, const SourceTable& table, std::vector<std::string> columns) {
  RowScan scan;
  scan.connection_ = &connection;
  scan.table_ = &table;
  scan.columns_ = std::move(columns);
  SAITEN_RETURN_IF_ERROR(scan.OpenPages());
  if (scan.pages_ == nullptr) SAITEN_RETURN_IF_ERROR(scan.OpenStatement(std::nullopt));
  return scan;
}

Status RowScan::OpenPages() {
  SAITEN_ASSIGN_OR_RETURN(auto layout, pages::LayoutOf(*connection_, *table_));
  if (!layout) return {};
  auto file = pages::PageFile::Open(*connection_);
  if (!file) return {};
  auto leaves = pages::LeavesOf(*file, layout->root);
  if (!leaves) return {};
  std::vector<int> places;
  for (const std::string& column : columns_) {
    const SourceColumn* found = column == kRowid ? nullptr : table_->Find(column);
    SAITEN_CHECK(column == kRowid || found != nullptr);
    places.push_back(found == nullptr ? pages::RowCursor::kRowid : static_cast<int>(found - table_->columns.data()));
  }
  pages_ = std::make_unique<Pages>(Pages{std::move(*file), std::move(*layout), std::move(*leaves), {}});
  pages_->cursor.emplace(pages_->file, pages_->layout, pages_->leaves, std::move(places));
  return {};
}

Status RowScan::OpenStatement(std::optional<int64_t> after) {
  std::vector<std::string> select;
  for (const std::string& column : columns_) select.push_back(column == kRowid ? table_->rowid : QuoteName(column));
  std::string sql = fmt::format("SELECT {} FROM {}", fmt::join(select, ", "), QuoteName(table_->name));
  if (after) sql += fmt::format(" WHERE {} > ?1", table_->rowid);
  // Without it an index that covers the columns would decide the order.
  if (!table_->rowid.empty()) sql += fmt::format(" ORDER BY {}", table_->rowid);
  SAITEN_ASSIGN_OR_RETURN(statement_, connection_->Prepare(sql));
  if (after) statement_->Bind(1, *after);
  return {};
}

Result<bool> RowScan::Next() {
  if (pages_ != nullptr) {
    switch (pages_->cursor->Next()) {
      case pages::RowCursor::Step::kRow:
        return true;
      case pages::RowCursor::Step::kEnd:
        return false;
      case pages::RowCursor::Step::kStrange:
        break;
    }
    const std::optional<int64_t> after = pages_->cursor->last_rowid();
    pages_.reset();
    SAITEN_RETURN_IF_ERROR(OpenStatement(after));
  }
  return statement_->Step();
}

Cell RowScan::Get(size_t place) const {
  return pages_ != nullptr ? pages_->cursor->Get(place) : ReadCell(*statement_, static_cast<int>(place));
}

}  // namespace saiten::store
