#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/results/band_history.h"
#include "store/results/result_rows.h"

namespace saiten::store {

// What has to happen to the stored rows of one object so that they are the new ones. Private to store/.
struct Difference {
  struct Id {
    bool is_text = false;
    int64_t integer = 0;
    std::string text;
  };
  std::vector<uint32_t> rows;  // that are new or have changed, in the order of their ids
  std::vector<Id> removed;     // stored, and no record's any more
  uint64_t inserted = 0;       // of `rows`, those that are new
  bool rewrite = false;        // the tables cannot be brought up to date row by row: all rows are written anew
};

// What both ways of comparing need of an object.
struct NewResults {
  const ObjectResults& object;
  const ObjectLayout& layout;
  const ResultIds& ids;
  std::vector<uint32_t> order;  // rows in the order of their ids; empty where only some are looked at
};

// Compares with what the tables hold. Adds the changes of bands to `history`, for scores that were there before. With
// another `old` layout only the bands are compared, and all rows are different.
Result<Difference> CompareWithTables(Connection& connection, const ObjectLayout& old, const NewResults& now,
                                     BandHistory& history, WriteProgress& progress);
// The same from what the results say of the run before; the tables must have the layout of `now`. `came`: as in
// PreviousResults. Nothing is looked at but what differs; `order` is not needed.
Result<Difference> DifferenceKnown(std::span<const uint32_t> came, const NewResults& now, BandHistory& history);

}  // namespace saiten::store
