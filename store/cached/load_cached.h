#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "store/changes/state.h"
#include "store/changes/value_log.h"
#include "store/load/load.h"
#include "store/refresh/changed_rows.h"

// A load that reads as little as it can: what the snapshot beside the database holds is mapped where it is still true.
namespace saiten::store {

class SnapshotKeeper;

struct CacheOptions {
  bool use = true;  // false: neither read nor written
  // A snapshot whose rows were read again is kept in place of the one it came from. Only for a run that keeps its
  // results beside it: to any other result the rows of the new one would be of unknown origin, and the next run would
  // evaluate all of them.
  bool keep_refreshed = false;
  // Data of a snapshot as somebody had them: what changed is told from there on. Another snapshot: from that itself on.
  struct Known {
    uint64_t snapshot = 0;
    LogPosition at;
    uint64_t rows_again = 0;  // CachedLoad::rows_again
  };
  Known known;
  // Why something kept is not used, cannot be used, or cannot be kept; one sentence each. Called by LoadCached and by
  // CachedLoad::FinishKeeping, never from another thread.
  std::function<void(const Text&)> note;     // as it goes: the database has changed
  std::function<void(const Text&)> warning;  // what somebody should look at
};

struct CachedLoad {
  // kRefreshed: the snapshot's, with the rows read again that have changed since.
  enum class Source : uint8_t { kDatabase, kSnapshot, kRefreshed };

  CachedLoad();
  CachedLoad(CachedLoad&&) noexcept;
  CachedLoad& operator=(CachedLoad&&) noexcept;
  ~CachedLoad();

  Source source = Source::kDatabase;
  // What was read, for whoever writes into the same database (OwnWrite).
  ReadBase base;
  // Names the rows of the data, in their order: the snapshot that they are from or are going to be kept as; 0: none.
  uint64_t snapshot = 0;
  // Where the log is up to which they hold everything.
  LogPosition position;
  // Rows read again, by this load and those before it on the same snapshot, although what they hold was known to the
  // run before: so much has been spent on not writing the snapshot anew.
  uint64_t rows_again = 0;
  // kRefreshed: the snapshot that was refreshed, and what has changed since it was written, or since
  // CacheOptions::known. It is `snapshot` itself as long as every record has its row and it is not written anew.
  uint64_t refreshed_from = 0;
  ChangedRows changed;
  LogPosition changed_since;  // CacheOptions::known, if it is from there on
  // The logs of values as they were when the data were read: what they say up to their last rows is in the data.
  std::vector<ValueLog> value_logs;

  // For WriteOptions::base: null where no snapshot is involved.
  const ReadBase* base_to_write_on() const { return snapshot != 0 ? &base : nullptr; }
  // A new snapshot is written by a thread of its own, while the data are already used. Waits for its end and says what
  // went wrong. The destructor waits too, and says nothing. The data must live as long.
  void FinishKeeping();

 private:
  friend Result<CachedLoad> LoadCached(const std::string&, const Catalog&, const Needs&, const LoadOptions&,
                                       const CacheOptions&, LoadedData&, DataErrors&);
  std::function<void(const Text&)> warning_;
  std::unique_ptr<SnapshotKeeper> keeper_;  // goes before the data it writes
};

// Makes `data` what Load gives, from the snapshot where that is possible; else read from the database, and kept for the
// next time together with what was asked for before. Errors as Load: what is wrong with files beside the database is
// none.
Result<CachedLoad> LoadCached(const std::string& path, const Catalog& catalog, const Needs& needs,
                              const LoadOptions& options, const CacheOptions& cache, LoadedData& data,
                              DataErrors& errors);

}  // namespace saiten::store
