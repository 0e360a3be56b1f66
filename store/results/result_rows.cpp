#include "store/results/result_rows.h"

namespace saiten::store {
namespace {

using Kind = ObjectLayout::Column::Kind;

constexpr const char* kSourceName = "saiten_new_rows";

// What the module below serves; one at a time.
struct Source {
  const ResultIds* ids = nullptr;
  std::span<const StoredColumn> columns;
  std::span<const uint32_t> rows;
  WriteProgress* progress = nullptr;
};

struct NewRows final : sqlite3_vtab {
  Source* source = nullptr;
};

struct Cursor final : sqlite3_vtab_cursor {
  size_t at = 0;
  std::string buffer;
};

Source& SourceOf(sqlite3_vtab_cursor* cursor) { return *static_cast<NewRows*>(cursor->pVtab)->source; }

int Connect(sqlite3* handle, void* source, int, const char* const*, sqlite3_vtab** table, char**) {
  auto* made = new NewRows{};
  made->source = static_cast<Source*>(source);
  *table = made;
  std::string sql = "CREATE TABLE rows(id";
  for (size_t i = 0; i < made->source->columns.size(); ++i) sql += ", c" + std::to_string(i);
  return sqlite3_declare_vtab(handle, (sql + ")").c_str());
}

int Disconnect(sqlite3_vtab* table) {
  delete static_cast<NewRows*>(table);
  return SQLITE_OK;
}

int BestIndex(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }

int Open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  *cursor = new Cursor{};
  return SQLITE_OK;
}

int Close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  static_cast<Cursor*>(cursor)->at = 0;
  return SQLITE_OK;
}

int Next(sqlite3_vtab_cursor* cursor) {
  ++static_cast<Cursor*>(cursor)->at;
  if (WriteProgress* progress = SourceOf(cursor).progress) progress->Tick();
  return SQLITE_OK;
}

int Eof(sqlite3_vtab_cursor* cursor) {
  return static_cast<int>(static_cast<Cursor*>(cursor)->at >= SourceOf(cursor).rows.size());
}

int Value(sqlite3_vtab_cursor* base, sqlite3_context* out, int column) {
  auto* cursor = static_cast<Cursor*>(base);
  const Source& source = SourceOf(base);
  const uint32_t row = source.rows[cursor->at];
  if (column == 0) {
    const Cell id = source.ids->At(row, &cursor->buffer);
    if (id.kind == Cell::Kind::kInt) {
      sqlite3_result_int64(out, id.integer);
    } else {
      sqlite3_result_text64(out, id.text.data() == nullptr ? "" : id.text.data(), id.text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8);
    }
    return SQLITE_OK;
  }
  const int64_t value = source.columns[static_cast<size_t>(column) - 1].At(row);
  value == StoredColumn::kNull ? sqlite3_result_null(out) : sqlite3_result_int64(out, value);
  return SQLITE_OK;
}

int Rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
  *rowid = static_cast<sqlite3_int64>(static_cast<Cursor*>(cursor)->at);
  return SQLITE_OK;
}

// Without xCreate: the table needs no CREATE VIRTUAL TABLE and leaves no trace in the file.
constexpr sqlite3_module kModule = {.iVersion = 0,
                                    .xCreate = nullptr,
                                    .xConnect = Connect,
                                    .xBestIndex = BestIndex,
                                    .xDisconnect = Disconnect,
                                    .xDestroy = nullptr,
                                    .xOpen = Open,
                                    .xClose = Close,
                                    .xFilter = Filter,
                                    .xNext = Next,
                                    .xEof = Eof,
                                    .xColumn = Value,
                                    .xRowid = Rowid,
                                    .xUpdate = nullptr,
                                    .xBegin = nullptr,
                                    .xSync = nullptr,
                                    .xCommit = nullptr,
                                    .xRollback = nullptr,
                                    .xFindFunction = nullptr,
                                    .xRename = nullptr,
                                    .xSavepoint = nullptr,
                                    .xRelease = nullptr,
                                    .xRollbackTo = nullptr,
                                    .xShadowName = nullptr};

}  // namespace

StoredColumn::StoredColumn(const ObjectResults& object, ObjectLayout::Column column)
    : changes_(column.kind == Kind::kMember   ? object.segments[column.index].changes
               : column.kind == Kind::kPoints ? object.scores[column.index].points_changes
                                              : object.scores[column.index].band_changes),
      values_(column.kind == Kind::kMember   ? object.segments[column.index].members
              : column.kind == Kind::kPoints ? object.scores[column.index].points
                                             : object.scores[column.index].band),
      unknown_(values_->unknown()),
      is_member_(column.kind == Kind::kMember) {}

std::vector<StoredColumn> StoredColumnsOf(const ObjectResults& object, const ObjectLayout& layout) {
  std::vector<StoredColumn> columns;
  for (const ObjectLayout::Column& column : layout.Columns()) columns.emplace_back(object, column);
  return columns;
}

Status WriteRows(Connection& connection, const std::string& verb, const std::string& table, const ResultIds& ids,
                 std::span<const StoredColumn> columns, std::span<const uint32_t> rows, WriteProgress* progress) {
  Source source{&ids, columns, rows, progress};
  // Made anew for each table: it declares the columns that the table has.
  sqlite3_create_module_v2(connection.handle(), kSourceName, &kModule, &source, nullptr);
  const Status written = connection.Run(verb + " " + table + " SELECT * FROM " + kSourceName);
  sqlite3_create_module_v2(connection.handle(), kSourceName, nullptr, nullptr, nullptr);
  return written;
}

}  // namespace saiten::store
