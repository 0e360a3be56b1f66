#include "runtime/editable.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"

namespace saiten::rt {
namespace {

template <typename T>
Array<T> ArrayOf(const std::vector<T>& values) {
  return Array<T>(values.data(), values.size(), nullptr);
}

Column ColumnOf(const std::vector<int64_t>& values) {
  return {Width::k8, values.size(), std::shared_ptr<const void>(std::shared_ptr<const void>(), values.data())};
}

std::vector<int64_t> Wide(const Column& column) {
  std::vector<int64_t> values;
  // Machine code may read a few values behind the last.
  values.reserve(column.size() + column.size() / 8 + 64);
  for (size_t row = 0; row < column.size(); ++row) {
    values.push_back(column.Known(row) ? column.Raw(row) : ColumnEditor::kUnknown);
  }
  return values;
}

// Of the arrays of a series, which may be one longer.
std::vector<uint32_t> FirstOf(const uint32_t* values, const Array<uint32_t>& offsets) {
  return {values, values + (offsets.empty() ? 0 : offsets.size() - 1)};
}

template <typename T>
void MoveIn(std::vector<T>& values, uint32_t from, uint32_t count, uint32_t to) {
  const auto first = values.begin() + from;
  if (from < to) {
    std::copy_backward(first, first + count, values.begin() + to + count);
  } else {
    std::copy(first, first + count, values.begin() + to);
  }
}

}  // namespace

ColumnEditor::ColumnEditor(Column& column) : column_(column), values_(Wide(column)) { column_ = ColumnOf(values_); }

void ColumnEditor::Append(int64_t value) {
  values_.push_back(value);
  column_ = ColumnOf(values_);
}

Lists::Lists(std::vector<uint32_t> begins, std::vector<uint32_t> ends, size_t places)
    : begins_(std::move(begins)), ends_(std::move(ends)), limits_(ends_), places_(places) {}

void Lists::AddOwner() {
  begins_.push_back(0);
  ends_.push_back(0);
  limits_.push_back(0);
}

uint32_t Lists::MoveBehind(uint32_t owner) {
  const uint32_t begin = begins_[owner];
  const uint32_t count = ends_[owner] - begin;
  const size_t room = size_t{count} + count / 2 + 4;
  SAITEN_CHECK(places_ + room < UINT32_MAX);
  begins_[owner] = static_cast<uint32_t>(places_);
  ends_[owner] = begins_[owner] + count;
  places_ += room;
  limits_[owner] = static_cast<uint32_t>(places_);
  return begin;
}

SeriesEditor::SeriesEditor(EventSeries& series)
    : series_(series),
      has_arrival_(!series.arrival.empty() || series.size() == 0),
      times_(series.times.begin(), series.times.end()),
      arrival_(series.arrival.begin(), series.arrival.end()),
      lists_(FirstOf(series.Begins(), series.offsets), FirstOf(series.Ends(), series.offsets), series.size()) {
  for (const Column& field : series.fields) {
    fields_.push_back(field.size() == times_.size() ? Wide(field) : std::vector<int64_t>());
  }
  Show();
}

void SeriesEditor::Show() {
  // One more than there are records, of no meaning.
  if (series_.offsets.size() != lists_.owners() + 1) series_.offsets = std::vector<uint32_t>(lists_.owners() + 1, 0);
  series_.begins = ArrayOf(lists_.begins());
  series_.ends = ArrayOf(lists_.ends());
  series_.times = Times(ArrayOf(times_));
  if (has_arrival_) series_.arrival = ArrayOf(arrival_);
  for (size_t field = 0; field < fields_.size(); ++field) {
    if (fields_[field].size() == times_.size()) series_.fields[field] = ColumnOf(fields_[field]);
  }
}

void SeriesEditor::Resize(size_t places) {
  for (std::vector<int64_t>& field : fields_) {
    if (field.size() == times_.size()) field.resize(places, ColumnEditor::kUnknown);
  }
  times_.resize(places);
  if (has_arrival_) arrival_.resize(places);
  Show();
}

void SeriesEditor::Move(uint32_t from, uint32_t count, uint32_t to) {
  MoveIn(times_, from, count, to);
  if (has_arrival_) MoveIn(arrival_, from, count, to);
  for (std::vector<int64_t>& field : fields_) {
    if (field.size() == times_.size()) MoveIn(field, from, count, to);
  }
}

uint32_t SeriesEditor::Insert(uint32_t record, int64_t time, uint32_t arrival, std::span<const int64_t> fields) {
  const uint32_t begin = lists_.BeginOf(record);
  uint32_t behind = lists_.EndOf(record);
  while (behind > begin) {
    const int64_t before = times_[behind - 1];
    if (before < time || (before == time && (!has_arrival_ || arrival_[behind - 1] <= arrival))) break;
    --behind;
  }
  const uint32_t place = lists_.Insert(
      record, behind - begin, [this](size_t places) { Resize(places); },
      [this](uint32_t from, uint32_t count, uint32_t to) { Move(from, count, to); });
  times_[place] = time;
  if (has_arrival_) arrival_[place] = arrival;
  for (size_t field = 0; field < fields_.size(); ++field) {
    if (fields_[field].size() == times_.size()) fields_[field][place] = fields[field];
  }
  return place;
}

void SeriesEditor::Remove(uint32_t record, uint32_t place) {
  lists_.Remove(record, place, [this](uint32_t from, uint32_t count, uint32_t to) { Move(from, count, to); });
}

void SeriesEditor::AddRecord() {
  lists_.AddOwner();
  Show();
}

void SeriesEditor::Pack() {
  std::vector<uint32_t> offsets = {0};
  std::vector<uint32_t> order;
  order.reserve(times_.size());
  for (size_t record = 0; record < lists_.owners(); ++record) {
    for (uint32_t place = lists_.BeginOf(record); place < lists_.EndOf(record); ++place) order.push_back(place);
    offsets.push_back(static_cast<uint32_t>(order.size()));
  }
  TimesBuilder times;
  times.Reserve(order.size());
  for (uint32_t place : order) times.Append(times_[place]);
  series_.times = times.Finish();
  if (has_arrival_) {
    std::vector<uint32_t> arrival;
    arrival.reserve(order.size());
    for (uint32_t place : order) arrival.push_back(arrival_[place]);
    series_.arrival = std::move(arrival);
  }
  for (size_t field = 0; field < fields_.size(); ++field) {
    if (fields_[field].size() == times_.size()) series_.fields[field] = Gather(series_.fields[field], order);
  }
  series_.offsets = std::move(offsets);
  series_.begins = {};
  series_.ends = {};
  series_.moved = {};
}

AdjacencyEditor::AdjacencyEditor(Adjacency& adjacency)
    : adjacency_(adjacency),
      rows_(adjacency.rows.begin(), adjacency.rows.end()),
      lists_(FirstOf(adjacency.in_order() ? adjacency.offsets.data() : adjacency.begins.data(), adjacency.offsets),
             FirstOf(adjacency.in_order() ? adjacency.offsets.data() + 1 : adjacency.ends.data(), adjacency.offsets),
             adjacency.rows.size()) {
  Show();
}

void AdjacencyEditor::Show() {
  if (adjacency_.offsets.size() != lists_.owners() + 1) {
    adjacency_.offsets = std::vector<uint32_t>(lists_.owners() + 1, 0);
  }
  adjacency_.begins = ArrayOf(lists_.begins());
  adjacency_.ends = ArrayOf(lists_.ends());
  adjacency_.rows = ArrayOf(rows_);
}

void AdjacencyEditor::Add(uint32_t target, uint32_t row) {
  const auto begin = rows_.begin() + lists_.BeginOf(target);
  const auto end = rows_.begin() + lists_.EndOf(target);
  const auto behind = std::lower_bound(begin, end, row);
  if (behind != end && *behind == row) return;
  const uint32_t place = lists_.Insert(
      target, static_cast<uint32_t>(behind - begin),
      [this](size_t places) {
        rows_.resize(places);
        Show();
      },
      [this](uint32_t from, uint32_t count, uint32_t to) { MoveIn(rows_, from, count, to); });
  rows_[place] = row;
}

void AdjacencyEditor::Remove(uint32_t target, uint32_t row) {
  const auto end = rows_.begin() + lists_.EndOf(target);
  const auto found = std::lower_bound(rows_.begin() + lists_.BeginOf(target), end, row);
  if (found == end || *found != row) return;
  lists_.Remove(target, static_cast<uint32_t>(found - rows_.begin()),
                [this](uint32_t from, uint32_t count, uint32_t to) { MoveIn(rows_, from, count, to); });
}

void AdjacencyEditor::AddTarget() {
  lists_.AddOwner();
  Show();
}

void AdjacencyEditor::Pack() {
  std::vector<uint32_t> offsets = {0};
  std::vector<uint32_t> rows;
  for (size_t target = 0; target < lists_.owners(); ++target) {
    rows.insert(rows.end(), rows_.begin() + lists_.BeginOf(target), rows_.begin() + lists_.EndOf(target));
    offsets.push_back(static_cast<uint32_t>(rows.size()));
  }
  adjacency_ = {std::move(offsets), std::move(rows)};
}

}  // namespace saiten::rt
