#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/parallel.h"
#include "base/words.h"
#include "store/load/key_map.h"
#include "store/load/load.h"
#include "store/load/value_column.h"
#include "store/pages/row_scan.h"
#include "store/sqlite/source_table.h"

// The parts of a load, private to store/. Load (load.cpp) runs them in order: objects, relations, events, lists.
namespace saiten::store {

// What is to be read, with all that follows from the program's needs: the relation behind a `many`, the members of an
// event made of others.
struct LoadPlan {
  std::vector<std::vector<bool>> properties;  // by object; empty: the object is not needed
  std::vector<std::vector<bool>> fields;      // by event
  std::vector<bool> objects;
  std::vector<bool> events;
  std::vector<bool> arrival;
  std::vector<bool> lists;
};
LoadPlan MakePlan(const Catalog& catalog, const Needs& needs);

// One object's rows while they are loaded. Rows are raw here: those that are left out are still among them.
struct ObjectRows {
  std::unique_ptr<KeyMap> keys;
  std::vector<std::unique_ptr<ValueColumn>> columns;  // by property; null: neither read nor checked
  std::vector<rt::Column> targets;                    // by property: raw rows that a relation leads to
  std::vector<bool> left_out;                         // by raw row
  RowNumbers rowids;                                  // by raw row, where they are kept
  std::vector<uint32_t> row_of;                       // by raw row: its row in the data set; empty: the same
  bool any_left_out = false;

  void LeaveOut(uint32_t raw) {
    left_out[raw] = true;
    any_left_out = true;
  }
  // The row in the data set of a raw row that is not left out.
  uint32_t RowOf(uint32_t raw) const { return row_of.empty() ? raw : row_of[raw]; }
};

struct Loader {
  Connection& connection;
  const Catalog& catalog;
  const LoadPlan& plan;
  const LoadOptions& options;
  DataErrors& errors;
  LoadedData& out;
  std::vector<ObjectRows> objects;
  std::vector<bool> created;      // by object: whether records that workflows made are among its rows
  std::vector<Text> missing;      // tables and columns that are not there, one sentence each
  std::atomic<uint64_t> rows{0};  // read so far
  uint64_t all_rows = 0;          // about how many there are; 0: not known

  // In how many parts a table is read: enough that no thread waits long for the others at the end.
  size_t Parts() const {
    const size_t threads = ThreadsFor(options.threads, SIZE_MAX);
    return threads == 1 ? 1 : 8 * threads;
  }
};

// Counts the rows that one thread reads, and tells of the progress.
class LoadTicker {
 public:
  explicit LoadTicker(Loader& loader) : loader_(loader) {}
  ~LoadTicker() { loader_.rows += rows_; }
  LoadTicker(const LoadTicker&) = delete;
  LoadTicker& operator=(const LoadTicker&) = delete;

  void Tick() {
    constexpr uint64_t kEach = 100'000;
    if (++rows_ < kEach) return;
    const uint64_t all = loader_.rows += rows_;
    rows_ = 0;
    if (loader_.options.progress) loader_.options.progress(all, loader_.all_rows);
  }

 private:
  Loader& loader_;
  uint64_t rows_ = 0;  // not yet told
};

// Reads the parts of a table on all threads: `read(part, ticker)`. The first error in the order of the parts.
template <typename Read>
Status ReadScans(Loader& loader, const std::vector<RowScan>& scans, Read read) {
  std::vector<Status> ends(scans.size());
  ForEachPiece(scans.size(), ThreadsFor(loader.options.threads, scans.size()), [&](size_t, size_t part) {
    LoadTicker ticker(loader);
    ends[part] = read(part, ticker);
  });
  for (Status& end : ends) SAITEN_RETURN_IF_ERROR(std::move(end));
  return {};
}

// The table that a declaration names, or nullopt after noting in loader.missing that it is not there.
// `declaration` is as the user wrote it: "object `contact`".
Result<std::optional<SourceTable>> FindSource(Loader& loader, const std::string& table, const Text& declaration);
// Notes that a column is missing unless it is there. `what` is the property: "`contact.email`".
bool HasColumn(Loader& loader, const SourceTable& table, const std::string& column, const Text& what);

// Where the rows of an event declaration are, with the defaults of language.md filled in.
struct SeriesColumns {
  std::string table;
  std::string owner;
  std::string time;
  std::vector<std::string> fields;  // by field
};
SeriesColumns ColumnsOf(const Catalog& catalog, EventId id);
// The column by which events of one id are found (sem T4); null if there is none or the database itself keeps its
// values apart.
const SourceColumn* IdColumnOf(const EventInfo& info, const SourceTable& table);
// The column of a list's table that holds the keys: `<object>_id`, else `id`, else its only one.
std::optional<std::string> OwnerColumnOf(const Catalog& catalog, const ListInfo& list, const SourceTable& table);

// Load over an open connection, which is inside a read transaction and stays there.
Result<LoadedData> LoadWithin(Connection& connection, const Catalog& catalog, const Needs& needs,
                              const LoadOptions& options, DataErrors& errors);
// Fills in the bands of the run before where the rest of `data` comes from a snapshot.
Status LoadBandsBefore(Connection& connection, const Catalog& catalog, const Needs& needs, const LoadOptions& options,
                       LoadedData& data);

// Notes every table and column that the plan needs and the database does not have.
Status CheckSources(Loader& loader);
// About how many rows the plan's tables have together, by their largest row number, which is known without reading
// them; 0 where one of them has none.
Result<uint64_t> EstimateRows(Loader& loader);
// Reads all tables, without following relations.
Status LoadObjects(Loader& loader);
// Turns keys into rows, leaves out what relations make incomplete, fills the tables and the adjacencies.
void ResolveRelations(Loader& loader);
// Hands the keys over; nothing can be found by key after that.
void PackKeys(Loader& loader);
Status LoadEvents(Loader& loader);
Status LoadLists(Loader& loader);
// Fills the properties that stand for the bands of the run before, from its results (sem SC7).
Status LoadPreviousBands(Loader& loader);

// The raw row of the record whose key this cell is; KeyMap::kNone if it is unknown, no key or nobody's.
class OwnerFinder {
 public:
  OwnerFinder(const Loader& loader, ObjectId object);
  uint32_t Find(const Cell& cell);

 private:
  const KeyMap& keys_;
  ValueReader reader_;
};

// The order of arrival of a series' events as the database has it: its seq column or its row number.
using RawArrivals = std::vector<std::vector<int64_t>>;  // by event; empty: not asked for

// Reads the rows of event declarations of one table, each into a series that is sorted per record.
Status LoadSeries(Loader& loader, const std::vector<EventId>& events, RawArrivals& arrivals);
// Merges the series of its members into an `any_of` event. Errors: kUsage if they are too many.
Status MergeSeries(Loader& loader, EventId id, RawArrivals& arrivals);

}  // namespace saiten::store
