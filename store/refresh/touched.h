#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/sqlite/source_table.h"
#include "store/sqlite/sqlite.h"

// Private to store/refresh.
namespace saiten::store {

// Reads the rows with these numbers (rising, each once), in that order, those that are there: calls on_row(rowid,
// statement) with the columns of `select` from 0 on. Numbers close together are read as one range.
template <typename OnRow>
Status ReadTouched(Connection& connection, const SourceTable& table, const std::vector<std::string>& select,
                   const std::vector<int64_t>& rowids, OnRow on_row) {
  if (rowids.empty()) return {};
  std::string sql = "SELECT ";
  for (const std::string& what : select) sql += what + ", ";
  sql += table.rowid + " FROM " + QuoteName(table.name) + " WHERE " + table.rowid + " BETWEEN ?1 AND ?2 ORDER BY " +
         table.rowid;
  const int rowid_at = static_cast<int>(select.size());
  SAITEN_ASSIGN_OR_RETURN(Statement rows, connection.Prepare(sql));
  constexpr uint64_t kGap = 16;  // passing over a row costs less than looking for one
  for (size_t begin = 0; begin < rowids.size();) {
    size_t end = begin + 1;
    while (end < rowids.size() && static_cast<uint64_t>(rowids[end]) - static_cast<uint64_t>(rowids[end - 1]) <= kGap)
      ++end;
    rows.Bind(1, rowids[begin]);
    rows.Bind(2, rowids[end - 1]);
    size_t at = begin;
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) break;
      const int64_t rowid = rows.Int(rowid_at);
      while (at < end && rowids[at] < rowid) ++at;
      if (at == end || rowids[at] != rowid) continue;
      on_row(rowid, rows);
    }
    begin = end;
  }
  return {};
}

}  // namespace saiten::store
