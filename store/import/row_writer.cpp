#include "store/import/row_writer.h"
#include "store/messages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace saiten::store {

Result<RowWriter> RowWriter::Make(Importer& importer, const SourceTable& table, const ImportFile& file,
                                  std::vector<Constant> constants, const std::string& key_column,
                                  const Identity& identity) {
  RowWriter writer(importer);
  auto add = [&](const std::string& column) {
    writer.names_.push_back(column);
    writer.affinities_.push_back(AffinityOf(table.Find(column)->declared));
  };
  for (const ImportColumn& column : file.columns) {
    add(column.column);
    writer.fields_.push_back(column.at);
    Type type = column.property.type;
    if (type.is(TypeKind::kRef)) {
      const ObjectInfo& target = importer.catalog[type.object_id()];
      type = target.properties[*target.key].type;
    }
    writer.types_.push_back(type);
  }
  for (Constant& constant : constants) {
    add(constant.first);
    writer.constants_.push_back(std::move(constant.second));
  }
  std::vector<std::string> names;
  std::vector<std::string> places;
  std::vector<std::string> sets;
  std::vector<std::string> differs;
  for (size_t i = 0; i < writer.names_.size(); ++i) {
    const std::string name = QuoteName(writer.names_[i]);
    names.push_back(name);
    places.push_back(fmt::format("?{}", i + 1));
    if (writer.names_[i] == identity.column || writer.names_[i] == key_column) continue;
    sets.push_back(fmt::format("{} = ?{}", name, i + 1));
    differs.push_back(fmt::format("{} IS NOT ?{}", name, i + 1));
  }
  const size_t last = writer.names_.size() + 1;
  writer.writes_key_ = !key_column.empty() && !file.Find(key_column);
  if (writer.writes_key_) {
    names.push_back(QuoteName(key_column));
    places.push_back(fmt::format("?{}", last));
  }
  SAITEN_ASSIGN_OR_RETURN(
      writer.insert_, importer.connection.Prepare(fmt::format("INSERT INTO {}({}) VALUES({})", QuoteName(table.name),
                                                              fmt::join(names, ", "), fmt::join(places, ", "))));
  writer.can_update_ = !sets.empty() && !identity.column.empty();
  if (writer.can_update_) {
    const std::string where = identity.is_rowid ? identity.column : QuoteName(identity.column);
    SAITEN_ASSIGN_OR_RETURN(writer.update_, importer.connection.Prepare(fmt::format(
                                                "UPDATE {} SET {} WHERE {} = ?{} AND ({})", QuoteName(table.name),
                                                fmt::join(sets, ", "), where, last, fmt::join(differs, " OR "))));
  }
  return writer;
}

Cell RowWriter::CellOf(const CsvRecord& record, size_t column) const {
  if (column < fields_.size()) return StoredCell(record.fields[fields_[column]], affinities_[column], types_[column]);
  return Cell::OfText(constants_[column - fields_.size()]);
}

Result<RowWriter::Outcome> RowWriter::Done(Statement& statement, const CsvRecord& record, Outcome outcome) {
  std::string why;
  SAITEN_ASSIGN_OR_RETURN(const bool refused, RunUnlessConstraint(importer_->connection, statement, &why));
  if (!refused) return outcome;
  importer_->Bad(record.line, Say(Words::kTableRefuses, {why}));
  return Outcome::kBad;
}

Result<RowWriter::Outcome> RowWriter::Insert(const CsvRecord& record, const Cell& key) {
  for (size_t i = 0; i < names_.size(); ++i) BindCell(insert_, static_cast<int>(i) + 1, CellOf(record, i));
  if (writes_key_) BindCell(insert_, static_cast<int>(names_.size()) + 1, key);
  return Done(insert_, record, Outcome::kInserted);
}

Result<RowWriter::Outcome> RowWriter::Update(const CsvRecord& record, const Cell& identity) {
  if (!can_update_) return Outcome::kUnchanged;
  for (size_t i = 0; i < names_.size(); ++i) BindCell(update_, static_cast<int>(i) + 1, CellOf(record, i));
  BindCell(update_, static_cast<int>(names_.size()) + 1, identity);
  SAITEN_ASSIGN_OR_RETURN(const Outcome outcome, Done(update_, record, Outcome::kUpdated));
  return outcome == Outcome::kUpdated && importer_->connection.changes() == 0 ? Outcome::kUnchanged : outcome;
}

}  // namespace saiten::store
