#include "store/load/created_rows.h"

#include <fmt/format.h>

#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

constexpr const char* kTable = "saiten_created";

}  // namespace

Result<std::deque<CreatedRow>> ReadCreatedRows(Connection& connection, const ObjectInfo& object,
                                               const std::vector<std::string>& columns) {
  std::deque<CreatedRow> rows;
  SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, kTable));
  if (!table) return rows;
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare(fmt::format(
                                              "SELECT c.seq, c.id, f.key, f.value FROM {0} c "
                                              "LEFT JOIN json_each(c.fields) f WHERE c.object = ? AND c.id NOT IN "
                                              "(SELECT {1} FROM {2} WHERE {1} IS NOT NULL) ORDER BY c.seq",
                                              kTable, QuoteName(columns[0]), QuoteName(object.table))));
  read.Bind(1, std::string_view(object.name));
  int64_t last = 0;
  const auto keep = [](CreatedRow& row, const Cell& cell) {
    if (cell.kind != Cell::Kind::kText) return cell;
    return Cell::OfText(row.texts_.emplace_back(cell.text));
  };
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return rows;
    if (rows.empty() || read.Int(0) != last) {
      last = read.Int(0);
      rows.emplace_back().cells_.resize(columns.size());
      rows.back().cells_[0] = keep(rows.back(), ReadCell(read, 1));
    }
    const auto property = object.Find(read.Text(2));
    if (!property) continue;  // not in the rules any more
    for (size_t i = 1; i < columns.size(); ++i) {
      if (SameName(columns[i], object.properties[*property].column))
        rows.back().cells_[i] = keep(rows.back(), ReadCell(read, 3));
    }
  }
}

Result<std::string> CreatedMark(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, kTable));
  if (!table) return std::string();
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare(fmt::format("SELECT count(*), max(seq) FROM {}", kTable)));
  SAITEN_ASSIGN_OR_RETURN(const bool any, read.Step());
  if (!any || read.Int(0) == 0) return std::string();
  return fmt::format("{} {}", read.Int(0), read.Int(1));
}

}  // namespace saiten::store
