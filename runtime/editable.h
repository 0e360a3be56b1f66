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

// A series whose records get and lose events. A record whose events change has them at the end from then on, as
// EventSeries allows.
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
  // Moves the events of the record behind all others where they are not there already.
  void MoveBehind(uint32_t record);
  void CopyEvent(uint32_t place);
  void Show();

  EventSeries& series_;
  bool has_arrival_;
  std::vector<uint32_t> begins_;
  std::vector<uint32_t> ends_;
  std::vector<int64_t> times_;
  std::vector<uint32_t> arrival_;
  std::vector<std::vector<int64_t>> fields_;  // by field; empty: not loaded
};

}  // namespace saiten::rt
