#include "store/changes/marked_rows.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>

#include "store/messages.h"

namespace saiten::store {
namespace {

// Whether the number of a row is a column of the table, so that nothing but a change of that column changes it.
Result<bool> HasOwnNumber(Connection& connection, const SourceTable& table) {
  size_t keys = 0;
  bool is_integer = false;
  for (const SourceColumn& column : table.columns) {
    if (column.in_primary_key == 0) continue;
    ++keys;
    is_integer = sqlite3_stricmp(column.declared.c_str(), "INTEGER") == 0;
  }
  if (keys != 1 || !is_integer) return false;
  // `INTEGER PRIMARY KEY DESC` is a key like any other, with an index of its own.
  SAITEN_ASSIGN_OR_RETURN(Statement index,
                          connection.Prepare("SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk'"));
  index.Bind(1, table.name);
  SAITEN_ASSIGN_OR_RETURN(const bool any, index.Step());
  return !any;
}

// Row numbers of a stretch, whether there are such rows or not.
void AddStretch(int64_t stretch, std::vector<int64_t>* rows) {
  const int64_t first = stretch * (int64_t{1} << RowMarks::kShift);
  for (int64_t i = 0; i < int64_t{1} << RowMarks::kShift; ++i) rows->push_back(first + i);
}

// The row numbers of the stretches that differ, rising.
std::vector<int64_t> Difference(const RowMarks& then, const RowMarks& now) {
  std::vector<int64_t> rows;
  size_t i = 0;
  for (size_t j = 0; j < now.stretches.size(); ++j) {
    for (; i < then.stretches.size() && then.stretches[i] < now.stretches[j]; ++i) AddStretch(then.stretches[i], &rows);
    const bool both = i < then.stretches.size() && then.stretches[i] == now.stretches[j];
    if (!both || then.sums[i] != now.sums[j]) AddStretch(now.stretches[j], &rows);
    i += both ? 1 : 0;
  }
  for (; i < then.stretches.size(); ++i) AddStretch(then.stretches[i], &rows);
  return rows;
}

}  // namespace

Result<std::optional<DatabaseState::Watched>> Watch(Connection& connection, const Catalog& catalog,
                                                    const SourceTable& table, int64_t schema_version) {
  const SourceColumn* column = table.Find(UpdatedColumnOf(catalog, table.name));
  if (column == nullptr || table.kind != SourceTable::Kind::kTable || table.rowid.empty()) {
    return std::optional<DatabaseState::Watched>();
  }
  SAITEN_ASSIGN_OR_RETURN(Statement made,
                          connection.Prepare("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1"));
  made.Bind(1, table.name);
  SAITEN_ASSIGN_OR_RETURN(const bool any, made.Step());
  SAITEN_ASSIGN_OR_RETURN(const bool own_number, HasOwnNumber(connection, table));
  const std::string_view sql = any ? made.Text(0) : std::string_view();
  const uint64_t definition =
      XXH3_64bits_withSeed(sql.data(), sql.size(), own_number ? 0 : static_cast<uint64_t>(schema_version) + 1);
  return std::optional(DatabaseState::Watched{table.name, column->name, definition});
}

Result<MarkedRows> FindMarkedRows(Connection& connection, const Catalog& catalog, const rt::Zone* zone, size_t threads,
                                  std::vector<RowMarks>* marks, ChangeSet* changes) {
  MarkedRows found;
  for (TableChanges& table : changes->tables) {
    if (!table.watched) continue;
    const auto then = std::ranges::find(*marks, table.table, [](const RowMarks& m) { return m.of.table; });
    SAITEN_ASSIGN_OR_RETURN(const auto source, InspectTable(connection, table.table));
    // The rules did not need the table then, and so it is not in the snapshot.
    if (then == marks->end() || !source || source->Find(then->of.column) == nullptr) {
      table.anew = Say(Words::kNotLogged, {table.table});
      continue;
    }
    constexpr int64_t kNone = std::numeric_limits<int64_t>::min();
    const auto newest = then->newest == kNone ? std::nullopt : std::optional(then->newest);
    SAITEN_ASSIGN_OR_RETURN(ReadMarks now, ReadRowMarks(connection, catalog, *source, then->of, zone, newest, threads));
    const std::vector<int64_t> differ = Difference(*then, now.marks);
    found.differ = found.differ || !differ.empty();
    std::ranges::set_union(differ, now.doubtful, std::back_inserter(table.rowids));
    *then = std::move(now.marks);
  }
  return found;
}

}  // namespace saiten::store
