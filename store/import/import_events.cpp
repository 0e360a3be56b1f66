#include <fmt/format.h>

#include <algorithm>

#include "store/import/row_tally.h"
#include "store/import/row_writer.h"
#include "store/load/id_set.h"
#include "store/load/row_filter.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

class Candidates {
 public:
  void Add(std::vector<std::string> names, std::string column, PropertyInfo property, Text shown) {
    if (column.empty()) return;
    // One column may be several things, such as a field and a part of the `where`.
    auto same = std::ranges::find(list_, column, &Candidate::column);
    if (same != list_.end()) {
      same->names.insert(same->names.end(), names.begin(), names.end());
      return;
    }
    if (property.column.empty()) property.column = column;
    if (property.name.empty()) property.name = column;
    list_.push_back({std::move(names), std::move(column), std::move(property), std::move(shown)});
  }
  std::vector<Candidate> Take() { return std::move(list_); }

 private:
  std::vector<Candidate> list_;
};

std::vector<Candidate> CandidatesOf(const Catalog& catalog, EventId id) {
  const EventInfo& info = catalog[id];
  const SeriesColumns columns = ColumnsOf(catalog, id);
  const std::string& object = catalog[info.object].name;
  Candidates list;
  list.Add({columns.owner, object, object + "_id"}, columns.owner, {.type = Type::Ref(info.object)},
           Say(Words::kRecordOf, {object, info.name}));
  list.Add({columns.time, "time"}, columns.time, {.type = Type::Instant()}, Say(Words::kTimeOf, {info.name}));
  for (size_t f = 0; f < info.fields.size(); ++f) {
    const PropertyInfo& field = info.fields[f];
    std::vector<std::string> names = {columns.fields[f], field.name};
    if (!field.label.empty()) names.push_back(field.label);
    list.Add(std::move(names), columns.fields[f], field, Same(fmt::format("`{}.{}`", info.name, field.name)));
  }
  const Type any = Type::Text().Optional();
  for (const ColumnCondition& condition : info.where) {
    list.Add({condition.column}, condition.column, {.type = any}, Same(fmt::format("`{}`", condition.column)));
  }
  const std::string id_column = info.id_column.empty() ? "id" : info.id_column;
  list.Add({id_column}, id_column, {.type = any}, Say(Words::kIdOf, {info.name}));
  const std::string seq = info.seq_column.empty() ? "seq" : info.seq_column;
  list.Add({seq}, seq, {.type = Type::Int().Optional()}, Say(Words::kSeqOf, {info.name}));
  list.Add({info.received_column}, info.received_column, {.type = Type::Instant().Optional()},
           Say(Words::kReceivedOf, {info.name}));
  list.Add({info.updated_column}, info.updated_column, {.type = Type::Instant().Optional()},
           Say(Words::kUpdatedOf, {info.name}));
  return list.Take();
}

class EventImport {
 public:
  EventImport(Importer& importer, EventId id, ImportFile& file)
      : importer_(importer),
        id_(id),
        info_(importer.catalog[id]),
        columns_(ColumnsOf(importer.catalog, id)),
        file_(file) {}

  Status Run(const std::string& path) {
    SAITEN_RETURN_IF_ERROR(ReadWhere(path));
    if (!file_.Find(columns_.owner)) return Fail(Failure::kNoOwnerColumn, {path, columns_.owner});
    if (!file_.Find(columns_.time)) return Fail(Failure::kNoTimeColumn, {path, columns_.time});
    std::vector<std::string> needed;
    for (const ImportColumn& column : file_.columns) needed.push_back(column.column);
    for (const auto& constant : constants_) needed.push_back(constant.first);
    SAITEN_ASSIGN_OR_RETURN(
        table_, MakeTable(importer_.connection, columns_.table, ColumnsOfEvents(importer_.catalog, id_), needed,
                          &importer_.report.created));
    SAITEN_RETURN_IF_ERROR(OpenOwners());
    id_at_ = file_.Find(info_.id_column.empty() ? "id" : info_.id_column);
    const std::string& id_column = id_at_ ? file_.columns[*id_at_].column : table_.rowid;
    const bool by_rowid = !table_.rowid.empty();
    SAITEN_ASSIGN_OR_RETURN(RowWriter writer,
                            RowWriter::Make(importer_, table_, file_, constants_, "",
                                            {.column = by_rowid ? table_.rowid : id_column, .is_rowid = by_rowid}));
    SAITEN_RETURN_IF_ERROR(id_at_ ? ReadStoredIds() : ReadStoredRows(writer));
    return ReadFile(writer);
  }

 private:
  // Columns of the `where` that the file has are tested; of the others the value is known, or the file cannot be this
  // event.
  Status ReadWhere(const std::string& path) {
    for (const ColumnCondition& condition : info_.where) {
      if (const auto at = file_.Find(condition.column)) {
        filters_.emplace_back(condition, file_.columns[*at].at);
      } else if (!condition.negated && condition.values.size() == 1) {
        constants_.emplace_back(condition.column, condition.values[0]);
      } else {
        return Fail(Failure::kNoWhereColumn, {path, condition.column, info_.name});
      }
    }
    return {};
  }

  Status OpenOwners() {
    const ObjectInfo& object = importer_.catalog[info_.object];
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(importer_.connection, object.table));
    const bool usable = table && table->Find(object.properties[*object.key].column) != nullptr;
    if (!usable && !importer_.options.create_objects) return {};
    SAITEN_ASSIGN_OR_RETURN(RecordIndex owners, RecordIndex::Open(importer_, info_.object, {}));
    owners_.emplace(std::move(owners));
    return {};
  }

  Status ReadStoredIds() {
    const std::string& column = file_.columns[*id_at_].column;
    std::vector<std::string> select = {QuoteName(column)};
    if (!table_.rowid.empty()) select.push_back(table_.rowid);
    SAITEN_ASSIGN_OR_RETURN(Statement rows, importer_.connection.Prepare(table_.Select(select)));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return {};
      const Cell id = ReadCell(rows, 0);
      std::string buffer;
      if (id.Spell(&buffer).empty() || ids_.Add(id, static_cast<uint32_t>(rowids_.size())) != KeyMap::kNone) continue;
      rowids_.push_back(table_.rowid.empty() ? 0 : rows.Int(1));
      in_file_.push_back(false);
    }
  }

  Status ReadStoredRows(const RowWriter& writer) {
    std::vector<std::string> select;
    for (const std::string& column : writer.columns()) select.push_back(QuoteName(column));
    SAITEN_ASSIGN_OR_RETURN(Statement rows, importer_.connection.Prepare(table_.Select(select)));
    std::string row;
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return {};
      row.clear();
      for (size_t i = 0; i < select.size(); ++i)
        AppendComparable(&row, ReadCell(rows, static_cast<int>(i)), writer.affinity(i));
      counts_.AddStored(row);
    }
  }

  Status ReadFile(RowWriter& writer) {
    const size_t owner_at = file_.columns[*file_.Find(columns_.owner)].at;
    RowChecker checker(importer_, file_, table_, info_.name);
    ErrorSink orphans(importer_.errors, info_.name, "");
    CsvRecord record;
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, importer_.Next(file_, &record));
      if (!more) {
        checker.Finish();
        return {};
      }
      const bool ours = std::ranges::all_of(
          filters_, [&](RowFilter& filter) { return filter.Accepts(Cell::OfText(record.fields[filter.place()])); });
      if (!ours) {
        ++importer_.report.other;
        continue;
      }
      const std::string_view owner = record.fields[owner_at];
      if (owner.empty()) {
        importer_.Bad(record.line, Say(Words::kNobodysEvent, {columns_.owner}));
        continue;
      }
      checker.Check(record, owner);
      SAITEN_RETURN_IF_ERROR(FindOwner(owner, record.line, orphans));
      SAITEN_RETURN_IF_ERROR(id_at_ ? PutById(writer, record) : PutByContent(writer, record));
    }
  }

  Status FindOwner(std::string_view owner, uint64_t line, ErrorSink& orphans) {
    auto example = [&] { return DataErrorGroup::Example{fmt::format("line {}", line), Excerpt(owner)}; };
    const auto key = owners_ ? owners_->KeyOf(Cell::OfText(owner)) : std::nullopt;
    if (key && owners_->Find(*key) != KeyMap::kNone) return {};
    if (!key || !importer_.options.create_objects) {
      orphans.Count(DataErrorKind::kOwnerUnknown, example);
      return {};
    }
    ++importer_.report.records_created;
    return owners_->Insert(*key);
  }

  Status PutByContent(RowWriter& writer, const CsvRecord& record) {
    row_.clear();
    for (size_t i = 0; i < writer.columns().size(); ++i)
      AppendComparable(&row_, writer.CellOf(record, i), writer.affinity(i));
    if (!counts_.AddFromFile(row_)) {
      ++importer_.report.unchanged;
      return {};
    }
    SAITEN_ASSIGN_OR_RETURN(const RowWriter::Outcome outcome, writer.Insert(record, Cell::Null()));
    if (outcome == RowWriter::Outcome::kInserted) ++importer_.report.inserted;
    return {};
  }

  Status PutById(RowWriter& writer, const CsvRecord& record) {
    const std::string_view id = record.fields[file_.columns[*id_at_].at];
    if (id.empty()) {
      importer_.Bad(record.line, Say(Words::kNoEventId));
      return {};
    }
    const uint32_t known = ids_.Add(Cell::OfText(id), static_cast<uint32_t>(rowids_.size()));
    if (known == KeyMap::kNone) {
      SAITEN_ASSIGN_OR_RETURN(const RowWriter::Outcome outcome, writer.Insert(record, Cell::Null()));
      rowids_.push_back(importer_.connection.last_rowid());
      in_file_.push_back(true);
      if (outcome == RowWriter::Outcome::kInserted) ++importer_.report.inserted;
      return {};
    }
    // Of equal ids the first to arrive counts (sem T4), so what follows in the same file changes nothing.
    if (in_file_[known]) {
      ++importer_.report.unchanged;
      return {};
    }
    in_file_[known] = true;
    const Cell identity = table_.rowid.empty() ? Cell::OfText(id) : Cell::OfInt(rowids_[known]);
    SAITEN_ASSIGN_OR_RETURN(const RowWriter::Outcome outcome, writer.Update(record, identity));
    if (outcome == RowWriter::Outcome::kUpdated) ++importer_.report.updated;
    if (outcome == RowWriter::Outcome::kUnchanged) ++importer_.report.unchanged;
    return {};
  }

  Importer& importer_;
  EventId id_;
  const EventInfo& info_;
  SeriesColumns columns_;
  ImportFile& file_;
  std::vector<RowFilter> filters_;
  std::vector<RowWriter::Constant> constants_;
  SourceTable table_;
  std::optional<RecordIndex> owners_;
  std::optional<size_t> id_at_;
  IdSet ids_;
  std::vector<int64_t> rowids_;
  std::vector<bool> in_file_;
  RowTally counts_;
  std::string row_;
};

}  // namespace

Status ImportEvents(Importer& importer, const std::string& path, EventId id) {
  const EventInfo& info = importer.catalog[id];
  if (!info.any_of.empty() || info.hidden()) {
    return Fail(Failure::kNoTableOfItsOwn, {info.name});
  }
  SAITEN_ASSIGN_OR_RETURN(ImportFile file,
                          OpenImport(path, CandidatesOf(importer.catalog, id), importer.options, importer.report));
  return EventImport(importer, id, file).Run(path);
}

}  // namespace saiten::store
