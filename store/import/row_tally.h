#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/import/table_maker.h"

namespace saiten::store {

// What a column holds of a cell that is bound to it: columns of numbers turn texts that are numbers for SQLite (`1e3`,
// `100.00`) into numbers.
Cell HeldCell(const Cell& bound, Affinity affinity);

// Appends a value to the spelling of a row in which a value of a file and the same value after it was stored are alike:
// SQLite keeps `12.00` as 12 in a column of numbers.
void AppendComparable(std::string* row, const Cell& cell, Affinity affinity);

// How often each distinct row was seen in the table and in the file.
class RowTally {
 public:
  void AddStored(std::string_view row) { ++Find(row).stored; }
  // True if the file has had this row more often than the table has it: then it is to be added.
  bool AddFromFile(std::string_view row) {
    Entry& entry = Find(row);
    return ++entry.in_file > entry.stored;
  }

 private:
  // Rows are told apart by 128 bits of hash: among ten million two alike are not to be expected.
  struct Entry {
    uint64_t hash = 0;
    uint64_t second = 0;
    uint32_t stored = 0;
    uint32_t in_file = 0;
    bool used() const { return stored != 0 || in_file != 0; }
  };
  Entry& Find(std::string_view row);
  void Grow();

  std::vector<Entry> entries_;
  size_t size_ = 0;
};

}  // namespace saiten::store
