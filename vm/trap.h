#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "compiler/ir/ir.h"

namespace saiten::vm {

// A number that left its range while a rule ran and was held at the end (R9001, sem N7a).
struct Trap {
  uint32_t kernel = 0;
  ir::ValueId value;  // the instruction; its Location is in the kernel
  int64_t row = -1;   // -1: a value that is the same for all records
};

// The traps of one thread: all are counted; the first ones, and the first of each instruction, are kept. An instruction
// traps at most once a row.
class TrapLog {
 public:
  static constexpr size_t kKept = 100;

  // A row in which a kernel trapped.
  struct Place {
    uint32_t kernel;
    uint32_t row;
    friend bool operator==(const Place&, const Place&) = default;
  };

  TrapLog() = default;
  // Leaves out traps of rows that have no mark there.
  explicit TrapLog(const std::vector<uint8_t>* marks) : marks_(marks) {}

  void Add(Trap trap) {
    if (marks_ != nullptr && trap.row >= 0 && (*marks_)[static_cast<size_t>(trap.row)] == 0) return;
    ++count_;
    const Place place{trap.kernel, static_cast<uint32_t>(trap.row)};
    if (trap.row >= 0 && (places_.empty() || places_.back() != place)) places_.push_back(place);
    if (traps_.size() < kKept) traps_.push_back(trap);
    AddFirst(trap);
  }
  // Takes over another thread's traps; of rows behind all of this log's.
  void Append(const TrapLog& other) {
    count_ += other.count_;
    places_.insert(places_.end(), other.places_.begin(), other.places_.end());
    for (const Trap& trap : other.traps_) {
      if (traps_.size() < kKept) traps_.push_back(trap);
    }
    for (const Trap& trap : other.firsts_) AddFirst(trap);
  }
  // The rows were those of a part: row i of it is row rows[i].
  void MoveRows(const std::vector<uint32_t>& rows) {
    for (Place& place : places_) place.row = rows[place.row];
    for (auto* traps : {&traps_, &firsts_}) {
      for (Trap& trap : *traps) {
        if (trap.row >= 0) trap.row = rows[static_cast<size_t>(trap.row)];
      }
    }
  }
  size_t count() const { return count_; }
  const std::vector<Trap>& traps() const { return traps_; }
  // The first one of each instruction that trapped.
  const std::vector<Trap>& firsts() const { return firsts_; }
  // Of all traps, also those that were not kept; a row may stand there twice.
  const std::vector<Place>& places() const { return places_; }

 private:
  void AddFirst(const Trap& trap) {
    if (seen_.insert(uint64_t{trap.kernel} << 32 | trap.value.index()).second) firsts_.push_back(trap);
  }

  const std::vector<uint8_t>* marks_ = nullptr;
  size_t count_ = 0;
  std::vector<Trap> traps_;
  std::vector<Trap> firsts_;
  std::vector<Place> places_;
  std::unordered_set<uint64_t> seen_;  // kernel and instruction of firsts_
};

}  // namespace saiten::vm
