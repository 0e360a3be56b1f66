#include <fmt/format.h>

#include "store/import/row_writer.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

std::vector<Candidate> CandidatesOf(const ObjectInfo& info) {
  std::vector<Candidate> candidates;
  for (const PropertyInfo& property : info.properties) {
    if (property.is_many || !property.previous_band_of.empty()) continue;
    Candidate candidate{{property.column, property.name},
                        property.column,
                        property,
                        Same(fmt::format("`{}.{}`", info.name, property.name))};
    if (!property.label.empty()) candidate.names.push_back(property.label);
    candidates.push_back(std::move(candidate));
  }
  const bool is_property = std::ranges::any_of(
      info.properties, [&](const PropertyInfo& property) { return property.column == info.updated_column; });
  if (!info.updated_column.empty() && !is_property) {
    candidates.push_back({{info.updated_column},
                          info.updated_column,
                          {.type = Type::Instant().Optional()},
                          Say(Words::kUpdatedOf, {info.name})});
  }
  return candidates;
}

bool Changes(RowWriter::Outcome outcome) {
  return outcome == RowWriter::Outcome::kInserted || outcome == RowWriter::Outcome::kUpdated;
}

void Count(RowWriter::Outcome outcome, ImportReport& report) {
  switch (outcome) {
    case RowWriter::Outcome::kInserted:
      ++report.inserted;
      return;
    case RowWriter::Outcome::kUpdated:
      ++report.updated;
      return;
    case RowWriter::Outcome::kUnchanged:
      ++report.unchanged;
      return;
    case RowWriter::Outcome::kBad:
      return;
  }
}

}  // namespace

Status ImportObjects(Importer& importer, const std::string& path, ObjectId id) {
  const ObjectInfo& info = importer.catalog[id];
  SAITEN_CHECK(info.key.has_value());
  const PropertyInfo& key = info.properties[*info.key];
  SAITEN_ASSIGN_OR_RETURN(ImportFile file, OpenImport(path, CandidatesOf(info), importer.options, importer.report));
  const std::optional<size_t> key_at = file.Find(key.column);
  importer.report.numbered = !key_at;
  if (!key_at && !key.type.is(TypeKind::kInt)) {
    return Fail(Failure::kNoKeyColumn, {path, info.name, key.name, key.column});
  }
  std::vector<std::string> needed;
  for (const ImportColumn& column : file.columns) needed.push_back(column.column);
  SAITEN_ASSIGN_OR_RETURN(RecordIndex records, RecordIndex::Open(importer, id, needed));
  // The numbers of the rows are no keys of records that are there already: nothing of these may change.
  bool only_if_same = false;
  if (!key_at) {
    SAITEN_ASSIGN_OR_RETURN(
        Statement any, importer.connection.Prepare(fmt::format("SELECT 1 FROM {}", QuoteName(records.table().name))));
    SAITEN_ASSIGN_OR_RETURN(only_if_same, any.Step());
  }
  const bool by_rowid = !records.table().rowid.empty();
  SAITEN_ASSIGN_OR_RETURN(RowWriter writer, RowWriter::Make(importer, records.table(), file, {}, key.column,
                                                            {.column = by_rowid ? records.table().rowid : key.column,
                                                             .is_rowid = by_rowid}));
  RowChecker checker(importer, file, records.table(), info.name);
  std::vector<uint64_t> line_of(records.rowids().size());  // where the file had the record before; 0: nowhere
  auto taken = [&] {
    return Fail(Failure::kNumbersTaken, {path, info.name, key.name, records.table().name, key.column});
  };
  CsvRecord record;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, importer.Next(file, &record));
    if (!more) {
      checker.Finish();
      return {};
    }
    const std::string_view key_text = key_at ? record.fields[file.columns[*key_at].at] : std::string_view();
    const Cell key_cell = key_at ? Cell::OfText(key_text) : Cell::OfInt(static_cast<int64_t>(importer.report.rows));
    const auto read = records.KeyOf(key_cell);
    if (!read) {
      importer.Bad(record.line, key_text.empty() ? Say(Words::kNoKey, {key.column})
                                                 : Say(Words::kNotAKey, {Excerpt(key_text), info.name}));
      continue;
    }
    std::string buffer;
    const uint32_t known = records.Find(*read);
    if (known != KeyMap::kNone && line_of[known] != 0) {
      importer.Bad(record.line, Say(Words::kKeyTwice, {info.name, Excerpt(key_cell.Spell(&buffer)), line_of[known]}));
      continue;
    }
    checker.Check(record, key_cell.Spell(&buffer));
    if (known != KeyMap::kNone) {
      line_of[known] = record.line;
      const Cell identity = by_rowid ? Cell::OfInt(records.rowids()[known]) : key_cell;
      SAITEN_ASSIGN_OR_RETURN(const RowWriter::Outcome outcome, writer.Update(record, identity));
      if (only_if_same && Changes(outcome)) return taken();
      Count(outcome, importer.report);
      continue;
    }
    SAITEN_ASSIGN_OR_RETURN(const RowWriter::Outcome outcome, writer.Insert(record, key_cell));
    if (only_if_same && Changes(outcome)) return taken();
    Count(outcome, importer.report);
    if (outcome != RowWriter::Outcome::kInserted) continue;
    records.Add(*read);
    records.rowids().push_back(importer.connection.last_rowid());
    line_of.push_back(record.line);
  }
}

}  // namespace saiten::store
