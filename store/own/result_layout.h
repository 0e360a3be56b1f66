#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/own/object_results.h"
#include "store/sqlite/sqlite.h"

// How results lie in the database: for each object one row a record, its id and one column for the points and the band
// of each score, the label of each grid and each segment (1 or 0). Wide objects are cut into several tables of the same
// ids. What the columns mean stands in saiten_object, saiten_score, saiten_label and saiten_segment, and the views
// saiten_scores and saiten_members are made from those. Private to store/.
namespace saiten::store {

struct ObjectLayout {
  struct Score {
    std::string name;
    bool points = false;
    bool band = false;
    std::vector<std::string> labels;  // a band is stored as the place of its name here
    bool operator==(const Score&) const = default;
  };
  int64_t object = 0;  // its number in the database, for as long as it has results
  std::string name;
  bool integer_ids = true;  // all ids are integers and name their rows
  std::vector<Score> scores;
  std::vector<std::string> segments;
  bool operator==(const ObjectLayout&) const = default;

  struct Column {
    enum class Kind : uint8_t { kPoints, kBand, kMember };
    Kind kind = Kind::kPoints;
    size_t index = 0;  // of the score or segment
    std::string name() const;
  };
  // All but the id, over all tables.
  std::vector<Column> Columns() const;
  size_t parts() const;
  std::string Table(size_t part) const;  // saiten_result_OBJECT_PART
};

// SQLite allows 2,000 columns; reading one of a row means walking over those before it.
inline constexpr size_t kColumnsInPart = 256;
// The part of `all` that stands in one table.
std::span<const ObjectLayout::Column> ColumnsOf(std::span<const ObjectLayout::Column> all, size_t part);

// The layout that `results` ask for; numbers are kept from `old` where an object has one.
std::vector<ObjectLayout> LayoutFor(std::span<const ObjectResults> results, std::span<const uint8_t> integer_ids,
                                    std::span<const ObjectLayout> old);

// What the database has; empty if there are no results. kRefused if a table of results is not as it should be, or
// stands there without being one.
Result<std::vector<ObjectLayout>> ReadLayouts(Connection& connection);
// Whether all tables of the object are there.
Result<bool> HasTables(Connection& connection, const ObjectLayout& layout);
Status MakeTables(Connection& connection, const ObjectLayout& layout);
Status DropTables(Connection& connection, const ObjectLayout& layout);
// Replaces what the columns mean, and the two views.
Status WriteLayouts(Connection& connection, std::span<const ObjectLayout> layouts);
// Makes the views where they are missing.
Status MakeViews(Connection& connection, std::span<const ObjectLayout> layouts);

}  // namespace saiten::store
