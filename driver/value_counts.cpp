#include "driver/value_counts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <type_traits>
#include <unordered_map>

#include "base/parallel.h"
#include "runtime/column_values.h"

namespace saiten::driver {
namespace {

using Counted = ValueCounts::Value;

// Numbers that lie as close as this are counted by their place in an array.
constexpr uint64_t kDense = uint64_t{1} << 20;

std::vector<Counted> CountBits(const rt::BitValues& column) {
  std::vector<Counted> values;
  const uint64_t ones = column.Ones();
  if (ones < column.size()) values.push_back({0, column.size() - ones});
  if (ones > 0) values.push_back({1, ones});
  return values;
}

// Of bytes every number has its place. Four arrays, so that equal neighbours do not wait for each other.
std::vector<Counted> CountBytes(std::span<const int8_t> column) {
  std::array<std::array<uint32_t, 256>, 4> counts{};
  size_t row = 0;
  for (; row + 4 <= column.size(); row += 4) {
    for (size_t i = 0; i < 4; ++i) ++counts[i][static_cast<uint8_t>(column[row + i])];
  }
  for (; row < column.size(); ++row) ++counts[0][static_cast<uint8_t>(column[row])];
  std::vector<Counted> values;
  for (int raw = std::numeric_limits<int8_t>::min(); raw <= std::numeric_limits<int8_t>::max(); ++raw) {
    uint64_t n = 0;
    for (const auto& some : counts) n += some[static_cast<uint8_t>(raw)];
    if (n > 0) values.push_back({raw, n});
  }
  return values;
}

// False: there are too many different ones.
template <typename T>
bool CountByPlace(std::span<const T> column, int64_t min, uint64_t range, std::vector<Counted>& values) {
  std::vector<uint32_t> counts(range + 1);
  uint64_t unknown = 0;
  for (const T raw : column) {
    if (raw == rt::kUnknownValue<T>) {
      ++unknown;
    } else {
      ++counts[static_cast<uint64_t>(raw) - static_cast<uint64_t>(min)];
    }
  }
  if (unknown > 0) values.push_back({rt::kUnknownValue<T>, unknown});
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    values.push_back({min + static_cast<int64_t>(i), counts[i]});
    if (values.size() > ValueCounts::kMost) return false;
  }
  return true;
}

template <typename T>
bool CountByHash(std::span<const T> column, std::vector<Counted>& values) {
  std::unordered_map<int64_t, uint64_t> counts;
  for (const T raw : column) {
    if (++counts[raw] == 1 && counts.size() > ValueCounts::kMost) return false;
  }
  for (const auto& [raw, n] : counts) values.push_back({raw, n});
  std::ranges::sort(values, {}, &Counted::raw);
  return true;
}

template <typename T>
bool Count(std::span<const T> column, std::vector<Counted>& values) {
  int64_t min = std::numeric_limits<T>::max();
  int64_t max = rt::kUnknownValue<T>;
  for (const T raw : column) {
    max = std::max<int64_t>(max, raw);
    min = std::min<int64_t>(min, raw == rt::kUnknownValue<T> ? std::numeric_limits<T>::max() : raw);
  }
  if (max < min) min = max = 0;  // all unknown
  const uint64_t range = static_cast<uint64_t>(max) - static_cast<uint64_t>(min);
  return range < kDense ? CountByPlace(column, min, range, values) : CountByHash(column, values);
}

}  // namespace

ValueCounts ValueCounts::Of(const rt::Column& column) {
  ValueCounts counts;
  counts.complete_ = rt::WithStored(column, [&]<typename Values>(const Values& values) {
    if constexpr (std::is_same_v<Values, rt::BitValues>) {
      counts.values_ = CountBits(values);
      return true;
    } else if constexpr (sizeof(values[0]) == 1) {
      counts.values_ = CountBytes(values);
      return true;
    } else {
      return Count(values, counts.values_);
    }
  });
  if (!counts.complete_) counts.values_.clear();
  for (Counted& value : counts.values_) value.raw *= column.unit();
  return counts;
}

void ValueCounts::Move(int64_t from, int64_t to) {
  if (!complete_ || from == to) return;
  const auto was = std::ranges::lower_bound(values_, from, {}, &Counted::raw);
  if (was == values_.end() || was->raw != from) {
    *this = ValueCounts();  // of other rows than these
    return;
  }
  if (--was->n == 0) values_.erase(was);
  const auto is = std::ranges::lower_bound(values_, to, {}, &Counted::raw);
  if (is != values_.end() && is->raw == to) {
    ++is->n;
  } else if (values_.size() < kMost) {
    values_.insert(is, {to, 1});
  } else {
    *this = ValueCounts();
  }
}

ResultCounts CountResults(const ir::Program& program, const rt::Results& results, size_t threads) {
  ResultCounts counts;
  for (const auto& columns : results.columns) counts.emplace_back(columns.size());
  CountMissing(program, results, threads, counts);
  return counts;
}

void CountMissing(const ir::Program& program, const rt::Results& results, size_t threads, ResultCounts& counts) {
  std::vector<std::pair<size_t, size_t>> columns;
  for (size_t object = 0; object < counts.size(); ++object) {
    for (size_t i = 0; i < counts[object].size(); ++i) {
      if (!counts[object][i].complete()) columns.emplace_back(object, i);
    }
  }
  for (const ir::Kernel& kernel : program.kernels) {
    if (kernel.next_change) std::erase(columns, std::pair(size_t{kernel.object.index()}, size_t{*kernel.next_change}));
  }
  ForEachPiece(columns.size(), ThreadsFor(threads, columns.size()), [&](size_t, size_t piece) {
    const auto [object, i] = columns[piece];
    counts[object][i] = ValueCounts::Of(results.columns[object][i]);
  });
}

void UpdateCounts(const rt::Results& results, const std::vector<std::vector<rt::ChangedCells>>& differences,
                  ResultCounts& counts) {
  for (size_t object = 0; object < differences.size(); ++object) {
    for (size_t i = 0; i < differences[object].size(); ++i) {
      const rt::ChangedCells& cells = differences[object][i];
      const rt::Column& column = results.columns[object][i];
      for (size_t at = 0; at < cells.rows.size(); ++at) {
        counts[object][i].Move(cells.before[at], column.Raw(cells.rows[at]));
      }
    }
  }
}

}  // namespace saiten::driver
