#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "store/sqlite/sqlite.h"

// The tables that Saiten keeps in the user's database, all named `saiten_...`. Private to store/.
namespace saiten::store {

// The version of their layout. Written into saiten_meta; a database with a later one is refused.
inline constexpr int64_t kFormatVersion = 2;
// Stands in the views of results, whose text depends on the rules.
inline constexpr std::string_view kViewMark = "/* made by saiten run */";

// kCorrupt if the database holds tables of a later version, or names one that never was; fine if it holds none. Gives
// back the version that is there, or the one that would be made.
Result<int64_t> CheckFormat(Connection& connection);
// kRefused if the database has something else under one of our names (a table, view or index of the user's, or a table
// of ours that somebody changed); fine where the name is free. The first looks at one table.
Status CheckOwnTable(Connection& connection, std::string_view table);
Status CheckOwnTables(Connection& connection);
// Whether the table is there to be read, and is ours. Errors: as CheckOwnTable.
Result<bool> HasOwnTable(Connection& connection, const std::string& table);
// Number and token of the last run; 0 and none if there is no run, or no list of runs of ours. Runs of format 1 have no
// token.
Result<std::pair<int64_t, std::string>> LastRun(Connection& connection);
// Makes what is missing for results, inside the caller's transaction; of an older format the list of runs, data errors
// and evaluations stay, and the results go.
Status MakeOwnTables(Connection& connection);
// Makes only what is missing for evaluations, also beside results of an older format.
Status MakeEvaluationTables(Connection& connection);

// The table in which the engine keeps the members of lists that have no table of their own: (list, object, id).
inline constexpr const char* kListsTable = "saiten_lists";
Status MakeListsTable(Connection& connection);

// The log of changes that `saiten attach` keeps (store/changes/).
Status MakeChangeTable(Connection& connection);

}  // namespace saiten::store
