#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "runtime/dataset.h"
#include "store/data_errors.h"
#include "store/run_record.h"

namespace saiten::store {

// A score or a grid of all records of one object, to be written. Nothing is owned.
struct ScoreResult {
  std::string name;
  const rt::Column* points = nullptr;  // milli-points, never unknown; null for a grid
  const rt::Column* band = nullptr;  // members of `labels`, unknown where there is none; null for a score without bands
  const EnumInfo* labels = nullptr;  // the bands, or the labels of the grid
};

struct SegmentResult {
  std::string name;
  const rt::Column* members = nullptr;  // 1 for members; 0 or unknown for others
};

struct ObjectResults {
  std::string object;
  const rt::Keys* keys = nullptr;
  bool ids_are_text = false;  // LoadedData::Object
  std::vector<ScoreResult> scores;
  std::vector<SegmentResult> segments;
};

struct WriteOptions {
  int busy_ms = 5000;
  // Called about every 100,000 rows with the number of rows written so far.
  std::function<void(uint64_t rows)> progress;
};

// Replaces the results in the database by those of this run and adds the run to the list of runs, all in one
// transaction: whoever reads sees the old results whole or the new ones whole, also after a crash or a full disk. Read
// through the views `saiten_scores(object, id, score, points, band)` and `saiten_members(segment, object, id)` (sem
// SC1b). Tables of the user are not touched. Gives back the record as it was written. Errors: as Connection::Open; kIo
// where the disk is full or the file may not be written; kCorrupt if our tables there are of a newer version; kRefused
// if something else has one of our names.
Result<RunRecord> WriteResults(const std::string& path, RunRecord run, std::span<const ObjectResults> results,
                               const DataErrors& errors, const WriteOptions& options);

// Whether something in the database would make WriteResults refuse: to be asked before the work. Errors: as there.
Status CanWriteResults(const std::string& path);

}  // namespace saiten::store
