#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/results.h"

// How often each number stands in a column of results: all that the summary of a run says comes from these, and a run
// that changes a few records changes a few counts.
namespace saiten::driver {

class ValueCounts {
 public:
  // More different numbers than this are not kept apart.
  static constexpr size_t kMost = size_t{1} << 14;

  struct Value {
    int64_t raw = 0;  // as Column::Raw gives it: of unknown, the number that means it
    uint64_t n = 0;
    friend bool operator==(const Value&, const Value&) = default;
  };

  ValueCounts() = default;
  static ValueCounts Of(const rt::Column& column);
  // As values() gave them.
  explicit ValueCounts(std::vector<Value> values) : values_(std::move(values)), complete_(true) {}

  // False: there are too many different numbers, or nobody has counted; values() is then empty.
  bool complete() const { return complete_; }
  // Rising by number, each n above 0.
  const std::vector<Value>& values() const { return values_; }
  // One row that held `from` holds `to`. Where no row can have held it the counts are of something else and given up.
  void Move(int64_t from, int64_t to);

  friend bool operator==(const ValueCounts&, const ValueCounts&) = default;

 private:
  std::vector<Value> values_;
  bool complete_ = false;
};

// By object and result column; of next_change, and of what was not counted, nothing.
using ResultCounts = std::vector<std::vector<ValueCounts>>;

ResultCounts CountResults(const ir::Program& program, const rt::Results& results, size_t threads);
// Counts the columns that are not counted: the numbers may have become few enough, or the counts were given up.
void CountMissing(const ir::Program& program, const rt::Results& results, size_t threads, ResultCounts& counts);
// Makes counts of the run before those of `results`, which differ from it in these cells.
void UpdateCounts(const rt::Results& results, const std::vector<std::vector<rt::ChangedCells>>& differences,
                  ResultCounts& counts);

}  // namespace saiten::driver
