#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/dataset.h"
#include "runtime/local_time.h"
#include "runtime/text_store.h"

// Operations on lists of occurrences, for both engines (sem SC3). A list is an array of numbers: rows of an event
// series, rows of a table, or instants. Functions that keep some elements move them to the front, in order, and return
// how many stay. `times` is the series' times, or null where the elements are instants themselves; elements with times
// stand in order of time.
namespace saiten::rt {

inline int64_t OccurrenceTime(int64_t item, const Times* times) {
  return times != nullptr ? (*times)[static_cast<size_t>(item)] : item;
}

// The part [first, last) of the sorted times[begin, end) with after < time <= until.
struct RowRange {
  uint32_t first = 0;
  uint32_t last = 0;
};
RowRange WindowOf(const Times& times, uint32_t begin, uint32_t end, int64_t after, int64_t until);

// The record whose events include the one in this place, which must not be a dead one.
uint32_t OwnerOf(const EventSeries& series, uint32_t place);

// Each element once, where it first stands.
size_t KeepUnique(int64_t* items, size_t size);

// One element for each key: the first, or the last. An element whose key is unknown stays (sem N6a).
size_t KeepDistinct(int64_t* items, size_t size, const int64_t* keys, const uint8_t* known, bool latest);

// Replaces text handles by numbers that are equal exactly when the texts compare as equal (sem N3a).
void NumberTexts(int64_t* keys, const uint8_t* known, size_t size, const TextStore& texts);

// The first `most` of each local day, week, month ... (sem SC3).
size_t CapPeriod(int64_t* items, size_t size, const Times* times, int64_t most, TimeUnit unit, const Zone& zone);

// In order of time: kept if fewer than `most` kept ones have an age in [0, n units) relative to it (sem SC3).
size_t CapRolling(int64_t* items, size_t size, const Times* times, int64_t most, int64_t n, TimeUnit unit,
                  const Zone& zone);

// The last `most`.
size_t KeepLatest(int64_t* items, size_t size, int64_t most);

// Appends to `ends` the end of each full stretch of n units without an element, counted from each element and from
// `anchor` (null: none), up to and with `until`, in order of time. An element exactly at the end does not spoil it.
void FindStretches(const int64_t* items, size_t size, const Times* times, const int64_t* anchor, int64_t until,
                   int64_t n, TimeUnit unit, const Zone& zone, std::vector<int64_t>& ends);

// How many FindStretches would append. Of units of fixed length they are divided out, not gone through.
int64_t CountStretches(const int64_t* items, size_t size, const Times* times, const int64_t* anchor, int64_t until,
                       int64_t n, TimeUnit unit, const Zone& zone);

// Sorts rows of one series by (time, arrival); by row where `arrival` is null.
void SortByTime(int64_t* items, size_t size, const Times& times, const uint32_t* arrival);

// One of several lists for a running sum.
struct TimedList {
  const int64_t* items;
  size_t size;
  const Times* times;
};
struct TimedItem {
  int64_t time;
  uint32_t list;
  uint32_t place;
};
// The elements of all lists by (time, list, place in list); `out` is replaced.
void MergeByTime(std::span<const TimedList> lists, std::vector<TimedItem>& out);

}  // namespace saiten::rt
