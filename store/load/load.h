#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/types/catalog.h"
#include "compiler/types/needs.h"
#include "runtime/dataset.h"
#include "runtime/zone.h"
#include "store/data_errors.h"
#include "store/load/row_marks.h"
#include "store/load/row_numbers.h"

namespace saiten::store {

struct LoadOptions {
  int64_t now = 0;                 // the instant of the run: events behind it are loaded, and counted as in the future
  const rt::Zone* zone = nullptr;  // of local times in the data; null: they are data errors
  int busy_ms = 5000;              // how long to wait for a locked database
  size_t threads = 0;              // 0: one a core
  bool keep_rowids = false;        // fill the rowids below
  std::vector<WatchedTable> watched;    // fill LoadedData::marks of those that are read
  uint64_t most_rows = UINT32_MAX - 2;  // of one table or series; tests have fewer
  // Called about every 100,000 rows with the number of rows read so far, of all tables, and of about how many (0: not
  // known); from any thread.
  std::function<void(uint64_t rows, uint64_t total)> progress;
};

// What was read, for the report of a run. Numbered as in the Catalog; zeros where nothing was needed.
struct LoadedData {
  struct Object {
    uint64_t rows = 0;          // in the table
    uint64_t quarantined = 0;   // of them not in the data set (sem N2a)
    bool ids_are_text = false;  // the source keeps keys as text, also where the rules say int
    bool keys_rise = false;     // known to be integers in rising order
    RowNumbers rowids;          // by row of the data set: its row number in the table; empty if not asked for or none
  };
  struct Event {
    // All 0 for an event that stands for any of several: its rows are counted where they are.
    uint64_t rows = 0;  // that satisfy the `where` of the declaration
    uint64_t kept = 0;
    uint64_t duplicates = 0;      // left out: an event with this id arrived before (sem T4)
    uint64_t without_record = 0;  // left out: nobody has this key (sem N2a)
    uint64_t quarantined = 0;
    uint64_t future = 0;  // kept, after `now` (sem T3)
    rt::Column rowids;    // by event of the series; empty also for a series made of others
    // Of a mapped series: none of its rows has a higher number, and as many events may be added behind its arrays, in
    // this memory.
    int64_t last_rowid = std::numeric_limits<int64_t>::max();
    uint64_t room = 0;
    std::shared_ptr<const void> memory;
  };
  rt::Dataset data;
  std::vector<Object> objects;
  std::vector<Event> events;
  // EventSeries::arrival holds ranks, since what the source has there is negative or too large.
  bool arrivals_are_ranks = false;
  std::vector<RowMarks> marks;  // of the tables asked for
};

// Reads what `needs` names from the database at `path`, in one read transaction: no other program's writing can tear
// it. Values follow N2, N2a, N2b and N3; what is wrong with them is counted in `errors` and never stops the load.
// Errors: as Connection::Open; kUsage if a table or column that the rules name is not there.
Result<LoadedData> Load(const std::string& path, const Catalog& catalog, const Needs& needs, const LoadOptions& options,
                        DataErrors& errors);

}  // namespace saiten::store
