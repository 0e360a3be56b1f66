#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "base/memory_limit.h"
#include "runtime/array.h"
#include "runtime/column.h"
#include "runtime/times.h"
#include "store/load/row_numbers.h"

// Arrays by row, old rows and new ones put together in a new order. Private to store/.
namespace saiten::store {

// How the rows of a new table follow from the old ones and from a patch: rows that were read again, numbered from 0.
// Untouched rows keep their order.
class SplicePlan {
 public:
  struct Piece {
    bool from_patch = false;
    uint32_t begin = 0;  // in the old rows or in the patch
    uint32_t end = 0;
  };

  // `removed`: old rows that go, rising; also those that a row of the patch takes the place of. `inserted[i]`: the old
  // row in front of which row i of the patch stands, not falling.
  SplicePlan(uint32_t old_size, const std::vector<uint32_t>& removed, const std::vector<uint32_t>& inserted);

  uint32_t new_size() const { return new_size_; }
  // Untouched rows keep their numbers and there are as many as before: only places_ change.
  bool in_place() const { return in_place_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  // By row of the patch: its new number.
  const std::vector<uint32_t>& places() const { return places_; }
  // By old row: its new number, kGone for removed ones.
  std::vector<uint32_t> NewRows() const;
  static constexpr uint32_t kGone = 0xffffffffu;

 private:
  uint32_t old_size_;
  uint32_t new_size_ = 0;
  bool in_place_ = true;
  std::vector<Piece> pieces_;
  std::vector<uint32_t> places_;
};

// Writes into memory that is ours alone: of a load, or of a private mapping, of which only what is written counts.
template <typename T>
T* Writable(const rt::Array<T>& array) {
  MakeWritable(array.data(), array.size() * sizeof(T));
  return const_cast<T*>(array.data());
}

template <typename T>
rt::Array<T> Splice(const rt::Array<T>& old, const SplicePlan& plan, const std::vector<T>& patch) {
  if (plan.in_place()) {
    if (patch.empty()) return old;
    T* const values = Writable(old);
    for (size_t i = 0; i < patch.size(); ++i) {
      T& value = values[plan.places()[i]];
      if (value != patch[i]) value = patch[i];  // what is written of a mapped file becomes a copy
    }
    return old;
  }
  const std::shared_ptr<void> made = NewMemory(plan.new_size() * sizeof(T));
  T* const first = static_cast<T*>(made.get());
  T* to = first;
  for (const SplicePlan::Piece& piece : plan.pieces()) {
    const T* from = piece.from_patch ? patch.data() : old.data();
    std::memcpy(to, from + piece.begin, (piece.end - piece.begin) * sizeof(T));
    to += piece.end - piece.begin;
  }
  return rt::Array<T>(first, plan.new_size(), made);
}

// What is put behind the arrays of a mapped series: some of its own events, and some that were read again.
struct Tail {
  static constexpr uint32_t kRead = 0x80000000u;  // marks a place in the patch; others are places in the series
  std::vector<uint32_t> from;
};

// The array with a tail, in the same memory, which must have room for it.
template <typename T, typename From>
rt::Array<T> Lengthen(const rt::Array<T>& old, const Tail& tail, const std::vector<From>& patch,
                      const std::shared_ptr<const void>& memory) {
  T* to = const_cast<T*>(old.data()) + old.size();
  MakeWritable(to, tail.from.size() * sizeof(T));
  for (uint32_t from : tail.from) {
    *to++ = (from & Tail::kRead) != 0 ? static_cast<T>(patch[from & ~Tail::kRead]) : old[from];
  }
  return rt::Array<T>(old.data(), old.size() + tail.from.size(), memory);
}

// As Splice and Lengthen of arrays: in seconds as long as the patch is too.
rt::Times Splice(const rt::Times& old, const SplicePlan& plan, const std::vector<int64_t>& patch);
// Whether the patch can be kept as the times are.
bool Fits(const rt::Times& times, const std::vector<int64_t>& patch);
rt::Times Lengthen(const rt::Times& old, const Tail& tail, const std::vector<int64_t>& patch,
                   const std::shared_ptr<const void>& memory);

// Values of rows that were read again.
struct PatchColumn {
  std::vector<int64_t> values;
  std::vector<uint8_t> known;

  void Append(int64_t value) {
    values.push_back(value);
    known.push_back(1);
  }
  void AppendUnknown() {
    values.push_back(0);
    known.push_back(0);
  }
  size_t size() const { return values.size(); }
};

// Of values that are all known.
inline PatchColumn PatchOf(const std::vector<int64_t>& values) {
  return {values, std::vector<uint8_t>(values.size(), 1)};
}

RowNumbers Splice(const RowNumbers& old, const SplicePlan& plan, const std::vector<int64_t>& patch);

// As wide as the old values and those of the patch need.
rt::Column Splice(const rt::Column& old, const SplicePlan& plan, const PatchColumn& patch);

// Whether all values of the patch can be stored in the column as wide as it is.
bool Fits(const rt::Column& column, const PatchColumn& patch);
rt::Column Lengthen(const rt::Column& old, const Tail& tail, const PatchColumn& patch,
                    const std::shared_ptr<const void>& memory);

// A column of row numbers after the rows that they name were numbered anew.
rt::Column Renumber(const rt::Column& rows, const std::vector<uint32_t>& new_rows);

}  // namespace saiten::store
