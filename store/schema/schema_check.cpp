#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/edit_distance.h"
#include "runtime/normalize.h"
#include "store/import/serial_dates.h"
#include "store/load/loader.h"
#include "store/load/row_filter.h"
#include "store/messages.h"
#include "store/own/own_tables.h"
#include "store/schema/schema.h"

namespace saiten::store {
namespace {

using Kind = SchemaFinding::Kind;

constexpr size_t kMostValues = 10;

Text Rows(uint64_t count) { return count == 1 ? Say(Words::kOneRow) : Say(Words::kRows, {count}); }

// The member that a value outside the enum may mean; null if none is near.
const EnumMember* NearestMember(const EnumInfo& info, const std::string& value) {
  const std::string folded = rt::Fold(value);
  const size_t limit = folded.size() < 4 ? 1 : folded.size() / 3;
  const EnumMember* best = nullptr;
  size_t best_distance = limit + 1;
  for (const EnumMember& member : info.members) {
    std::vector<std::string> spellings = member.spellings;
    spellings.push_back(member.name);
    for (const std::string& spelling : spellings) {
      const size_t distance = EditDistance(folded, rt::Fold(spelling), limit);
      if (distance >= best_distance) continue;
      best = &member;
      best_distance = distance;
    }
  }
  return best;
}

// Values and their rows, as they come; keeps the most frequent ones.
class ValueTally {
 public:
  void Add(const Cell& cell, uint64_t rows) {
    std::string buffer;
    count_ += rows;
    values_.emplace_back(Excerpt(cell.Spell(&buffer)), rows);
    if (values_.size() > 4 * kMostValues) Cut();
  }
  uint64_t count() const { return count_; }
  std::vector<std::pair<std::string, uint64_t>> Take() {
    Cut();
    return std::move(values_);
  }

 private:
  void Cut() {
    std::ranges::stable_sort(values_, [](const auto& a, const auto& b) { return a.second > b.second; });
    if (values_.size() > kMostValues) values_.resize(kMostValues);
  }
  uint64_t count_ = 0;
  std::vector<std::pair<std::string, uint64_t>> values_;
};

class SchemaChecker {
 public:
  SchemaChecker(Connection& connection, const Catalog& catalog, const CheckOptions& options)
      : connection_(connection), catalog_(catalog), options_(options), keys_(catalog.objects.size()) {}

  Result<std::vector<SchemaFinding>> Check() {
    for (size_t i = 0; i < catalog_.objects.size(); ++i) SAITEN_RETURN_IF_ERROR(ReadKeys(ObjectId(i)));
    for (size_t i = 0; i < catalog_.objects.size(); ++i) SAITEN_RETURN_IF_ERROR(CheckObject(ObjectId(i)));
    for (size_t i = 0; i < catalog_.events.size(); ++i) SAITEN_RETURN_IF_ERROR(CheckEvent(EventId(i)));
    for (const ListInfo& list : catalog_.lists) SAITEN_RETURN_IF_ERROR(CheckList(list));
    return std::move(findings_);
  }

 private:
  SchemaFinding& Report(Kind kind, std::string subject, Location at, Text message, Text hint = {}) {
    return findings_.emplace_back(
        SchemaFinding{kind, std::move(subject), std::move(message), std::move(hint), at, 0, {}});
  }
  void ReportValues(Kind kind, const std::string& subject, Location at, const Text& what, ValueTally& tally,
                    Text hint) {
    if (tally.count() == 0) return;
    SchemaFinding& finding =
        Report(kind, subject, at, Say(Words::kIn, {subject, what, Rows(tally.count())}), std::move(hint));
    finding.count = tally.count();
    finding.values = tally.Take();
  }

  void Tick(uint64_t rows) {
    const uint64_t before = rows_;
    rows_ += rows;
    if (options_.progress && before / 100'000 != rows_ / 100'000) options_.progress(rows_);
  }

  // All keys of an object, for the relations that lead to it.
  Status ReadKeys(ObjectId id) {
    const ObjectInfo& info = catalog_[id];
    if (!info.key) return {};
    const PropertyInfo& key = info.properties[*info.key];
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection_, info.table));
    if (!table) {
      // The built-in object needs its table only where rules use it.
      if (!info.built_in) ReportNoTable(fmt::format("object {}", info.name), info.table, info.at);
      return {};
    }
    if (table->Find(key.column) == nullptr) return {};
    ValueReader reader(catalog_, key, options_.zone);
    auto keys = std::make_unique<KeyMap>(key.type.is(TypeKind::kText));
    const std::string subject = fmt::format("{}.{}", info.name, key.name);
    ValueTally unknown;
    ValueTally repeated;
    SAITEN_RETURN_IF_ERROR(ForDistinct(*table, {}, key.column, [&](const Cell& cell, uint64_t rows) {
      const Reading reading = reader.Read(cell);
      if (reading.kind != Reading::Kind::kValue && reading.kind != Reading::Kind::kText) {
        unknown.Add(cell, rows);
        return;
      }
      const uint32_t before =
          reading.kind == Reading::Kind::kValue ? keys->Add(reading.value) : keys->Add(reading.text);
      if (before != KeyMap::kNone || rows > 1) repeated.Add(cell, rows);
    }));
    keys_[id.index()] = std::move(keys);
    ReportValues(Kind::kKeyUnknown, subject, key.at, Say(Words::kKeyUnknown), unknown, Say(Words::kKeyUnknownHint));
    ReportValues(Kind::kKeyRepeated, subject, key.at, Say(Words::kKeyRepeated), repeated, Say(Words::kKeyRepeatedHint));
    return {};
  }

  void ReportNoTable(const std::string& subject, const std::string& table, Location at) {
    Report(Kind::kNoTable, subject, at, Say(Words::kNoTable, {subject, table}), Say(Words::kNoTableHint));
  }

  bool HasColumn(const SourceTable& table, const std::string& column, const std::string& subject, Location at,
                 const Text& hint) {
    if (table.Find(column) != nullptr) return true;
    std::string near;
    for (const SourceColumn& c : table.columns) {
      if (near.empty() && EditDistance(rt::Fold(c.name), rt::Fold(column), 2) <= 2) near = c.name;
    }
    Text text = near.empty() ? hint : Say(Words::kDidYouMean, {near, hint});
    Report(Kind::kNoColumn, subject, at, Say(Words::kNoColumn, {subject, table.name, column}), std::move(text));
    return false;
  }

  // Calls see(cell, rows) for each distinct value of a column, in rows that satisfy all conditions.
  template <typename See>
  Status ForDistinct(const SourceTable& table, const std::vector<ColumnCondition>& where, const std::string& column,
                     See see) {
    std::vector<std::string> names;
    std::vector<RowFilter> filters;
    for (const ColumnCondition& condition : where) {
      filters.emplace_back(condition, names.size());
      names.push_back(QuoteName(condition.column) + " COLLATE BINARY");
    }
    const int value_at = static_cast<int>(names.size());
    names.push_back(QuoteName(column) + " COLLATE BINARY");
    std::string list;
    std::string places;
    for (size_t i = 0; i < names.size(); ++i) {
      list += names[i] + ", ";
      places += fmt::format("{}{}", i == 0 ? "" : ", ", i + 1);
    }
    SAITEN_ASSIGN_OR_RETURN(Statement rows, connection_.Prepare(fmt::format("SELECT {}count(*) FROM {} GROUP BY {}",
                                                                            list, QuoteName(table.name), places)));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return {};
      const auto count = static_cast<uint64_t>(rows.Int(value_at + 1));
      Tick(count);
      const bool accepted = std::ranges::all_of(
          filters, [&](RowFilter& filter) { return filter.Accepts(ReadCell(rows, static_cast<int>(filter.place()))); });
      if (accepted) see(ReadCell(rows, value_at), count);
    }
  }

  // What a column is for: it decides what a bad value does.
  enum class Role : uint8_t { kProperty, kField, kOwner, kMember };

  // Compares the values of one column with a property or field.
  Status CheckValues(const SourceTable& table, const std::vector<ColumnCondition>& where, const PropertyInfo& property,
                     const std::string& column, const std::string& subject, Role role) {
    ValueReader reader(catalog_, property, options_.zone);
    const KeyMap* targets = property.type.is(TypeKind::kRef) ? keys_[property.type.object_id().index()].get() : nullptr;
    ValueTally other_type;
    ValueTally no_zone;
    ValueTally outside;
    ValueTally orphans;
    ValueTally unknown;
    SerialDates serials;
    const bool owned = role == Role::kOwner || role == Role::kMember;
    SAITEN_RETURN_IF_ERROR(ForDistinct(table, where, column, [&](const Cell& cell, uint64_t rows) {
      const Reading reading = reader.Read(cell);
      if (reader.type().is(TypeKind::kInstant)) serials.Add(cell, rows);
      switch (reading.kind) {
        case Reading::Kind::kUnknown:
          (owned ? orphans : unknown).Add(cell, rows);
          return;
        case Reading::Kind::kError:
          TallyOf(reading.error, outside, no_zone, owned ? orphans : other_type).Add(cell, rows);
          return;
        case Reading::Kind::kValue:
          if (targets != nullptr && targets->Find(reading.value) == KeyMap::kNone) orphans.Add(cell, rows);
          return;
        case Reading::Kind::kText:
          if (targets != nullptr && targets->Find(reading.text) == KeyMap::kNone) orphans.Add(cell, rows);
          return;
      }
    }));
    ReportValues(Kind::kOtherType, subject, property.at,
                 Say(Words::kOtherType,
                     {catalog_.Spell(property.type.is(TypeKind::kRef) ? reader.type() : property.type.Required())}),
                 other_type, Effect(property, role, Say(Words::kOtherTypeHint)));
    ReportValues(Kind::kNoZone, subject, property.at, Say(Words::kNoZone), no_zone, Say(Words::kNoZoneHint));
    ReportSerials(serials, subject, property.at);
    ReportOutside(property, role, subject, outside);
    ReportOrphans(property, role, subject, orphans);
    if (!property.type.optional && !property.is_key && unknown.count() > 0) {
      SchemaFinding& finding = Report(Kind::kRequiredUnknown, subject, property.at,
                                      Say(Words::kRequiredUnknown, {subject, Rows(unknown.count())}),
                                      Say(Words::kRequiredUnknownHint, {catalog_.Spell(property.type)}));
      finding.count = unknown.count();
    }
    return {};
  }

  static ValueTally& TallyOf(DataErrorKind error, ValueTally& outside, ValueTally& no_zone, ValueTally& other) {
    if (error == DataErrorKind::kNotInEnum) return outside;
    return error == DataErrorKind::kNeedsZone ? no_zone : other;
  }

  // What becomes of a row with a bad value; `optional`: where it may be unknown.
  Text Effect(const PropertyInfo& property, Role role, Text optional) const {
    if (property.type.optional || property.is_key) return optional;
    return Say(role == Role::kField ? Words::kLeavesOutEvents : Words::kLeavesOutRecords, {property.name});
  }

  void ReportSerials(const SerialDates& serials, const std::string& subject, Location at) {
    if (serials.count() == 0) return;
    Report(
        Kind::kSerialDate, subject, at,
        Say(Words::kSerialDates, {fmt::format("`{}`", subject), serials.count(), fmt::format("{}", serials.example())}))
        .count = serials.count();
  }

  void ReportOrphans(const PropertyInfo& property, Role role, const std::string& subject, ValueTally& orphans) {
    switch (role) {
      case Role::kProperty:
      case Role::kField:
        ReportValues(Kind::kNoSuchRecord, subject, property.at, Say(Words::kOrphans), orphans,
                     Effect(property, role, Say(Words::kOrphansHint)));
        return;
      case Role::kOwner:
        ReportValues(Kind::kNoSuchRecord, subject, property.at, Say(Words::kOrphanEvents), orphans,
                     Say(Words::kOrphanEventsHint));
        return;
      case Role::kMember:
        ReportValues(Kind::kNoSuchRecord, subject, property.at, Say(Words::kOrphanMembers), orphans,
                     Say(Words::kOrphanMembersHint));
        return;
    }
  }

  void ReportOutside(const PropertyInfo& property, Role role, const std::string& subject, ValueTally& outside) {
    if (outside.count() == 0) return;
    const EnumInfo& info = catalog_[property.type.enum_id()];
    SchemaFinding finding{Kind::kOutsideEnum, subject, {}, {}, property.at, outside.count(), outside.Take()};
    finding.message = Say(Words::kIn, {subject, Say(Words::kOutside, {info.name}), Rows(finding.count)});
    for (const auto& [value, rows] : finding.values) {
      const EnumMember* near = NearestMember(info, value);
      if (near == nullptr) continue;
      finding.hint = Say(Words::kOutsideNear, {value, near->name});
      break;
    }
    if (finding.hint.empty()) finding.hint = Effect(property, role, Say(Words::kOutsideHint, {info.name}));
    findings_.push_back(std::move(finding));
  }

  Status CheckObject(ObjectId id) {
    const ObjectInfo& info = catalog_[id];
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection_, info.table));
    if (!table) return {};
    for (const PropertyInfo& property : info.properties) {
      if (property.is_many || !property.previous_band_of.empty()) continue;
      const std::string subject = fmt::format("{}.{}", info.name, property.name);
      if (!HasColumn(*table, property.column, subject, property.at, Say(Words::kNameColumn))) continue;
      if (!property.is_key)
        SAITEN_RETURN_IF_ERROR(CheckValues(*table, {}, property, property.column, subject, Role::kProperty));
    }
    SAITEN_RETURN_IF_ERROR(CheckUpdated(*table, info.updated_column, info.name, info.at));
    for (const SourceColumn& column : table->columns) {
      if (SameName(column.name, info.updated_column)) continue;
      const bool known = std::ranges::any_of(info.properties, [&](const PropertyInfo& property) {
        return !property.is_many && SameName(property.column, column.name);
      });
      if (known) continue;
      Report(Kind::kNotInRules, info.name, info.at, Say(Words::kNotAProperty, {column.name, table->name, info.name}));
    }
    return {};
  }

  // The column of the rows' last change: there, and of times.
  Status CheckUpdated(const SourceTable& table, const std::string& column, const std::string& name, Location at) {
    const std::string subject = fmt::format("{}.{}", name, column);
    if (column.empty() || !HasColumn(table, column, subject, at, Say(Words::kNamedByUpdated))) return {};
    const PropertyInfo updated{.name = column, .type = Type::Instant().Optional(), .at = at};
    return CheckValues(table, {}, updated, column, subject, Role::kProperty);
  }

  Status CheckEvent(EventId id) {
    const EventInfo& info = catalog_[id];
    if (!info.any_of.empty() || info.engine_kept) return {};
    const SeriesColumns columns = ColumnsOf(catalog_, id);
    const PropertyInfo* changed = info.change_of ? &catalog_[info.object].properties[*info.change_of] : nullptr;
    const std::string subject = changed != nullptr
                                    ? fmt::format("history of {}.{}", catalog_[info.object].name, changed->name)
                                    : fmt::format("event {}", info.name);
    const Location at = changed != nullptr ? changed->at : info.at;
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection_, columns.table));
    if (!table) {
      // The engine makes its own when the first message goes out.
      if (!info.message_event) ReportNoTable(subject, columns.table, at);
      return {};
    }
    bool readable = true;
    for (const ColumnCondition& condition : info.where) {
      readable &= HasColumn(*table, condition.column, subject, condition.at, Say(Words::kWhereNames));
    }
    if (!readable) return {};
    if (HasColumn(*table, columns.owner, subject, at, Say(Words::kNameBy))) {
      PropertyInfo owner{.name = columns.owner, .type = Type::Ref(info.object), .at = at};
      owner.type.optional = true;
      SAITEN_RETURN_IF_ERROR(CheckValues(*table, info.where, owner, columns.owner,
                                         fmt::format("{}.{}", info.name, columns.owner), Role::kOwner));
    }
    if (HasColumn(*table, columns.time, subject, at, Say(Words::kNameAt))) {
      SAITEN_RETURN_IF_ERROR(CheckTime(*table, info, columns.time, subject, at));
    }
    if (info.id_column_declared) HasColumn(*table, info.id_column, subject, at, Say(Words::kNamedById));
    SAITEN_RETURN_IF_ERROR(CheckUpdated(*table, info.updated_column, info.name, at));
    if (info.seq_column_declared) HasColumn(*table, info.seq_column, subject, at, Say(Words::kNamedBySeq));
    for (size_t f = 0; f < info.fields.size(); ++f) {
      if (info.change_of && f == 1) continue;
      const std::string field = fmt::format("{}.{}", info.name, info.fields[f].name);
      if (!HasColumn(*table, columns.fields[f], field, info.fields[f].at, Say(Words::kNameColumn))) continue;
      SAITEN_RETURN_IF_ERROR(CheckValues(*table, info.where, info.fields[f], columns.fields[f], field, Role::kField));
    }
    return {};
  }

  Status CheckTime(const SourceTable& table, const EventInfo& info, const std::string& column,
                   const std::string& subject, Location at) {
    ValueReader reader(catalog_, PropertyInfo{.type = Type::Instant()}, options_.zone);
    ValueTally unknown;
    ValueTally no_zone;
    SerialDates serials;
    uint64_t seen = 0;
    SAITEN_RETURN_IF_ERROR(ForDistinct(table, info.where, column, [&](const Cell& cell, uint64_t rows) {
      seen += rows;
      serials.Add(cell, rows);
      const Reading reading = reader.Read(cell);
      if (reading.kind == Reading::Kind::kValue) return;
      const bool zone = reading.kind == Reading::Kind::kError && reading.error == DataErrorKind::kNeedsZone;
      (zone ? no_zone : unknown).Add(cell, rows);
    }));
    ReportValues(Kind::kNoZone, subject, at, Say(Words::kNoZone), no_zone, Say(Words::kNoZoneHint));
    ReportSerials(serials, subject, at);
    ReportValues(Kind::kTimeUnknown, subject, at, Say(Words::kNoTime, {column}), unknown, Say(Words::kNoTimeHint));
    if (seen > 0 || info.where.empty()) return {};
    SchemaFinding& finding = Report(Kind::kNoRows, subject, at, Say(Words::kNoRows, {subject, table.name}));
    const ColumnCondition& condition = info.where.front();
    ValueTally present;
    SAITEN_RETURN_IF_ERROR(
        ForDistinct(table, {}, condition.column, [&](const Cell& cell, uint64_t rows) { present.Add(cell, rows); }));
    finding.hint = Say(Words::kNoRowsHint, {condition.column});
    finding.values = present.Take();
    if (finding.values.empty()) finding.hint = Say(Words::kEmptyTable);
    return {};
  }

  Status CheckList(const ListInfo& list) {
    if (list.table.empty()) return {};
    const std::string subject = fmt::format("list {}", list.name);
    SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(connection_, list.table));
    if (!table) {
      ReportNoTable(subject, list.table, list.at);
      return {};
    }
    const auto column = OwnerColumnOf(catalog_, list, *table);
    if (!column) {
      HasColumn(*table, catalog_[list.object].name + "_id", subject, list.at, Say(Words::kMemberColumn));
      return {};
    }
    PropertyInfo member{.name = *column, .type = Type::Ref(list.object), .at = list.at};
    member.type.optional = true;
    return CheckValues(*table, {}, member, *column, fmt::format("{}.{}", list.name, *column), Role::kMember);
  }

  Connection& connection_;
  const Catalog& catalog_;
  const CheckOptions& options_;
  std::vector<std::unique_ptr<KeyMap>> keys_;  // by object; null: it has no table or key column
  std::vector<SchemaFinding> findings_;
  uint64_t rows_ = 0;
};

}  // namespace

Result<std::vector<SchemaFinding>> CheckSchema(const std::string& path, const Catalog& catalog,
                                               const CheckOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead, options.busy_ms));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kRead));
  return SchemaChecker(connection, catalog, options).Check();
}

}  // namespace saiten::store
