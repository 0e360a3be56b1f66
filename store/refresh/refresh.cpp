#include "store/refresh/refresh.h"

#include <algorithm>
#include <set>

#include "store/messages.h"
#include "store/refresh/refresher.h"

namespace saiten::store {
namespace {

bool Flag(const std::vector<bool>& flags, size_t at) { return at < flags.size() && flags[at]; }

class Director {
 public:
  Director(Refresher& refresher, const Needs& needs) : r_(refresher), needs_(needs) {}

  Status Run() {
    SAITEN_RETURN_IF_ERROR(Begin());
    if (r_.ok()) SAITEN_RETURN_IF_ERROR(ReadObjects());
    if (r_.ok()) SAITEN_RETURN_IF_ERROR(SpreadKeys());
    if (r_.ok()) CheckLedger();
    if (!r_.ok()) return {};
    for (size_t i = 0; i < r_.objects.size(); ++i) {
      if (r_.objects[i].used()) PlaceRows(r_, i);
    }
    for (size_t i = 0; i < r_.objects.size(); ++i) {
      if (r_.objects[i].used()) SpliceTable(r_, i);
    }
    if (!r_.ok()) return {};
    RenewAdjacency(r_);
    for (size_t e = 0; e < r_.events.size(); ++e) {
      if (r_.events[e].source && !r_.events[e].reload) SAITEN_RETURN_IF_ERROR(RefreshSeries(r_, e));
      if (!r_.ok()) return {};
    }
    SAITEN_RETURN_IF_ERROR(ReloadEvents(r_));
    MergeEvents();
    return r_.ok() ? RefreshLists(r_) : Status();
  }

 private:
  // What the log says of a table; refuses what cannot be read row by row.
  const TableChanges* ChangesOf(const std::string& table) {
    const TableChanges* changes = r_.changes.Find(table);
    if (changes == nullptr) {
      r_.Refuse(Say(Words::kNotLogged, {table}));
    } else if (!changes->anew.empty()) {
      r_.Refuse(changes->anew);
    } else if (!changes->keys.empty()) {
      r_.Refuse(Say(Words::kAnewWithoutRowid, {table}));
    }
    return changes;
  }

  Status Begin() {
    bool any = std::ranges::any_of(r_.changes.tables, [](const TableChanges& t) { return !t.untouched(); });
    for (size_t i = 0; i < r_.objects.size(); ++i) {
      if (!r_.plan.objects[i]) continue;
      const ObjectInfo& info = r_.catalog.objects[i];
      ObjectPatch& patch = r_.objects[i];
      patch.name = info.name;
      SAITEN_ASSIGN_OR_RETURN(patch.source, InspectTable(r_.connection, info.table));
      const TableChanges* changes = ChangesOf(info.table);
      if (!r_.ok()) return {};
      if (any && r_.data.objects[i].quarantined > 0) r_.Refuse(Say(Words::kAnewLeftOut, {info.name}));
      const bool has_rowids = patch.source && !patch.source->rowid.empty() &&
                              r_.data.objects[i].rowids.size() == r_.data.data.tables[i].size;
      if (!patch.source || (any && !has_rowids)) r_.Refuse(Say(Words::kAnewWithoutRowid, {info.table}));
      patch.logged = changes->rowids;
      patch.settled = changes->settled;
      patch.touched = patch.logged;
      if (!CanSample(i, info.name)) continue;
      for (size_t at : SamplePlaces(r_.data.objects[i].rowids.size())) {
        patch.samples.push_back(r_.data.objects[i].rowids[at]);
      }
      SortUnique(&patch.samples);
      std::erase_if(patch.samples, [&](int64_t row) { return std::ranges::binary_search(patch.logged, row); });
      patch.touched.insert(patch.touched.end(), patch.samples.begin(), patch.samples.end());
      SortUnique(&patch.touched);
    }
    for (size_t e = 0; e < r_.events.size(); ++e) {
      if (!r_.plan.events[e] || !r_.catalog.events[e].any_of.empty()) continue;
      SAITEN_RETURN_IF_ERROR(BeginEvent(e));
      if (!r_.ok()) return {};
    }
    return {};
  }

  Status BeginEvent(size_t e) {
    const std::string table = ColumnsOf(r_.catalog, EventId(e)).table;
    EventPatch& patch = r_.events[e];
    SAITEN_ASSIGN_OR_RETURN(patch.source, InspectTable(r_.connection, table));
    if (!patch.source) {
      r_.Refuse(Say(Words::kAnewSchema, {r_.connection.path()}));
      return {};
    }
    const TableChanges* changes = r_.changes.Find(table);
    const LoadedData::Event& report = r_.data.events[e];
    // An empty series of a table without row numbers looks as if it had them all.
    patch.rowless = patch.source->rowid.empty() || !Flag(needs_.events, e) ||
                    report.rowids.size() != r_.data.data.events[e].size() || r_.data.data.events[e].offsets.empty();
    patch.reload = changes == nullptr || !changes->anew.empty() || (patch.rowless && !changes->untouched());
    if (patch.reload || patch.rowless) return {};
    patch.touched = changes->rowids;
    patch.settled = changes->settled;
    // A history keeps only what was a change: one of its rows cannot be compared alone.
    if (r_.catalog.events[e].is_change()) return {};
    // Nor one whose id another row may have.
    if (IdColumnOf(r_.catalog.events[e], *patch.source) != nullptr) return {};
    if (!CanSample(r_.catalog.events[e].object.index(), r_.catalog.events[e].name)) return {};
    for (size_t at : SamplePlaces(report.rowids.size())) patch.samples.push_back(report.rowids.Raw(at));
    SortUnique(&patch.samples);
    std::erase_if(patch.samples, [&](int64_t row) { return std::ranges::binary_search(patch.touched, row); });
    return {};
  }

  // Where errors could not be counted after a row was read again, none is without need.
  bool CanSample(size_t object, const std::string& name) const {
    return r_.data.objects[object].quarantined == 0 && r_.ledger.Knows(name);
  }

  // Some of the rows, rising; others in each run.
  std::vector<size_t> SamplePlaces(size_t rows) const {
    const size_t samples = std::min<size_t>(r_.options.samples, rows);
    std::vector<size_t> places;
    for (size_t k = 0; k < samples; ++k) places.push_back((r_.options.sample_from + k * rows / samples) % rows);
    std::ranges::sort(places);
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
  }

  Status ReadObjects() {
    for (size_t i = 0; i < r_.objects.size() && r_.ok(); ++i) {
      if (r_.objects[i].used() && !r_.objects[i].touched.empty()) SAITEN_RETURN_IF_ERROR(ReadObjectPatch(r_, i));
    }
    return {};
  }

  // Rows that lead to a key that is no more, or could not find one that is there now, are read again too.
  Status SpreadKeys() {
    for (size_t i = 0; i < r_.objects.size() && r_.ok(); ++i) {
      if (!r_.objects[i].used()) continue;
      const ObjectInfo& info = r_.catalog.objects[i];
      for (size_t p = 0; p < info.properties.size(); ++p) {
        const PropertyInfo& property = info.properties[p];
        if (property.is_many || !property.type.is(TypeKind::kRef) || !r_.plan.properties[i][p]) continue;
        const ObjectPatch& target = r_.objects[property.type.object_id().index()];
        FindLeading(
            r_.data.data.tables[i].columns[p], target.lost, [&](size_t row) { return r_.data.objects[i].rowids[row]; },
            &r_.objects[i].more);
        if (target.gained) Add(r_.ledger.RowsOf(DataErrorKind::kNoSuchRecord, info.name, property.name), i);
      }
      if (!r_.objects[i].more.empty()) SAITEN_RETURN_IF_ERROR(ReadObjectPatch(r_, i));
    }
    for (size_t e = 0; e < r_.events.size() && r_.ok(); ++e) {
      EventPatch& patch = r_.events[e];
      if (!patch.source || patch.reload) continue;
      // Without row numbers it is not known which of its rows lead to records that came or went.
      const bool moved = std::ranges::any_of(r_.objects, [](const ObjectPatch& o) { return o.keys_changed(); });
      if (patch.rowless) patch.reload = moved;
      if (!patch.rowless) SpreadToEvents(e);
    }
    return {};
  }

  void Add(const std::vector<int64_t>& rows, size_t object) {
    auto& more = r_.objects[object].more;
    more.insert(more.end(), rows.begin(), rows.end());
  }

  template <typename RowidOf>
  static void FindLeading(const rt::Column& targets, const std::vector<uint32_t>& lost, RowidOf rowid_of,
                          std::vector<int64_t>* to) {
    if (lost.empty()) return;
    for (size_t row = 0; row < targets.size(); ++row) {
      if (targets.Known(row) && std::ranges::binary_search(lost, static_cast<uint32_t>(targets.Raw(row))))
        to->push_back(rowid_of(row));
    }
  }

  void SpreadToEvents(size_t e) {
    const EventInfo& info = r_.catalog.events[e];
    EventPatch& patch = r_.events[e];
    const ObjectPatch& owner = r_.objects[info.object.index()];
    const rt::EventSeries& series = r_.data.data.events[e];
    const rt::Column& rowids = r_.data.events[e].rowids;
    std::vector<int64_t> more;
    // Events that are quarantined count as such only as long as their record is there.
    if (!owner.lost.empty()) {
      more = r_.ledger.RowsWhere(info.name, [](const DataErrorGroup& group) { return group.quarantines(); });
    }
    for (uint32_t row : owner.lost) {
      for (uint32_t at = series.BeginOf(row); at < series.EndOf(row); ++at) more.push_back(rowids.Raw(at));
    }
    if (owner.gained) {
      const auto rows = r_.ledger.RowsOf(DataErrorKind::kOwnerUnknown, info.name, "");
      more.insert(more.end(), rows.begin(), rows.end());
    }
    for (size_t f = 0; f < info.fields.size(); ++f) {
      const Type type = info.fields[f].type;
      if (!type.is(TypeKind::kRef) || !r_.plan.fields[e][f]) continue;
      const ObjectPatch& target = r_.objects[type.object_id().index()];
      FindLeading(series.fields[f], target.lost, [&](size_t event) { return rowids.Raw(event); }, &more);
      // Their rows are not known: errors of relations are found in the order of the series.
      const bool errors = r_.ledger.Has(DataErrorKind::kNoSuchRecord, info.name, info.fields[f].name);
      patch.reload = patch.reload || (target.gained && errors);
    }
    SortUnique(&more);
    for (auto* rows : {&patch.samples, &patch.settled}) {
      std::erase_if(*rows, [&](int64_t row) { return std::ranges::binary_search(more, row); });
    }
    patch.touched.insert(patch.touched.end(), more.begin(), more.end());
    patch.touched.insert(patch.touched.end(), patch.samples.begin(), patch.samples.end());
    SortUnique(&patch.touched);
    const auto behind = r_.ledger.RowsBehindExamples(info.name, patch.touched);
    patch.touched.insert(patch.touched.end(), behind.begin(), behind.end());
    SortUnique(&patch.touched);
    patch.reload = patch.reload || (!patch.touched.empty() && MustReload(e));
    // Which rows repeat an id is not kept: some may have been events of a record that is no more.
    patch.reload = patch.reload || (!owner.lost.empty() && r_.data.events[e].duplicates > 0);
  }

  // Whether what a load makes of a row cannot be told from the row.
  bool MustReload(size_t e) const {
    const EventInfo& info = r_.catalog.events[e];
    return info.is_change() || IdColumnOf(info, *r_.events[e].source) != nullptr || !r_.ledger.Knows(info.name) ||
           (r_.data.arrivals_are_ranks && r_.plan.arrival[e]);
  }

  // Errors of a subject can only be counted on where their rows are known and no other subject has its name.
  void CheckLedger() {
    std::multiset<std::string> names;
    for (const ObjectInfo& object : r_.catalog.objects) names.insert(object.name);
    for (const EventInfo& event : r_.catalog.events) names.insert(event.name);
    for (const ListInfo& list : r_.catalog.lists) names.insert(list.name);
    auto check = [&](const std::string& name, bool reload) {
      const bool has_errors = !r_.ledger.RowsWhere(name, [](const DataErrorGroup&) { return true; }).empty();
      const bool known = reload || r_.ledger.Knows(name);
      if (!known || (has_errors && names.count(name) > 1)) r_.Refuse(Say(Words::kAnewErrors, {name}));
    };
    for (size_t i = 0; i < r_.objects.size(); ++i) {
      if (!r_.objects[i].touched.empty()) check(r_.catalog.objects[i].name, false);
    }
    for (size_t e = 0; e < r_.events.size(); ++e) {
      const EventPatch& patch = r_.events[e];
      if (!patch.touched.empty() || patch.reload) check(r_.catalog.events[e].name, patch.reload);
    }
  }

  // Events that stand for several are put together anew if one of these has changed.
  void MergeEvents() {
    const std::vector<EventInfo>& events = r_.catalog.events;
    std::vector<bool> done(events.size());
    for (size_t e = 0; e < events.size(); ++e) {
      done[e] = events[e].any_of.empty() || !r_.plan.events[e] || r_.events[e].merged;
    }
    for (bool progress = true; progress && r_.ok();) {
      progress = false;
      for (size_t e = 0; e < events.size() && r_.ok(); ++e) {
        auto is_done = [&](EventId member) { return done[member.index()]; };
        if (done[e] || !std::ranges::all_of(events[e].any_of, is_done)) continue;
        Merge(e);
        done[e] = progress = true;
      }
    }
  }

  void Merge(size_t e) {
    const EventInfo& info = r_.catalog.events[e];
    const bool changed =
        std::ranges::any_of(info.any_of, [&](EventId member) { return r_.events[member.index()].changed; });
    if (!changed) return;
    r_.events[e].changed = true;
    if (r_.data.arrivals_are_ranks) return r_.Refuse(Say(Words::kAnewRanks, {info.name}));
    RawArrivals arrivals(r_.catalog.events.size());
    for (EventId member : info.any_of) {
      const rt::EventSeries& from = r_.data.data.events[member.index()];
      if (from.offsets.empty() || from.arrival.size() != from.size())
        return r_.Refuse(Say(Words::kAnewSeries, {info.name}));
      arrivals[member.index()].assign(from.arrival.begin(), from.arrival.end());
    }
    DataErrors none;
    Loader loader{.connection = r_.connection,
                  .catalog = r_.catalog,
                  .plan = r_.plan,
                  .options = r_.options.load,
                  .errors = none,
                  .out = r_.data,
                  .objects = {},
                  .missing = {}};
    rt::EventSeries& series = r_.data.data.events[e];
    series = {};
    // Too many of them: the load says so.
    if (!MergeSeries(loader, EventId(e), arrivals).ok()) return r_.Refuse(Say(Words::kAnewSeries, {info.name}));
    if (r_.plan.arrival[e]) series.arrival = std::vector<uint32_t>(arrivals[e].begin(), arrivals[e].end());
    for (auto& pool : series.pools) {
      if (pool != nullptr) pool->PrepareNfkc();
    }
  }

  Refresher& r_;
  const Needs& needs_;
};

// The order in which a load comes upon errors.
ErrorLedger::Place PlaceOf(const Catalog& catalog, const DataErrorGroup& group) {
  for (size_t i = 0; i < catalog.objects.size(); ++i) {
    const ObjectInfo& info = catalog.objects[i];
    if (info.name != group.subject) continue;
    const int property = static_cast<int>(info.Find(group.property).value_or(0));
    // The key is read first, relations are followed when all tables are read.
    if (group.kind == DataErrorKind::kNoSuchRecord) return {.part = 1, .subject = i, .property = property};
    return {.part = 0, .subject = i, .by_row = true, .property = info.key == property ? -1 : property};
  }
  for (size_t e = 0; e < catalog.events.size(); ++e) {
    const EventInfo& info = catalog.events[e];
    if (info.name != group.subject) continue;
    // Declarations that share a table are read together, one behind the other.
    const std::string table = ColumnsOf(catalog, EventId(e)).table;
    size_t first = 0;
    while (!catalog.events[first].any_of.empty() || ColumnsOf(catalog, EventId(first)).table != table) ++first;
    const int field = static_cast<int>(info.Find(group.property).value_or(0));
    const int property = group.kind == DataErrorKind::kOwnerUnknown  ? -2
                         : group.kind == DataErrorKind::kTimeUnknown ? -1
                                                                     : field;
    const bool follows = group.kind == DataErrorKind::kNoSuchRecord;
    return {.part = 2,
            .subject = first * catalog.events.size() + e,
            .stage = follows ? 1 : 0,
            .by_row = !follows,
            .property = property};
  }
  for (size_t l = 0; l < catalog.lists.size(); ++l) {
    if (catalog.lists[l].name == group.subject) return {.part = 3, .subject = l};
  }
  return {.part = 4};
}

}  // namespace

Result<Refreshed> Refresh(Connection& connection, const Catalog& catalog, const Needs& needs, const ChangeSet& changes,
                          const RefreshOptions& options, LoadedData& data, DataErrors& errors) {
  Refreshed out;
  out.changed.objects.resize(catalog.objects.size());
  if (changes.known_unchanged) return out;
  out.anew = changes.all_anew;
  if (!out.anew.empty()) return out;
  const LoadPlan plan = MakePlan(catalog, needs);
  Refresher refresher{.connection = connection,
                      .catalog = catalog,
                      .plan = plan,
                      .changes = changes,
                      .options = options,
                      .data = data,
                      .ledger = ErrorLedger(errors),
                      .objects = {},
                      .events = {},
                      .refused = {}};
  refresher.objects.resize(catalog.objects.size());
  refresher.events.resize(catalog.events.size());
  SAITEN_RETURN_IF_ERROR(Director(refresher, needs).Run());
  out.rows_read = refresher.rows_read;
  out.anew = refresher.refused;
  if (!out.anew.empty()) return out;
  errors = refresher.ledger.Finish([&](const DataErrorGroup& group) { return PlaceOf(catalog, group); });
  for (size_t i = 0; i < catalog.objects.size(); ++i) {
    ChangedRows::Object& object = out.changed.objects[i];
    const ObjectPatch& patch = refresher.objects[i];
    const bool moved = patch.plan && (!patch.new_rows.empty() || patch.keys_changed());
    out.changed.same_rows = out.changed.same_rows && !moved;
    object.new_rows = std::move(refresher.objects[i].new_rows);
    const std::vector<uint8_t>& changed = refresher.objects[i].changed;
    for (uint32_t row = 0; row < changed.size(); ++row) {
      if (changed[row] != 0) object.rows.push_back(row);
    }
  }
  return out;
}

}  // namespace saiten::store
