#include "store/changes/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "store/changes/attach.h"
#include "store/changes/marked_rows.h"
#include "store/changes/triggers.h"
#include "store/messages.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

bool AsMade(const TriggerPlan& plan, const std::map<std::string, std::string>& found) {
  if (plan.triggers.size() != found.size()) return false;
  return std::ranges::all_of(plan.triggers, [&](const LogTrigger& trigger) {
    const auto there = found.find(trigger.name);
    return there != found.end() && there->second == trigger.sql;
  });
}

// The number of the table in the log; 0 if its triggers are not all there as they should be.
Result<int64_t> NumberIfLogged(Connection& connection, const SourceTable& table, const FoundTriggers& found) {
  const int64_t number = found.NumberOf(table.name);
  if (number == 0) return 0;
  SAITEN_ASSIGN_OR_RETURN(const TriggerPlan plan, PlanTriggers(connection, table, number));
  return plan.cannot.empty() && AsMade(plan, found.by_number.at(number).triggers) ? number : 0;
}

// The last row of the log; seq 0 if there is no log or no row in it.
Status ReadEnd(Connection& connection, DatabaseState* state) {
  SAITEN_ASSIGN_OR_RETURN(const auto log, InspectTable(connection, kChangeTable));
  if (!log || log->Find("token") == nullptr) return {};
  SAITEN_ASSIGN_OR_RETURN(Statement last, connection.Prepare(fmt::format(
                                              "SELECT seq, token FROM {} ORDER BY seq DESC LIMIT 1", kChangeTable)));
  SAITEN_ASSIGN_OR_RETURN(const bool any, last.Step());
  if (!any) return {};
  state->log_seq = last.Int(0);
  state->log_token = last.Int(1);
  return {};
}

// Reads the log behind a state.
class LogReader {
 public:
  LogReader(Connection& connection, const DatabaseState& then) : connection_(connection), then_(then) {
    for (const DatabaseState::Logged& logged : then.logged) tables_[logged.number].changes.table = logged.table;
  }

  // `known`: as in ChangesSince.
  Status Read(int64_t known) {
    SAITEN_ASSIGN_OR_RETURN(
        Statement rows, connection_.Prepare(fmt::format(
                            "SELECT source, kind, row, key, seq FROM {} WHERE seq > ?1 ORDER BY seq", kChangeTable)));
    rows.Bind(1, then_.log_seq);
    version_ = then_.schema_version;
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return {};
      const auto kind = static_cast<LogKind>(rows.Int(1));
      if (kind == LogKind::kMark) {
        if (rows.Int(2) == version_ && sqlite3_column_type(rows.handle(), 3) != SQLITE_NULL) version_ = rows.Int(3);
        continue;
      }
      const auto table = tables_.find(rows.Int(0));
      // A table of another project that shares the database, or one that had no log then.
      if (table == tables_.end()) continue;
      Table& of = table->second;
      if (sqlite3_column_type(rows.handle(), 2) == SQLITE_NULL) {
        of.by_key.emplace_back(rows.Text(3), kind);
      } else {
        of.by_rowid.emplace_back(rows.Int(2), kind);
        if (rows.Int(4) <= known) of.known = of.by_rowid.size();
      }
    }
  }

  // The schema version that the database had after our own transactions, if nobody else changed it.
  int64_t version() const { return version_; }

  // The rows of the table; grown(rowid, by) is called for each that came or went (of a WITHOUT ROWID table with 0).
  // Rows that stood in the way of others are looked up.
  template <typename Grown>
  Result<TableChanges> Take(const DatabaseState::Logged& logged, Grown grown) {
    Table& of = tables_[logged.number];
    TakeSettled(of);
    SAITEN_ASSIGN_OR_RETURN(const auto source, InspectTable(connection_, logged.table));
    SAITEN_RETURN_IF_ERROR(ForEachRow(of.by_rowid, [&](int64_t rowid, const Fate& fate) -> Status {
      bool there = fate.there;
      if (fate.unsure && source && !source->rowid.empty()) {
        SAITEN_ASSIGN_OR_RETURN(there, Exists(*source, rowid));
      }
      grown(rowid, static_cast<int64_t>(there) - static_cast<int64_t>(fate.was_there));
      of.changes.rowids.push_back(rowid);
      return {};
    }));
    SAITEN_RETURN_IF_ERROR(ForEachRow(of.by_key, [&](const std::string& key, const Fate& fate) -> Status {
      bool there = fate.there;
      if (fate.unsure && source) {
        SAITEN_ASSIGN_OR_RETURN(there, ExistsKey(*source, key));
      }
      grown(0, static_cast<int64_t>(there) - static_cast<int64_t>(fate.was_there));
      of.changes.keys.push_back(key);
      return {};
    }));
    return std::move(of.changes);
  }

 private:
  struct Fate {
    bool was_there = false;
    bool there = false;
    bool unsure = false;
  };
  template <typename Place>
  using Entries = std::vector<std::pair<Place, LogKind>>;  // in the order of the log
  struct Table {
    TableChanges changes;
    Entries<int64_t> by_rowid;
    Entries<std::string> by_key;
    size_t known = 0;  // of by_rowid, the first ones
  };

  static void TakeSettled(Table& of) {
    if (of.known == 0) return;
    const auto rows_of = [&](size_t begin, size_t end) {
      std::vector<int64_t> rows;
      for (size_t i = begin; i < end; ++i) rows.push_back(of.by_rowid[i].first);
      std::ranges::sort(rows);
      rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
      return rows;
    };
    const std::vector<int64_t> before = rows_of(0, of.known);
    const std::vector<int64_t> since = rows_of(of.known, of.by_rowid.size());
    std::ranges::set_difference(before, since, std::back_inserter(of.changes.settled));
  }

  // Rising, each place once, with what became of it.
  template <typename Place, typename Do>
  static Status ForEachRow(Entries<Place>& entries, Do then_do) {
    std::ranges::stable_sort(entries, {}, &std::pair<Place, LogKind>::first);
    for (size_t begin = 0; begin < entries.size();) {
      size_t end = begin + 1;
      while (end < entries.size() && entries[end].first == entries[begin].first) ++end;
      const LogKind last = entries[end - 1].second;
      const Fate fate{.was_there = entries[begin].second != LogKind::kCame,
                      .there = last == LogKind::kCame || last == LogKind::kChanged,
                      .unsure = last == LogKind::kInTheWay};
      SAITEN_RETURN_IF_ERROR(then_do(entries[begin].first, fate));
      begin = end;
    }
    return {};
  }

  Result<bool> Exists(const SourceTable& table, int64_t rowid) {
    SAITEN_ASSIGN_OR_RETURN(Statement one, connection_.Prepare(fmt::format("SELECT 1 FROM {} WHERE {} = ?1",
                                                                           QuoteName(table.name), table.rowid)));
    one.Bind(1, rowid);
    return one.Step();
  }
  Result<bool> ExistsKey(const SourceTable& table, const std::string& key) {
    std::vector<const SourceColumn*> columns;
    for (const SourceColumn& column : table.columns) {
      if (column.in_primary_key > 0) columns.push_back(&column);
    }
    std::ranges::sort(columns, {}, &SourceColumn::in_primary_key);
    std::string names;
    for (const SourceColumn* column : columns) names += (names.empty() ? "" : ", ") + QuoteName(column->name);
    // The literals were made by SQLite's quote().
    SAITEN_ASSIGN_OR_RETURN(Statement one, connection_.Prepare(fmt::format("SELECT 1 FROM {} WHERE ({}) = ({})",
                                                                           QuoteName(table.name), names, key)));
    return one.Step();
  }

  Connection& connection_;
  const DatabaseState& then_;
  std::unordered_map<int64_t, Table> tables_;
  int64_t version_ = 0;
};

ChangeSet Anew(Text why) {
  ChangeSet set;
  set.all_anew = std::move(why);
  return set;
}

// Why the log cannot lead from `then` to now; empty if it can.
Result<Text> WhyBroken(Connection& connection, const DatabaseState& then) {
  DatabaseState now;
  SAITEN_RETURN_IF_ERROR(ReadEnd(connection, &now));
  if (then.log_seq == 0) {
    // A log that was attached since is used from the next reading of everything on.
    const bool goes_on = !then.watched.empty() && now.log_seq == 0;
    return goes_on ? Text{} : Say(Words::kAnewNoLog, {connection.path()});
  }
  if (now.log_seq == 0) return Say(Words::kAnewLogGone, {connection.path()});
  SAITEN_ASSIGN_OR_RETURN(Statement row,
                          connection.Prepare(fmt::format("SELECT token FROM {} WHERE seq = ?1", kChangeTable)));
  row.Bind(1, then.log_seq);
  SAITEN_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found && now.log_seq < then.log_seq) return Say(Words::kAnewOlderCopy, {connection.path()});
  if (!found) return Say(Words::kAnewLogCut, {connection.path()});
  if (row.Int(0) != then.log_token) return Say(Words::kAnewOlderCopy, {connection.path()});
  return Text{};
}

// Whether the log has this very row.
Result<bool> HasPosition(Connection& connection, const LogPosition& position) {
  SAITEN_ASSIGN_OR_RETURN(Statement row,
                          connection.Prepare(fmt::format("SELECT token FROM {} WHERE seq = ?1", kChangeTable)));
  row.Bind(1, position.seq);
  SAITEN_ASSIGN_OR_RETURN(const bool found, row.Step());
  return found && row.Int(0) == position.token;
}

}  // namespace

const TableChanges* ChangeSet::Find(std::string_view table) const {
  auto found = std::ranges::find_if(tables, [&](const TableChanges& t) { return SameName(t.table, table); });
  return found == tables.end() ? nullptr : &*found;
}

Result<int64_t> SchemaVersionOf(Connection& connection) {
  SAITEN_ASSIGN_OR_RETURN(Statement read, connection.Prepare("PRAGMA schema_version"));
  SAITEN_ASSIGN_OR_RETURN(const bool any, read.Step());
  SAITEN_CHECK(any);
  return read.Int(0);
}

Result<bool> IsLogged(Connection& connection, const SourceTable& table) {
  SAITEN_ASSIGN_OR_RETURN(const FoundTriggers found, FindTriggers(connection));
  SAITEN_ASSIGN_OR_RETURN(const int64_t number, NumberIfLogged(connection, table, found));
  return number != 0;
}

Status MarkLog(Connection& connection, int64_t from_version, int64_t to_version) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement insert,
      connection.Prepare(
          fmt::format("INSERT INTO {}(source, kind, row, key, token) VALUES(0, ?1, ?2, ?3, random())", kChangeTable)));
  insert.Bind(1, static_cast<int64_t>(LogKind::kMark));
  insert.Bind(2, from_version);
  insert.Bind(3, to_version);
  return insert.Run();
}

Result<DatabaseState> ReadState(Connection& connection, const Catalog& catalog, std::string fingerprint) {
  DatabaseState state;
  state.fingerprint = std::move(fingerprint);
  SAITEN_ASSIGN_OR_RETURN(state.schema_version, SchemaVersionOf(connection));
  SAITEN_RETURN_IF_ERROR(ReadEnd(connection, &state));
  FoundTriggers found;
  if (state.log_seq > 0) {
    SAITEN_ASSIGN_OR_RETURN(found, FindTriggers(connection));
  }
  for (const std::string& name : SourceNames(catalog)) {
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, name));
    if (!table) continue;
    SAITEN_ASSIGN_OR_RETURN(const int64_t number, NumberIfLogged(connection, *table, found));
    if (number != 0) {
      SAITEN_ASSIGN_OR_RETURN(auto parts, CountRowsByPart(connection, *table));
      state.logged.push_back({table->name, number, std::move(parts)});
      continue;
    }
    SAITEN_ASSIGN_OR_RETURN(auto watched, Watch(connection, catalog, *table, state.schema_version));
    if (watched) state.watched.push_back(std::move(*watched));
  }
  return state;
}

Result<ChangeSet> ChangesSince(Connection& connection, const Catalog& catalog, const DatabaseState& then,
                               const std::string& fingerprint, bool complete, uint64_t turn, const LogPosition& known) {
  ChangeSet set;
  // Without a log a run before has read everything, or what the columns of the last change led to: only in the first
  // case is the database known to be as the snapshot has it.
  const bool seen_as_it_is = complete && then.log_seq == 0 && then.watched.empty();
  if ((!fingerprint.empty() && fingerprint == then.fingerprint) || seen_as_it_is) {
    set.known_unchanged = true;
    return set;
  }
  SAITEN_ASSIGN_OR_RETURN(Text broken, WhyBroken(connection, then));
  if (!broken.empty()) return Anew(std::move(broken));
  LogReader log(connection, then);
  if (then.log_seq > 0) {
    bool is_known = known.seq > then.log_seq;
    if (is_known) {
      SAITEN_ASSIGN_OR_RETURN(is_known, HasPosition(connection, known));
    }
    SAITEN_RETURN_IF_ERROR(log.Read(is_known ? known.seq : 0));
  }
  SAITEN_ASSIGN_OR_RETURN(const int64_t version, SchemaVersionOf(connection));
  if (then.log_seq > 0 && version != log.version()) return Anew(Say(Words::kAnewSchema, {connection.path()}));
  set.now = {.fingerprint = fingerprint, .schema_version = version};
  SAITEN_RETURN_IF_ERROR(ReadEnd(connection, &set.now));
  for (const std::string& name : SourceNames(catalog)) {
    const auto logged =
        std::ranges::find_if(then.logged, [&](const DatabaseState::Logged& l) { return SameName(l.table, name); });
    if (logged == then.logged.end()) {
      SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, name));
      // Where there was no table and is none there is nothing to read.
      if (!table) continue;
      TableChanges changes{.table = name, .rowids = {}, .settled = {}, .keys = {}, .anew = {}};
      const auto watched =
          std::ranges::find_if(then.watched, [&](const DatabaseState::Watched& w) { return SameName(w.table, name); });
      if (watched != then.watched.end()) {
        SAITEN_ASSIGN_OR_RETURN(const auto now, Watch(connection, catalog, *table, version));
        if (now != *watched) return Anew(Say(Words::kAnewSchema, {connection.path()}));
        changes.table = watched->table;
        changes.watched = true;
        set.now.watched.push_back(*now);
        set.tables.push_back(std::move(changes));
        continue;
      }
      SAITEN_ASSIGN_OR_RETURN(TriggerPlan plan, PlanTriggers(connection, *table, 1));
      changes.anew = plan.cannot.empty() ? Say(Words::kNotLogged, {name}) : std::move(plan.cannot);
      set.tables.push_back(std::move(changes));
      continue;
    }
    DatabaseState::Logged now = *logged;
    SAITEN_ASSIGN_OR_RETURN(TableChanges changes, log.Take(*logged, [&](int64_t rowid, int64_t by) {
      std::ranges::lower_bound(now.parts, rowid, {}, &TablePart::last_rowid)->rows += by;
    }));
    SAITEN_ASSIGN_OR_RETURN(const auto source, InspectTable(connection, now.table));
    if (source && !complete) {
      SAITEN_ASSIGN_OR_RETURN(const int64_t difference, CountDifference(connection, *source, now.parts, turn));
      if (difference != 0) {
        return Anew(Say(Words::kAnewCount, {connection.path(), now.table, now.rows(), now.rows() + difference}));
      }
    }
    set.now.logged.push_back(std::move(now));
    set.tables.push_back(std::move(changes));
  }
  return set;
}

}  // namespace saiten::store
