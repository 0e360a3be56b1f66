#include <algorithm>
#include <memory>
#include <numeric>

#include "store/load/loader.h"
#include "store/load/series_part.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

using Parts = std::vector<std::unique_ptr<SeriesPart>>;  // of one declaration, in the order of the table

// Puts the parts of one declaration together as a series that is sorted per record.
class SeriesJoiner {
 public:
  SeriesJoiner(Loader& loader, const SeriesPlan& plan, Parts& parts) : loader_(loader), plan_(plan), parts_(parts) {}

  Status Join(std::vector<int64_t>& arrivals) {
    LoadedData::Event& report = loader_.out.events[plan_.id.index()];
    for (const auto& part : parts_) {
      loader_.errors.Append(part->errors);
      report.rows += part->report.rows;
      report.duplicates += part->report.duplicates;
      report.without_record += part->report.without_record;
      report.quarantined += part->report.quarantined;
      events_ += part->owners.size();
    }
    if (events_ >= KeyMap::kNone - 1) return Fail(Failure::kTooManyEvents, {plan_.info.name});
    for (const auto& part : parts_) {
      arrivals_.insert(arrivals_.end(), part->arrivals.begin(), part->arrivals.end());
      part->arrivals = {};
    }
    CountOffsets();
    rt::EventSeries& series = loader_.out.data.events[plan_.id.index()];
    series.times = Sort();
    series.offsets = std::move(offsets_);
    if (plan_.keep_arrival) arrivals = InOrder(arrivals_);
    arrivals_ = {};
    std::vector<int64_t> rowids;
    if (plan_.keep_rowid) rowids = OrderedRowids();
    JoinFields(series);
    if (plan_.info.change_of) MakeChanges(series, arrivals, rowids);
    report.rowids = std::move(rowids);
    report.kept = series.size();
    report.future = static_cast<uint64_t>(
        std::ranges::count_if(series.times, [this](int64_t time) { return time > loader_.options.now; }));
    return {};
  }

 private:
  struct Place {
    int64_t time;
    uint32_t event;  // counted through all parts
  };

  size_t Threads(size_t pieces) const { return ThreadsFor(loader_.options.threads, pieces); }

  // Runs `work(begin, end)` for pieces of the ordered events.
  template <typename Work>
  void ForEachRange(Work work) const {
    constexpr size_t kPiece = 1 << 16;
    const size_t pieces = (order_.size() + kPiece - 1) / kPiece;
    ForEachPiece(pieces, Threads(pieces),
                 [&](size_t, size_t piece) { work(piece * kPiece, std::min(order_.size(), (piece + 1) * kPiece)); });
  }

  void CountOffsets() {
    offsets_.assign(loader_.out.data.tables[plan_.info.object.index()].size + 1, 0);
    for (const auto& part : parts_) {
      for (uint32_t owner : part->owners) {
        if (owner != KeyMap::kNone) ++offsets_[owner + 1];
      }
    }
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  }

  // The records whose events one piece of the sorting is about: about as many events in each.
  std::vector<size_t> SplitOwners(size_t pieces) const {
    std::vector<size_t> bounds;
    for (size_t i = 0; i < pieces; ++i) {
      const auto events = static_cast<uint32_t>(size_t{offsets_.back()} * i / pieces);
      const auto at = std::ranges::lower_bound(offsets_, events);
      bounds.push_back(std::min(static_cast<size_t>(at - offsets_.begin()), offsets_.size() - 1));
    }
    bounds[0] = 0;
    bounds.push_back(offsets_.size() - 1);
    return bounds;
  }

  // Fills order_; gives back the times in that order.
  rt::Array<int64_t> Sort() {
    const size_t kept = offsets_.back();
    order_.resize(kept);
    // Where there are very many events, the times read and the times sorted are not kept side by side: looking them up
    // once more takes longer, and half the memory.
    constexpr size_t kMany = size_t{1} << 25;
    const bool many = kept > kMany;
    std::vector<int64_t> times(many ? 0 : kept);
    constexpr size_t kPiece = size_t{1} << 23;
    const size_t pieces = std::max(Threads(kept / 4096 + 1), kept / kPiece);
    const std::vector<size_t> bounds = SplitOwners(pieces);
    // Each piece places and sorts the events of its own records: all are looked at for each, which costs less than
    // anything shared.
    ForEachPiece(pieces, Threads(pieces), [&](size_t, size_t piece) {
      SortOwners(bounds[piece], bounds[piece + 1], many ? nullptr : times.data());
    });
    for (const auto& part : parts_) part->owners = {};
    if (many) {
      std::vector<size_t> starts;  // of the parts, in events counted through all
      size_t start = 0;
      for (const auto& part : parts_) starts.push_back(std::exchange(start, start + part->times.size()));
      times.resize(kept);
      ForEachRange([&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const auto part = static_cast<size_t>(std::ranges::upper_bound(starts, order_[i]) - starts.begin()) - 1;
          times[i] = parts_[part]->times[order_[i] - starts[part]];
        }
      });
    }
    for (const auto& part : parts_) part->times = {};
    return times;
  }

  // Fills order_, and `times` if there are any, for the records from `first` up to `end`.
  void SortOwners(size_t first, size_t end, int64_t* times) {
    const uint32_t base = offsets_[first];
    const size_t events = offsets_[end] - base;
    const auto places = std::make_unique_for_overwrite<Place[]>(events);
    std::vector<uint32_t> next(offsets_.begin() + static_cast<ptrdiff_t>(first),
                               offsets_.begin() + static_cast<ptrdiff_t>(end));
    uint32_t event = 0;
    for (const auto& part : parts_) {
      for (size_t i = 0; i < part->owners.size(); ++i, ++event) {
        const uint32_t owner = part->owners[i];
        if (owner - first < end - first) places[next[owner - first]++ - base] = {part->times[i], event};
      }
    }
    for (size_t owner = first; owner < end; ++owner) {
      SortOwner(places.get() + (offsets_[owner] - base), places.get() + (offsets_[owner + 1] - base));
    }
    for (size_t i = 0; i < events; ++i) {
      order_[base + i] = places[i].event;
      if (times != nullptr) times[base + i] = places[i].time;
    }
  }

  void SortOwner(Place* begin, Place* end) const {
    // Events were read in order of arrival unless a seq column says otherwise.
    const auto before = [this](const Place& a, const Place& b) {
      if (a.time != b.time) return a.time < b.time;
      if (plan_.seq && arrivals_[a.event] != arrivals_[b.event]) return arrivals_[a.event] < arrivals_[b.event];
      return a.event < b.event;
    };
    if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
  }

  std::vector<int64_t> InOrder(const std::vector<int64_t>& values) const {
    std::vector<int64_t> ordered(order_.size());
    ForEachRange([&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ordered[i] = values[order_[i]];
    });
    return ordered;
  }

  std::vector<int64_t> OrderedRowids() const {
    rt::ColumnBuilder all;
    for (const auto& part : parts_) all.AppendAll(part->rowids.Finish());
    const rt::Column rowids = all.Finish();
    std::vector<int64_t> ordered(order_.size());
    ForEachRange([&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ordered[i] = rowids.Raw(order_[i]);
    });
    return ordered;
  }

  void JoinFields(rt::EventSeries& series) {
    series.fields.resize(plan_.info.fields.size());
    series.pools.resize(plan_.info.fields.size());
    const auto fields = MakeFields(loader_, plan_, loader_.errors);
    for (const auto& [f, place] : plan_.fields) {
      if (!fields[f]->keep()) continue;
      for (const auto& part : parts_) fields[f]->Append(*part->fields[f]);
      series.fields[f] = FieldInOrder(*fields[f], plan_.info.fields[f].type);
      if (plan_.info.fields[f].type.is(TypeKind::kText)) series.pools[f] = fields[f]->TakePool();
    }
  }

  rt::Column FieldInOrder(ValueColumn& values, Type type) const {
    const rt::Column read = values.Finish();
    if (type.is(TypeKind::kRef)) return RowsInOrder(values, read, type.object_id());
    rt::Column out = rt::Column::Unknowns(read.width(), order_.size());
    ForEachRange([&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) out.Set(i, read.Raw(order_[i]));
    });
    return out;
  }

  // The rows of the records that have these keys.
  rt::Column RowsInOrder(ValueColumn& values, const rt::Column& read, ObjectId object) const {
    const ObjectRows& target = loader_.objects[object.index()];
    rt::ColumnBuilder out;
    out.Reserve(order_.size());
    for (uint32_t event : order_) {
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

  Loader& loader_;
  const SeriesPlan& plan_;
  Parts& parts_;
  size_t events_ = 0;
  std::vector<int64_t> arrivals_;  // by event
  std::vector<uint32_t> offsets_;
  std::vector<uint32_t> order_;  // events as they stand in the series
};

// Reads the table in these scans, for all plans at once: parts by plan. False if it has to be read as a whole.
Result<bool> ReadParts(Loader& loader, const std::vector<SeriesPlan>& plans, std::vector<RowScan>& scans,
                       std::vector<Parts>& parts) {
  parts.clear();
  parts.resize(plans.size());
  for (size_t p = 0; p < plans.size(); ++p) {
    for (size_t i = 0; i < scans.size(); ++i) parts[p].push_back(std::make_unique<SeriesPart>(loader, plans[p]));
  }
  SAITEN_RETURN_IF_ERROR(ReadScans(loader, scans, [&](size_t part, LoadTicker& ticker) -> Status {
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, scans[part].Next());
      if (!more) return {};
      ticker.Tick();
      for (Parts& of_plan : parts) of_plan[part]->ReadRow(scans[part]);
    }
  }));
  return std::ranges::none_of(scans, &RowScan::lost);
}

}  // namespace

Status LoadSeries(Loader& loader, const std::vector<EventId>& events, RawArrivals& arrivals) {
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(loader.connection, ColumnsOf(loader.catalog, events[0]).table));
  SAITEN_CHECK(table.has_value());  // CheckSources has seen it in this transaction
  SelectedColumns select;
  std::vector<SeriesPlan> plans;
  for (EventId id : events) plans.emplace_back(loader, id, *table, select);
  // Which of two events with one id came first only shows where all rows are seen in order.
  const bool in_order = std::ranges::any_of(plans, [](const SeriesPlan& plan) { return plan.event_id.has_value(); });
  SAITEN_ASSIGN_OR_RETURN(auto scans,
                          RowScan::Split(loader.connection, *table, select.names(), in_order ? 1 : loader.Parts()));
  std::vector<Parts> parts;
  SAITEN_ASSIGN_OR_RETURN(const bool whole, ReadParts(loader, plans, scans, parts));
  if (!whole) {
    scans.clear();
    SAITEN_ASSIGN_OR_RETURN(RowScan scan, RowScan::Open(loader.connection, *table, select.names()));
    scans.push_back(std::move(scan));
    SAITEN_ASSIGN_OR_RETURN(const bool all, ReadParts(loader, plans, scans, parts));
    SAITEN_CHECK(all);
  }
  for (size_t p = 0; p < plans.size(); ++p) {
    SAITEN_RETURN_IF_ERROR(SeriesJoiner(loader, plans[p], parts[p]).Join(arrivals[plans[p].id.index()]));
    parts[p].clear();
  }
  return {};
}

}  // namespace saiten::store
