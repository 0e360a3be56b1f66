#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/types/catalog.h"
#include "store/cell.h"
#include "store/load/text_memo.h"

// Private to store/.
namespace saiten::store {

// Decides whether a row of an event's table is one of the event: the `where` of its declaration.
class RowFilter {
 public:
  // `place` is where its column stands among those that are read.
  RowFilter(const ColumnCondition& condition, size_t place);
  bool Accepts(const Cell& cell);
  size_t place() const { return place_; }

 private:
  struct Number {
    bool is_whole;
    int64_t whole;
    double real;
  };
  bool IsListed(const Cell& cell);
  bool IsListedText(std::string_view text) const;

  size_t place_;
  bool negated_;
  std::vector<std::string> texts_;  // NFKC
  std::vector<Number> numbers_;
  TextMemo<bool> answers_;
};

}  // namespace saiten::store
