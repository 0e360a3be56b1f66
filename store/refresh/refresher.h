#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/load/loader.h"
#include "store/refresh/error_ledger.h"
#include "store/refresh/key_lookup.h"
#include "store/refresh/refresh.h"
#include "store/refresh/splice.h"

// The parts of a refresh, private to store/refresh. Refresh (refresh.cpp) runs them in order: which rows are touched,
// reading them, objects, events, lists.
namespace saiten::store {

// A key as it was read: a number, or a text.
struct KeyValue {
  bool known = false;
  int64_t number = 0;
  std::string text;
};

// One object's rows that were read again. Rows of the patch are numbered in the order of their row numbers.
struct ObjectPatch {
  std::string name;
  std::optional<SourceTable> source;
  std::vector<int64_t> logged;   // row numbers that the log names, rising
  std::vector<int64_t> touched;  // these, samples, and those that other changes concern
  std::vector<int64_t> more;     // to be added to touched
  std::vector<int64_t> samples;  // those of touched that should be as they were, rising
  std::vector<int64_t> settled;  // those of logged whose change is known to the caller, rising

  std::vector<int64_t> rowids;
  std::vector<KeyValue> keys;
  std::vector<bool> key_is_text;     // the cell was
  std::vector<PatchColumn> columns;  // by property; of relations the rows of their targets, once these are known
  std::vector<std::vector<KeyValue>> targets;  // by property that is a relation: the keys
  std::vector<uint32_t> old_rows;              // by row of the patch; kNone: it is new
  std::vector<uint32_t> removed;               // old rows that are no more
  std::vector<uint32_t> lost;                  // old rows whose key is no more: these and those with another key now
  bool gained = false;                         // there are keys that were not there before
  std::vector<FoundError> errors;

  std::optional<SplicePlan> plan;  // nullopt: nothing touched
  std::vector<uint32_t> new_rows;  // by old row; empty: the same
  std::unique_ptr<KeyLookup> old_lookup;
  std::unique_ptr<KeyLookup> lookup;  // of the new keys
  std::vector<uint8_t> changed;       // by new row
  bool used() const { return source.has_value(); }
  bool keys_changed() const { return gained || !lost.empty(); }
};

// One event declaration's rows that were read again.
struct EventPatch {
  std::optional<SourceTable> source;
  std::vector<int64_t> touched;  // rising
  std::vector<int64_t> samples;  // those among them that should be as they were
  std::vector<int64_t> settled;  // those among them whose change is known to the caller, rising
  bool changed = false;          // the series is another one now
  bool rowless = false;          // it is not known which rows its events are from
  bool reload = false;           // its table is to be read as a whole
  bool merged = false;           // of one that stands for several: it is put together already
};

struct Refresher {
  Connection& connection;
  const Catalog& catalog;
  const LoadPlan& plan;
  const ChangeSet& changes;
  const RefreshOptions& options;
  LoadedData& data;
  ErrorLedger ledger;
  std::vector<ObjectPatch> objects;
  std::vector<EventPatch> events;
  Text refused;  // not empty: why this cannot be done
  uint64_t rows_read = 0;

  bool ok() const { return refused.empty(); }
  void Refuse(Text why) {
    if (refused.empty()) refused = std::move(why);
  }
  void Mark(size_t object, uint32_t new_row) {
    std::vector<uint8_t>& changed = objects[object].changed;
    if (new_row < changed.size()) changed[new_row] = 1;
  }
};

// Rising, each once.
void SortUnique(std::vector<int64_t>* rows);
void SortUnique(std::vector<uint32_t>* rows);

// The touched rows of an object as they are now, with what of the old table they take the place of.
Status ReadObjectPatch(Refresher& refresher, size_t object);
// Puts keys and row numbers of the table in order; nothing else of it.
void PlaceRows(Refresher& refresher, size_t object);
// Everything else of it but lists and adjacencies; the rows of all objects must be placed.
void SpliceTable(Refresher& refresher, size_t object);
// Relations to many, of all objects.
void RenewAdjacency(Refresher& refresher);

// Reads the touched rows of an event and merges them into its series.
Status RefreshSeries(Refresher& refresher, size_t event);
// Reads the tables of the events for which that is asked as a whole, and all event tables where arrivals are ranked.
Status ReloadEvents(Refresher& refresher);
// Reads the members of the lists that were touched or whose object has other rows.
Status RefreshLists(Refresher& refresher);

}  // namespace saiten::store
