#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/column.h"
#include "runtime/dataset.h"

// Data that change while they are read: single values, rows and events, between the evaluations of single records
// (automation). What is edited is copied once, into memory of its own and of the widest form, which lives as long as
// the editor.
namespace saiten::rt {

// A column that is written and grows. `column` is a view of it and follows every change.
class ColumnEditor {
 public:
  // No value is this one.
  static constexpr int64_t kUnknown = UnknownOf(Width::k8);

  // `column` stays where it is, and is not read when this is gone.
  explicit ColumnEditor(Column& column);
  ColumnEditor(const ColumnEditor&) = delete;
  ColumnEditor& operator=(const ColumnEditor&) = delete;

  void Set(size_t row, int64_t value) { values_[row] = value; }
  void Append(int64_t value);

 private:
  Column& column_;
  std::vector<int64_t> values_;
};

// Lists of values in arrays, a list an owner, that grow and shrink: where each begins and ends. A list that is full
// goes behind all others, with room to grow, so that many additions move each value a few times only.
class Lists {
 public:
  // Those of the owners as they lie in `places` places.
  Lists(std::vector<uint32_t> begins, std::vector<uint32_t> ends, size_t places);

  const std::vector<uint32_t>& begins() const { return begins_; }
  const std::vector<uint32_t>& ends() const { return ends_; }
  uint32_t BeginOf(size_t owner) const { return begins_[owner]; }
  uint32_t EndOf(size_t owner) const { return ends_[owner]; }
  size_t owners() const { return begins_.size(); }

  // One owner more, with an empty list.
  void AddOwner();
  // A free place before the `at`-th value of the list. `resize(places)` makes the arrays longer, `move(from, count,
  // to)` copies values within them, also where both overlap.
  template <typename Resize, typename Move>
  uint32_t Insert(uint32_t owner, uint32_t at, const Resize& resize, const Move& move) {
    const uint32_t count = ends_[owner] - begins_[owner];
    if (ends_[owner] == limits_[owner]) {
      const uint32_t begin = MoveBehind(owner);
      resize(places_);
      move(begin, count, begins_[owner]);
    }
    const uint32_t place = begins_[owner] + at;
    move(place, count - at, place + 1);
    ++ends_[owner];
    return place;
  }
  // The value at `place` of the owner's list goes.
  template <typename Move>
  void Remove(uint32_t owner, uint32_t place, const Move& move) {
    move(place + 1, ends_[owner] - place - 1, place);
    --ends_[owner];
  }

 private:
  // Where the list was.
  uint32_t MoveBehind(uint32_t owner);

  std::vector<uint32_t> begins_;
  std::vector<uint32_t> ends_;
  std::vector<uint32_t> limits_;  // up to where the list may grow
  size_t places_;
};

// A series whose records get and lose events. Its events lie as EventSeries allows.
class SeriesEditor {
 public:
  // `series` stays where it is, and is not read when this is gone, unless it was packed.
  explicit SeriesEditor(EventSeries& series);
  SeriesEditor(const SeriesEditor&) = delete;
  SeriesEditor& operator=(const SeriesEditor&) = delete;

  // Adds an event behind those of the record that are not later (by time, then arrival); its place. `fields`: by field,
  // ColumnEditor::kUnknown where there is nothing; of text a code of the field's pool. Other events of the record move.
  uint32_t Insert(uint32_t record, int64_t time, uint32_t arrival, std::span<const int64_t> fields);
  // Takes away the event at a place. Other events of the record move.
  void Remove(uint32_t record, uint32_t place);
  // One record more, without events.
  void AddRecord();
  // The events of all records in order again, without dead places, in memory of the series' own. The editor is of no
  // use after that.
  void Pack();

 private:
  void Resize(size_t places);
  void Move(uint32_t from, uint32_t count, uint32_t to);
  void Show();

  EventSeries& series_;
  bool has_arrival_;
  std::vector<int64_t> times_;
  std::vector<uint32_t> arrival_;
  std::vector<std::vector<int64_t>> fields_;  // by field; empty: not loaded
  Lists lists_;
};

// Relations backwards that change: rows come to a target and go.
class AdjacencyEditor {
 public:
  // `adjacency` stays where it is, and is not read when this is gone, unless it was packed.
  explicit AdjacencyEditor(Adjacency& adjacency);
  AdjacencyEditor(const AdjacencyEditor&) = delete;
  AdjacencyEditor& operator=(const AdjacencyEditor&) = delete;

  // Nothing happens where the row is there already, or is not.
  void Add(uint32_t target, uint32_t row);
  void Remove(uint32_t target, uint32_t row);
  // One target more, without rows.
  void AddTarget();
  // As SeriesEditor::Pack.
  void Pack();

 private:
  void Show();

  Adjacency& adjacency_;
  std::vector<uint32_t> rows_;
  Lists lists_;
};

}  // namespace saiten::rt
