#include "store/pages/row_scan.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace saiten::store {
namespace {

// Less than this is read before another thread has begun.
constexpr size_t kLeavesOfPart = 64;

}  // namespace

RowScan::RowScan(RowScan&&) noexcept = default;
RowScan& RowScan::operator=(RowScan&&) noexcept = default;
RowScan::~RowScan() = default;

Result<RowScan> RowScan::Open(Connection& connection, const SourceTable& table,
                              const std::vector<std::string>& columns) {
  SAITEN_ASSIGN_OR_RETURN(std::vector<RowScan> scans, Split(connection, table, columns, 1));
  return std::move(scans[0]);
}

Result<std::vector<RowScan>> RowScan::Split(Connection& connection, const SourceTable& table,
                                            const std::vector<std::string>& columns, size_t parts) {
  SAITEN_ASSIGN_OR_RETURN(const auto tree, FindTree(connection, table));
  const size_t leaves = tree == nullptr ? 0 : tree->leaves.size();
  parts = std::clamp<size_t>(leaves / kLeavesOfPart, 1, parts);
  std::vector<RowScan> scans;
  for (size_t part = 0; part < parts; ++part) {
    RowScan scan;
    scan.connection_ = &connection;
    scan.table_ = &table;
    scan.columns_ = columns;
    scan.is_part_ = parts > 1;
    if (tree != nullptr) scan.OpenPages(tree, leaves * part / parts, leaves * (part + 1) / parts);
    scan.lost_ = scan.is_part_ && scan.pages_ == nullptr;
    if (scan.pages_ == nullptr && !scan.is_part_) SAITEN_RETURN_IF_ERROR(scan.OpenStatement(std::nullopt));
    scans.push_back(std::move(scan));
  }
  return scans;
}

Result<std::shared_ptr<const RowScan::Tree>> RowScan::FindTree(Connection& connection, const SourceTable& table) {
  SAITEN_ASSIGN_OR_RETURN(auto layout, pages::LayoutOf(connection, table));
  if (!layout) return std::shared_ptr<const Tree>();
  const auto file = pages::PageFile::Open(connection);
  if (!file) return std::shared_ptr<const Tree>();
  auto leaves = pages::LeavesOf(*file, layout->root);
  if (!leaves) return std::shared_ptr<const Tree>();
  return std::shared_ptr<const Tree>(std::make_shared<Tree>(Tree{std::move(*layout), std::move(*leaves)}));
}

void RowScan::OpenPages(std::shared_ptr<const Tree> tree, size_t first_leaf, size_t end_leaf) {
  auto file = pages::PageFile::Open(*connection_);
  if (!file) return;
  std::vector<int> places;
  for (const std::string& column : columns_) {
    const SourceColumn* found = column == kRowid ? nullptr : table_->Find(column);
    SAITEN_CHECK(column == kRowid || found != nullptr);
    places.push_back(found == nullptr ? pages::RowCursor::kRowid : static_cast<int>(found - table_->columns.data()));
  }
  pages_ = std::make_unique<Pages>(Pages{std::move(*file), std::move(tree), {}});
  const std::span<const pages::Leaf> leaves(pages_->tree->leaves);
  pages_->cursor.emplace(pages_->file, pages_->tree->layout, leaves.subspan(first_leaf, end_leaf - first_leaf),
                         std::move(places));
  cursor_ = &*pages_->cursor;
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

Result<bool> RowScan::NextOfStatement() {
  if (lost_) return false;
  return statement_->Step();
}

Result<bool> RowScan::LeavePages(pages::RowCursor::Step step) {
  if (step == pages::RowCursor::Step::kEnd) return false;
  cursor_ = nullptr;
  if (is_part_) {
    lost_ = true;
    return false;
  }
  const std::optional<int64_t> after = pages_->cursor->last_rowid();
  pages_.reset();
  SAITEN_RETURN_IF_ERROR(OpenStatement(after));
  return statement_->Step();
}

}  // namespace saiten::store
