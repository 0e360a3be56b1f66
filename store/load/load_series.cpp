#include <algorithm>
#include <memory>
#include <numeric>

#include "base/memory_limit.h"
#include "store/load/loader.h"
#include "store/load/series_part.h"
#include "store/load/sort_bin.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

using Parts = std::vector<std::unique_ptr<SeriesPart>>;  // of one declaration, in the order of the table

// Puts the parts of one declaration together as a series that is sorted per record.
class SeriesJoiner {
 public:
  SeriesJoiner(Loader& loader, const SeriesPlan& plan, const RecordLayout& layout, const BinShape& shape, Parts& parts)
      : loader_(loader), plan_(plan), layout_(layout), shape_(shape), parts_(parts) {}

  Status Join(std::vector<int64_t>& arrivals) {
    LoadedData::Event& report = loader_.out.events[plan_.id.index()];
    std::vector<uint64_t> starts(shape_.bins() + 1, 0);  // where the events of each bin begin in the series
    for (const auto& part : parts_) {
      loader_.errors.Append(part->errors);
      report.rows += part->report.rows;
      report.duplicates += part->report.duplicates;
      report.without_record += part->report.without_record;
      report.quarantined += part->report.quarantined;
      for (size_t bin = 0; bin < shape_.bins(); ++bin) starts[bin + 1] += part->bins.kept(bin);
    }
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    if (starts.back() > loader_.options.most_rows) return Fail(Failure::kTooManyEvents, {plan_.info.name});
    const size_t events = starts.back();

    rt::EventSeries& series = loader_.out.data.events[plan_.id.index()];
    SortedSeries sorted{
        .owners = loader_.out.data.tables[plan_.info.object.index()].size,
        .seconds = std::ranges::all_of(parts_, [](const auto& part) { return part->bins.widest().seconds; }),
        .columns = Columns(events),
        .arrival = plan_.seq ? layout_.arrival : std::nullopt};
    sorted.times = NewMemory(events * (sorted.seconds ? sizeof(uint32_t) : sizeof(int64_t)));
    sorted.offsets = NewMemory((sorted.owners + 1) * sizeof(uint32_t));
    static_cast<uint32_t*>(sorted.offsets.get())[sorted.owners] = static_cast<uint32_t>(events);
    ForEachPiece(shape_.bins(), ThreadsFor(loader_.options.threads, events / 4096 + 1), [&](size_t, size_t bin) {
      std::vector<const EventBins*> bins;
      for (const auto& part : parts_) bins.push_back(&part->bins);
      SortBin(shape_, bin, bins, static_cast<uint32_t>(starts[bin]), sorted);
      for (const auto& part : parts_) part->bins.Free(bin);
    });
    series.offsets = {static_cast<const uint32_t*>(sorted.offsets.get()), sorted.owners + 1, sorted.offsets};
    const auto times_of = [&]<typename T>(T) {
      return rt::Times(rt::Array<T>(static_cast<const T*>(sorted.times.get()), events, sorted.times));
    };
    series.times = sorted.seconds ? times_of(uint32_t{}) : times_of(int64_t{});
    Hand(sorted, series, arrivals, report);
    if (plan_.info.is_change()) MakeChanges(series, arrivals, report.rowids);
    report.kept = series.size();
    report.future = static_cast<uint64_t>(
        std::ranges::count_if(series.times, [this](int64_t time) { return time > loader_.options.now; }));
    return {};
  }

 private:
  // The columns of the sorted series, not yet filled, and which codes the texts of each part have in it.
  std::vector<SortedSeries::Column> Columns(size_t events) {
    std::vector<SortedSeries::Column> columns(layout_.columns);
    for (size_t i = 0; i < columns.size(); ++i) {
      rt::Width width = rt::Width::k1;
      for (const auto& part : parts_) width = std::max(width, part->bins.widest().widths[i]);
      columns[i].width = width;
    }
    pools_.resize(layout_.fields.size());
    for (size_t f = 0; f < layout_.fields.size(); ++f) {
      if (!layout_.fields[f] || parts_[0]->fields[f]->pool() == nullptr) continue;
      SortedSeries::Column& column = columns[*layout_.fields[f]];
      pools_[f] = parts_[0]->fields[f]->TakePool();
      column.codes.resize(parts_.size());
      for (size_t part = 1; part < parts_.size(); ++part) {
        const auto pool = parts_[part]->fields[f]->TakePool();
        column.codes[part].reserve(static_cast<size_t>(pool->size()));
        for (int32_t code = 0; code < pool->size(); ++code) {
          column.codes[part].push_back(pools_[f]->Intern(pool->View(code)));
        }
      }
      column.width = std::max(column.width, rt::WidthFor(0, pools_[f]->size()));
    }
    for (SortedSeries::Column& column : columns) {
      column.values = NewMemory(events * static_cast<size_t>(rt::BytesOf(column.width)));
    }
    return columns;
  }

  void Hand(SortedSeries& sorted, rt::EventSeries& series, std::vector<int64_t>& arrivals, LoadedData::Event& report) {
    const size_t events = series.times.size();
    const auto column_of = [&](size_t i) {
      return rt::Column(sorted.columns[i].width, events, std::move(sorted.columns[i].values));
    };
    if (layout_.arrival && plan_.keep_arrival) {
      const rt::Column column = column_of(*layout_.arrival);
      arrivals.reserve(events);
      for (size_t i = 0; i < events; ++i) arrivals.push_back(column.Raw(i));
    }
    if (layout_.rowid) report.rowids = column_of(*layout_.rowid);
    series.fields.resize(plan_.info.fields.size());
    series.pools.resize(plan_.info.fields.size());
    for (size_t f = 0; f < layout_.fields.size(); ++f) {
      if (!layout_.fields[f]) continue;
      const Type type = plan_.info.fields[f].type;
      series.fields[f] = column_of(*layout_.fields[f]);
      if (type.is(TypeKind::kRef)) series.fields[f] = FindTargets(f, series.fields[f], type.object_id());
      if (type.is(TypeKind::kText)) series.pools[f] = std::move(pools_[f]);
    }
  }

  // The rows of the records that have these keys.
  rt::Column FindTargets(size_t field, const rt::Column& keys, ObjectId object) {
    const ObjectRows& target = loader_.objects[object.index()];
    const rt::StringPool* const texts = pools_[field].get();
    ErrorSink errors(loader_.errors, plan_.info.name, plan_.info.fields[field].name);
    rt::ColumnBuilder out;
    out.Reserve(keys.size());
    for (size_t event = 0; event < keys.size(); ++event) {
      uint32_t raw = KeyMap::kNone;
      if (keys.Known(event)) {
        const int64_t key = keys.Raw(event);
        raw = texts != nullptr ? target.keys->Find(texts->View(static_cast<int32_t>(key))) : target.keys->Find(key);
        const bool left_out = raw != KeyMap::kNone && target.left_out[raw];
        if (raw == KeyMap::kNone || left_out) {
          errors.Count(left_out ? DataErrorKind::kRecordLeftOut : DataErrorKind::kNoSuchRecord, [&] {
            const std::string spelled =
                texts != nullptr ? Excerpt(texts->View(static_cast<int32_t>(key))) : std::to_string(key);
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
  const RecordLayout& layout_;
  const BinShape& shape_;
  Parts& parts_;
  std::vector<std::unique_ptr<rt::StringPool>> pools_;  // by field
};

// A declaration that is read, and where its events go.
struct SeriesTask {
  SeriesTask(const Loader& loader, const SeriesPlan& series)
      : plan(series), layout(loader, series), shape(loader.out.data.tables[series.info.object.index()].size) {}
  const SeriesPlan& plan;
  RecordLayout layout;
  BinShape shape;
  Parts parts;
};

// Reads the table in these scans, for all declarations at once. False if it has to be read as a whole.
Result<bool> ReadParts(Loader& loader, std::vector<SeriesTask>& tasks, std::vector<RowScan>& scans) {
  for (SeriesTask& task : tasks) {
    task.parts.clear();
    for (size_t i = 0; i < scans.size(); ++i) {
      task.parts.push_back(std::make_unique<SeriesPart>(loader, task.plan, task.layout, task.shape));
    }
  }
  SAITEN_RETURN_IF_ERROR(ReadScans(loader, scans, [&](size_t part, LoadTicker& ticker) -> Status {
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, scans[part].Next());
      if (!more) return {};
      ticker.Tick();
      for (SeriesTask& task : tasks) task.parts[part]->ReadRow(scans[part]);
    }
  }));
  return std::ranges::none_of(scans, &RowScan::lost);
}

// Of a table that the engine has not made yet.
void NoEvents(Loader& loader, EventId id) {
  const EventInfo& info = loader.catalog[id];
  SAITEN_CHECK(info.engine_kept);
  rt::EventSeries& series = loader.out.data.events[id.index()];
  series.offsets = std::vector<uint32_t>(loader.out.data.tables[info.object.index()].size + 1);
  series.times = std::vector<int64_t>();
  series.fields.resize(info.fields.size());
  series.pools.resize(info.fields.size());
  for (size_t f = 0; f < info.fields.size(); ++f) {
    if (!loader.plan.fields[id.index()][f]) continue;
    series.fields[f] = rt::ColumnBuilder().Finish();
    if (info.fields[f].type.is(TypeKind::kText)) series.pools[f] = std::make_unique<rt::StringPool>();
  }
}

}  // namespace

Status LoadSeries(Loader& loader, const std::vector<EventId>& events, RawArrivals& arrivals) {
  SAITEN_ASSIGN_OR_RETURN(auto table, InspectTable(loader.connection, ColumnsOf(loader.catalog, events[0]).table));
  if (!table) {
    // CheckSources has seen all others in this transaction.
    for (EventId id : events) NoEvents(loader, id);
    return {};
  }
  SelectedColumns select;
  std::vector<SeriesPlan> plans;
  for (EventId id : events) plans.emplace_back(loader, id, *table, select);
  std::vector<SeriesTask> tasks;
  for (const SeriesPlan& plan : plans) tasks.emplace_back(loader, plan);
  // Which of two events with one id came first only shows where all rows are seen in order.
  const bool in_order = std::ranges::any_of(plans, [](const SeriesPlan& plan) { return plan.event_id.has_value(); });
  SAITEN_ASSIGN_OR_RETURN(auto scans,
                          RowScan::Split(loader.connection, *table, select.names(), in_order ? 1 : loader.Parts()));
  SAITEN_ASSIGN_OR_RETURN(const bool whole, ReadParts(loader, tasks, scans));
  if (!whole) {
    scans.clear();
    SAITEN_ASSIGN_OR_RETURN(RowScan scan, RowScan::Open(loader.connection, *table, select.names()));
    scans.push_back(std::move(scan));
    SAITEN_ASSIGN_OR_RETURN(const bool all, ReadParts(loader, tasks, scans));
    SAITEN_CHECK(all);
  }
  scans.clear();
  for (SeriesTask& task : tasks) {
    SAITEN_RETURN_IF_ERROR(
        SeriesJoiner(loader, task.plan, task.layout, task.shape, task.parts).Join(arrivals[task.plan.id.index()]));
    task.parts.clear();
  }
  return {};
}

}  // namespace saiten::store
