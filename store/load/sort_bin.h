#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/column.h"
#include "store/load/event_bins.h"

// Private to the load of events.
namespace saiten::store {

// A series as it is put in order, bin by bin.
struct SortedSeries {
  struct Column {
    rt::Width width = rt::Width::k1;
    std::shared_ptr<void> values;
    // By part: what the codes there stand for; none: themselves.
    std::vector<std::vector<int32_t>> codes;
  };
  size_t owners = 0;
  std::shared_ptr<void> offsets{};  // uint32_t, by owner
  bool seconds = false;             // `times` are uint32_t, as in rt::Times; else int64_t
  std::shared_ptr<void> times{};
  std::vector<Column> columns{};  // as in EventBins
  // The column that orders events of one time; none: the order of the rows does.
  std::optional<size_t> arrival{};
};

// Writes the events of one bin of all parts into `sorted`, from the place `start` on: per owner in the order of time,
// then of arrival, then of rows. Different bins may be sorted on different threads.
void SortBin(const BinShape& shape, size_t bin, const std::vector<const EventBins*>& parts, uint32_t start,
             SortedSeries& sorted);

}  // namespace saiten::store
