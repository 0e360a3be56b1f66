#include "store/pages/table_layout.h"

#include <algorithm>
#include <cctype>

namespace saiten::store::pages {
namespace {

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// SQLite's rules for the affinity of a declared type, in their order.
bool HasRealAffinity(const std::string& declared) {
  const auto holds = [upper = Upper(declared)](const char* word) { return upper.find(word) != std::string::npos; };
  if (holds("INT") || holds("CHAR") || holds("CLOB") || holds("TEXT") || holds("BLOB")) return false;
  return holds("REAL") || holds("FLOA") || holds("DOUB");
}

}  // namespace

Result<std::optional<TableLayout>> LayoutOf(Connection& connection, const SourceTable& table) {
  const bool generated = std::ranges::any_of(table.columns, &SourceColumn::generated);
  if (table.kind != SourceTable::Kind::kTable || table.rowid.empty() || generated) return std::optional<TableLayout>();
  TableLayout layout;
  SAITEN_ASSIGN_OR_RETURN(Statement root, connection.Prepare("SELECT rootpage FROM sqlite_master WHERE type = 'table' "
                                                             "AND name = ?1"));
  root.Bind(1, table.name);
  SAITEN_ASSIGN_OR_RETURN(const bool found, root.Step());
  if (!found || root.Int(0) <= 0 || root.Int(0) > 0xffffffffLL) return std::optional<TableLayout>();
  layout.root = static_cast<uint32_t>(root.Int(0));
  // A primary key with an index of its own is no other name of the row number.
  SAITEN_ASSIGN_OR_RETURN(Statement index,
                          connection.Prepare("SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'pk'"));
  index.Bind(1, table.name);
  SAITEN_RETURN_IF_ERROR(index.Step());
  const bool key_has_index = index.Int(0) != 0;
  SAITEN_ASSIGN_OR_RETURN(Statement defaults,
                          connection.Prepare("SELECT name, upper(dflt_value) FROM pragma_table_info(?1)"));
  defaults.Bind(1, table.name);
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, defaults.Step());
    if (!more) break;
    if (layout.columns.size() >= table.columns.size()) return std::optional<TableLayout>();
    const SourceColumn& column = table.columns[layout.columns.size()];
    if (column.name != defaults.Text(0)) return std::optional<TableLayout>();
    const std::string_view value = defaults.Text(1);
    layout.columns.push_back({.is_rowid = column.in_primary_key == 1 && !key_has_index,
                              .is_real = HasRealAffinity(column.declared),
                              .null_missing = value.empty() || value == "NULL"});
  }
  if (layout.columns.size() != table.columns.size()) return std::optional<TableLayout>();
  return std::optional<TableLayout>(std::move(layout));
}

}  // namespace saiten::store::pages
