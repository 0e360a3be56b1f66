#include <fmt/format.h>

#include "store/loader.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

// Reads one table row by row.
class ObjectReader {
 public:
  ObjectReader(Loader& loader, ObjectId id, const SourceTable& table)
      : loader_(loader),
        info_(loader.catalog[id]),
        rows_(loader.objects[id.index()]),
        report_(loader.out.objects[id.index()]),
        key_reader_(loader.catalog, info_.properties[*info_.key], loader.options.zone),
        key_errors_(loader.errors, info_.name, info_.properties[*info_.key].name) {
    rows_.keys = std::make_unique<KeyMap>(key_reader_.type().is(TypeKind::kText));
    rows_.columns.resize(info_.properties.size());
    rows_.targets.resize(info_.properties.size());
    select_.push_back(QuoteName(info_.properties[*info_.key].column));
    for (size_t p = 0; p < info_.properties.size(); ++p) {
      const PropertyInfo& property = info_.properties[p];
      const bool keep = loader.plan.properties[id.index()][p];
      // A required property is checked even if no rule reads it: whether a record counts must not depend on the rules.
      const bool check = !property.type.optional && info_.key != p && table.Find(property.column) != nullptr;
      if (property.is_many || !property.previous_band_of.empty() || (!keep && !check)) continue;
      rows_.columns[p] = std::make_unique<ValueColumn>(loader.catalog, property, loader.options.zone, keep,
                                                       ErrorSink(loader.errors, info_.name, property.name));
      select_.push_back(QuoteName(property.column));
      read_.push_back(p);
    }
    sql_ = table.Select(select_);
  }

  Status Read() {
    SAITEN_ASSIGN_OR_RETURN(Statement rows, loader_.connection.Prepare(sql_));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) {
        rows_.keys->Freeze();
        return {};
      }
      if (++report_.rows >= KeyMap::kNone) {
        return Fail(Failure::kTooManyRows, {info_.table});
      }
      loader_.Tick();
      ReadRow(rows);
    }
  }

 private:
  void ReadRow(const Statement& row) {
    const Cell cell = ReadCell(row, 0);
    const uint32_t raw = static_cast<uint32_t>(rows_.keys->size());
    const Reading key = key_reader_.Read(cell);
    uint32_t before = KeyMap::kNone;
    switch (key.kind) {
      case Reading::Kind::kValue:
        before = rows_.keys->Add(key.value);
        break;
      case Reading::Kind::kText:
        before = rows_.keys->Add(key.text);
        break;
      case Reading::Kind::kUnknown:
      case Reading::Kind::kError:
        ++report_.quarantined;
        key_errors_.Count(DataErrorKind::kKeyUnknown, [&] { return KeyExample(cell); });
        return;
    }
    if (before != KeyMap::kNone) {
      Repeat(before, cell);
      return;
    }
    if (cell.kind == Cell::Kind::kText) report_.ids_are_text = true;
    rows_.left_out.push_back(false);
    for (size_t i = 0; i < read_.size(); ++i) {
      ValueColumn& column = *rows_.columns[read_[i]];
      const Reading::Kind kind =
          column.Append(ReadCell(row, static_cast<int>(i) + 1), [&] { return rows_.keys->Spell(raw); });
      const PropertyInfo& property = info_.properties[read_[i]];
      if (kind == Reading::Kind::kValue || kind == Reading::Kind::kText || property.type.optional) continue;
      if (kind == Reading::Kind::kUnknown) {
        column.errors().Count(DataErrorKind::kRequiredUnknown,
                              [&] { return DataErrorGroup::Example{rows_.keys->Spell(raw), ""}; });
      }
      rows_.LeaveOut(raw);
    }
  }

  // All rows that share a key are left out: nothing says which of them is right.
  void Repeat(uint32_t first, const Cell& cell) {
    if (repeated_.insert(first).second) {
      rows_.LeaveOut(first);
      key_errors_.Count(DataErrorKind::kKeyRepeated, [&] { return KeyExample(cell); });
    }
    ++report_.quarantined;
    key_errors_.Count(DataErrorKind::kKeyRepeated, [&] { return KeyExample(cell); });
  }

  DataErrorGroup::Example KeyExample(const Cell& cell) const {
    std::string buffer;
    return {fmt::format("row {}", report_.rows), Excerpt(cell.Spell(&buffer))};
  }

  Loader& loader_;
  const ObjectInfo& info_;
  ObjectRows& rows_;
  LoadedData::Object& report_;
  ValueReader key_reader_;
  ErrorSink key_errors_;
  std::vector<std::string> select_;
  std::vector<size_t> read_;  // properties, in the order of the columns behind the key
  std::unordered_set<uint32_t> repeated_;
  std::string sql_;
};

}  // namespace

Status LoadObjects(Loader& loader) {
  for (size_t i = 0; i < loader.plan.objects.size(); ++i) {
    if (!loader.plan.objects[i]) continue;
    const ObjectInfo& info = loader.catalog.objects[i];
    SAITEN_CHECK(info.key.has_value());
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(loader.connection, info.table));
    SAITEN_CHECK(table.has_value());  // CheckSources has seen it in this transaction
    SAITEN_RETURN_IF_ERROR(ObjectReader(loader, ObjectId(i), *table).Read());
  }
  return {};
}

}  // namespace saiten::store
