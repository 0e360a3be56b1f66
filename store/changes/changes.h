#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "store/changes/state.h"
#include "store/sqlite/sqlite.h"

// Where a database has changed since it was read. Private to store/.
namespace saiten::store {

// What happened to one source table. The log only says which rows may have changed: what they hold is read from the
// table.
struct TableChanges {
  std::string table;              // its name in the database
  std::vector<int64_t> rowids;    // rising, each once
  std::vector<int64_t> settled;   // those of them that the log names up to a given position only (ChangesSince)
  std::vector<std::string> keys;  // of a WITHOUT ROWID table: SQL literals of the key's columns, separated by commas
  Text anew;                      // not empty: why all of the table must be read anew
  // No log says what happened: the rows are to be found by the column (FindMarkedRows), which fills in `rowids`.
  bool watched = false;

  bool untouched() const { return rowids.empty() && keys.empty() && anew.empty(); }
};

struct ChangeSet {
  bool known_unchanged = false;      // nobody committed anything: nothing else has to be looked at
  Text all_anew;                     // not empty: why everything must be read anew, one sentence
  std::vector<TableChanges> tables;  // of the schema's sources; empty if one of the two above says all
  // Where the log leads: the database as it is, once these rows have been read.
  DatabaseState now;

  // Null for a table that is not among the sources.
  const TableChanges* Find(std::string_view table) const;
};

// What the database is now; inside the transaction that reads it, `fingerprint` as BeginKnownRead gave it. Tables count
// as logged if their triggers are as `saiten attach` makes them now.
Result<DatabaseState> ReadState(Connection& connection, const Catalog& catalog, std::string fingerprint);

// What changed between `then` and now, inside the transaction that reads. `complete`: a run before has seen the
// database as it is now and remembered that nobody wrote but what the log says (SeenDatabase): rows are not counted.
// `turn`: another one in each run, as rows of large tables are counted in parts. `known`: a position behind `then` up
// to which the caller knows what happened.
Result<ChangeSet> ChangesSince(Connection& connection, const Catalog& catalog, const DatabaseState& then,
                               const std::string& fingerprint, bool complete = false, uint64_t turn = 0,
                               const LogPosition& known = {});

// Appends a row to the log that says that our own transaction moved the schema version; 0, 0: that the log begins.
Status MarkLog(Connection& connection, int64_t from_version = 0, int64_t to_version = 0);

// SQLite's count of changes to tables, indexes and triggers.
Result<int64_t> SchemaVersionOf(Connection& connection);

}  // namespace saiten::store
