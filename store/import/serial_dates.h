#pragma once

#include <cstdint>

#include "store/cell.h"

namespace saiten::store {

// Numbers of a column of times that are too small for Unix times: spreadsheets count days since 1900, and 46000 read as
// seconds is the noon of 1970-01-01. They are read so all the same (sem N2b), but somebody should look.
class SerialDates {
 public:
  void Add(const Cell& cell, uint64_t rows = 1);
  // Numbers before 1973, if they are at least half of all numbers; else 0.
  uint64_t count() const { return tiny_ * 2 >= numbers_ ? tiny_ : 0; }
  double example() const { return example_; }

 private:
  uint64_t numbers_ = 0;
  uint64_t tiny_ = 0;
  double example_ = 0;
};

}  // namespace saiten::store
