#include <fmt/format.h>

#include "store/import/import_file.h"

namespace saiten::store {

Result<RecordIndex> RecordIndex::Open(Importer& importer, ObjectId object, const std::vector<std::string>& needed) {
  const ObjectInfo& info = importer.catalog[object];
  SAITEN_CHECK(info.key.has_value());
  const PropertyInfo& key = info.properties[*info.key];
  RecordIndex index(ValueReader(importer.catalog, key, importer.options.zone));
  std::vector<std::string> columns = needed;
  columns.push_back(key.column);
  SAITEN_ASSIGN_OR_RETURN(index.table_,
                          MakeTable(importer.connection, info.table, ColumnsOfObject(importer.catalog, object), columns,
                                    &importer.report.created));
  index.key_column_ = key.column;
  index.keys_ = std::make_unique<KeyMap>(key.type.is(TypeKind::kText));
  std::vector<std::string> select = {QuoteName(key.column)};
  if (!index.table_.rowid.empty()) select.push_back(index.table_.rowid);
  SAITEN_ASSIGN_OR_RETURN(Statement rows, importer.connection.Prepare(index.table_.Select(select)));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    const auto read = index.KeyOf(ReadCell(rows, 0));
    // A key that is there twice is found in its first row; the load quarantines both anyway.
    if (!read || index.Add(*read) != KeyMap::kNone) continue;
    index.rowids_.push_back(index.table_.rowid.empty() ? 0 : rows.Int(1));
  }
  SAITEN_ASSIGN_OR_RETURN(
      index.insert_, importer.connection.Prepare(fmt::format("INSERT INTO {}({}) VALUES(?1)",
                                                             QuoteName(index.table_.name), QuoteName(key.column))));
  return index;
}

std::optional<RecordIndex::Key> RecordIndex::KeyOf(const Cell& cell) {
  const Reading reading = reader_.Read(cell);
  switch (reading.kind) {
    case Reading::Kind::kValue:
      return Key{false, reading.value, {}};
    case Reading::Kind::kText:
      return Key{true, 0, std::string(reading.text)};
    case Reading::Kind::kUnknown:
    case Reading::Kind::kError:
      return std::nullopt;
  }
  SAITEN_UNREACHABLE("Reading::Kind");
}

Status RecordIndex::Insert(const Key& key) {
  if (key.is_text) {
    insert_.Bind(1, std::string_view(key.text));
  } else {
    insert_.Bind(1, key.number);
  }
  Add(key);
  rowids_.push_back(0);
  return insert_.Run();
}

}  // namespace saiten::store
