#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/types/catalog.h"
#include "runtime/dataset.h"
#include "runtime/results.h"

// What a run worked out for the records of an object, to be written or compared. Nothing is owned.
namespace saiten::store {

// A score or a grid of all records of one object. The changes: where its columns differ from those of the run before;
// only for those who give PreviousResults.
struct ScoreResult {
  std::string name;
  const rt::Column* points = nullptr;  // milli-points, never unknown; null for a grid
  const rt::Column* band = nullptr;  // members of `labels`, unknown where there is none; null for a score without bands
  const EnumInfo* labels = nullptr;  // the bands, or the labels of the grid
  const rt::ChangedCells* points_changes = nullptr;
  const rt::ChangedCells* band_changes = nullptr;
};

struct SegmentResult {
  std::string name;
  const rt::Column* members = nullptr;  // 1 for members; 0 or unknown for others
  const rt::ChangedCells* changes = nullptr;
};

struct ObjectResults {
  std::string object;
  const rt::Keys* keys = nullptr;
  bool ids_are_text = false;  // LoadedData::Object
  std::vector<ScoreResult> scores;
  std::vector<SegmentResult> segments;
};

// How results differ from those of the run before, from whoever knows: then the tables are not read, but for the number
// of their rows. The rules are the same, and no record is gone.
struct PreviousResults {
  // What saiten_run says of that run. If it is not the last one of the database, these results are not used.
  int64_t run = 0;
  std::string token;
  // By object of the results: rows of records that are new, rising. All others had results.
  std::vector<std::vector<uint32_t>> came;
};

}  // namespace saiten::store
