#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "runtime/column.h"
#include "runtime/times.h"
#include "store/load/key_map.h"

// Private to the load of events.
namespace saiten::store {

// How the owners of a series are divided into bins: neighbours together, at most 256 bins, so that the events of one
// fit into the caches while they are put in order.
class BinShape {
 public:
  explicit BinShape(size_t owners);
  size_t bins() const { return bins_; }
  size_t BinOf(uint32_t owner) const { return owner >> shift_; }
  // The owners of a bin: from the first up to the end.
  uint32_t First(size_t bin) const { return static_cast<uint32_t>(bin << shift_); }
  uint32_t End(size_t bin) const { return bin + 1 == bins_ ? owners_ : First(bin + 1); }

 private:
  uint32_t owners_;
  unsigned shift_ = 0;
  size_t bins_;
};

// The events of one part of a table as they are read: in bins by owner, each in the order of the rows. An event is a
// record of narrow numbers. A number that is too wide for its column makes the records after it wider.
class EventBins {
 public:
  // What stands for unknown where values go in.
  static constexpr int64_t kUnknown = rt::UnknownOf(rt::Width::k8);

  // Where the parts of a record lie. The owner lies first, then the time.
  struct Format {
    bool seconds = true;  // the time is in seconds, as in rt::Times
    std::vector<rt::Width> widths;
    std::vector<uint32_t> offsets;
    uint32_t bytes = 0;

    int64_t TimeOf(const std::byte* record) const {
      return seconds ? int64_t{SecondOf(record)} * rt::Times::kSecond : LoadAt<int64_t>(record + kTimeAt);
    }
    uint32_t SecondOf(const std::byte* record) const { return LoadAt<uint32_t>(record + kTimeAt); }
  };
  struct Block {
    const Format* format = nullptr;
    std::byte* bytes = nullptr;
    size_t room = 0;  // bytes
    size_t used = 0;
    size_t records() const { return used / format->bytes; }
  };

  EventBins(const BinShape& shape, size_t columns);
  EventBins(const EventBins&) = delete;
  EventBins& operator=(const EventBins&) = delete;
  ~EventBins();

  // Adds an event: `values` by column, kUnknown where there is none. What it gives is good for Drop.
  std::byte* Add(uint32_t owner, int64_t time, std::span<const int64_t> values);
  // The event is none after all.
  void Drop(std::byte* record);

  const std::vector<Block>& blocks(size_t bin) const { return bins_[bin].blocks; }
  // Events of the bin that were not dropped.
  uint64_t kept(size_t bin) const { return bins_[bin].kept; }
  // Gives the memory of a bin back. Each bin may be freed by another thread.
  void Free(size_t bin);
  // The widths that hold all records.
  const Format& widest() const { return *format_; }

  // KeyMap::kNone for an event that was dropped.
  static uint32_t OwnerOf(const std::byte* record) { return LoadAt<uint32_t>(record); }

  template <typename T>
  static T LoadAt(const std::byte* at) {
    T value{};
    std::memcpy(&value, at, sizeof value);
    return value;
  }

 private:
  static constexpr size_t kTimeAt = sizeof(uint32_t);

  struct Bin {
    std::vector<Block> blocks;
    uint64_t kept = 0;
  };
  // A format that holds these too.
  void Widen(int64_t time, std::span<const int64_t> values);
  Block& NewBlock(Bin& bin);
  std::byte* TakeMemory(size_t bytes);

  BinShape shape_;
  std::vector<Bin> bins_;
  std::vector<std::unique_ptr<Format>> formats_;
  const Format* format_ = nullptr;
  std::vector<std::pair<std::byte*, size_t>> areas_;  // of memory
  size_t area_used_ = 0;
};

}  // namespace saiten::store
