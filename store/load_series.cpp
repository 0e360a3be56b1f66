#include <algorithm>
#include <limits>
#include <numeric>

#include "store/id_set.h"
#include "store/loader.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

constexpr int64_t kArrivesLast = std::numeric_limits<int64_t>::max();

class SeriesReader {
 public:
  SeriesReader(Loader& loader, EventId id, const SourceTable& table, bool keep_arrival)
      : loader_(loader),
        info_(loader.catalog[id]),
        owner_rows_(loader.objects[info_.object.index()]),
        report_(loader.out.events[id.index()]),
        owners_(loader, info_.object),
        time_reader_(loader.catalog, PropertyInfo{.type = Type::Instant()}, loader.options.zone),
        seq_reader_(loader.catalog, PropertyInfo{.type = Type::Int()}, nullptr),
        row_errors_(loader.errors, info_.name, ""),
        keep_arrival_(keep_arrival) {
    const SeriesColumns columns = ColumnsOf(loader.catalog, id);
    time_errors_.emplace(loader.errors, info_.name, columns.time);
    owner_at_ = Select(columns.owner);
    time_at_ = Select(columns.time);
    const SourceColumn* id_column = table.Find(info_.id_column.empty() ? "id" : info_.id_column);
    // Ids that the database itself keeps apart need no memory here.
    const bool unique = id_column != nullptr && id_column->in_primary_key == 1 &&
                        std::ranges::count_if(table.columns, [](const auto& c) { return c.in_primary_key > 0; }) == 1;
    if (id_column != nullptr && !unique) id_at_ = Select(id_column->name);
    const SourceColumn* seq = table.Find(info_.seq_column.empty() ? "seq" : info_.seq_column);
    if (seq != nullptr) {
      seq_at_ = Select(seq->name);
    } else if (keep_arrival && !table.rowid.empty()) {
      rowid_at_ = static_cast<int>(select_.size());
      select_.push_back(table.rowid);
    }
    for (const ColumnCondition& condition : info_.where) filters_.emplace_back(condition, Select(condition.column));
    fields_.resize(info_.fields.size());
    for (size_t f = 0; f < info_.fields.size(); ++f) {
      const PropertyInfo& field = info_.fields[f];
      const bool computed = info_.change_of && f == 1;
      const bool keep = loader.plan.fields[id.index()][f] || (info_.change_of && f == 0);
      const bool check = !field.type.optional && table.Find(columns.fields[f]) != nullptr;
      if (computed || (!keep && !check)) continue;
      PropertyInfo read_as = field;
      if (info_.change_of) read_as.type.optional = true;
      fields_[f] = std::make_unique<ValueColumn>(loader.catalog, read_as, loader.options.zone, keep,
                                                 ErrorSink(loader.errors, info_.name, field.name));
      read_.emplace_back(f, Select(columns.fields[f]));
    }
    sql_ = table.Select(select_);
  }

  Status Read() {
    SAITEN_ASSIGN_OR_RETURN(Statement rows, loader_.connection.Prepare(sql_));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return {};
      loader_.Tick();
      if (owners_of_.size() >= KeyMap::kNone - 1) {
        return Fail(Failure::kTooManyEvents, {info_.name});
      }
      ReadRow(rows);
    }
  }

  void Finish(rt::EventSeries& series, std::vector<int64_t>& arrivals);

 private:
  int Select(const std::string& column) {
    select_.push_back(QuoteName(column));
    return static_cast<int>(select_.size()) - 1;
  }
  void ReadRow(const Statement& row);
  // False if the event repeats one that arrived earlier.
  bool IsNew(const Cell& id_cell, int64_t arrival);
  int64_t ArrivalOf(const Statement& row);
  std::vector<uint32_t> SortedOrder(std::vector<uint32_t>& offsets) const;
  rt::Column FieldInOrder(size_t field, const std::vector<uint32_t>& order);
  void MakeChanges(rt::EventSeries& series, std::vector<int64_t>& arrivals) const;

  Loader& loader_;
  const EventInfo& info_;
  const ObjectRows& owner_rows_;
  LoadedData::Event& report_;
  OwnerFinder owners_;
  ValueReader time_reader_;
  ValueReader seq_reader_;
  ErrorSink row_errors_;
  std::optional<ErrorSink> time_errors_;
  bool keep_arrival_;

  std::vector<std::string> select_;
  std::string sql_;
  int owner_at_ = -1;
  int time_at_ = -1;
  int id_at_ = -1;
  int seq_at_ = -1;
  int rowid_at_ = -1;
  std::vector<RowFilter> filters_;
  std::vector<std::pair<size_t, int>> read_;  // fields and their columns

  // The events in the order they were read.
  std::vector<uint32_t> owners_of_;  // rows in the data set; kNone: dropped, a duplicate
  std::vector<int64_t> times_;
  std::vector<int64_t> arrivals_;  // only where rows may not be in order of arrival or it is asked for
  std::vector<std::unique_ptr<ValueColumn>> fields_;
  IdSet ids_;
  int64_t row_number_ = 0;
};

void SeriesReader::ReadRow(const Statement& row) {
  ++row_number_;
  for (RowFilter& filter : filters_) {
    if (!filter.Accepts(ReadCell(row, filter.column()))) return;
  }
  ++report_.rows;
  const Cell owner_cell = ReadCell(row, owner_at_);
  auto spell_owner = [&] {
    std::string buffer;
    return Excerpt(owner_cell.Spell(&buffer));
  };
  const uint32_t owner = owners_.Find(owner_cell);
  if (owner == KeyMap::kNone) {
    ++report_.without_record;
    row_errors_.Count(DataErrorKind::kOwnerUnknown, [&] { return DataErrorGroup::Example{spell_owner(), ""}; });
    return;
  }
  // The record is listed already; its events go with it.
  if (owner_rows_.left_out[owner]) {
    ++report_.quarantined;
    return;
  }
  const Cell time_cell = ReadCell(row, time_at_);
  const Reading time = time_reader_.Read(time_cell);
  if (time.kind != Reading::Kind::kValue) {
    ++report_.quarantined;
    std::string buffer;
    time_errors_->Count(DataErrorKind::kTimeUnknown,
                        [&] { return DataErrorGroup::Example{spell_owner(), Excerpt(time_cell.Spell(&buffer))}; });
    return;
  }
  const int64_t arrival = ArrivalOf(row);
  if (id_at_ >= 0 && !IsNew(ReadCell(row, id_at_), arrival)) return;
  bool complete = true;
  for (const auto& [field, column] : read_) {
    const Reading::Kind kind = fields_[field]->Append(ReadCell(row, column), spell_owner);
    if (kind == Reading::Kind::kValue || kind == Reading::Kind::kText) continue;
    if (info_.fields[field].type.optional || info_.change_of) continue;
    if (kind == Reading::Kind::kUnknown) {
      fields_[field]->errors().Count(DataErrorKind::kFieldUnknown,
                                     [&] { return DataErrorGroup::Example{spell_owner(), ""}; });
    }
    complete = false;
  }
  if (!complete) ++report_.quarantined;
  owners_of_.push_back(complete ? owner_rows_.RowOf(owner) : KeyMap::kNone);
  times_.push_back(time.value);
  if (seq_at_ >= 0 || keep_arrival_) arrivals_.push_back(arrival);
}

int64_t SeriesReader::ArrivalOf(const Statement& row) {
  if (seq_at_ >= 0) {
    const Reading seq = seq_reader_.Read(ReadCell(row, seq_at_));
    return seq.kind == Reading::Kind::kValue ? seq.value : kArrivesLast;
  }
  return rowid_at_ >= 0 ? row.Int(rowid_at_) : row_number_;
}

bool SeriesReader::IsNew(const Cell& id_cell, int64_t arrival) {
  std::string buffer;
  if (id_cell.Spell(&buffer).empty()) return true;  // an unknown id equals no other
  const auto event = static_cast<uint32_t>(owners_of_.size());
  const uint32_t before = ids_.Add(id_cell, event);
  if (before == KeyMap::kNone) return true;
  ++report_.duplicates;
  if (seq_at_ < 0 || arrivals_[before] <= arrival) return false;
  owners_of_[before] = KeyMap::kNone;
  ids_.Replace(event);
  return true;
}

std::vector<uint32_t> SeriesReader::SortedOrder(std::vector<uint32_t>& offsets) const {
  offsets.assign(loader_.out.data.tables[info_.object.index()].size + 1, 0);
  for (uint32_t owner : owners_of_) {
    if (owner != KeyMap::kNone) ++offsets[owner + 1];
  }
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<uint32_t> order(offsets.back());
  std::vector<uint32_t> next(offsets.begin(), offsets.end() - 1);
  for (uint32_t event = 0; event < owners_of_.size(); ++event) {
    if (owners_of_[event] != KeyMap::kNone) order[next[owners_of_[event]]++] = event;
  }
  // Events were read in order of arrival unless a seq column says otherwise.
  auto before = [this](uint32_t a, uint32_t b) {
    if (times_[a] != times_[b]) return times_[a] < times_[b];
    if (seq_at_ >= 0 && arrivals_[a] != arrivals_[b]) return arrivals_[a] < arrivals_[b];
    return a < b;
  };
  for (size_t owner = 0; owner + 1 < offsets.size(); ++owner) {
    const auto begin = order.begin() + offsets[owner];
    const auto end = order.begin() + offsets[owner + 1];
    if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
  }
  return order;
}

rt::Column SeriesReader::FieldInOrder(size_t field, const std::vector<uint32_t>& order) {
  ValueColumn& values = *fields_[field];
  const rt::Column read = values.Finish();
  const Type type = info_.fields[field].type;
  if (!type.is(TypeKind::kRef)) return rt::Gather(read, order);
  const ObjectRows& target = loader_.objects[type.object_id().index()];
  rt::ColumnBuilder out;
  out.Reserve(order.size());
  for (uint32_t event : order) {
    uint32_t raw = KeyMap::kNone;
    if (read.Known(event)) {
      const int64_t key = read.Raw(event);
      const bool is_text = values.pool() != nullptr;
      raw = is_text ? target.keys->Find(values.pool()->View(static_cast<int32_t>(key))) : target.keys->Find(key);
      const bool left_out = raw != KeyMap::kNone && target.left_out[raw];
      if (raw == KeyMap::kNone || left_out) {
        values.errors().Count(left_out ? DataErrorKind::kRecordLeftOut : DataErrorKind::kNoSuchRecord, [&] {
          const std::string spelled =
              is_text ? Excerpt(values.pool()->View(static_cast<int32_t>(key))) : std::to_string(key);
          return DataErrorGroup::Example{"", spelled};
        });
        raw = KeyMap::kNone;
      }
    }
    if (raw == KeyMap::kNone) {
      out.AppendUnknown();
    } else {
      out.Append(target.RowOf(raw));
    }
  }
  return out.Finish();
}

// Turns the values of a history into its changes: a write of the same value is none (sem E1).
void SeriesReader::MakeChanges(rt::EventSeries& series, std::vector<int64_t>& arrivals) const {
  const rt::Column& to = series.fields[0];
  rt::StringPool* pool = series.pools[0].get();
  auto value_of = [&](size_t event) {
    return pool == nullptr ? to.Raw(event) : int64_t{pool->NfkcCodeOf(static_cast<int32_t>(to.Raw(event)))};
  };
  rt::ColumnBuilder to_kept;
  rt::ColumnBuilder from;
  std::vector<int64_t> times;
  std::vector<int64_t> kept_arrivals;
  std::vector<uint32_t> offsets = {0};
  for (size_t owner = 0; owner + 1 < series.offsets.size(); ++owner) {
    for (uint32_t event = series.offsets[owner]; event < series.offsets[owner + 1]; ++event) {
      const bool first = event == series.offsets[owner];
      const bool known = to.Known(event);
      const bool was_known = !first && to.Known(event - 1);
      if (!first && known == was_known && (!known || value_of(event) == value_of(event - 1))) continue;
      known ? to_kept.Append(to.Raw(event)) : to_kept.AppendUnknown();
      was_known ? from.Append(to.Raw(event - 1)) : from.AppendUnknown();
      times.push_back(series.times[event]);
      if (!arrivals.empty()) kept_arrivals.push_back(arrivals[event]);
    }
    offsets.push_back(static_cast<uint32_t>(times.size()));
  }
  series.fields[0] = to_kept.Finish();
  series.fields[1] = from.Finish();
  if (pool != nullptr) {
    // The engines look for a column's texts in the column's own pool.
    series.pools[1] = std::make_unique<rt::StringPool>();
    for (int32_t code = 0; code < pool->size(); ++code) series.pools[1]->Intern(pool->View(code));
  }
  series.times = std::move(times);
  series.offsets = std::move(offsets);
  arrivals = std::move(kept_arrivals);
}

void SeriesReader::Finish(rt::EventSeries& series, std::vector<int64_t>& arrivals) {
  std::vector<uint32_t> offsets;
  const std::vector<uint32_t> order = SortedOrder(offsets);
  series.offsets = std::move(offsets);
  std::vector<int64_t> times;
  times.reserve(order.size());
  for (uint32_t event : order) times.push_back(times_[event]);
  series.times = std::move(times);
  times_ = {};
  if (keep_arrival_) {
    arrivals.reserve(order.size());
    for (uint32_t event : order) arrivals.push_back(arrivals_[event]);
  }
  arrivals_ = {};
  owners_of_ = {};
  series.fields.resize(info_.fields.size());
  series.pools.resize(info_.fields.size());
  for (size_t f = 0; f < fields_.size(); ++f) {
    if (fields_[f] == nullptr || !fields_[f]->keep()) continue;
    series.fields[f] = FieldInOrder(f, order);
    if (info_.fields[f].type.is(TypeKind::kText)) series.pools[f] = fields_[f]->TakePool();
  }
  if (info_.change_of) MakeChanges(series, arrivals);
  report_.kept = series.size();
  report_.future = static_cast<uint64_t>(
      std::ranges::count_if(series.times, [this](int64_t time) { return time > loader_.options.now; }));
}

}  // namespace

Status LoadSeries(Loader& loader, EventId id, RawArrivals& arrivals) {
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(loader.connection, ColumnsOf(loader.catalog, id).table));
  SAITEN_CHECK(table.has_value());  // CheckSources has seen it in this transaction
  SeriesReader reader(loader, id, *table, loader.plan.arrival[id.index()]);
  SAITEN_RETURN_IF_ERROR(reader.Read());
  reader.Finish(loader.out.data.events[id.index()], arrivals[id.index()]);
  return {};
}

}  // namespace saiten::store
