#include "flow/durable/source_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "store/changes/attach.h"
#include "store/sqlite/source_table.h"

namespace saiten::flow {
namespace {

using store::QuoteName;
using store::Statement;

std::string NameOf(const Catalog& catalog, const WrittenProperty& which) {
  return catalog[which.object].name + "." + catalog[which.object].properties[which.property].name;
}

Error CannotWrite(const std::string& name, const Text& why, const Text& hint) {
  return Fail(ErrorKind::kRefused,
              {fmt::format("`write` of saiten.toml: `{}` cannot be written: {}", name, why.en),
               fmt::format("saiten.tomlの`write`: `{}`には書き込めません。{}", name, why.ja)},
              hint);
}

const Text& LeaveOut() {
  static const Text text = {
      "take it out of `write`: what workflows set then lies over the source (saiten_values)",
      "`write`から外してください。ワークフローが設定した値はデータの上に重ねて保存されます(saiten_values)"};
  return text;
}

saiten::Status CheckColumn(store::Connection& connection, const Catalog& catalog, const WrittenProperty& which) {
  const ObjectInfo& object = catalog[which.object];
  const std::string& column_name = object.properties[which.property].column;
  const std::string name = NameOf(catalog, which);
  SAITEN_ASSIGN_OR_RETURN(const auto table, store::InspectTable(connection, object.table));
  const store::SourceColumn* column = table ? table->Find(column_name) : nullptr;
  if (column == nullptr) {
    return CannotWrite(name,
                       {fmt::format("the database has no column `{}` in a table `{}`", column_name, object.table),
                        fmt::format("データベースにテーブル`{1}`の列`{0}`がありません", column_name, object.table)},
                       LeaveOut());
  }
  if (table->kind != store::SourceTable::Kind::kTable) {
    const bool view = table->kind == store::SourceTable::Kind::kView;
    return CannotWrite(name,
                       {fmt::format("`{}` is a {}, not a table", object.table, view ? "view" : "virtual table"),
                        fmt::format("`{}`はテーブルではなく{}です", object.table, view ? "ビュー" : "仮想テーブル")},
                       LeaveOut());
  }
  if (column->generated) {
    return CannotWrite(name,
                       {fmt::format("the database itself computes the column `{}`", column_name),
                        fmt::format("列`{}`はデータベースが計算する列です", column_name)},
                       LeaveOut());
  }
  if (object.updated_column.empty()) return {};
  SAITEN_ASSIGN_OR_RETURN(const bool logged, store::IsLogged(connection, *table));
  if (logged) return {};
  return CannotWrite(name,
                     {fmt::format("changes of `{}` are found by its column `{}`, which this writing would not move",
                                  object.table, object.updated_column),
                      fmt::format("`{}`の変更は列`{}`で見つけていますが、この書き込みではその列が変わりません",
                                  object.table, object.updated_column)},
                     {"run `saiten attach`, which follows changes by a log, or take it out of `write`",
                      "`saiten attach`で変更履歴を付けるか、`write`から外してください"});
}

}  // namespace

saiten::Status CheckWritten(store::Connection& connection, const Catalog& catalog,
                            const std::vector<WrittenProperty>& written) {
  for (const WrittenProperty& which : written) SAITEN_RETURN_IF_ERROR(CheckColumn(connection, catalog, which));
  return {};
}

SourceWriter::Column::Column(const Catalog& catalog, const WrittenProperty& which, const rt::Zone* zone)
    : property(&catalog[which.object].properties[which.property]),
      table(catalog[which.object].table),
      key_reader(catalog, catalog[which.object].properties[*catalog[which.object].key], zone),
      reader(catalog, *property, zone) {}

SourceWriter::SourceWriter(store::Connection& connection, KeptValues& values, const rt::Zone* zone,
                           const std::vector<WrittenProperty>& written)
    : connection_(connection), values_(values), zone_(zone) {
  for (const WrittenProperty& which : written) {
    columns_.emplace(which, std::make_unique<Column>(values.catalog(), which, zone));
  }
}

saiten::Status SourceWriter::Begin() {
  logs_.clear();
  SAITEN_ASSIGN_OR_RETURN(const auto all, store::FindValueLogs(connection_));
  for (const auto& [which, column] : columns_) {
    if (logs_.contains(which.object)) continue;
    logs_[which.object];
    for (const store::ValueLog& log : all) {
      if (store::SameName(log.source, column->table)) SAITEN_RETURN_IF_ERROR(ReadLog(which.object, log));
    }
  }
  return {};
}

saiten::Status SourceWriter::ReadLog(ObjectId object, const store::ValueLog& log) {
  Log& kept = logs_[object].emplace_back(Log{.name = log.Name(), .last = 0, .rows = {}});
  SAITEN_ASSIGN_OR_RETURN(Statement last, connection_.Prepare(fmt::format("SELECT ifnull(max({}), 0) FROM {}",
                                                                          store::kValueNumber, kept.name)));
  SAITEN_ASSIGN_OR_RETURN(const bool any, last.Step());
  kept.last = any ? last.Int(0) : 0;
  last.Reset();
  const ObjectInfo& info = values_.catalog()[object];
  const PropertyInfo& key = info.properties[*info.key];
  // A log without the key tells nothing of the object (SourceLog).
  const bool has_key =
      std::ranges::any_of(log.columns, [&](const std::string& column) { return store::SameName(column, key.column); });
  if (!has_key) return {};
  store::ValueReader reader(values_.catalog(), key, zone_);
  SAITEN_ASSIGN_OR_RETURN(Statement keys,
                          connection_.Prepare(fmt::format("SELECT {} FROM {}", QuoteName(key.column), kept.name)));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, keys.Step());
    if (!more) return {};
    const uint32_t row = values_.RowOf(object, reader.Read(store::ReadCell(keys, 0)));
    if (row != KeptValues::kNone) kept.rows.insert(row);
  }
}

saiten::Status SourceWriter::End() {
  for (const auto& [object, logs] : logs_) {
    for (const Log& log : logs) {
      SAITEN_ASSIGN_OR_RETURN(Statement drop,
                              connection_.Prepare(fmt::format("DELETE FROM {} WHERE {} > ?1 AND {} = ?2", log.name,
                                                              store::kValueNumber, store::kValueKind)));
      drop.Bind(1, log.last);
      drop.Bind(2, static_cast<int64_t>(store::ValueKind::kChanged));
      SAITEN_RETURN_IF_ERROR(drop.Run());
    }
  }
  return {};
}

bool SourceWriter::IsTold(ObjectId object, uint32_t row) const {
  const auto found = logs_.find(object);
  return found != logs_.end() &&
         std::ranges::any_of(found->second, [&](const Log& log) { return log.rows.contains(row); });
}

std::string SourceWriter::SpellKey(const WrittenProperty& which, uint32_t row) const {
  const Kept key = values_.KeyOf(which.object, row);
  if (const auto* number = std::get_if<int64_t>(&key)) return std::to_string(*number);
  const auto* text = std::get_if<std::string>(&key);
  return text ? *text : std::string();
}

Result<std::optional<SourceWriter::Row>> SourceWriter::Find(const WrittenProperty& which, Column& column,
                                                            uint32_t row) {
  const ObjectInfo& object = values_.catalog()[which.object];
  if (column.read.handle() == nullptr) {
    const std::string key = QuoteName(object.properties[*object.key].column);
    SAITEN_ASSIGN_OR_RETURN(
        column.read, connection_.Prepare(fmt::format("SELECT {0}, {1} FROM {2} WHERE {0} = ?1 OR {0} = ?2", key,
                                                     QuoteName(column.property->column), QuoteName(column.table))));
  }
  // A key may lie there as a number or as a text, whatever the rules say.
  const std::string text = SpellKey(which, row);
  column.read.Bind(1, std::string_view(text));
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    column.read.Bind(2, number);
  } else {
    column.read.Bind(2, std::string_view(text));
  }
  std::optional<Row> found;
  bool several = false;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, column.read.Step());
    if (!more) break;
    const store::Cell key = store::ReadCell(column.read, 0);
    if (values_.RowOf(which.object, column.key_reader.Read(key)) != row) continue;
    several = found.has_value();
    const store::Cell cell = store::ReadCell(column.read, 1);
    found = Row{CopyOf(key), CopyOf(cell), values_.ValueOf(column.property->type, column.reader.Read(cell))};
  }
  if (several) found.reset();
  return found;
}

Result<SourceWriter::Written> SourceWriter::Refused(Error error) const {
  // The user's triggers may end the transaction, and then nothing of it is kept.
  if (sqlite3_get_autocommit(connection_.handle()) != 0) return error;
  switch (sqlite3_errcode(connection_.handle()) & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:
      return Written{Outcome::kRefused, Same(sqlite3_errmsg(connection_.handle()))};
    default:
      return error;
  }
}

Result<SourceWriter::Written> SourceWriter::WriteCell(const WrittenProperty& which, Column& column, const Row& found,
                                                      uint32_t row, const Value& value) {
  if (column.write.handle() == nullptr) {
    const ObjectInfo& object = values_.catalog()[which.object];
    auto prepared = connection_.Prepare(fmt::format("UPDATE {} SET {} = ?1 WHERE {} IS ?2", QuoteName(column.table),
                                                    QuoteName(column.property->column),
                                                    QuoteName(object.properties[*object.key].column)));
    if (!prepared.ok()) return Refused(prepared.error());
    column.write = std::move(*prepared);
  }
  store::Cell now;
  if (std::holds_alternative<std::string>(found.now)) now.kind = store::Cell::Kind::kText;
  const SourceCell cell = SpellForSource(values_, *column.property, value, now);
  flow::Bind(column.write, 1, cell);
  flow::Bind(column.write, 2, found.key);
  if (saiten::Status ran = column.write.Run(); !ran.ok()) return Refused(ran.error());
  SAITEN_ASSIGN_OR_RETURN(const auto after, Find(which, column, row));
  if (after && after->value == value) return Written{};
  return Written{Outcome::kRefused, {"it would not be read back as the same value", "読み戻すと同じ値になりません"}};
}

Result<SourceWriter::Written> SourceWriter::Write(const WrittenProperty& which, uint32_t row, const Value& seen,
                                                  const Value& value) {
  Column& column = *columns_.at(which);
  if (IsTold(which.object, row)) return Written{Outcome::kLater, {}};
  SAITEN_ASSIGN_OR_RETURN(const auto found, Find(which, column, row));
  if (!found || found->value != seen) return Written{Outcome::kChanged, {}};
  SAITEN_RETURN_IF_ERROR(connection_.Run("SAVEPOINT saiten_source"));
  SAITEN_ASSIGN_OR_RETURN(Written written, WriteCell(which, column, *found, row, value));
  if (written.outcome == Outcome::kRefused) SAITEN_RETURN_IF_ERROR(connection_.Run("ROLLBACK TO saiten_source"));
  SAITEN_RETURN_IF_ERROR(connection_.Run("RELEASE saiten_source"));
  if (written.outcome != Outcome::kRefused) return written;
  const std::string name = NameOf(values_.catalog(), which);
  const std::string key = SpellKey(which, row);
  written.why = {fmt::format("{} of {}: {}", name, key, written.why.en),
                 fmt::format("{}の{}: {}", key, name, written.why.ja)};
  return written;
}

}  // namespace saiten::flow
