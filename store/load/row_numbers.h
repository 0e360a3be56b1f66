#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/column.h"
#include "runtime/index_iterator.h"

namespace saiten::store {

// The row numbers that rows have in their source table, by row of a data set or event of a series. Those that count up
// by one, as most tables of records do, take no memory; others are kept as narrow as they are.
class RowNumbers {
 public:
  using value_type = int64_t;

  RowNumbers() = default;
  // first, first + 1, ...
  RowNumbers(int64_t first, size_t size) : first_(first), size_(size) {}
  explicit RowNumbers(rt::Column numbers) : size_(numbers.size()), numbers_(std::move(numbers)) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t operator[](size_t at) const {
    return numbers_.size() == 0 ? first_ + static_cast<int64_t>(at) : numbers_.Raw(at);
  }

  // They count up by one from here on, and `numbers` has none.
  int64_t first() const { return first_; }
  // By row; empty where they count up by one.
  const rt::Column& numbers() const { return numbers_; }

  using Iterator = rt::IndexIterator<RowNumbers>;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  int64_t first_ = 0;
  size_t size_ = 0;
  rt::Column numbers_;
};

// Collects row numbers.
class RowNumbersBuilder {
 public:
  void Append(int64_t number) {
    if (size_ == 0) first_ = number;
    if (counts_up_ && number != first_ + static_cast<int64_t>(size_)) WriteOut();
    if (!counts_up_) numbers_.Append(number);
    ++size_;
  }
  size_t size() const { return size_; }
  RowNumbers Finish() {
    RowNumbers made = counts_up_ ? RowNumbers(first_, size_) : RowNumbers(numbers_.Finish());
    *this = RowNumbersBuilder();
    return made;
  }

 private:
  void WriteOut() {
    for (size_t i = 0; i < size_; ++i) numbers_.Append(first_ + static_cast<int64_t>(i));
    counts_up_ = false;
  }

  int64_t first_ = 0;
  size_t size_ = 0;
  bool counts_up_ = true;
  rt::ColumnBuilder numbers_;
};

}  // namespace saiten::store
