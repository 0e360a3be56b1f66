#pragma once

#include "base/result.h"
#include "store/sqlite/sqlite.h"

// Databases of format 1, which kept one row a result and not one a record. Private to store/.
namespace saiten::store {

// The tables and views that only format 1 has, or has otherwise; to tell them from something of the user's.
extern const char* const kTablesOfFormat1;

// Makes the database one of format 2, inside the caller's transaction. The list of runs, data errors, evaluations and
// lists stay; results go, for they are made anew by the run that asks for this.
Status MigrateFromFormat1(Connection& connection);

}  // namespace saiten::store
