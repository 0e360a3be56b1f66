#include "runtime/editable.h"

#include <memory>
#include <utility>

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

}  // namespace

ColumnEditor::ColumnEditor(Column& column) : column_(column), values_(Wide(column)) { column_ = ColumnOf(values_); }

void ColumnEditor::Append(int64_t value) {
  values_.push_back(value);
  column_ = ColumnOf(values_);
}

SeriesEditor::SeriesEditor(EventSeries& series)
    : series_(series),
      has_arrival_(!series.arrival.empty() || series.size() == 0),
      times_(series.times.begin(), series.times.end()),
      arrival_(series.arrival.begin(), series.arrival.end()) {
  const size_t records = series.offsets.empty() ? 0 : series.offsets.size() - 1;
  begins_.assign(series.Begins(), series.Begins() + records);
  ends_.assign(series.Ends(), series.Ends() + records);
  for (const Column& field : series.fields) {
    fields_.push_back(field.size() == times_.size() ? Wide(field) : std::vector<int64_t>());
  }
  Show();
}

void SeriesEditor::Show() {
  // One more than there are records, of no meaning.
  if (begins_.size() == ends_.size() && series_.offsets.size() != begins_.size() + 1) {
    std::vector<uint32_t> offsets(begins_.size() + 1, 0);
    series_.offsets = std::move(offsets);
  }
  series_.begins = ArrayOf(begins_);
  series_.ends = ArrayOf(ends_);
  series_.times = Times(ArrayOf(times_));
  if (has_arrival_) series_.arrival = ArrayOf(arrival_);
  for (size_t field = 0; field < fields_.size(); ++field) {
    if (fields_[field].size() == times_.size()) series_.fields[field] = ColumnOf(fields_[field]);
  }
}

void SeriesEditor::CopyEvent(uint32_t place) {
  times_.push_back(times_[place]);
  if (has_arrival_) arrival_.push_back(arrival_[place]);
  for (std::vector<int64_t>& field : fields_) {
    if (!field.empty()) field.push_back(field[place]);
  }
}

void SeriesEditor::MoveBehind(uint32_t record) {
  if (ends_[record] == times_.size()) return;
  const uint32_t begin = begins_[record];
  const uint32_t end = ends_[record];
  begins_[record] = static_cast<uint32_t>(times_.size());
  for (uint32_t place = begin; place < end; ++place) CopyEvent(place);
  ends_[record] = static_cast<uint32_t>(times_.size());
}

uint32_t SeriesEditor::Insert(uint32_t record, int64_t time, uint32_t arrival, std::span<const int64_t> fields) {
  MoveBehind(record);
  uint32_t place = ends_[record];
  while (place > begins_[record]) {
    const int64_t before = times_[place - 1];
    if (before < time || (before == time && (!has_arrival_ || arrival_[place - 1] <= arrival))) break;
    --place;
  }
  times_.insert(times_.begin() + place, time);
  if (has_arrival_) arrival_.insert(arrival_.begin() + place, arrival);
  for (size_t field = 0; field < fields_.size(); ++field) {
    const bool loaded = fields_[field].size() + 1 == times_.size();
    if (loaded) fields_[field].insert(fields_[field].begin() + place, fields[field]);
  }
  ++ends_[record];
  Show();
  return place;
}

void SeriesEditor::Remove(uint32_t record, uint32_t place) {
  const uint32_t at = place - begins_[record];
  MoveBehind(record);
  const uint32_t gone = begins_[record] + at;
  times_.erase(times_.begin() + gone);
  if (has_arrival_) arrival_.erase(arrival_.begin() + gone);
  for (std::vector<int64_t>& field : fields_) {
    if (field.size() == times_.size() + 1) field.erase(field.begin() + gone);
  }
  --ends_[record];
  Show();
}

void SeriesEditor::AddRecord() {
  begins_.push_back(static_cast<uint32_t>(times_.size()));
  ends_.push_back(static_cast<uint32_t>(times_.size()));
  Show();
}

void SeriesEditor::Pack() {
  std::vector<uint32_t> offsets = {0};
  std::vector<uint32_t> order;
  order.reserve(times_.size());
  for (size_t record = 0; record < begins_.size(); ++record) {
    for (uint32_t place = begins_[record]; place < ends_[record]; ++place) order.push_back(place);
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

}  // namespace saiten::rt
