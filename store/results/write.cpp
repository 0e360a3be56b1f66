#include "store/results/write.h"

#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/interrupt.h"
#include "store/changes/own_write.h"
#include "store/own/automation_tables.h"
#include "store/own/own_tables.h"
#include "store/pages/row_counts.h"
#include "store/results/prune.h"
#include "store/results/result_difference.h"
#include "store/runs/run_tables.h"

namespace saiten::store {
namespace {

// Above this share of rows that differ, writing all of them anew is faster than replacing those: appending a row costs
// a third of replacing one, and needs no copy of the page in the journal.
constexpr size_t kRewriteShare = 4;

class ResultWriter {
 public:
  ResultWriter(Connection& connection, const WriteOptions& options, RunRecord& run)
      : connection_(connection), options_(options), run_(run), progress_{options.progress} {}

  Status Write(std::span<const ObjectResults> results) {
    SAITEN_ASSIGN_OR_RETURN(const std::vector<ObjectLayout> old, ReadLayouts(connection_));
    SAITEN_ASSIGN_OR_RETURN(const auto last, LastRun(connection_));
    const PreviousResults* previous = options_.previous;
    if (previous != nullptr && (previous->run != last.first || previous->token != last.second)) previous = nullptr;
    std::vector<ResultIds> ids;
    std::vector<uint8_t> integer_ids;
    for (const ObjectResults& object : results) {
      ids.emplace_back(*object.keys, object.ids_are_text);
      const ObjectLayout* before = Find(old, object.object);
      // Those that had results had ids of the kind that the tables have.
      integer_ids.push_back(uint8_t{previous != nullptr && before != nullptr
                                        ? before->integer_ids && ids.back().AreIntegers(previous->came[ids.size() - 1])
                                        : ids.back().AllIntegers()});
      progress_.total += 2 * ids.back().size();
    }
    const std::vector<ObjectLayout> layouts = LayoutFor(results, integer_ids, old);
    SAITEN_ASSIGN_OR_RETURN(BandHistory history, BandHistory::Open(connection_, run_.run));
    uint64_t finished = 0;
    for (size_t i = 0; i < results.size(); ++i) {
      NewResults now{results[i], layouts[i], ids[i], {}};
      const std::vector<uint32_t>* came = previous != nullptr ? &previous->came[i] : nullptr;
      SAITEN_RETURN_IF_ERROR(WriteObject(now, Find(old, layouts[i].name), came, history));
      progress_.JumpTo(finished += 2 * ids[i].size());
    }
    for (const ObjectLayout& layout : old) {
      if (Find(layouts, layout.name) != nullptr) continue;
      SAITEN_RETURN_IF_ERROR(DropTables(connection_, layout));
    }
    run_.band_changes = history.added();
    return old == layouts ? MakeViews(connection_, layouts) : WriteLayouts(connection_, layouts);
  }

 private:
  static const ObjectLayout* Find(std::span<const ObjectLayout> layouts, std::string_view object) {
    const auto found = std::ranges::find(layouts, object, &ObjectLayout::name);
    return found == layouts.end() ? nullptr : &*found;
  }

  // `came`: as in PreviousResults; null: nothing is known of the run before.
  Status WriteObject(NewResults& now, const ObjectLayout* old, const std::vector<uint32_t>* came,
                     BandHistory& history) {
    run_.scores += now.object.scores.size() * now.ids.size();
    const std::vector<StoredColumn> columns = StoredColumnsOf(now.object, now.layout);
    CountMembers(now);
    bool has_tables = false;
    if (old != nullptr) {
      SAITEN_ASSIGN_OR_RETURN(has_tables, HasTables(connection_, *old));
    }
    if (!has_tables) {
      if (old != nullptr) SAITEN_RETURN_IF_ERROR(DropTables(connection_, *old));
      SAITEN_RETURN_IF_ERROR(MakeTables(connection_, now.layout));
      run_.inserted += now.ids.size();
      now.order = now.ids.Order();
      return Put("INSERT INTO", now, columns, now.order);
    }
    bool known = came != nullptr && *old == now.layout;
    if (known) {
      SAITEN_ASSIGN_OR_RETURN(known, HasRows(*old, now.ids.size() - came->size()));
    }
    if (!known) now.order = now.ids.Order();
    Result<Difference> compared =
        known ? DifferenceKnown(*came, now, history) : CompareWithTables(connection_, *old, now, history, progress_);
    if (!compared.ok()) return compared.error();
    const Difference& difference = *compared;
    run_.inserted += difference.inserted;
    run_.updated += difference.rows.size() - difference.inserted;
    run_.deleted += difference.removed.size();
    if (*old != now.layout) {
      SAITEN_RETURN_IF_ERROR(DropTables(connection_, *old));
      SAITEN_RETURN_IF_ERROR(MakeTables(connection_, now.layout));
      return Put("INSERT INTO", now, columns, now.order);
    }
    if (options_.everything || difference.rewrite ||
        (difference.rows.size() + difference.removed.size()) * kRewriteShare > now.ids.size()) {
      for (size_t part = 0; part < now.layout.parts(); ++part) {
        SAITEN_RETURN_IF_ERROR(connection_.Run("DELETE FROM " + now.layout.Table(part)));
      }
      if (now.order.empty()) now.order = now.ids.Order();
      return Put("INSERT INTO", now, columns, now.order);
    }
    SAITEN_RETURN_IF_ERROR(Remove(now.layout, difference.removed));
    return Put("REPLACE INTO", now, columns, difference.rows);
  }

  // Whether each table of the object has as many rows: nobody has added or deleted some.
  Result<bool> HasRows(const ObjectLayout& layout, size_t rows) {
    for (size_t part = 0; part < layout.parts(); ++part) {
      SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection_, layout.Table(part)));
      if (!table) return false;
      SAITEN_ASSIGN_OR_RETURN(const auto counted, CountRowsByPart(connection_, *table));
      uint64_t found = 0;
      for (const TablePart& stretch : counted) found += static_cast<uint64_t>(stretch.rows);
      if (found != rows) return false;
    }
    return true;
  }

  void CountMembers(const NewResults& now) {
    for (const SegmentResult& segment : now.object.segments) {
      run_.members += rt::CountOf(*segment.members, 1);
    }
  }

  Status Put(const std::string& verb, const NewResults& now, std::span<const StoredColumn> columns,
             std::span<const uint32_t> rows) {
    if (rows.empty()) return {};
    for (size_t part = 0; part < now.layout.parts(); ++part) {
      const size_t begin = part * kColumnsInPart;
      SAITEN_RETURN_IF_ERROR(WriteRows(connection_, verb, now.layout.Table(part), now.ids,
                                       columns.subspan(begin, std::min(kColumnsInPart, columns.size() - begin)), rows,
                                       part == 0 ? &progress_ : nullptr));
    }
    return {};
  }

  Status Remove(const ObjectLayout& layout, std::span<const Difference::Id> ids) {
    for (size_t part = 0; part < layout.parts() && !ids.empty(); ++part) {
      SAITEN_ASSIGN_OR_RETURN(Statement remove,
                              connection_.Prepare(fmt::format("DELETE FROM {} WHERE id = ?1", layout.Table(part))));
      for (const Difference::Id& id : ids) {
        id.is_text ? remove.Bind(1, std::string_view(id.text)) : remove.Bind(1, id.integer);
        SAITEN_RETURN_IF_ERROR(remove.Run());
      }
    }
    return {};
  }

  Connection& connection_;
  const WriteOptions& options_;
  RunRecord& run_;
  WriteProgress progress_;
};

// Whether the results are of a part of the records only.
Status WritePart(Connection& connection, const RunPart& part, const RunSummary& summary) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement write,
      connection.Prepare(part.shard.empty() ? "DELETE FROM saiten_meta WHERE key = 'shard'"
                                            : "INSERT OR REPLACE INTO saiten_meta VALUES('shard', ?1)"));
  std::string text = fmt::format("{} {:016x}", part.shard, part.data);
  for (const RunTrap& trap : summary.traps) text += fmt::format(" {}", trap.row);
  if (!part.shard.empty()) write.Bind(1, std::string_view(text));
  return write.Run();
}

std::string RandomToken() {
  uint64_t words[2] = {};
  SAITEN_CHECK(getrandom(words, sizeof words, 0) == static_cast<ssize_t>(sizeof words));
  return fmt::format("{:016x}{:016x}", words[0], words[1]);
}

uint64_t PeakMemory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

// Last of all that is written: the run itself, and what goes in its place.
Status AddRun(Connection& connection, std::chrono::steady_clock::time_point start, const RunSummary& summary,
              const DataErrors& errors, std::optional<int64_t> forget_before, RunRecord& run) {
  run.token = RandomToken();
  run.data_errors = errors.total();
  run.write_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.peak_memory = PeakMemory();
  SAITEN_RETURN_IF_ERROR(WriteRun(connection, run));
  SAITEN_RETURN_IF_ERROR(WriteSummary(connection, run.run, summary));
  SAITEN_RETURN_IF_ERROR(WriteDataErrors(connection, run.run, errors));
  if (!forget_before) return {};
  SAITEN_ASSIGN_OR_RETURN(const Pruned pruned, ForgetRunsBefore(connection, *forget_before));
  run.forgot = pruned.runs;
  return {};
}

}  // namespace

Result<RunRecord> WriteResults(const std::string& path, RunRecord run, std::span<const ObjectResults> results,
                               const RunSummary& summary, const DataErrors& errors, const WriteOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  StopScope scope;
  SAITEN_ASSIGN_OR_RETURN(
      Connection connection,
      Connection::Open(path, options.part.shard.empty() ? OpenMode::kWrite : OpenMode::kCreate, options.busy_ms));
  // Enough for the pages that one table touches; the rest goes to the file early, safe behind the journal.
  SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA cache_size = -65536"));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  SAITEN_ASSIGN_OR_RETURN(OwnWrite own, OwnWrite::Begin(connection, options.base));
  SAITEN_RETURN_IF_ERROR(MakeOwnTables(connection));
  SAITEN_RETURN_IF_ERROR(WritePart(connection, options.part, summary));
  SAITEN_ASSIGN_OR_RETURN(run.run, NextRun(connection));
  SAITEN_RETURN_IF_ERROR(ResultWriter(connection, options, run).Write(results));
  SAITEN_RETURN_IF_ERROR(WriteHandovers(connection, options.handovers));
  SAITEN_RETURN_IF_ERROR(AddRun(connection, start, summary, errors, options.forget_before, run));
  SAITEN_RETURN_IF_ERROR(own.BeforeCommit());
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  own.AfterCommit();
  scope.Done();
  return run;
}

Result<std::optional<RunRecord>> WriteUnchanged(const std::string& path, RunRecord run, const RunSummary& summary,
                                                const DataErrors& errors, const PreviousResults& previous,
                                                const ReadBase& base, const UnchangedOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  StopScope scope;
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kWrite));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  SAITEN_ASSIGN_OR_RETURN(OwnWrite own, OwnWrite::Begin(connection, &base));
  if (!own.linked()) return std::optional<RunRecord>();
  SAITEN_ASSIGN_OR_RETURN(const auto last, LastRun(connection));
  if (last.first != previous.run || last.second != previous.token) return std::optional<RunRecord>();
  SAITEN_ASSIGN_OR_RETURN(run.run, NextRun(connection));
  SAITEN_RETURN_IF_ERROR(AddRun(connection, start, summary, errors, options.forget_before, run));
  if (options.automation) SAITEN_RETURN_IF_ERROR(SetAutomationUntil(connection, run.as_of));
  SAITEN_RETURN_IF_ERROR(own.BeforeCommit());
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  own.AfterCommit();
  scope.Done();
  return std::optional(std::move(run));
}

Status CanWriteResults(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  return CheckOwnTables(connection);
}

}  // namespace saiten::store
