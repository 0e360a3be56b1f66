#include "store/load/sort_bin.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "base/check.h"

namespace saiten::store {
namespace {

// Calls `work` with a number of that width.
template <typename Work>
void WithWidth(rt::Width width, Work work) {
  switch (width) {
    case rt::Width::kBit:
      SAITEN_UNREACHABLE("a field as bits");
    case rt::Width::k1:
      return work(int8_t{});
    case rt::Width::k2:
      return work(int16_t{});
    case rt::Width::k4:
      return work(int32_t{});
    case rt::Width::k8:
      return work(int64_t{});
  }
}

template <typename T>
constexpr T kUnknownOf = std::numeric_limits<T>::min();

class BinSorter {
 public:
  BinSorter(const BinShape& shape, size_t bin, const std::vector<const EventBins*>& parts, uint32_t start,
            SortedSeries& sorted)
      : bin_(bin),
        parts_(parts),
        start_(start),
        sorted_(sorted),
        first_(shape.First(bin)),
        owners_(shape.End(bin) - first_),
        offsets_(static_cast<uint32_t*>(sorted.offsets.get()) + first_),
        seconds_(sorted.seconds ? static_cast<uint32_t*>(sorted.times.get()) : nullptr),
        micros_(sorted.seconds ? nullptr : static_cast<int64_t*>(sorted.times.get())) {}

  void Sort() {
    CountOffsets();
    for (size_t part = 0; part < parts_.size(); ++part) {
      for (const EventBins::Block& block : parts_[part]->blocks(bin_)) Place(part, block);
    }
    for (uint32_t owner = 0; owner < owners_; ++owner) SortOwner(offsets_[owner], next_[owner]);
  }

 private:
  static constexpr uint32_t kNowhere = KeyMap::kNone;

  // Calls `work(record)` for all events, in the order of rows.
  template <typename Work>
  static void ForEachRecord(const EventBins::Block& block, Work work) {
    const size_t bytes = block.format->bytes;
    const std::byte* record = block.bytes;
    for (size_t i = 0, n = block.records(); i < n; ++i, record += bytes) work(i, record);
  }

  void CountOffsets() {
    next_.assign(owners_, 0);
    for (const EventBins* part : parts_) {
      for (const EventBins::Block& block : part->blocks(bin_)) {
        ForEachRecord(block, [&](size_t, const std::byte* record) {
          const uint32_t owner = EventBins::OwnerOf(record);
          if (owner != KeyMap::kNone) ++next_[owner - first_];
        });
      }
    }
    uint32_t at = start_;
    for (uint32_t owner = 0; owner < owners_; ++owner) {
      offsets_[owner] = at;
      at += next_[owner];
      next_[owner] = offsets_[owner];
    }
  }

  // Puts the events of a block where they belong, in the order of rows for each owner.
  void Place(size_t part, const EventBins::Block& block) {
    const EventBins::Format& format = *block.format;
    places_.resize(block.records());
    ForEachRecord(block, [&](size_t i, const std::byte* record) {
      const uint32_t owner = EventBins::OwnerOf(record);
      if (owner == KeyMap::kNone) {
        places_[i] = kNowhere;
        return;
      }
      const uint32_t place = next_[owner - first_]++;
      places_[i] = place;
      if (seconds_ != nullptr) {
        seconds_[place] = format.SecondOf(record);
      } else {
        micros_[place] = format.TimeOf(record);
      }
    });
    for (size_t column = 0; column < sorted_.columns.size(); ++column) {
      const SortedSeries::Column& to = sorted_.columns[column];
      const std::vector<int32_t>* const codes =
          part < to.codes.size() && !to.codes[part].empty() ? &to.codes[part] : nullptr;
      WithWidth(format.widths[column], [&](auto from_type) {
        WithWidth(to.width, [&](auto to_type) {
          if constexpr (sizeof(from_type) <= sizeof(to_type)) {
            Copy<decltype(from_type), decltype(to_type)>(block, format.offsets[column], codes, to.values.get());
          }
        });
      });
    }
  }

  template <typename From, typename To>
  void Copy(const EventBins::Block& block, uint32_t offset, const std::vector<int32_t>* codes, void* values) const {
    To* const to = static_cast<To*>(values);
    ForEachRecord(block, [&](size_t i, const std::byte* record) {
      if (places_[i] == kNowhere) return;
      const From value = EventBins::LoadAt<From>(record + offset);
      To& stored = to[places_[i]];
      if (value == kUnknownOf<From>) {
        stored = kUnknownOf<To>;
      } else if (codes != nullptr) {
        stored = static_cast<To>((*codes)[static_cast<size_t>(value)]);
      } else {
        stored = value;
      }
    });
  }

  void SortOwner(uint32_t begin, uint32_t end) {
    seconds_ != nullptr ? SortOwner(seconds_, begin, end) : SortOwner(micros_, begin, end);
  }
  // Events mostly come in the order of time.
  template <typename Time>
  void SortOwner(Time* times, uint32_t begin, uint32_t end) {
    const Time* const from = times + begin;
    const Time* const to = times + end;
    // Those of one time are in the order of rows.
    if (sorted_.arrival ? std::is_sorted(from, to, std::less_equal()) : std::is_sorted(from, to)) return;
    order_.resize(end - begin);
    for (uint32_t i = 0; i < order_.size(); ++i) {
      order_[i] = {int64_t{times[begin + i]}, sorted_.arrival ? ArrivalAt(begin + i) : 0, i};
    }
    std::ranges::sort(order_, [](const Event& a, const Event& b) {
      if (a.time != b.time) return a.time < b.time;
      if (a.arrival != b.arrival) return a.arrival < b.arrival;
      return a.number < b.number;
    });
    for (uint32_t i = 0; i < order_.size(); ++i) times[begin + i] = static_cast<Time>(order_[i].time);
    for (const SortedSeries::Column& column : sorted_.columns) {
      WithWidth(column.width, [&](auto type) {
        using T = decltype(type);
        T* const values = static_cast<T*>(column.values.get()) + begin;
        const std::vector<T> before(values, values + order_.size());
        for (size_t i = 0; i < order_.size(); ++i) values[i] = before[order_[i].number];
      });
    }
  }

  int64_t ArrivalAt(uint32_t place) const {
    const SortedSeries::Column& column = sorted_.columns[*sorted_.arrival];
    return rt::Column(column.width, place + 1, column.values).Raw(place);
  }

  struct Event {
    int64_t time;  // as it is kept
    int64_t arrival;
    uint32_t number;  // among those of its owner
  };

  size_t bin_;
  const std::vector<const EventBins*>& parts_;
  uint32_t start_;
  SortedSeries& sorted_;
  uint32_t first_;
  uint32_t owners_;
  uint32_t* offsets_;  // of the bin's owners
  uint32_t* seconds_;  // one of the two is null
  int64_t* micros_;
  std::vector<uint32_t> next_;    // by owner of the bin: the place of its next event
  std::vector<uint32_t> places_;  // by event of a block
  std::vector<Event> order_;
};

}  // namespace

void SortBin(const BinShape& shape, size_t bin, const std::vector<const EventBins*>& parts, uint32_t start,
             SortedSeries& sorted) {
  BinSorter(shape, bin, parts, start, sorted).Sort();
}

}  // namespace saiten::store
