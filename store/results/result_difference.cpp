#include "store/results/result_difference.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

using Column = ObjectLayout::Column;

// A score whose bands are followed: it has some now, and had some before.
struct Followed {
  int64_t score = 0;     // number of its name in the history
  size_t old_place = 0;  // of its band among the columns that are compared
  size_t new_place = 0;
  std::vector<int64_t> old_names, new_names;  // number in the history, by label

  static int64_t NameOf(const std::vector<int64_t>& names, int64_t label) {
    const bool any = label >= 0 && label < static_cast<int64_t>(names.size());
    return any ? names[static_cast<size_t>(label)] : BandHistory::kNone;
  }
};

size_t PlaceOf(std::span<const Column> columns, size_t score) {
  return static_cast<size_t>(
      std::ranges::find_if(columns,
                           [&](const Column& c) { return c.kind == Column::Kind::kBand && c.index == score; }) -
      columns.begin());
}

// Tells the history what became of the bands of each record.
class BandFollower {
 public:
  BandFollower(BandHistory& history, const NewResults& now, std::span<const StoredColumn> columns)
      : history_(history), now_(now), columns_(columns) {}

  Status Prepare(const ObjectLayout& old) {
    SAITEN_ASSIGN_OR_RETURN(object_, history_.NumberOf(now_.layout.name));
    const std::vector<Column> old_columns = old.Columns();
    const std::vector<Column> new_columns = now_.layout.Columns();
    for (size_t i = 0; i < now_.layout.scores.size(); ++i) {
      const ObjectLayout::Score& score = now_.layout.scores[i];
      const auto before = std::ranges::find(old.scores, score.name, &ObjectLayout::Score::name);
      if (!score.band || before == old.scores.end() || !before->band) continue;
      Followed followed{.old_place = PlaceOf(old_columns, static_cast<size_t>(before - old.scores.begin())),
                        .new_place = PlaceOf(new_columns, i)};
      SAITEN_ASSIGN_OR_RETURN(followed.score, history_.NumberOf(score.name));
      for (const auto& [labels, names] :
           {std::pair{&before->labels, &followed.old_names}, std::pair{&score.labels, &followed.new_names}}) {
        for (const std::string& label : *labels) {
          SAITEN_ASSIGN_OR_RETURN(const int64_t number, history_.NumberOf(label));
          names->push_back(number);
        }
      }
      followed_.push_back(std::move(followed));
    }
    return {};
  }

  // `old(place)` is the stored value of a column.
  template <typename Old>
  Status Stayed(uint32_t row, Old old) {
    for (const Followed& f : followed_) {
      const int64_t from = Followed::NameOf(f.old_names, old(f.old_place));
      const int64_t to = Followed::NameOf(f.new_names, columns_[f.new_place].At(row));
      if (from == to) continue;
      SAITEN_RETURN_IF_ERROR(history_.Add(object_, now_.ids.At(row, &buffer_), f.score, from, to));
    }
    return {};
  }
  Status Came(uint32_t row) {
    return Stayed(row, [](size_t) { return StoredColumn::kNull; });
  }
  template <typename Old>
  Status Went(const Cell& id, Old old) {
    for (const Followed& f : followed_) {
      const int64_t from = Followed::NameOf(f.old_names, old(f.old_place));
      if (from == BandHistory::kNone) continue;
      SAITEN_RETURN_IF_ERROR(history_.Add(object_, id, f.score, from, BandHistory::kNone));
    }
    return {};
  }
  // Takes back what was told of this object.
  Status Forget() { return history_.Forget(object_); }
  std::span<const Followed> followed() const { return followed_; }

 private:
  BandHistory& history_;
  const NewResults& now_;
  std::span<const StoredColumn> columns_;
  int64_t object_ = 0;
  std::vector<Followed> followed_;
  std::string buffer_;
};

Difference::Id Keep(const Cell& id) {
  return {.is_text = id.kind == Cell::Kind::kText, .integer = id.integer, .text = std::string(id.text)};
}

// The stored rows of an object in the order of their ids, over all of its tables.
class StoredRows {
 public:
  // Reads the columns at `places` only.
  Status Open(Connection& connection, const ObjectLayout& layout, std::span<const size_t> places) {
    const std::vector<Column> all = layout.Columns();
    where_.assign(all.size(), {});
    for (size_t part = 0; part < layout.parts(); ++part) {
      std::string names = "id";
      int at = 0;
      for (size_t place : places) {
        if (place / kColumnsInPart != part) continue;
        names += ", " + all[place].name();
        where_[place] = {rows_.size(), ++at};
      }
      if (at == 0 && !(part + 1 == layout.parts() && rows_.empty())) continue;
      SAITEN_ASSIGN_OR_RETURN(
          Statement rows, connection.Prepare(fmt::format("SELECT {} FROM {} ORDER BY id", names, layout.Table(part))));
      rows_.push_back(std::move(rows));
    }
    return {};
  }
  Result<bool> Step() {
    bool all_more = true;
    for (size_t i = 0; i < rows_.size(); ++i) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows_[i].Step());
      all_more = i == 0 ? more : all_more && more;
      // Somebody wrote into one of the tables: what is there is not to be trusted, all of it is written anew.
      if (i > 0 && (more != all_more || (more && CompareIds(ReadCell(rows_[0], 0), ReadCell(rows_[i], 0)) != 0))) {
        torn_ = true;
        return false;
      }
    }
    return all_more;
  }
  bool torn() const { return torn_; }
  Cell Id() const { return ReadCell(rows_[0], 0); }
  int64_t At(size_t place) const {
    const auto [part, column] = where_[place];
    sqlite3_stmt* row = rows_[part].handle();
    return sqlite3_column_type(row, column) == SQLITE_NULL ? StoredColumn::kNull : sqlite3_column_int64(row, column);
  }

 private:
  std::vector<Statement> rows_;
  std::vector<std::pair<size_t, int>> where_;
  bool torn_ = false;
};

}  // namespace

Result<Difference> CompareWithTables(Connection& connection, const ObjectLayout& old, const NewResults& now,
                                     BandHistory& history, WriteProgress& progress) {
  const std::vector<StoredColumn> columns = StoredColumnsOf(now.object, now.layout);
  BandFollower follower(history, now, columns);
  SAITEN_RETURN_IF_ERROR(follower.Prepare(old));
  const bool same_layout = old == now.layout;
  std::vector<size_t> places;
  if (same_layout) {
    for (size_t i = 0; i < columns.size(); ++i) places.push_back(i);
  } else {
    for (const Followed& followed : follower.followed()) places.push_back(followed.old_place);
    std::ranges::sort(places);
  }
  Difference difference{.rewrite = !same_layout};
  if (!same_layout && places.empty()) {
    difference.rows.assign(now.order.begin(), now.order.end());
    return difference;
  }
  StoredRows stored;
  SAITEN_RETURN_IF_ERROR(stored.Open(connection, old, places));
  auto old_value = [&](size_t place) { return stored.At(place); };
  std::string buffer;
  size_t next = 0;
  // The new rows before the id, or to the end, are records that were not there.
  auto came = [&](const Cell* until) -> Status {
    for (; next < now.order.size(); ++next) {
      const uint32_t row = now.order[next];
      if (until != nullptr && CompareIds(now.ids.At(row, &buffer), *until) >= 0) break;
      difference.rows.push_back(row);
      ++difference.inserted;
      progress.Tick();
      SAITEN_RETURN_IF_ERROR(follower.Came(row));
    }
    return {};
  };
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, stored.Step());
    if (!more) break;
    const Cell id = stored.Id();
    SAITEN_RETURN_IF_ERROR(came(&id));
    if (next == now.order.size() || CompareIds(now.ids.At(now.order[next], &buffer), id) != 0) {
      difference.removed.push_back(Keep(id));
      SAITEN_RETURN_IF_ERROR(follower.Went(id, old_value));
      continue;
    }
    const uint32_t row = now.order[next++];
    progress.Tick();
    const bool differs = !same_layout || std::ranges::any_of(places, [&](size_t place) {
      return stored.At(place) != columns[place].At(row);
    });
    if (!differs) continue;
    difference.rows.push_back(row);
    SAITEN_RETURN_IF_ERROR(follower.Stayed(row, old_value));
  }
  SAITEN_RETURN_IF_ERROR(came(nullptr));
  if (stored.torn()) {
    SAITEN_RETURN_IF_ERROR(follower.Forget());
    difference.rewrite = true;
  }
  if (difference.rewrite) difference.rows.assign(now.order.begin(), now.order.end());
  return difference;
}

Result<Difference> DifferenceKnown(std::span<const uint32_t> came, const NewResults& now, BandHistory& history) {
  const std::vector<StoredColumn> columns = StoredColumnsOf(now.object, now.layout);
  BandFollower follower(history, now, columns);
  SAITEN_RETURN_IF_ERROR(follower.Prepare(now.layout));
  Difference difference{.inserted = came.size()};
  difference.rows.assign(came.begin(), came.end());
  for (const StoredColumn& column : columns) {
    for (const uint32_t row : column.changes()->rows) {
      // Of members unknown and 0 are stored alike.
      if (column.Before(row) != column.At(row)) difference.rows.push_back(row);
    }
  }
  std::ranges::sort(difference.rows);
  difference.rows.erase(std::unique(difference.rows.begin(), difference.rows.end()), difference.rows.end());
  now.ids.Sort(difference.rows);
  for (const uint32_t row : difference.rows) {
    SAITEN_RETURN_IF_ERROR(std::ranges::binary_search(came, row)
                               ? follower.Came(row)
                               : follower.Stayed(row, [&](size_t place) { return columns[place].Before(row); }));
  }
  return difference;
}

}  // namespace saiten::store
