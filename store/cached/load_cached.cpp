#include "store/cached/load_cached.h"

#include <filesystem>

#include "store/cache_folder.h"
#include "store/cached/snapshot_keeper.h"
#include "store/changes/changes.h"
#include "store/changes/fingerprint.h"
#include "store/changes/marked_rows.h"
#include "store/changes/own_write.h"
#include "store/load/created_rows.h"
#include "store/load/loader.h"
#include "store/messages.h"
#include "store/own/own_tables.h"
#include "store/refresh/refresh.h"
#include "store/snapshot/coverage.h"
#include "store/snapshot/snapshot.h"

namespace saiten::store {
namespace {

Text TextOf(const Error& error) { return {error.message, error.message_ja}; }

// One load: the database as it is now, and what is kept of it.
class CachedLoader {
 public:
  CachedLoader(Connection& connection, const Catalog& catalog, const Needs& needs, const LoadOptions& options,
               const CacheOptions& cache, LoadedData& data, DataErrors& errors)
      : connection_(connection),
        catalog_(catalog),
        needs_(cache.use ? WithMembers(catalog, needs) : needs),
        options_(options),
        cache_(cache),
        data_(data),
        errors_(errors),
        stamp_{.key = KeyOf(catalog, options.zone), .now = options.now},
        path_(SnapshotPathOf(connection.path())) {}

  // Inside a read transaction that sees the database with this fingerprint.
  Status Load(const std::string& fingerprint) {
    out.base.fingerprint = fingerprint;
    if (!cache_.use) return Read();
    // Records that workflows made are few: where others came, everything is read anew.
    SAITEN_ASSIGN_OR_RETURN(stamp_.key.created, CreatedMark(connection_));
    SAITEN_RETURN_IF_ERROR(TryMap());
    if (have_data_) return {};
    SAITEN_ASSIGN_OR_RETURN(out.base.state, ReadState(connection_, catalog_, fingerprint));
    // By these numbers a refresh finds the rows that the log of changes names, or a column of the last change leads to.
    options_.keep_rowids = options_.keep_rowids || out.base.state.log_seq > 0 || !out.base.state.watched.empty();
    for (const auto& one : out.base.state.watched) options_.watched.push_back({one.table, one.column});
    stamp_.state = out.base.state.Encode();
    stamp_.id = out.snapshot = NewSnapshotId();
    out.position = {out.base.state.log_seq, out.base.state.log_token};
    if (more_) SAITEN_RETURN_IF_ERROR(ReadMore());
    if (have_data_) return {};
    SAITEN_RETURN_IF_ERROR(Read());
    // Now, not when the thread comes to it: the note on who has written (SeenDatabase) goes there too.
    std::error_code ignored;  // whoever writes into it says what is wrong
    std::filesystem::create_directories(CacheFolderOf(connection_.path()), ignored);
    keeper = std::make_unique<SnapshotKeeper>(path_, stamp_, catalog_, needs_, data_, errors_);
    return {};
  }

  CachedLoad out;
  std::unique_ptr<SnapshotKeeper> keeper;

 private:
  void Note(const Text& why) const {
    if (cache_.note) cache_.note(Say(Words::kReadAnew, {why}));
  }
  void Warn(const Error& error) const {
    if (cache_.warning) cache_.warning(Say(Words::kSnapshotAnew, {TextOf(error)}));
  }

  // With the events that others stand for, which a refresh puts together anew.
  static Needs WithMembers(const Catalog& catalog, Needs needs) {
    for (bool more = true; more;) {
      more = false;
      for (size_t i = 0; i < catalog.events.size() && i < needs.events.size(); ++i) {
        for (EventId member : catalog.events[i].any_of) {
          if (!needs.events[i] || needs.events[member.index()]) continue;
          needs.events[member.index()] = more = true;
        }
      }
    }
    return needs;
  }

  // Fills the data in if the snapshot is still true and holds all that is needed; else says why not.
  Status TryMap() {
    auto opened = Snapshot::Open(path_, options_.threads);
    if (!opened.ok()) {
      Warn(opened.error());
      return {};
    }
    if (!opened->has_value()) return {};
    Snapshot& snapshot = **opened;
    if (snapshot.stamp().key != stamp_.key) {
      Note(Say(Words::kSnapshotOfOther, {connection_.path()}));
      return {};
    }
    auto state = DatabaseState::Decode(snapshot.stamp().state);
    if (!state) {
      Warn(snapshot.Damage());
      return {};
    }
    AddNeedsOf(snapshot);
    const LogPosition known = snapshot.stamp().id == cache_.known.snapshot ? cache_.known.at : LogPosition();
    SAITEN_ASSIGN_OR_RETURN(ChangeSet changes, WhatChanged(*state, known));
    out.changed_since = known;
    if (!changes.all_anew.empty()) {
      Note(changes.all_anew);
      return {};
    }
    DataErrors errors;
    auto mapped = snapshot.Map(catalog_, needs_, options_.now, errors);
    if (!mapped.ok()) {
      Warn(mapped.error());
      return {};
    }
    if (!mapped->has_value()) {
      Note(Say(Words::kSnapshotNeedsMore, {connection_.path()}));
      return {};
    }
    out.source = CachedLoad::Source::kSnapshot;
    out.base.durable_seq = state->log_seq;
    out.position = {state->log_seq, state->log_token};
    out.base.state = std::move(*state);
    out.snapshot = snapshot.stamp().id;
    if (!changes.known_unchanged) return BringUpToDate(std::move(changes), std::move(**mapped), std::move(errors));
    return Take(std::move(**mapped), std::move(errors));
  }

  // What earlier runs asked for stays, so that two commands in turn do not drive out each other's columns.
  void AddNeedsOf(const Snapshot& snapshot) {
    Needs both = Union(catalog_, snapshot.needs(catalog_), needs_);
    const LoadPlan plan = MakePlan(catalog_, needs_);
    const LoadPlan plan_of_both = MakePlan(catalog_, both);
    const bool is_more = !Covers(catalog_, plan, plan_of_both);
    if (is_more && Covers(catalog_, plan_of_both, plan)) more_ = std::move(both);
  }

  // Where the database is not as the snapshot has it.
  Result<ChangeSet> WhatChanged(const DatabaseState& then, const LogPosition& known) {
    const std::string& fingerprint = out.base.fingerprint;
    const auto seen = SeenDatabase::Read(connection_.path());
    const bool complete =
        seen && !fingerprint.empty() && seen->fingerprint == fingerprint && seen->state == SeenDatabase::IdOf(then);
    SAITEN_ASSIGN_OR_RETURN(const auto run, LastRun(connection_));
    return ChangesSince(connection_, catalog_, then, fingerprint, complete, static_cast<uint64_t>(run.first), known);
  }

  // Mapped data with the rows that changed read again; without data if that cannot be done.
  Status BringUpToDate(ChangeSet changes, LoadedData data, DataErrors errors) {
    SAITEN_ASSIGN_OR_RETURN(const MarkedRows marked, FindMarkedRows(connection_, catalog_, options_.zone,
                                                                    options_.threads, &data.marks, &changes));
    RefreshOptions options{.load = options_};
    SAITEN_ASSIGN_OR_RETURN(const auto run, LastRun(connection_));
    options.sample_from = static_cast<uint64_t>(run.first);  // another one in each run
    SAITEN_ASSIGN_OR_RETURN(Refreshed refreshed,
                            Refresh(connection_, catalog_, needs_, changes, options, data, errors));
    if (!refreshed.anew.empty()) {
      Note(refreshed.anew);
      out.source = CachedLoad::Source::kDatabase;
      out.snapshot = 0;
      return {};
    }
    out.source = CachedLoad::Source::kRefreshed;
    out.position = {changes.now.log_seq, changes.now.log_token};
    out.refreshed_from = out.snapshot;
    out.changed = std::move(refreshed.changed);
    uint64_t rows = 0;
    for (const LoadedData::Object& object : data.objects) rows += object.rows;
    for (const LoadedData::Event& event : data.events) rows += event.rows;
    // Until then the log says each time what has changed: reading these rows again costs less than writing all.
    // Not so the columns of the last change: a row that was put back as it was would no longer count as changed.
    const bool moved = !out.changed.same_rows || marked.differ;
    if (out.refreshed_from == cache_.known.snapshot) out.rows_again = cache_.known.rows_again;
    for (const TableChanges& table : changes.tables) out.rows_again += table.settled.size();
    const bool keep = cache_.keep_refreshed && !more_ &&
                      (moved || refreshed.rows_read > rows / kKeepShare + kKeepLeast ||
                       out.rows_again > rows / kAgainShare + kKeepLeast);
    if (moved || keep) out.snapshot = NewSnapshotId();
    if (keep) out.rows_again = 0;
    SAITEN_RETURN_IF_ERROR(Take(std::move(data), std::move(errors)));
    if (!keep) return {};
    out.base.state = changes.now;
    stamp_.state = changes.now.Encode();
    stamp_.id = out.snapshot;
    keeper = std::make_unique<SnapshotKeeper>(path_, stamp_, catalog_, needs_, data_, errors_);
    return {};
  }

  // Mapped data, with what no snapshot holds.
  Status Take(LoadedData data, DataErrors errors) {
    SAITEN_RETURN_IF_ERROR(LoadBandsBefore(connection_, catalog_, needs_, options_, data));
    data_ = std::move(data);
    have_data_ = true;
    errors_ = std::move(errors);
    return {};
  }

  Status Read() {
    SAITEN_ASSIGN_OR_RETURN(data_, LoadWithin(connection_, catalog_, needs_, options_, errors_));
    return {};
  }

  // Reads and keeps also what earlier runs needed, and takes from that what this one does. Where that cannot be done,
  // there are no data yet.
  Status ReadMore() {
    DataErrors errors;
    {
      const auto data = LoadWithin(connection_, catalog_, *more_, options_, errors);
      if (!data.ok()) {
        // A table that only they needed is gone; else the next reading says the same.
        return data.error().kind == ErrorKind::kUsage ? Status() : Status(data.error());
      }
      Status kept = WriteSnapshot(path_, stamp_, catalog_, *more_, *data, errors);
      if (!kept.ok()) {
        if (cache_.warning) cache_.warning(Say(Words::kSnapshotNotKept, {TextOf(kept.error())}));
        return {};
      }
    }
    auto snapshot = Snapshot::Open(path_, options_.threads);
    if (!snapshot.ok() || !snapshot->has_value() || (*snapshot)->stamp().id != stamp_.id) return {};
    errors = DataErrors();
    auto mapped = (*snapshot)->Map(catalog_, needs_, options_.now, errors);
    return mapped.ok() && mapped->has_value() ? Take(std::move(**mapped), std::move(errors)) : Status();
  }

  // A snapshot is written anew when more than one row in this many was read again, or so many were since it was written
  // without need, and these: reading one through SQLite costs about as much as writing eighty.
  static constexpr uint64_t kKeepShare = 20;
  static constexpr uint64_t kAgainShare = 80;
  static constexpr uint64_t kKeepLeast = 2000;

  Connection& connection_;
  const Catalog& catalog_;
  Needs needs_;
  LoadOptions options_;
  const CacheOptions& cache_;
  LoadedData& data_;
  DataErrors& errors_;
  bool have_data_ = false;
  SnapshotStamp stamp_;
  std::string path_;
  std::optional<Needs> more_;  // what was asked for before and now, if that is more than now
};

}  // namespace

CachedLoad::CachedLoad() = default;
CachedLoad::CachedLoad(CachedLoad&&) noexcept = default;
CachedLoad& CachedLoad::operator=(CachedLoad&&) noexcept = default;
CachedLoad::~CachedLoad() = default;

void CachedLoad::FinishKeeping() {
  if (keeper_ == nullptr) return;
  const Status kept = keeper_->Finish();
  if (!kept.ok() && warning_) warning_(Say(Words::kSnapshotNotKept, {TextOf(kept.error())}));
}

Result<CachedLoad> LoadCached(const std::string& path, const Catalog& catalog, const Needs& needs,
                              const LoadOptions& options, const CacheOptions& cache, LoadedData& data,
                              DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead, options.busy_ms));
  SAITEN_ASSIGN_OR_RETURN(const KnownRead read, BeginKnownRead(connection));
  CachedLoader loader(connection, catalog, needs, options, cache, data, errors);
  SAITEN_RETURN_IF_ERROR(loader.Load(read.fingerprint));
  SAITEN_ASSIGN_OR_RETURN(loader.out.value_logs, FindValueLogs(connection));
  loader.out.keeper_ = std::move(loader.keeper);
  loader.out.warning_ = cache.warning;
  return std::move(loader.out);
}

}  // namespace saiten::store
