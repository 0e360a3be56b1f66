#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"
#include "compiler/types/catalog.h"
#include "store/sqlite/source_table.h"
#include "store/sqlite/sqlite.h"

// The triggers that keep the change log, private to store/.
namespace saiten::store {

inline constexpr const char* kChangeTable = "saiten_change";

// What a row of the log says of a row of a source table. Only the first and the last of a row count.
enum class LogKind : int64_t {
  kMark = 0,     // of no table: the beginning of a log, or a change of tables that a run of ours made
  kCame = 1,     // is new
  kChanged = 2,  // was there and is there
  kGone = 3,     // is no more
  kInTheWay = 4  // was there, and is gone if what came next replaced it
};

struct LogTrigger {
  std::string name;
  std::string sql;
};

// The triggers that one table needs, or why its changes cannot be followed: views, virtual tables, tables without any
// key, unique indexes over expressions or parts of the rows.
struct TriggerPlan {
  std::vector<LogTrigger> triggers;
  Text cannot;
  // Which rows `x` of the table a row NEW would replace, a condition each, and which of them an update of OLD would
  // not; the columns by whose update one gets there. For the triggers of the log of values (value_triggers.h).
  std::vector<std::string> in_the_way;
  std::string but_itself;
  std::string unique_columns;
};
Result<TriggerPlan> PlanTriggers(Connection& connection, const SourceTable& table, int64_t number);

// The triggers of ours that the database has.
struct FoundTriggers {
  struct Table {
    std::string name;
    std::map<std::string, std::string> triggers;  // name: SQL
  };
  std::map<int64_t, Table> by_number;
  // The number of a table; 0 if it has none of our triggers.
  int64_t NumberOf(std::string_view table) const;
};
Result<FoundTriggers> FindTriggers(Connection& connection);

// Every table and view that the schema reads from, once, in the order of the declarations; the lists that the engine
// keeps are in a table of ours.
std::vector<std::string> SourceNames(const Catalog& catalog);

}  // namespace saiten::store
