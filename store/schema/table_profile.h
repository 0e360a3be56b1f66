#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/types/type.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {

// The values of a column that are not of some kind, and how often each was seen.
class Misfits {
 public:
  void Add(std::string_view value);
  // One more that nobody looked at.
  void AddUnseen() {
    ++count_;
    complete_ = false;
  }
  uint64_t count() const { return count_; }
  // The first different ones, most frequent first.
  std::vector<std::pair<std::string, uint64_t>> values() const;
  // All different ones are in values().
  bool complete() const { return complete_; }

 private:
  uint64_t count_ = 0;
  bool complete_ = true;
  std::vector<std::pair<std::string, uint64_t>> values_;
};

// What the values of one column look like.
class ColumnProfile {
 public:
  ColumnProfile(const SourceColumn& column) : column_(column) {}  // NOLINT(google-explicit-constructor): made in a loop

  void Add(const Cell& cell);

  // What the column seems to be. kEnum and kSet stand for an enum still to be made of values(). Numbers, dates and
  // times are told although a few values are none of them (misfits()); without values the declaration tells.
  enum class Shape : uint8_t { kBool, kInt, kDecimal, kDate, kInstant, kUnixSeconds, kUnixMillis, kEnum, kSet, kText };
  Shape shape() const;
  int scale() const;

  const SourceColumn& column() const { return column_; }
  uint64_t rows() const { return rows_; }
  uint64_t known() const { return known_; }
  // The values that are not of the shape; null where all are.
  const Misfits* misfits() const;
  // Rows without a value of the shape.
  uint64_t unknown() const;
  // Some value is unknown, or there is none to tell.
  bool optional() const { return unknown() > 0 || rows_ == 0; }
  // Texts that seem to stand for unknown (`Select`, `-`, `N/A`; in a column of dates also `未定`), in order of first
  // appearance.
  std::vector<std::string> placeholders() const;
  // The distinct values and how often each was seen, most frequent first; only where there are few.
  std::vector<std::pair<std::string, uint64_t>> values() const;
  bool has_local_times() const { return local_times_ && shape() == Shape::kInstant; }
  // Numbers with zeros in front: codes, which an int would change.
  bool has_leading_zeros() const { return leading_zeros_; }
  // Most of the values are numbers, so what the rest is matters.
  bool mostly_numbers() const { return known_ > 0 && not_number_.count() * 2 <= known_; }
  const Misfits& not_numbers() const { return not_number_; }

 private:
  void AddText(std::string_view text);
  void AddNumber(std::string_view text, bool stored_as_number);
  void AddValue(std::string_view text);
  bool LooksLikeEnum() const;
  bool LooksLikeBool() const;
  bool IsNamedLikeATime() const;
  Shape ShapeOfNumbers() const;
  Shape ShapeByDeclaration() const;
  bool FewMisfits(const Misfits& misfits) const;
  bool IsUnixTime() const { return shape() == Shape::kUnixSeconds || shape() == Shape::kUnixMillis; }
  bool HasFewValues() const { return !too_many_ && !values_.empty() && known_ >= values_.size() * 3; }

  SourceColumn column_;
  uint64_t rows_ = 0;
  uint64_t known_ = 0;
  bool all_bool_ = true;
  bool saw_true_ = false;
  bool saw_false_ = false;
  bool letter_bool_ = false;  // `t`, `n`: a letter alone may be a code as well
  bool all_whole_ = true;
  bool all_sets_ = true;
  bool local_times_ = false;
  bool leading_zeros_ = false;
  uint64_t zeros_ = 0;
  int scale_ = 0;
  double smallest_ = 0;  // of the numbers other than 0
  double largest_ = 0;
  bool too_many_ = false;
  Misfits not_number_;
  Misfits not_date_;
  Misfits not_time_;
  std::vector<std::string> placeholders_;
  std::unordered_map<std::string, uint64_t> values_;
};

// Reads a whole table once.
Result<std::vector<ColumnProfile>> ProfileTable(Connection& connection, const SourceTable& table, uint64_t* rows,
                                                const std::function<void(uint64_t)>& progress);

}  // namespace saiten::store
