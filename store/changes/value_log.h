#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/sqlite/sqlite.h"

// The log of values that `saiten attach` keeps for projects with automation (sem T4a): what the records of an object's
// table held after each change, and when that was.
namespace saiten::store {

// What a row of it says of a record.
enum class ValueKind : int64_t {
  kCame = 1,     // is new; all its values
  kChanged = 2,  // all its values, as they are now
  kGone = 3,     // its keys only
  kInTheWay = 4  // its keys only: gone, where what came next has replaced it
};

// The log of one table, as far as whoever asked could see.
struct ValueLog {
  std::string source;                // the table whose records it tells of
  int64_t number = 0;                // of its triggers
  int64_t last = 0;                  // the number of the last row; 0: there is none
  std::vector<std::string> columns;  // of the source, in the order of the log
  std::string Name() const;          // of the log itself
};

// The columns of a log before those of the source.
inline constexpr const char* kValueNumber = "saiten_n";     // rows of one table follow each other by it
inline constexpr const char* kValueToken = "saiten_token";  // random: tells a row from another that got its number
inline constexpr const char* kValueTime = "saiten_time";    // UTC milliseconds
inline constexpr const char* kValueKind = "saiten_kind";    // ValueKind

// All logs of values, as the transaction sees them.
Result<std::vector<ValueLog>> FindValueLogs(Connection& connection);

}  // namespace saiten::store
