#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/types/type.h"
#include "store/source_table.h"

namespace saiten::store {

// What the values of one column look like.
class ColumnProfile {
 public:
  ColumnProfile(const SourceColumn& column) : column_(column) {}  // NOLINT(google-explicit-constructor): made in a loop

  void Add(const Cell& cell);

  // What the column seems to be. kEnum and kSet stand for an enum still to be made of values().
  enum class Shape : uint8_t {
    kEmpty,
    kBool,
    kInt,
    kDecimal,
    kDate,
    kInstant,
    kUnixSeconds,
    kUnixMillis,
    kEnum,
    kSet,
    kText
  };
  Shape shape() const;
  int scale() const { return scale_; }

  const SourceColumn& column() const { return column_; }
  uint64_t rows() const { return rows_; }
  uint64_t known() const { return known_; }
  // Some value is unknown, or there is none to tell.
  bool optional() const { return known_ < rows_ || rows_ == 0; }
  // Texts that seem to stand for unknown (`Select`, `-`, `N/A`), in order of first appearance.
  const std::vector<std::string>& placeholders() const { return placeholders_; }
  // The distinct values and how often each was seen, most frequent first; only where there are few.
  std::vector<std::pair<std::string, uint64_t>> values() const;
  bool has_local_times() const { return local_times_ && shape() == Shape::kInstant; }

 private:
  void AddText(std::string_view text);
  void AddNumber(std::string_view text, bool stored_as_number);
  void AddValue(std::string_view text);
  bool LooksLikeEnum() const;

  SourceColumn column_;
  uint64_t rows_ = 0;
  uint64_t known_ = 0;
  bool all_bool_ = true;
  bool all_numbers_ = true;
  bool all_whole_ = true;
  bool all_dates_ = true;
  bool all_times_ = true;
  bool all_sets_ = true;
  bool local_times_ = false;
  int scale_ = 0;
  double smallest_ = 0;
  double largest_ = 0;
  bool too_many_ = false;
  std::vector<std::string> placeholders_;
  std::unordered_map<std::string, uint64_t> values_;
};

// Reads a whole table once.
Result<std::vector<ColumnProfile>> ProfileTable(Connection& connection, const SourceTable& table, uint64_t* rows,
                                                const std::function<void(uint64_t)>& progress);

}  // namespace saiten::store
