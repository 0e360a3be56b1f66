#include "store/load/series_part.h"

#include <algorithm>
#include <limits>

namespace saiten::store {
namespace {

constexpr int64_t kArrivesLast = std::numeric_limits<int64_t>::max();

}  // namespace

const SourceColumn* IdColumnOf(const EventInfo& info, const SourceTable& table) {
  const SourceColumn* column = table.Find(info.id_column.empty() ? "id" : info.id_column);
  const bool unique = column != nullptr && column->in_primary_key == 1 &&
                      std::ranges::count_if(table.columns, [](const auto& c) { return c.in_primary_key > 0; }) == 1;
  return unique ? nullptr : column;
}

size_t SelectedColumns::Add(const std::string& column) {
  const auto found = std::ranges::find(names_, column);
  if (found != names_.end()) return static_cast<size_t>(found - names_.begin());
  names_.push_back(column);
  return names_.size() - 1;
}

SeriesPlan::SeriesPlan(const Loader& loader, EventId event, const SourceTable& table, SelectedColumns& select)
    : id(event),
      info(loader.catalog[event]),
      keep_arrival(loader.plan.arrival[event.index()]),
      keep_rowid(loader.options.keep_rowids && !table.rowid.empty()) {
  const SeriesColumns columns = ColumnsOf(loader.catalog, id);
  owner = select.Add(columns.owner);
  time_column = columns.time;
  time = select.Add(columns.time);
  if (const SourceColumn* column = IdColumnOf(info, table)) event_id = select.Add(column->name);
  if (const SourceColumn* column = table.Find(info.seq_column.empty() ? "seq" : info.seq_column)) {
    seq = select.Add(column->name);
  }
  if ((keep_rowid || (keep_arrival && !seq)) && !table.rowid.empty()) rowid = select.Add(RowScan::kRowid);
  for (const ColumnCondition& condition : info.where) where.emplace_back(condition, select.Add(condition.column));
  for (size_t f = 0; f < info.fields.size(); ++f) {
    const bool computed = info.is_change() && f == 1;
    const bool keep = loader.plan.fields[id.index()][f] || (info.is_change() && f == 0);
    const bool check = !info.fields[f].type.optional && table.Find(columns.fields[f]) != nullptr;
    if (!computed && (keep || check)) fields.emplace_back(f, select.Add(columns.fields[f]));
  }
}

std::vector<std::unique_ptr<ValueColumn>> MakeFields(const Loader& loader, const SeriesPlan& plan, DataErrors& errors) {
  std::vector<std::unique_ptr<ValueColumn>> made(plan.info.fields.size());
  for (const auto& [f, place] : plan.fields) {
    PropertyInfo read_as = plan.info.fields[f];
    if (plan.info.is_change()) read_as.type.optional = true;
    const bool keep = loader.plan.fields[plan.id.index()][f] || (plan.info.is_change() && f == 0);
    made[f] = std::make_unique<ValueColumn>(loader.catalog, read_as, loader.options.zone, keep,
                                            ErrorSink(errors, plan.info.name, plan.info.fields[f].name));
  }
  return made;
}

RecordLayout::RecordLayout(const Loader& loader, const SeriesPlan& plan) : fields(plan.info.fields.size()) {
  if (plan.seq || plan.keep_arrival) arrival = columns++;
  if (plan.keep_rowid) rowid = columns++;
  for (const auto& [f, place] : plan.fields) {
    if (loader.plan.fields[plan.id.index()][f] || (plan.info.is_change() && f == 0)) fields[f] = columns++;
  }
}

SeriesPart::SeriesPart(const Loader& loader, const SeriesPlan& plan, const RecordLayout& layout, const BinShape& shape)
    : bins(shape, layout.columns),
      plan_(plan),
      layout_(layout),
      owner_rows_(loader.objects[plan.info.object.index()]),
      finder_(loader, plan.info.object),
      time_reader_(loader.catalog, PropertyInfo{.type = Type::Instant()}, loader.options.zone),
      seq_reader_(loader.catalog, PropertyInfo{.type = Type::Int()}, nullptr),
      row_errors_(errors, plan.info.name, ""),
      time_errors_(errors, plan.info.name, plan.time_column),
      values_(layout.columns) {
  fields = MakeFields(loader, plan, errors);
  for (const auto& [condition, place] : plan.where) filters_.emplace_back(condition, place);
}

void SeriesPart::ReadRow(const RowScan& row) {
  ++row_number_;
  for (RowFilter& filter : filters_) {
    if (!filter.Accepts(row.Get(filter.place()))) return;
  }
  ++report.rows;
  const Cell owner_cell = row.Get(plan_.owner);
  auto spell_owner = [&] {
    std::string buffer;
    return Excerpt(owner_cell.Spell(&buffer));
  };
  const int64_t number = plan_.keep_rowid ? row.Get(*plan_.rowid).integer : 0;
  const int64_t* const rowid = plan_.keep_rowid ? &number : nullptr;
  const uint32_t owner = finder_.Find(owner_cell);
  if (owner == KeyMap::kNone) {
    ++report.without_record;
    row_errors_.Count(
        DataErrorKind::kOwnerUnknown, [&] { return DataErrorGroup::Example{spell_owner(), ""}; }, false, rowid);
    return;
  }
  // The record is listed already; its events go with it.
  if (owner_rows_.left_out[owner]) {
    ++report.quarantined;
    return;
  }
  const Cell time_cell = row.Get(plan_.time);
  const Reading time = time_reader_.Read(time_cell);
  if (time.kind != Reading::Kind::kValue) {
    ++report.quarantined;
    std::string buffer;
    time_errors_.Count(
        DataErrorKind::kTimeUnknown,
        [&] { return DataErrorGroup::Example{spell_owner(), Excerpt(time_cell.Spell(&buffer))}; }, false, rowid);
    return;
  }
  const int64_t arrival = layout_.arrival || plan_.event_id ? ArrivalOf(row) : 0;
  if (plan_.event_id && !IsNew(row.Get(*plan_.event_id), arrival)) return;
  if (layout_.arrival) values_[*layout_.arrival] = arrival;
  if (layout_.rowid) values_[*layout_.rowid] = number;
  const bool complete = ReadFields(row, spell_owner, rowid);
  if (!complete) ++report.quarantined;
  std::byte* const record = complete ? bins.Add(owner_rows_.RowOf(owner), time.value, values_) : nullptr;
  if (plan_.event_id) told_.push_back({record, arrival});
}

template <typename SpellOwner>
bool SeriesPart::ReadFields(const RowScan& row, SpellOwner spell_owner, const int64_t* rowid) {
  bool complete = true;
  for (const auto& [field, place] : plan_.fields) {
    const ValueColumn::Value value = fields[field]->Read(row.Get(place), spell_owner, rowid);
    if (layout_.fields[field]) values_[*layout_.fields[field]] = value.known() ? value.number : EventBins::kUnknown;
    if (value.known()) continue;
    if (plan_.info.fields[field].type.optional || plan_.info.is_change()) continue;
    if (value.kind == Reading::Kind::kUnknown) {
      fields[field]->errors().Count(
          DataErrorKind::kFieldUnknown, [&] { return DataErrorGroup::Example{spell_owner(), ""}; }, false, rowid);
    }
    complete = false;
  }
  return complete;
}

int64_t SeriesPart::ArrivalOf(const RowScan& row) {
  if (plan_.seq) {
    const Reading seq = seq_reader_.Read(row.Get(*plan_.seq));
    return seq.kind == Reading::Kind::kValue ? seq.value : kArrivesLast;
  }
  return plan_.rowid ? row.Get(*plan_.rowid).integer : row_number_;
}

bool SeriesPart::IsNew(const Cell& id_cell, int64_t arrival) {
  std::string buffer;
  if (id_cell.Spell(&buffer).empty()) return true;  // an unknown id equals no other
  const auto event = static_cast<uint32_t>(told_.size());
  const uint32_t before = ids_.Add(id_cell, event);
  if (before == KeyMap::kNone) return true;
  ++report.duplicates;
  if (!plan_.seq || told_[before].arrival <= arrival) return false;
  if (told_[before].record != nullptr) bins.Drop(told_[before].record);
  ids_.Replace(event);
  return true;
}

}  // namespace saiten::store
