#include <fmt/format.h>

#include "store/import/row_writer.h"
#include "store/load/id_set.h"
#include "store/messages.h"
#include "store/own/own_tables.h"

namespace saiten::store {
namespace {

// Where the members of a list are: its own table, or the rows of the engine's table that carry its name.
struct Place {
  SourceTable table;
  std::string column;
  std::vector<RowWriter::Constant> constants;
};

Result<Place> OpenPlace(Importer& importer, const ListInfo& list) {
  Place place;
  const std::string& object = importer.catalog[list.object].name;
  if (list.table.empty()) {
    SAITEN_RETURN_IF_ERROR(MakeListsTable(importer.connection));
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(importer.connection, kListsTable));
    SAITEN_CHECK(table.has_value());
    place.table = std::move(*table);
    place.column = "id";
    place.constants = {{"list", list.name}, {"object", object}};
    return place;
  }
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(importer.connection, list.table));
  const auto found = table ? OwnerColumnOf(importer.catalog, list, *table) : std::nullopt;
  place.column = found.value_or(object + "_id");
  const ObjectInfo& info = importer.catalog[list.object];
  SAITEN_ASSIGN_OR_RETURN(place.table,
                          MakeTable(importer.connection, list.table, {{place.column, info.properties[*info.key].type}},
                                    {place.column}, &importer.report.created));
  return place;
}

Status ReadStored(Importer& importer, const Place& place, IdSet& members) {
  std::string sql = fmt::format("SELECT {} FROM {}", QuoteName(place.column), QuoteName(place.table.name));
  if (!place.constants.empty()) sql += " WHERE list = ?1 AND object = ?2";
  SAITEN_ASSIGN_OR_RETURN(Statement rows, importer.connection.Prepare(sql));
  for (size_t i = 0; i < place.constants.size(); ++i) {
    rows.Bind(static_cast<int>(i) + 1, std::string_view(place.constants[i].second));
  }
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return {};
    const Cell member = ReadCell(rows, 0);
    if (member.kind != Cell::Kind::kNull) members.Add(member, 0);
  }
}

}  // namespace

Status ImportList(Importer& importer, const std::string& path, ListId id) {
  const ListInfo& list = importer.catalog[id];
  const ObjectInfo& object = importer.catalog[list.object];
  const PropertyInfo& key = object.properties[*object.key];
  SAITEN_ASSIGN_OR_RETURN(const Place place, OpenPlace(importer, list));
  Candidate member{{object.name + "_id", key.column, key.name, object.name},
                   place.column,
                   {.type = Type::Ref(list.object)},
                   fmt::format("the members of `{}`", list.name)};
  if (!key.label.empty()) member.names.push_back(key.label);
  member.property.name = place.column;
  SAITEN_ASSIGN_OR_RETURN(ImportFile file, OpenImport(path, {member}, importer.options, importer.report));
  SAITEN_ASSIGN_OR_RETURN(RowWriter writer, RowWriter::Make(importer, place.table, file, place.constants, "", {}));
  IdSet members;
  SAITEN_RETURN_IF_ERROR(ReadStored(importer, place, members));
  SAITEN_ASSIGN_OR_RETURN(auto object_table, InspectTable(importer.connection, object.table));
  std::optional<RecordIndex> records;
  if (importer.options.create_objects || (object_table && object_table->Find(key.column) != nullptr)) {
    SAITEN_ASSIGN_OR_RETURN(RecordIndex opened, RecordIndex::Open(importer, list.object, {}));
    records.emplace(std::move(opened));
  }
  ErrorSink strangers(importer.errors, list.name, "");
  CsvRecord record;
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, importer.Next(file, &record));
    if (!more) return {};
    const std::string_view text = record.fields[file.columns[0].at];
    const auto read = records ? records->KeyOf(Cell::OfText(text)) : std::nullopt;
    if (text.empty() || (records && !read)) {
      importer.Bad(record.line,
                   text.empty() ? Say(Words::kNoMemberKey) : Say(Words::kNotAKeyOf, {Excerpt(text), object.name}));
      continue;
    }
    if (!read || records->Find(*read) == KeyMap::kNone) {
      if (read && importer.options.create_objects) {
        ++importer.report.records_created;
        SAITEN_RETURN_IF_ERROR(records->Insert(*read));
      } else {
        strangers.Count(DataErrorKind::kMemberUnknown, [&] { return DataErrorGroup::Example{Excerpt(text), ""}; });
      }
    }
    if (members.Add(Cell::OfText(text), 0) != KeyMap::kNone) {
      ++importer.report.unchanged;
      continue;
    }
    SAITEN_ASSIGN_OR_RETURN(const RowWriter::Outcome outcome, writer.Insert(record, Cell::Null()));
    if (outcome == RowWriter::Outcome::kInserted) ++importer.report.inserted;
  }
}

}  // namespace saiten::store
