#pragma once

#include <cstdint>
#include <string>

// The raw row floor: what SQLite's C interface alone needs, on one thread.
namespace saiten::bench {

struct RowTimes {
  double seconds = 0;
  uint64_t rows = 0;
  uint64_t sum = 0;  // of what was read, so that it was
};

// Reads every column of every row that the rules of W3 need.
RowTimes ReadRows(const std::string& path);

// Writes one row a contact of the width that the results of W3 have into a new database, in one transaction with the
// settings that SQLite comes with.
RowTimes WriteRows(const std::string& path, uint64_t contacts);

}  // namespace saiten::bench
