#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "compiler/types/needs.h"
#include "store/changes/changes.h"
#include "store/data_errors.h"
#include "store/load/load.h"
#include "store/refresh/changed_rows.h"
#include "store/sqlite/sqlite.h"

// A loaded data set brought up to date with the rows that changed since. Private to store/.
namespace saiten::store {

struct Refreshed {
  // Not empty: why this cannot be done, one sentence. The data set is then spoilt: everything is to be loaded anew.
  Text anew;
  ChangedRows changed;
  uint64_t rows_read = 0;
};

struct RefreshOptions {
  LoadOptions load;
  // Rows compared in each table although nothing says that they changed, and where these begin: a number that is
  // another one in each run, so that every row has its turn.
  uint32_t samples = 256;
  uint64_t sample_from = 0;
};

// Makes `data` and `errors`, a load for `needs` as the database was (with the row numbers of the source), what a load
// now gives: the same rows in the same order with the same values, counts and examples of errors; codes of texts may
// differ. Inside a read transaction. What is not plain, it refuses (Refreshed::anew).
Result<Refreshed> Refresh(Connection& connection, const Catalog& catalog, const Needs& needs, const ChangeSet& changes,
                          const RefreshOptions& options, LoadedData& data, DataErrors& errors);

}  // namespace saiten::store
