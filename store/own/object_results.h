#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/types/catalog.h"
#include "runtime/dataset.h"

// What a run worked out for the records of an object, to be written or compared. Nothing is owned.
namespace saiten::store {

// A score or a grid of all records of one object.
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

// The results of the run before, from whoever still has them: then only they are compared, and the tables are not read.
struct PreviousResults {
  static constexpr uint32_t kNone = 0xffffffff;

  struct Object {
    ObjectResults results;  // labels as they were then
    std::vector<uint32_t>
        old_rows;  // by row now: its row in `results`, kNone for a record that is new; empty: the same
  };
  // What saiten_run says of that run. If it is not the last one of the database, these results are not used.
  int64_t run = 0;
  std::string token;
  std::vector<Object> objects;
};

}  // namespace saiten::store
