#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/ir/ir.h"

namespace saiten::vm {

// A number that left its range while a rule ran and was held at the end (R9001, sem N7a).
struct Trap {
  uint32_t kernel = 0;
  ir::ValueId value;  // the instruction; its Location is in the kernel
  int64_t row = -1;   // -1: a value that is the same for all records
};

// The traps of one thread: all are counted, the first ones kept. An instruction traps at most once a row.
class TrapLog {
 public:
  static constexpr size_t kKept = 100;

  // A row in which a kernel trapped.
  struct Place {
    uint32_t kernel;
    uint32_t row;
    friend bool operator==(const Place&, const Place&) = default;
  };

  void Add(Trap trap) {
    ++count_;
    const Place place{trap.kernel, static_cast<uint32_t>(trap.row)};
    if (trap.row >= 0 && (places_.empty() || places_.back() != place)) places_.push_back(place);
    if (traps_.size() < kKept) traps_.push_back(trap);
  }
  // Takes over another thread's traps; of rows behind all of this log's.
  void Append(const TrapLog& other) {
    count_ += other.count_;
    places_.insert(places_.end(), other.places_.begin(), other.places_.end());
    for (const Trap& trap : other.traps_) {
      if (traps_.size() < kKept) traps_.push_back(trap);
    }
  }
  size_t count() const { return count_; }
  const std::vector<Trap>& traps() const { return traps_; }
  // Of all traps, also those that were not kept; a row may stand there twice.
  const std::vector<Place>& places() const { return places_; }

 private:
  size_t count_ = 0;
  std::vector<Trap> traps_;
  std::vector<Place> places_;
};

}  // namespace saiten::vm
