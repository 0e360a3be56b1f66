#include <fmt/format.h>

#include "base/parallel.h"
#include "store/load/created_rows.h"
#include "store/load/loader.h"
#include "store/messages.h"
#include "store/pages/row_scan.h"

namespace saiten::store {
namespace {

// What of an object's table is read, column by column.
struct ObjectColumns {
  ObjectColumns(const Loader& loader, ObjectId id, const SourceTable& table) : object(id) {
    const ObjectInfo& info = loader.catalog[id];
    select.push_back(info.properties[*info.key].column);
    for (size_t p = 0; p < info.properties.size(); ++p) {
      const PropertyInfo& property = info.properties[p];
      const bool keep = loader.plan.properties[id.index()][p];
      // A required property is checked even if no rule reads it: whether a record counts must not depend on the rules.
      const bool check = !property.type.optional && info.key != p && table.Find(property.column) != nullptr;
      if (property.is_many || !property.previous_band_of.empty() || (!keep && !check)) continue;
      select.push_back(property.column);
      properties.push_back(p);
    }
    if (loader.options.keep_rowids && !table.rowid.empty()) {
      rowid_at = select.size();
      select.emplace_back(RowScan::kRowid);
    }
  }

  ObjectId object;
  std::vector<std::string> select;  // the key first
  std::vector<size_t> properties;   // of the columns behind the key
  std::optional<size_t> rowid_at;
};

std::vector<std::unique_ptr<ValueColumn>> MakeColumns(const Loader& loader, const ObjectColumns& columns,
                                                      DataErrors& errors) {
  const ObjectInfo& info = loader.catalog[columns.object];
  std::vector<std::unique_ptr<ValueColumn>> made(info.properties.size());
  for (size_t p : columns.properties) {
    made[p] = std::make_unique<ValueColumn>(loader.catalog, info.properties[p], loader.options.zone,
                                            loader.plan.properties[columns.object.index()][p],
                                            ErrorSink(errors, info.name, info.properties[p].name));
  }
  return made;
}

// Reads a part of the table, or all of it.
class ObjectPart {
 public:
  // Of a part, keys are only collected.
  ObjectPart(const Loader& loader, const ObjectColumns& columns, bool whole)
      : loader_(loader),
        columns_(columns),
        info_(loader.catalog[columns.object]),
        whole_(whole),
        key_reader_(loader.catalog, info_.properties[*info_.key], loader.options.zone),
        key_errors_(errors, info_.name, info_.properties[*info_.key].name) {
    rows.keys = std::make_unique<KeyMap>(key_reader_.type().is(TypeKind::kText));
    rows.columns = MakeColumns(loader, columns, errors);
  }

  Status Read(RowScan& scan, LoadTicker& ticker) {
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, scan.Next());
      if (!more) return {};
      if (++report.rows > loader_.options.most_rows) return Fail(Failure::kTooManyRows, {info_.table});
      ticker.Tick();
      ReadRow(scan);
      if (!plain) return {};
    }
  }

  // Rows that stand in no table: nothing is told of their number.
  void Read(const std::deque<CreatedRow>& created) {
    for (const CreatedRow& row : created) ReadRow(row);
  }

  RowNumbers TakeRowids() { return rowids_.Finish(); }

  ObjectRows rows;
  LoadedData::Object report;
  DataErrors errors;
  // A part with keys that are unknown tells the place in the table: only a reading of all of it can.
  bool plain = true;

 private:
  template <typename Row>
  void ReadRow(const Row& row) {
    const Cell cell = row.Get(0);
    const uint32_t raw = static_cast<uint32_t>(rows.keys->size());
    const Reading key = key_reader_.Read(cell);
    uint32_t before = KeyMap::kNone;
    switch (key.kind) {
      case Reading::Kind::kValue:
        before = Enter(key.value);
        break;
      case Reading::Kind::kText:
        before = Enter(key.text);
        break;
      case Reading::Kind::kUnknown:
      case Reading::Kind::kError:
        plain = whole_;
        ++report.quarantined;
        key_errors_.Count(DataErrorKind::kKeyUnknown, [&] { return KeyExample(cell); });
        return;
    }
    if (before != KeyMap::kNone) {
      Repeat(before, cell);
      return;
    }
    if (cell.kind == Cell::Kind::kText) report.ids_are_text = true;
    rows.left_out.push_back(false);
    const int64_t number = columns_.rowid_at ? row.Get(*columns_.rowid_at).integer : 0;
    const int64_t* const rowid = columns_.rowid_at ? &number : nullptr;
    if (columns_.rowid_at) rowids_.Append(number);
    for (size_t i = 0; i < columns_.properties.size(); ++i) {
      ValueColumn& column = *rows.columns[columns_.properties[i]];
      const Reading::Kind kind = column.Append(row.Get(i + 1), [&] { return rows.keys->Spell(raw); }, rowid);
      const PropertyInfo& property = info_.properties[columns_.properties[i]];
      if (kind == Reading::Kind::kValue || kind == Reading::Kind::kText || property.type.optional) continue;
      if (kind == Reading::Kind::kUnknown) {
        column.errors().Count(
            DataErrorKind::kRequiredUnknown, [&] { return DataErrorGroup::Example{rows.keys->Spell(raw), ""}; }, false,
            rowid);
      }
      rows.LeaveOut(raw);
    }
  }

  template <typename Key>
  uint32_t Enter(Key key) {
    if (whole_) return rows.keys->Add(key);
    rows.keys->Push(key);
    return KeyMap::kNone;
  }

  // All rows that share a key are left out: nothing says which of them is right.
  void Repeat(uint32_t first, const Cell& cell) {
    if (repeated_.insert(first).second) {
      rows.LeaveOut(first);
      key_errors_.Count(DataErrorKind::kKeyRepeated, [&] { return KeyExample(cell); });
    }
    ++report.quarantined;
    key_errors_.Count(DataErrorKind::kKeyRepeated, [&] { return KeyExample(cell); });
  }

  DataErrorGroup::Example KeyExample(const Cell& cell) const {
    std::string buffer;
    return {fmt::format("row {}", report.rows), Excerpt(cell.Spell(&buffer))};
  }

  const Loader& loader_;
  const ObjectColumns& columns_;
  const ObjectInfo& info_;
  bool whole_;
  ValueReader key_reader_;
  ErrorSink key_errors_;
  std::unordered_set<uint32_t> repeated_;
  RowNumbersBuilder rowids_;
};

// Reads the table in these scans. Nothing if it was read in parts and only reading it as a whole tells everything.
Result<std::vector<std::unique_ptr<ObjectPart>>> ReadParts(Loader& loader, const ObjectColumns& columns,
                                                           std::vector<RowScan>& scans) {
  std::vector<std::unique_ptr<ObjectPart>> parts(scans.size());
  for (auto& part : parts) part = std::make_unique<ObjectPart>(loader, columns, scans.size() == 1);
  SAITEN_RETURN_IF_ERROR(ReadScans(
      loader, scans, [&](size_t part, LoadTicker& ticker) { return parts[part]->Read(scans[part], ticker); }));
  const bool strange = std::ranges::any_of(scans, &RowScan::lost) ||
                       std::ranges::any_of(parts, [](const auto& part) { return !part->plain; });
  if (strange) parts.clear();
  return parts;
}

// Puts the parts together behind what is there. False if a key is repeated.
bool Join(Loader& loader, const ObjectColumns& columns, std::vector<std::unique_ptr<ObjectPart>>& parts) {
  ObjectRows& rows = loader.objects[columns.object.index()];
  LoadedData::Object& report = loader.out.objects[columns.object.index()];
  if (parts.size() == 1) {
    rows.keys = std::move(parts[0]->rows.keys);
  } else {
    rows.keys = std::make_unique<KeyMap>(parts[0]->rows.keys->is_text());
    for (const auto& part : parts) {
      if (!rows.keys->AddAll(*part->rows.keys)) return false;
      part->rows.keys.reset();
    }
  }
  rows.keys->Freeze();
  RowNumbersBuilder rowids;
  for (const auto& part : parts) {
    loader.errors.Append(part->errors);
    report.rows += part->report.rows;
    report.quarantined += part->report.quarantined;
    report.ids_are_text = report.ids_are_text || part->report.ids_are_text;
    rows.any_left_out = rows.any_left_out || part->rows.any_left_out;
    rows.left_out.insert(rows.left_out.end(), part->rows.left_out.begin(), part->rows.left_out.end());
    const RowNumbers numbers = part->TakeRowids();
    for (int64_t rowid : numbers) rowids.Append(rowid);
  }
  // A refresh by row numbers cannot find records that workflows made.
  if (!loader.created[columns.object.index()]) rows.rowids = rowids.Finish();
  rows.columns = MakeColumns(loader, columns, loader.errors);
  rows.targets.resize(rows.columns.size());
  ForEachPiece(columns.properties.size(), ThreadsFor(loader.options.threads, columns.properties.size()),
               [&](size_t, size_t i) {
                 const size_t property = columns.properties[i];
                 for (const auto& part : parts) rows.columns[property]->Append(*part->rows.columns[property]);
               });
  return true;
}

// As one more part, behind all others.
Status AddCreated(Loader& loader, const ObjectColumns& columns, std::vector<std::unique_ptr<ObjectPart>>& parts) {
  if (parts.empty()) return {};
  SAITEN_ASSIGN_OR_RETURN(const auto created,
                          ReadCreatedRows(loader.connection, loader.catalog[columns.object], columns.select));
  loader.created[columns.object.index()] = !created.empty();
  if (created.empty()) return {};
  parts.push_back(std::make_unique<ObjectPart>(loader, columns, false));
  parts.back()->Read(created);
  return {};
}

}  // namespace

Status LoadObjects(Loader& loader) {
  for (size_t i = 0; i < loader.plan.objects.size(); ++i) {
    if (!loader.plan.objects[i]) continue;
    const ObjectInfo& info = loader.catalog.objects[i];
    SAITEN_CHECK(info.key.has_value());
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(loader.connection, info.table));
    SAITEN_CHECK(table.has_value());  // CheckSources has seen it in this transaction
    const ObjectColumns columns(loader, ObjectId(i), *table);
    SAITEN_ASSIGN_OR_RETURN(auto scans, RowScan::Split(loader.connection, *table, columns.select, loader.Parts()));
    SAITEN_ASSIGN_OR_RETURN(auto parts, ReadParts(loader, columns, scans));
    uint64_t rows = 0;
    for (const auto& part : parts) rows += part->report.rows;
    if (rows > loader.options.most_rows) return Fail(Failure::kTooManyRows, {info.table});
    SAITEN_RETURN_IF_ERROR(AddCreated(loader, columns, parts));
    if (!parts.empty() && Join(loader, columns, parts)) continue;
    scans.clear();
    SAITEN_ASSIGN_OR_RETURN(RowScan scan, RowScan::Open(loader.connection, *table, columns.select));
    scans.push_back(std::move(scan));
    SAITEN_ASSIGN_OR_RETURN(parts, ReadParts(loader, columns, scans));
    SAITEN_RETURN_IF_ERROR(AddCreated(loader, columns, parts));
    SAITEN_CHECK(Join(loader, columns, parts));
  }
  return {};
}

}  // namespace saiten::store
