#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "runtime/dataset.h"
#include "store/changes/state.h"
#include "store/data_errors.h"
#include "store/own/object_results.h"
#include "store/results/handovers.h"
#include "store/runs/run_record.h"
#include "store/runs/run_summary.h"

namespace saiten::store {

struct WriteOptions {
  int busy_ms = 5000;
  // Called about every 100,000 records with how many were compared and written, of how many.
  std::function<void(uint64_t done, uint64_t total)> progress;
  const PreviousResults* previous = nullptr;
  // What the run has read, so that its own writing is not taken for somebody else's change; null: it is not known.
  const ReadBase* base = nullptr;
  // Write every row, also those that are the same.
  bool everything = false;
  // Runs that began before this instant are forgotten, from the oldest on; nullopt: none. The list keeps this run.
  std::optional<int64_t> forget_before;
  // Of records that were handed over since the last run.
  std::vector<Handovers> handovers;
  // With a shard: the results are those of one part of the records, in a database of their own, which is made where it
  // is missing. The rows of traps are those of the summary.
  RunPart part;
};

// Makes the results in the database those of this run and adds the run to the list of runs, all in one transaction:
// whoever reads sees the old results whole or the new ones whole, also after a crash or a full disk. Only rows that
// differ are written; how bands changed goes into the view `saiten_band_changes(run, as_of, object, id, score,
// from_band, to_band)`. Read through the views `saiten_scores(object, id, score, points, band)` and
// `saiten_members(segment, object, id)` (sem SC1b). Tables of the user are not touched. Gives back the record as it was
// written. Errors: as Connection::Open; kIo where the disk is full or the file may not be written; kCorrupt if our
// tables there are of a newer version; kRefused if something else has one of our names.
Result<RunRecord> WriteResults(const std::string& path, RunRecord run, std::span<const ObjectResults> results,
                               const RunSummary& summary, const DataErrors& errors, const WriteOptions& options);

struct UnchangedOptions {
  std::optional<int64_t> forget_before;  // as in WriteOptions
  bool automation = false;               // automation, too, has nothing to do up to the run's as_of
};

// The same for a run that came to the results of the one before without reading anything: adds it to the list of runs.
// nullopt, and nothing written, if `previous` is not the last run or the database is not as `base` says.
Result<std::optional<RunRecord>> WriteUnchanged(const std::string& path, RunRecord run, const RunSummary& summary,
                                                const DataErrors& errors, const PreviousResults& previous,
                                                const ReadBase& base, const UnchangedOptions& options);

// Whether something in the database would make WriteResults refuse: to be asked before the work. Errors: as there.
Status CanWriteResults(const std::string& path);

}  // namespace saiten::store
