#include <algorithm>

#include "store/refresh/refresher.h"

// Event tables that are read as a whole: what one of their rows means cannot be told from it alone.
namespace saiten::store {
namespace {

class Reloader {
 public:
  explicit Reloader(Refresher& refresher) : r_(refresher), options_(refresher.options.load) {
    options_.keep_rowids = true;
  }

  Status Run() {
    std::vector<std::vector<EventId>> tables;
    bool ranks = false;
    for (size_t e = 0; e < r_.events.size(); ++e) {
      if (!r_.events[e].reload) continue;
      ranks = ranks || (r_.data.arrivals_are_ranks && r_.plan.arrival[e]);
      const std::string table = ColumnsOf(r_.catalog, EventId(e)).table;
      const auto same = [&](const auto& group) { return ColumnsOf(r_.catalog, group[0]).table == table; };
      if (std::ranges::none_of(tables, same)) tables.push_back(DeclarationsOf(table));
    }
    if (tables.empty()) return {};
    if (!ranks) {
      SAITEN_ASSIGN_OR_RETURN(const bool small, ReadTables(tables));
      if (small) return {};
    }
    return ReadAll();
  }

 private:
  std::vector<EventId> DeclarationsOf(const std::string& table) const {
    std::vector<EventId> events;
    for (size_t e = 0; e < r_.events.size(); ++e) {
      const bool read = r_.plan.events[e] && r_.catalog.events[e].any_of.empty();
      if (read && ColumnsOf(r_.catalog, EventId(e)).table == table) events.push_back(EventId(e));
    }
    return events;
  }

  // Reads into the data set that is refreshed.
  Loader NewLoader(DataErrors& errors) const {
    return {.connection = r_.connection,
            .catalog = r_.catalog,
            .plan = r_.plan,
            .options = options_,
            .errors = errors,
            .out = r_.data,
            .objects = {},
            .missing = {}};
  }

  // The keys of all records, as a load has them when it comes to the events.
  void FillKeys(Loader& loader) const {
    loader.objects.resize(r_.objects.size());
    for (size_t i = 0; i < r_.objects.size(); ++i) {
      if (!r_.objects[i].used()) continue;
      const rt::Table& table = r_.data.data.tables[i];
      loader.objects[i].keys = std::make_unique<KeyMap>(KeyMap::Of(table.keys));
      loader.objects[i].left_out.resize(table.size);
    }
  }

  // Takes the series out, to be compared with the new one.
  rt::EventSeries TakeOut(size_t event) {
    r_.data.events[event] = {};
    return std::exchange(r_.data.data.events[event], {});
  }

  // False if the order of arrival of one is not in small numbers: then it must be ranked among all.
  Result<bool> ReadTables(const std::vector<std::vector<EventId>>& tables) {
    DataErrors errors(r_.ledger.max_examples());
    Loader loader = NewLoader(errors);
    FillKeys(loader);
    RawArrivals arrivals(r_.events.size());
    for (const auto& declarations : tables) {
      std::vector<rt::EventSeries> before;
      for (EventId event : declarations) before.push_back(TakeOut(event.index()));
      SAITEN_RETURN_IF_ERROR(LoadSeries(loader, declarations, arrivals));
      for (size_t i = 0; i < declarations.size(); ++i) Replace(declarations[i].index(), before[i]);
    }
    r_.rows_read += loader.rows;
    for (const auto& declarations : tables) {
      for (EventId event : declarations) {
        const std::vector<int64_t>& raw = arrivals[event.index()];
        if (!std::ranges::all_of(raw, [](int64_t a) { return a >= 0 && a < KeyMap::kNone; })) return false;
        if (!r_.plan.arrival[event.index()]) continue;
        r_.data.data.events[event.index()].arrival = std::vector<uint32_t>(raw.begin(), raw.end());
      }
    }
    r_.ledger.Adopt(errors);
    return true;
  }

  // All event tables: the ranks of one say where its events stand among those of the others.
  Status ReadAll() {
    std::vector<rt::EventSeries> before;
    for (size_t e = 0; e < r_.events.size(); ++e) before.push_back(TakeOut(e));
    r_.data.arrivals_are_ranks = false;
    DataErrors errors(r_.ledger.max_examples());
    Loader loader = NewLoader(errors);
    FillKeys(loader);
    SAITEN_RETURN_IF_ERROR(LoadEvents(loader));
    r_.rows_read += loader.rows;
    for (size_t e = 0; e < r_.events.size(); ++e) {
      if (!r_.plan.events[e]) continue;
      r_.events[e].merged = !r_.catalog.events[e].any_of.empty();
      r_.events[e].merged ? PreparePools(e) : Replace(e, before[e]);
    }
    r_.ledger.Adopt(errors);
    return {};
  }

  void PreparePools(size_t event) {
    for (const auto& pool : r_.data.data.events[event].pools) {
      if (pool != nullptr) pool->PrepareNfkc();
    }
  }

  // Marks whose events are others now.
  void Replace(size_t event, const rt::EventSeries& before) {
    const EventInfo& info = r_.catalog.events[event];
    r_.ledger.ForgetAll(info.name);
    PreparePools(event);
    const rt::EventSeries& after = r_.data.data.events[event];
    const size_t object = info.object.index();
    // A series that was refreshed already is by the new rows.
    const bool moved = !r_.events[event].changed && !r_.objects[object].new_rows.empty();
    r_.events[event].changed = true;
    const size_t records = r_.data.data.tables[object].size;
    std::vector<uint32_t> old(records);
    for (uint32_t row = 0; row < records; ++row) old[row] = moved ? SplicePlan::kGone : row;
    for (uint32_t row = 0; moved && row < r_.objects[object].new_rows.size(); ++row) {
      const uint32_t now = r_.objects[object].new_rows[row];
      if (now != SplicePlan::kGone) old[now] = row;
    }
    const size_t known = before.offsets.empty() ? 0 : before.offsets.size() - 1;
    for (uint32_t row = 0; row < records; ++row) {
      if (old[row] >= known || !SameEvents(event, before, old[row], after, row)) r_.Mark(object, row);
    }
  }

  bool SameEvents(size_t event, const rt::EventSeries& before, uint32_t old, const rt::EventSeries& after,
                  uint32_t now) const {
    const uint32_t n = after.EndOf(now) - after.BeginOf(now);
    if (before.EndOf(old) - before.BeginOf(old) != n) return false;
    const uint32_t a = before.BeginOf(old);
    const uint32_t b = after.BeginOf(now);
    const auto same = [&](const auto& from, const auto& to) {
      return from.empty() == to.empty() &&
             (from.empty() || std::equal(from.begin() + a, from.begin() + a + n, to.begin() + b));
    };
    // Ranks move with events of others, which does not matter to the order among these: all are read again then.
    if (!same(before.times, after.times)) return false;
    if (!r_.data.arrivals_are_ranks && !same(before.arrival, after.arrival)) return false;
    for (size_t f = 0; f < after.fields.size(); ++f) {
      if (after.fields[f].size() == 0) continue;
      if (f >= before.fields.size() || before.fields[f].size() == 0) return false;
      for (uint32_t i = 0; i < n; ++i) {
        if (!SameValue(event, f, before, a + i, after, b + i)) return false;
      }
    }
    return true;
  }

  bool SameValue(size_t event, size_t field, const rt::EventSeries& before, uint32_t old, const rt::EventSeries& after,
                 uint32_t now) const {
    const rt::Column& from = before.fields[field];
    const rt::Column& to = after.fields[field];
    if (!from.Known(old) || !to.Known(now)) return from.Known(old) == to.Known(now);
    const Type type = r_.catalog.events[event].fields[field].type;
    if (type.is(TypeKind::kText)) {
      return before.pools[field]->View(static_cast<int32_t>(from.Raw(old))) ==
             after.pools[field]->View(static_cast<int32_t>(to.Raw(now)));
    }
    // Rows of records may have been numbered anew: whose events lead elsewhere than before is not looked into.
    if (type.is(TypeKind::kRef) && !r_.objects[type.object_id().index()].new_rows.empty()) return false;
    return from.Raw(old) == to.Raw(now);
  }

  Refresher& r_;
  LoadOptions options_;
};

}  // namespace

Status ReloadEvents(Refresher& refresher) { return Reloader(refresher).Run(); }

}  // namespace saiten::store
