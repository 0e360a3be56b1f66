#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "base/parallel.h"
#include "store/load/row_filter.h"
#include "store/messages.h"
#include "store/refresh/refresher.h"
#include "store/refresh/touched.h"

namespace saiten::store {
namespace {

constexpr int64_t kArrivesLast = std::numeric_limits<int64_t>::max();

// Answers for many numbers whether they are among some.
class RowidSet {
 public:
  explicit RowidSet(const std::vector<int64_t>& rising) : rising_(rising) {
    if (rising.empty()) return;
    const uint64_t span = static_cast<uint64_t>(rising.back()) - static_cast<uint64_t>(rising.front());
    if (span >= kMostBits) return;
    bits_.resize(span / 64 + 1);
    for (int64_t row : rising) {
      const uint64_t at = static_cast<uint64_t>(row) - static_cast<uint64_t>(rising.front());
      bits_[at / 64] |= uint64_t{1} << (at % 64);
    }
  }
  bool Holds(int64_t row) const {
    if (bits_.empty()) return std::ranges::binary_search(rising_, row);
    const uint64_t at = static_cast<uint64_t>(row) - static_cast<uint64_t>(rising_.front());
    return at / 64 < bits_.size() && (bits_[at / 64] >> (at % 64) & 1) != 0;
  }

 private:
  static constexpr uint64_t kMostBits = uint64_t{1} << 30;
  const std::vector<int64_t>& rising_;
  std::vector<uint64_t> bits_;
};

// Brings one series up to date.
class SeriesRefresher {
 public:
  SeriesRefresher(Refresher& refresher, size_t event)
      : refresher_(refresher),
        event_(event),
        info_(refresher.catalog.events[event]),
        patch_(refresher.events[event]),
        owner_(refresher.objects[info_.object.index()]),
        series_(refresher.data.data.events[event]),
        report_(refresher.data.events[event]),
        columns_(ColumnsOf(refresher.catalog, EventId(event))),
        time_reader_(refresher.catalog, PropertyInfo{.type = Type::Instant()}, refresher.options.load.zone),
        seq_reader_(refresher.catalog, PropertyInfo{.type = Type::Int()}, nullptr),
        owner_reader_(refresher.catalog, PropertyInfo{.type = Type::Ref(info_.object)}, refresher.options.load.zone) {}

  Status Run() {
    // Also where as many records are there as before: one may have gone and another come in front of others.
    const bool renumbered = !owner_.new_rows.empty();
    if (patch_.touched.empty() && !renumbered && !AnyTargetMoved()) return {};
    patch_.changed = true;
    patch_columns_.assign(info_.fields.size(), {});
    MakeOldOwners();
    if (!patch_.touched.empty()) {
      Plan();
      SAITEN_RETURN_IF_ERROR(Read());
      if (!patch_.reload && AddTies()) SAITEN_RETURN_IF_ERROR(Read());
      if (patch_.reload) {
        patch_.changed = false;
        return {};
      }
      FindOld();
      if (!SamplesAgree()) {
        refresher_.Refuse(Say(Words::kAnewSample, {refresher_.connection.path(), patch_.source->name}));
        return {};
      }
      samples_are_same_ = !HasRelation();
      if (samples_are_same_ && patch_.touched == patch_.samples && !renumbered && !AnyTargetMoved()) {
        patch_.changed = false;
        return {};
      }
    }
    Merge();
    return {};
  }

 private:
  struct Field {
    size_t field;
    int column;
    ValueReader values;
    bool keep;
  };

  int Select(const std::string& column) {
    select_.push_back(QuoteName(column));
    return static_cast<int>(select_.size()) - 1;
  }

  bool AnyTargetMoved() const {
    for (size_t f = 0; f < info_.fields.size(); ++f) {
      const Type type = info_.fields[f].type;
      if (refresher_.plan.fields[event_][f] && type.is(TypeKind::kRef) &&
          !refresher_.objects[type.object_id().index()].new_rows.empty()) {
        return true;
      }
    }
    return false;
  }

  // Where a field leads to is not compared with what it was.
  bool HasRelation() const {
    return std::ranges::any_of(fields_,
                               [&](const Field& field) { return info_.fields[field.field].type.is(TypeKind::kRef); });
  }
  bool IsAsItWas(int64_t rowid) const {
    return samples_are_same_ &&
           (std::ranges::binary_search(patch_.samples, rowid) || std::ranges::binary_search(patch_.settled, rowid));
  }

  // What is read, as in a load.
  void Plan() {
    const SourceTable& table = *patch_.source;
    owner_at_ = Select(columns_.owner);
    time_at_ = Select(columns_.time);
    if (const SourceColumn* seq = table.Find(info_.seq_column.empty() ? "seq" : info_.seq_column)) {
      seq_at_ = Select(seq->name);
    }
    for (const ColumnCondition& condition : info_.where) {
      const int at = Select(condition.column);
      filters_.emplace_back(condition, static_cast<size_t>(at));
    }
    for (size_t f = 0; f < info_.fields.size(); ++f) {
      const PropertyInfo& field = info_.fields[f];
      const bool keep = refresher_.plan.fields[event_][f];
      const bool check = !field.type.optional && table.Find(columns_.fields[f]) != nullptr;
      if (!keep && !check) continue;
      fields_.push_back(
          {f, Select(columns_.fields[f]), ValueReader(refresher_.catalog, field, refresher_.options.load.zone), keep});
    }
  }

  // The events of the touched rows as they stand in the series: mostly among those of the record that has them now.
  void FindOld() {
    constexpr uint32_t kShort = 4096;
    old_.clear();
    std::vector<int64_t> elsewhere;
    size_t read = 0;
    for (int64_t rowid : patch_.touched) {
      if (rowid > report_.last_rowid) break;
      while (read < rowids_.size() && rowids_[read] < rowid) ++read;
      bool found = false;
      if (read < rowids_.size() && rowids_[read] == rowid) {
        const auto [begin, end] = RangeOf(owners_[read]);
        for (uint32_t at = begin; end - begin <= kShort && at < end && !found; ++at) {
          found = report_.rowids.Raw(at) == rowid;
          if (found) old_.push_back(at);
        }
      }
      if (!found) elsewhere.push_back(rowid);
    }
    if (!elsewhere.empty()) FindAmongAll(elsewhere);
    std::ranges::sort(old_);
  }

  void FindAmongAll(const std::vector<int64_t>& rows) {
    const RowidSet wanted(rows);
    constexpr size_t kPiece = 1 << 18;
    const size_t pieces = (report_.rowids.size() + kPiece - 1) / kPiece;
    std::vector<std::vector<uint32_t>> found(pieces);
    ForEachPiece(pieces, ThreadsFor(refresher_.options.load.threads, pieces), [&](size_t, size_t piece) {
      const size_t end = std::min(report_.rowids.size(), (piece + 1) * kPiece);
      for (size_t at = piece * kPiece; at < end; ++at) {
        if (wanted.Holds(report_.rowids.Raw(at))) found[piece].push_back(static_cast<uint32_t>(at));
      }
    });
    for (const auto& places : found) old_.insert(old_.end(), places.begin(), places.end());
  }

  Status Read() {
    owners_.clear();
    times_.clear();
    arrivals_.clear();
    rowids_.clear();
    errors_.clear();
    patch_columns_.assign(info_.fields.size(), {});
    counted_ = without_ = quarantined_ = 0;
    return ReadTouched(refresher_.connection, *patch_.source, select_, patch_.touched,
                       [this](int64_t rowid, const Statement& row) { ReadRow(rowid, row); });
  }

  void ReadRow(int64_t rowid, const Statement& row) {
    ++refresher_.rows_read;
    for (RowFilter& filter : filters_) {
      if (!filter.Accepts(ReadCell(row, static_cast<int>(filter.place())))) return;
    }
    ++counted_;
    const Cell owner_cell = ReadCell(row, owner_at_);
    std::string buffer;
    const std::string spelled = Excerpt(owner_cell.Spell(&buffer));
    const Reading key = owner_reader_.Read(owner_cell);
    uint32_t owner = KeyMap::kNone;
    if (key.kind == Reading::Kind::kValue) owner = owner_.lookup->Find(key.value);
    if (key.kind == Reading::Kind::kText) owner = owner_.lookup->Find(key.text);
    if (owner == KeyMap::kNone) {
      ++without_;
      errors_.push_back({DataErrorKind::kOwnerUnknown, "", rowid, {spelled, ""}});
      return;
    }
    const Cell time_cell = ReadCell(row, time_at_);
    const Reading time = time_reader_.Read(time_cell);
    if (time.kind != Reading::Kind::kValue) {
      ++quarantined_;
      errors_.push_back(
          {DataErrorKind::kTimeUnknown, columns_.time, rowid, {spelled, Excerpt(time_cell.Spell(&buffer))}});
      return;
    }
    if (!ReadFields(row, rowid, spelled)) {
      ++quarantined_;
      return;
    }
    int64_t arrival = rowid;
    if (seq_at_ >= 0) {
      const Reading seq = seq_reader_.Read(ReadCell(row, seq_at_));
      arrival = seq.kind == Reading::Kind::kValue ? seq.value : kArrivesLast;
    }
    if (refresher_.plan.arrival[event_] && (arrival < 0 || arrival >= KeyMap::kNone)) {
      patch_.reload = true;  // must be ranked
    }
    owners_.push_back(owner);
    times_.push_back(time.value);
    arrivals_.push_back(arrival);
    rowids_.push_back(rowid);
  }

  // The values go into the patch only if all that must be known are.
  bool ReadFields(const Statement& row, int64_t rowid, const std::string& owner) {
    bool complete = true;
    std::vector<std::pair<size_t, Reading>> kept;
    for (Field& field : fields_) {
      const PropertyInfo& info = info_.fields[field.field];
      const Cell cell = ReadCell(row, field.column);
      const Reading reading = field.values.Read(cell);
      const bool known = reading.kind == Reading::Kind::kValue || reading.kind == Reading::Kind::kText;
      if (reading.kind == Reading::Kind::kError) {
        std::string buffer;
        errors_.push_back(
            {reading.error, info.name, rowid, {owner, Excerpt(cell.Spell(&buffer))}, !info.type.optional});
      } else if (!known && !info.type.optional) {
        errors_.push_back({DataErrorKind::kFieldUnknown, info.name, rowid, {owner, ""}});
      }
      complete = complete && (known || info.type.optional);
      if (field.keep) kept.emplace_back(field.field, reading);
    }
    if (complete) {
      for (const auto& [field, reading] : kept) AppendField(field, reading);
    }
    return complete;
  }

  void AppendField(size_t f, const Reading& reading) {
    PatchColumn& column = patch_columns_[f];
    const Type type = info_.fields[f].type;
    const bool is_text = reading.kind == Reading::Kind::kText;
    if (!is_text && reading.kind != Reading::Kind::kValue) return column.AppendUnknown();
    if (type.is(TypeKind::kRef)) {
      KeyLookup& lookup = *refresher_.objects[type.object_id().index()].lookup;
      const uint32_t row = is_text ? lookup.Find(reading.text) : lookup.Find(reading.value);
      if (row == KeyMap::kNone) {
        // Its error is found in the order of the series.
        patch_.reload = true;
        return column.AppendUnknown();
      }
      column.Append(row);
    } else if (is_text) {
      auto& pool = series_.pools[f];
      if (pool == nullptr) pool = std::make_unique<rt::StringPool>();
      column.Append(pool->Intern(reading.text));
    } else {
      column.Append(reading.value);
    }
  }

  uint32_t OldOwner(uint32_t position) const {
    const auto at = std::upper_bound(series_.offsets.begin(), series_.offsets.end(), position);
    return static_cast<uint32_t>(at - series_.offsets.begin()) - 1;
  }
  uint32_t NewOwner(uint32_t old) const { return owner_.new_rows.empty() ? old : owner_.new_rows[old]; }

  // Rows that nothing says to have changed must be as they were: else the log is not complete.
  bool SamplesAgree() const {
    for (uint32_t at : old_) {
      const int64_t rowid = report_.rowids.Raw(at);
      if (!std::ranges::binary_search(patch_.samples, rowid)) continue;
      const auto found = std::ranges::lower_bound(rowids_, rowid);
      if (found == rowids_.end() || *found != rowid) return false;
      const auto i = static_cast<size_t>(found - rowids_.begin());
      if (owners_[i] != NewOwner(OldOwner(at)) || times_[i] != series_.times[at]) return false;
      for (size_t f = 0; f < patch_columns_.size(); ++f) {
        if (patch_columns_[f].size() == 0 || info_.fields[f].type.is(TypeKind::kRef)) continue;
        const bool known = patch_columns_[f].known[i] != 0;
        const rt::Column& column = series_.fields[f];
        if (column.Known(at) != known || (known && column.Raw(at) != patch_columns_[f].values[i])) return false;
      }
    }
    return true;
  }

  // Where a seq column decides between events of one instant and is not kept, those are read again too.
  bool AddTies() {
    if (seq_at_ < 0 || !series_.arrival.empty()) return false;
    const size_t before = patch_.touched.size();
    for (size_t i = 0; i < owners_.size(); ++i) {
      const auto [begin, end] = RangeOf(owners_[i]);
      auto at = std::lower_bound(series_.times.begin() + begin, series_.times.begin() + end, times_[i]);
      for (; at != series_.times.begin() + end && *at == times_[i]; ++at) {
        patch_.touched.push_back(report_.rowids.Raw(static_cast<size_t>(at - series_.times.begin())));
      }
    }
    SortUnique(&patch_.touched);
    return patch_.touched.size() != before;
  }

  // By new owner: its old row.
  void MakeOldOwners() {
    old_owners_.clear();
    if (owner_.new_rows.empty()) return;
    old_owners_.assign(owner_.plan->new_size(), KeyMap::kNone);
    for (uint32_t old = 0; old < owner_.new_rows.size(); ++old) {
      if (owner_.new_rows[old] != SplicePlan::kGone) old_owners_[owner_.new_rows[old]] = old;
    }
    // A record without a past stands in front of the events of the next one that has one.
    uint32_t next = static_cast<uint32_t>(series_.offsets.size()) - 1;
    next_owners_.assign(old_owners_.size(), next);
    for (size_t i = old_owners_.size(); i-- > 0;) {
      if (old_owners_[i] != KeyMap::kNone) next = old_owners_[i];
      next_owners_[i] = next;
    }
  }
  // The old events of a new owner.
  std::pair<uint32_t, uint32_t> RangeOf(uint32_t owner) const {
    const uint32_t owners = static_cast<uint32_t>(series_.offsets.size()) - 1;
    if (old_owners_.empty()) {
      if (owner >= owners) return {series_.offsets[owners], series_.offsets[owners]};
      return {series_.offsets[owner], series_.offsets[owner + 1]};
    }
    const uint32_t old = old_owners_[owner];
    if (old != KeyMap::kNone) return {series_.offsets[old], series_.offsets[old + 1]};
    const uint32_t at = series_.offsets[next_owners_[owner]];
    return {at, at};
  }

  // In front of which old event one of the patch stands.
  uint32_t PlaceOf(size_t i) const {
    const auto [begin, end] = RangeOf(owners_[i]);
    uint32_t low = begin;
    uint32_t high = end;
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      Before(i, middle) ? high = middle : low = middle + 1;
    }
    return low;
  }
  bool Before(size_t i, uint32_t old) const {
    if (times_[i] != series_.times[old]) return times_[i] < series_.times[old];
    if (seq_at_ >= 0 && !series_.arrival.empty()) {
      const int64_t there = series_.arrival[old];
      if (arrivals_[i] != there) return arrivals_[i] < there;
    }
    return rowids_[i] < report_.rowids.Raw(old);
  }

  void Merge() {
    std::vector<uint32_t> order(owners_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, [this](uint32_t a, uint32_t b) {
      return std::tie(owners_[a], times_[a], arrivals_[a], rowids_[a]) <
             std::tie(owners_[b], times_[b], arrivals_[b], rowids_[b]);
    });
    if (MoveBehind(order)) return;
    std::vector<uint32_t> places;
    places.reserve(order.size());
    for (uint32_t i : order) places.push_back(PlaceOf(i));
    const SplicePlan plan(static_cast<uint32_t>(series_.times.size()), old_, places);
    Count();
    MakeOffsets();
    auto ordered = [&]<typename To, typename From>(const std::vector<From>& values, To) {
      std::vector<To> out;
      out.reserve(order.size());
      for (uint32_t i : order) out.push_back(static_cast<To>(values[i]));
      return out;
    };
    // Each array is copied by itself: on all cores.
    std::vector<std::function<void()>> work;
    auto splice_field = [&](size_t f) {
      const Type type = info_.fields[f].type;
      if (type.is(TypeKind::kRef)) {
        const auto& moved = refresher_.objects[type.object_id().index()].new_rows;
        if (!moved.empty()) series_.fields[f] = Renumber(series_.fields[f], moved);
      }
      PatchColumn values;
      for (uint32_t i : order) {
        patch_columns_[f].known[i] != 0 ? values.Append(patch_columns_[f].values[i]) : values.AppendUnknown();
      }
      series_.fields[f] = Splice(series_.fields[f], plan, values);
      if (series_.pools[f] != nullptr) series_.pools[f]->PrepareNfkc();
    };
    work.emplace_back([&] { report_.rowids = Splice(report_.rowids, plan, PatchOf(ordered(rowids_, int64_t{}))); });
    work.emplace_back([&] { series_.times = Splice(series_.times, plan, ordered(times_, int64_t{})); });
    if (refresher_.plan.arrival[event_])
      work.emplace_back([&] { series_.arrival = Splice(series_.arrival, plan, ordered(arrivals_, uint32_t{})); });
    for (size_t f = 0; f < series_.fields.size(); ++f) {
      if (refresher_.plan.fields[event_][f]) work.emplace_back([&, f] { splice_field(f); });
    }
    ForEachPiece(work.size(), ThreadsFor(refresher_.options.load.threads, work.size()),
                 [&](size_t, size_t piece) { work[piece](); });
    report_.kept = series_.times.size();
  }

  // Puts the events of records that got or lost some behind all others, with these, instead of moving everything:
  // false if that cannot be done. `order`: of the events that were read.
  bool MoveBehind(const std::vector<uint32_t>& order) {
    if (report_.room == 0 || !series_.in_order() || AnyTargetMoved() || series_.size() + report_.room >= Tail::kRead) {
      return false;
    }
    // Where records are gone through in order of their events, those of one instant stand as their places do.
    if (seq_at_ >= 0 && refresher_.plan.arrival[event_]) return false;
    if (!Fits(report_.rowids, PatchOf(rowids_)) || !Fits(series_.times, times_)) return false;
    for (size_t f = 0; f < series_.fields.size(); ++f) {
      if (refresher_.plan.fields[event_][f] && !Fits(series_.fields[f], patch_columns_[f])) return false;
    }
    std::vector<uint32_t> records(owners_.begin(), owners_.end());
    for (uint32_t at : old_) {
      const uint32_t owner = NewOwner(OldOwner(at));
      if (owner != SplicePlan::kGone) records.push_back(owner);
    }
    SortUnique(&records);
    Tail tail;
    std::vector<std::pair<uint32_t, uint32_t>> ranges;
    if (!MakeTail(records, order, &tail, &ranges)) return false;
    Count();
    report_.kept += owners_.size() - old_.size();
    SetRanges(records, ranges);
    const std::shared_ptr<const void>& memory = report_.memory;
    report_.rowids = Lengthen(report_.rowids, tail, PatchOf(rowids_), memory);
    series_.times = Lengthen(series_.times, tail, times_, memory);
    if (refresher_.plan.arrival[event_]) series_.arrival = Lengthen(series_.arrival, tail, arrivals_, memory);
    for (size_t f = 0; f < series_.fields.size(); ++f) {
      if (!refresher_.plan.fields[event_][f]) continue;
      series_.fields[f] = Lengthen(series_.fields[f], tail, patch_columns_[f], memory);
      if (series_.pools[f] != nullptr) series_.pools[f]->PrepareNfkc();
    }
    report_.room -= tail.from.size();
    return true;
  }

  // The events of these records (rising), one behind the other; false if there is no room for them.
  bool MakeTail(const std::vector<uint32_t>& records, const std::vector<uint32_t>& order, Tail* tail,
                std::vector<std::pair<uint32_t, uint32_t>>* ranges) const {
    const auto size = static_cast<uint32_t>(series_.size());
    auto next = order.begin();
    for (uint32_t record : records) {
      auto [at, end] = RangeOf(record);
      const auto begin = static_cast<uint32_t>(size + tail->from.size());
      const auto keep_until = [&](auto is_behind) {
        for (; at < end && !is_behind(at); ++at) {
          if (!std::ranges::binary_search(old_, at)) tail->from.push_back(at);
        }
      };
      for (; next != order.end() && owners_[*next] == record; ++next) {
        const uint32_t place = PlaceOf(*next);
        keep_until([place](uint32_t old) { return old >= place; });
        tail->from.push_back(*next | Tail::kRead);
      }
      keep_until([](uint32_t) { return false; });
      ranges->emplace_back(begin, static_cast<uint32_t>(size + tail->from.size()));
      if (tail->from.size() > report_.room) return false;
    }
    return true;
  }

  void SetRanges(const std::vector<uint32_t>& records, const std::vector<std::pair<uint32_t, uint32_t>>& ranges) {
    const size_t owners = refresher_.data.data.tables[info_.object.index()].size;
    const size_t bytes = (owners + 1) * sizeof(uint32_t);
    const auto array = [&](const std::shared_ptr<void>& memory) {
      return rt::Array<uint32_t>(static_cast<uint32_t*>(memory.get()), owners + 1, memory);
    };
    const rt::Array<uint32_t> begins = array(NewMemory(bytes));
    const rt::Array<uint32_t> ends = array(NewMemory(bytes));
    uint32_t* const begin_of = Writable(begins);
    uint32_t* const end_of = Writable(ends);
    if (old_owners_.empty()) {
      std::memcpy(begin_of, series_.offsets.data(), bytes);
      std::memcpy(end_of, series_.offsets.data() + 1, bytes - sizeof(uint32_t));
    } else {
      // Of records that are no more the events lie dead between those of their neighbours.
      for (uint32_t owner = 0; owner < owners; ++owner) {
        std::tie(begin_of[owner], end_of[owner]) = RangeOf(owner);
      }
      const rt::Array<uint32_t> offsets = array(NewMemory(bytes));
      uint32_t* const offset_of = Writable(offsets);
      std::memcpy(offset_of, begins.data(), bytes - sizeof(uint32_t));
      offset_of[owners] = series_.offsets.back();
      series_.offsets = offsets;
    }
    begin_of[owners] = end_of[owners] = 0;
    for (size_t i = 0; i < records.size(); ++i) {
      std::tie(begin_of[records[i]], end_of[records[i]]) = ranges[i];
    }
    series_.begins = begins;
    series_.ends = ends;
    series_.moved = std::vector<uint32_t>(records);
  }

  // Counts and errors; times and rowids must still be the old ones.
  void Count() {
    for (uint32_t at : old_) {
      report_.future -= series_.times[at] > refresher_.options.load.now;
      const uint32_t owner = NewOwner(OldOwner(at));
      if (owner != SplicePlan::kGone && !IsAsItWas(report_.rowids.Raw(at)))
        refresher_.Mark(info_.object.index(), owner);
    }
    for (size_t i = 0; i < owners_.size(); ++i) {
      report_.future += times_[i] > refresher_.options.load.now;
      if (!IsAsItWas(rowids_[i])) refresher_.Mark(info_.object.index(), owners_[i]);
    }
    if (patch_.touched.empty()) return;
    auto among_touched = [this](const std::vector<int64_t>& rows) {
      return static_cast<uint64_t>(
          std::ranges::count_if(rows, [this](int64_t row) { return std::ranges::binary_search(patch_.touched, row); }));
    };
    const uint64_t without = among_touched(refresher_.ledger.RowsOf(DataErrorKind::kOwnerUnknown, info_.name, ""));
    const uint64_t quarantined = among_touched(
        refresher_.ledger.RowsWhere(info_.name, [](const DataErrorGroup& group) { return group.quarantines(); }));
    report_.rows += counted_ - (old_.size() + without + quarantined);
    report_.without_record += without_ - without;
    report_.quarantined += quarantined_ - quarantined;
    refresher_.ledger.Forget(info_.name, patch_.touched);
    refresher_.ledger.Add(info_.name, errors_);
  }

  void MakeOffsets() {
    const size_t owners = refresher_.data.data.tables[info_.object.index()].size;
    std::vector<uint32_t> offsets(owners + 1, 0);
    for (uint32_t old = 0; old + 1 < series_.offsets.size(); ++old) {
      const uint32_t owner = NewOwner(old);
      if (owner != SplicePlan::kGone && owner < owners) {
        offsets[owner + 1] = series_.offsets[old + 1] - series_.offsets[old];
      }
    }
    for (uint32_t at : old_) {
      const uint32_t owner = NewOwner(OldOwner(at));
      if (owner != SplicePlan::kGone) --offsets[owner + 1];
    }
    for (uint32_t owner : owners_) ++offsets[owner + 1];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    series_.offsets = std::move(offsets);
  }

  Refresher& refresher_;
  size_t event_;
  const EventInfo& info_;
  EventPatch& patch_;
  ObjectPatch& owner_;
  rt::EventSeries& series_;
  LoadedData::Event& report_;
  SeriesColumns columns_;
  ValueReader time_reader_;
  ValueReader seq_reader_;
  ValueReader owner_reader_;
  std::vector<std::string> select_;
  int owner_at_ = -1;
  int time_at_ = -1;
  int seq_at_ = -1;
  std::vector<RowFilter> filters_;
  std::vector<Field> fields_;

  bool samples_are_same_ = false;  // they were compared in everything; nothing around rows can have changed
  std::vector<uint32_t> old_;      // places in the series of the touched rows
  // By event of the patch, in the order of the row numbers.
  std::vector<uint32_t> owners_;  // new rows
  std::vector<int64_t> times_;
  std::vector<int64_t> arrivals_;
  std::vector<int64_t> rowids_;
  std::vector<PatchColumn> patch_columns_;  // by field
  std::vector<FoundError> errors_;
  uint64_t counted_ = 0;
  uint64_t without_ = 0;
  uint64_t quarantined_ = 0;
  std::vector<uint32_t> old_owners_;   // by new owner; empty: the same
  std::vector<uint32_t> next_owners_;  // by new owner: the old owner at or behind it
};

}  // namespace

Status RefreshSeries(Refresher& refresher, size_t event) { return SeriesRefresher(refresher, event).Run(); }

}  // namespace saiten::store
